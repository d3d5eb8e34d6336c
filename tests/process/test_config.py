from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Secret, Settings, load
from bot.errors import StartupError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str, environment: dict[str, str] | None = None) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load(file, environment or {})


def faults(file: Path, text: str, *, needs_token: bool = False) -> list[str]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StartupError) as caught:
        load(file, {}, needs_token=needs_token)
    return [fault.removeprefix(f"{file}: ") for fault in caught.value.faults]


def test_paths_are_meant_from_the_folder_of_the_file(file: Path) -> None:
    settings = read(file, '[data]\ndirectory = "d"\n[logging]\nfile = "bot.log"\n')
    assert settings.data.directory == file.parent / "d"
    assert settings.database.url == f"sqlite+aiosqlite:///{file.parent}/d/backpedal.db"
    assert settings.logging.file == file.parent / "bot.log"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite+aiosqlite:///club.db", "sqlite+aiosqlite:///{folder}/club.db"),
        ("sqlite+aiosqlite:////srv/club.db", "sqlite+aiosqlite:////srv/club.db"),
        ("sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///:memory:"),
        ("postgresql+asyncpg://a:b@host/club", "postgresql+asyncpg://a:b@host/club"),
    ],
)
def test_database_urls(file: Path, url: str, meant: str) -> None:
    assert read(file, f'[database]\nurl = "{url}"').database.url == meant.format(folder=file.parent)


def test_the_environments_token_wins(file: Path) -> None:
    text = '[discord]\ntoken = "from the file"'
    assert read(file, text).discord.token.reveal() == "from the file"
    assert read(file, text, {"DISCORD_TOKEN": "from outside\n"}).discord.token.reveal() == "from outside"
    assert read(file, text, {"DISCORD_TOKEN": ""}).discord.token.reveal() == "from the file"


def test_neither_the_token_nor_a_password_is_shown(file: Path) -> None:
    settings = read(file, '[discord]\ntoken = "s3cret"\n[database]\nurl = "postgresql+asyncpg://a:pa55@h/d"')
    for shown in (repr(settings), str(settings), f"{settings.discord.token}"):
        assert "s3cret" not in shown
        assert "pa55" not in shown
    assert settings.discord.token == Secret("s3cret")


def test_every_fault_is_reported_at_once(file: Path) -> None:
    found = faults(
        file,
        "colour = 1\n[discord]\ntokn = 'x'\n[data]\ncopies = 0\ndirectory = ''\n"
        "[database]\nurl = 'postgresql://host/db'\n[logging]\nlevel = 'loud'\nformat = 3\nfile = true\n[loging]\n",
        needs_token=True,
    )
    assert found == [
        "unknown key 'tokn' in [discord]. Did you mean 'token'?",
        "[data] directory must not be empty.",
        "[data] copies must be from 1 to 1000, not 0.",
        "[database] url must name an asynchronous driver: postgresql+asyncpg:// instead of postgresql://.",
        "[logging] level must be one of debug, info, warning, error, not 'loud'.",
        "[logging] format must be text in quotes, not a number.",
        "[logging] file must be text in quotes, not true/false.",
        "unknown key 'colour' at the top. Known here: discord, data, database, logging, reminders, alerts.",
        "unknown key 'loging' at the top. Did you mean 'logging'?",
        "[discord] token is missing. Put it there, or in the environment as DISCORD_TOKEN.",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("discord = 'x'", "discord is a table: write [discord] on a line of its own."),
        ("[data]\ncopies = true", "[data] copies must be a whole number, not true/false."),
        ("[data]\ncopies = 2.5", "[data] copies must be a whole number, not a number with decimals."),
        ("[database]\nurl = 'club.db'", "[database] url must be a database URL such as sqlite+aiosqlite:///data/backpedal.db."),
    ],
)  # fmt: skip
def test_a_fault_says_where_and_what(file: Path, text: str, fault: str) -> None:
    assert faults(file, text) == [fault]


def test_a_file_that_is_not_toml_or_not_there(file: Path) -> None:
    file.write_text("[discord\n")
    with pytest.raises(StartupError, match=r"not valid TOML.*line 1"):
        load(file, {})
    with pytest.raises(StartupError, match=r"does not exist.*config\.example\.toml"):
        load(file.with_name("absent.toml"), {})
    with pytest.raises(StartupError, match="cannot be read"):
        load(file.parent, {})
