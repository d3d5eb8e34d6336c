"""`python -m bot` as operators use it, each command in a separate process.

`started` starts it as an operator does, once per command; `bot` forks it from a process that has imported everything,
and is otherwise the same.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.engine import Database
from db.upkeep import revisions
from tests.builders.projections import Town
from tests.wire.faults import Trouble
from tests.wire.forked import forked
from tests.wire.program import forked_program
from tests.wire.server import LocalDiscord

ROOT = Path(__file__).parents[2]
TOKEN = "MTIzNDU2Nzg5.very-secret.token"
MODULE = "tests.wire.process"
NOWHERE = "http://127.0.0.1:9"
"""A port at which nobody listens: no test asks the real Discord."""

POSTGRESQL = '[database]\nurl = "postgresql+asyncpg://runner:pa55word@127.0.0.1:9/club"\n'


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


async def bot(*arguments: str, discord: str = NOWHERE, token: str = TOKEN) -> Ended:
    """Run a command with a shell's minimal environment, and with Discord at `discord` if it is needed."""
    async with asyncio.timeout(30), forked(MODULE, arguments, _environment(discord, token)) as process:
        out, err = await asyncio.gather(process.out.read(), process.err.read())
        return _ended(await process.wait(), out, err)


async def started(*arguments: str, discord: str = NOWHERE, token: str = TOKEN, cwd: Path = ROOT) -> Ended:
    """Do the same with a new interpreter."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, *arguments,
        cwd=cwd, env=_environment(discord, token), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    assert process.returncode is not None
    return _ended(process.returncode, out, err)


def _environment(discord: str, token: str) -> dict[str, str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LOCAL_DISCORD": discord}
    return environment | ({"DISCORD_TOKEN": token} if token else {})


def _ended(code: int, out: bytes, err: bytes) -> Ended:
    ended = Ended(code, out.decode(), err.decode())
    assert TOKEN not in ended.out + ended.err
    assert "Traceback" not in ended.out + ended.err
    return ended


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text("")
    file.chmod(0o600)
    return file


@pytest.fixture
async def there() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord() as server:
        yield server


@pytest.fixture
def made(config: Path, migrated_file: Path) -> Path:
    """Create a database at the newest revision in the default place."""
    file = config.parent / "data" / "backpedal.db"
    file.parent.mkdir(mode=0o700)
    file.write_bytes(migrated_file.read_bytes())
    file.chmod(0o600)
    return file


def set_revision(file: Path, revision: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


COMMANDS = ("run", "try", "check", "migrate", "sync", "backup", "rebuild")


async def test_each_command_explains_itself() -> None:
    whole, *each = await asyncio.gather(started("--help"), *(bot(command, "--help") for command in COMMANDS))
    assert whole.code == 0
    assert all(f"    {command} " in whole.out for command in COMMANDS)
    for command, ended in zip(COMMANDS, each, strict=True):
        assert ended.code == 0
        assert ended.out.startswith(f"usage: python -m bot {command}")
        assert "--config" in ended.out


async def test_an_unknown_command_is_a_usage_error() -> None:
    assert (await bot("walk")).code == 2


async def test_every_fault_of_the_settings_is_said_and_nothing_is_started(config: Path) -> None:
    config.write_text("[discord]\ntokn = 'x'\n[data]\ncopies = 'five'\n")
    for command in ("run", "backup"):  # all commands read them in one place
        ended = await bot(command, "--config", str(config))
        assert ended.code == 1
        assert len(ended.err.splitlines()) == 2
        assert "Did you mean 'token'?" in ended.err
        assert "[data] copies" in ended.err
    assert [path.name for path in config.parent.iterdir()] == ["config.toml"]


async def test_without_a_token_run_says_where_it_goes(config: Path) -> None:
    ended = await bot("run", "--config", str(config), token="")
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "DISCORD_TOKEN" in ended.err


async def test_without_settings_check_says_which_file_is_not_there(tmp_path: Path) -> None:
    ended = await started("check", token="", cwd=tmp_path)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "config.toml does not exist, and DISCORD_TOKEN is not set" in ended.err
    ended = await bot("check", "--config", str(tmp_path / "absent.toml"))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "absent.toml does not exist" in ended.err


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("5f0e8a1b2c3d4e5f60718293a4b5c6d7", "three parts"),  # like a client secret
        ("123456789012345678", "three parts"),
        ("MTIzNDU2Nzg5..token", "three parts"),
        ("www.example.org", "first part"),
        ("aGVsbG8.very-secret.token", "first part"),
        (f"Bot {TOKEN}", "before it (Bot)"),
    ],
)
async def test_check_refuses_what_cannot_be_a_token(config: Path, there: LocalDiscord, token: str, why: str) -> None:
    ended = await bot("check", "--config", str(config), discord=there.url, token=token)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert why in ended.err
    assert token not in ended.out + ended.err
    assert "cogs" in ended.out, "the rest is checked all the same"
    assert "discord   " not in ended.out, "such a token is not sent"


async def test_check_says_whether_discord_takes_the_token(config: Path, there: LocalDiscord) -> None:
    ended = await bot("check", "--config", str(config), discord=there.url)
    assert (ended.code, ended.err) == (0, "")
    assert "discord   takes the token, of the bot " in ended.out
    there.fail("GET", "/users/@me", 401)
    ended = await bot("check", "--config", str(config), discord=there.url)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "Discord refused the token" in ended.err


async def test_check_does_not_fail_when_discord_is_silent(config: Path, there: LocalDiscord) -> None:
    held = there.fail("GET", "/users/@me", Trouble.HOLD)
    ended = await bot("check", "--config", str(config), discord=there.url)
    held.release.set()
    assert (ended.code, ended.err) == (0, "")
    assert "discord   cannot be reached, so the token was not tried: TimeoutError" in ended.out


async def test_the_first_line_of_a_first_run_is_not_a_migration(config: Path, there: LocalDiscord) -> None:
    async with forked_program(there.url, config) as running:
        await running.says("ready")
        assert await running.end(signal.SIGTERM) == 0
    assert "database created at revision" in running.lines[0]
    assert not [line for line in running.lines if "alembic" in line]


async def test_a_wrong_token_is_one_clear_message(config: Path, there: LocalDiscord) -> None:
    there.fail("GET", "/users/@me", 401)
    ended = await started("run", "--config", str(config), discord=there.url)
    assert ended.code == 1
    assert "Discord refused the token" in ended.err.splitlines()[-1]


async def test_a_discord_that_is_not_there_is_one_clear_message(config: Path) -> None:
    ended = await bot("run", "--config", str(config), discord=NOWHERE)
    assert ended.code == 1
    assert "Discord cannot be reached" in ended.err.splitlines()[-1]


@pytest.mark.parametrize("command", ["run", "migrate"])
async def test_a_database_newer_than_the_code_is_one_clear_message(config: Path, made: Path, command: str) -> None:
    set_revision(made, "9999")
    ended = await bot(command, "--config", str(config))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "revision 9999" in ended.err


@pytest.mark.parametrize("command", ["run", "check"])
async def test_a_directory_that_cannot_be_written_is_one_clear_message(config: Path, command: str) -> None:
    config.write_text('[data]\ndirectory = "taken/data"\n')
    (config.parent / "taken").touch()
    ended = await bot(command, "--config", str(config))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "taken/data cannot be written" in ended.err


async def test_a_file_that_is_no_database_is_one_clear_message(config: Path, made: Path) -> None:
    made.write_text("shopping list " * 100)
    ended = await bot("migrate", "--config", str(config))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "not a database" in ended.err
    assert "take one of your own backups" in ended.err


async def test_a_damaged_file_says_how_the_newest_copy_is_restored(config: Path, made: Path) -> None:
    assert (await bot("backup", "--config", str(config))).code == 0
    (copy,) = (made.parent / "copies").iterdir()
    whole = made.read_bytes()
    made.write_bytes(whole[:4096] + bytes(4096) * 3 + whole[16384:])
    for command in ("check", "backup"):
        ended = await bot(command, "--config", str(config))
        assert (ended.code, len(ended.err.splitlines())) == (1, 1), ended
        assert f"cp {copy} {made}" in ended.err
        assert f"{made.name}-wal" in ended.err
    assert list((made.parent / "copies").iterdir()) == [copy], "a damaged copy is none"
    made.write_bytes(copy.read_bytes())
    assert (await bot("check", "--config", str(config))).code == 0


async def test_everything_written_is_nobody_else_s_to_read(config: Path) -> None:
    config.write_text('[logging]\nfile = "backpedal.log"\n')
    os.umask(0o022)
    for command in ("migrate", "backup"):
        assert (await bot(command, "--config", str(config))).code == 0
    written = [path for path in config.parent.rglob("*") if path != config]
    assert {path.name for path in written if path.is_dir()} == {"data", "copies"}
    assert {oct(path.stat().st_mode & 0o777) for path in written if path.is_dir()} == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in written if path.is_file()} == {"0o600"}


async def test_files_that_others_could_read_are_made_private_at_the_start(config: Path, made: Path) -> None:
    made.chmod(0o644)
    ended = await bot("migrate", "--config", str(config))
    assert ended.code == 0
    assert "removed other users' access" in ended.err
    assert made.stat().st_mode & 0o777 == 0o600
    assert (await bot("migrate", "--config", str(config))).err == ""


@pytest.mark.parametrize("held", ['[discord]\ntoken = "a-token-of-the-bot"\n', POSTGRESQL])
async def test_a_secret_in_a_readable_file_is_warned_of(config: Path, made: Path, held: str) -> None:
    config.write_text(held)
    for mode, warned in ((0o644, True), (0o640, True), (0o600, False)):
        config.chmod(mode)
        ended = await bot("check", "--config", str(config))
        assert (f"chmod 600 {config}" in ended.err) is warned
        assert "a-token-of-the-bot" not in ended.err + ended.out
        assert "pa55word" not in ended.err + ended.out


async def test_what_cannot_be_used_as_a_database_is_said_in_words(config: Path) -> None:
    for url, said in (
        ("postgresql+asyncpg://runner:pa55word@127.0.0.1:9/club?sslmode=require", "ssl=require"),
        ("postgresql+asyncpg://runner:pa55word@127.0.0.1:9/club", "postgresql+asyncpg://127.0.0.1:9/club"),
        ("postgresql+asyncpg://127.0.0.1:9/club?user=runner&password=pa55word", "127.0.0.1:9/club cannot be used"),
        ("postgresql+asyncpg://runner:pa55word@pa55word@127.0.0.1:9/club", "%40"),
    ):
        config.write_text(f'[database]\nurl = "{url}"\n')
        ended = await bot("migrate", "--config", str(config))
        assert (ended.code, len(ended.err.splitlines())) == (1, 1), ended
        assert said in ended.err
        assert "pa55word" not in ended.err + ended.out


async def test_check_reports_and_makes_nothing(config: Path) -> None:
    ended = await started("check", "--config", str(config))
    assert (ended.code, ended.err) == (0, "")
    assert f"of {revisions()[-1]}: empty; made at the next run" in ended.out
    assert "cogs" in ended.out
    assert "worker    files are read behind" in ended.out
    assert "zones     20" in ended.out
    assert "discord   cannot be reached, so the token was not tried" in ended.out
    assert [path.name for path in config.parent.iterdir()] == ["config.toml"]


async def test_migrate_makes_the_database_and_the_second_time_changes_nothing(config: Path) -> None:
    file = config.parent / "data" / "backpedal.db"
    assert (await started("migrate", "--config", str(config))).code == 0
    before = file.read_bytes()
    assert (await bot("migrate", "--config", str(config))).code == 0
    assert file.read_bytes() == before


async def test_backup_says_where_the_copy_is(config: Path, made: Path) -> None:
    ended = await started("backup", "--config", str(config))
    assert ended.code == 0
    copy = Path(ended.out.strip())
    assert copy.parent == made.parent / "copies"
    assert (await bot("backup", str(config.parent / "mine.db"), "--config", str(config))).code == 0
    again = await bot("backup", str(config.parent / "mine.db"), "--config", str(config))
    assert again.code == 1
    assert "does not overwrite" in again.err


async def test_backup_of_postgresql_names_its_own_tool(config: Path) -> None:
    config.write_text('[database]\nurl = "postgresql+asyncpg://runner:pa55word@host/club"\n')
    ended = await bot("backup", "--config", str(config))
    assert ended.code == 1
    assert "pg_dump" in ended.err
    assert "pa55word" not in ended.err


async def test_sync_sends_the_commands_each_time_it_is_asked(config: Path, there: LocalDiscord) -> None:
    assert (await started("sync", "--config", str(config), discord=there.url)).code == 0
    first = there.syncs
    assert first > 0
    ended = await bot("sync", "--config", str(config), discord=there.url)
    assert (ended.code, there.syncs) == (0, first + 1)
    assert "commands sent" in ended.out


async def test_a_signal_during_the_login_ends_cleanly(config: Path, there: LocalDiscord) -> None:
    held = there.fail("GET", "/users/@me", Trouble.HOLD)
    async with forked_program(there.url, config) as running:
        await held.hit.wait()
        assert await running.end(signal.SIGTERM) == 0
    held.release.set()


async def test_rebuild_is_killed_continued_and_checked(config: Path, made: Path) -> None:
    people = range(11, 19)
    database = Database.open(f"sqlite+aiosqlite:///{made}")
    town = Town(database)
    for user_id in people:
        await town.log(user_id, town.content())
    await database.close()
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("UPDATE standings SET days_out = 9")
        connection.execute("DELETE FROM best_efforts")
    checked = await bot("rebuild", "--check", "--config", str(config))
    assert (checked.code, len(checked.err.splitlines())) == (1, 1)
    assert "8 people compared; the rows of 8 differed" in checked.out
    environment = _environment(NOWHERE, TOKEN)
    async with forked(MODULE, ["rebuild", "--config", str(config)], environment, together=True) as running:
        while not (line := (await running.out.readline()).decode()).startswith("1 done"):
            assert line
    killed_after = int(line.split()[-1])
    with closing(sqlite3.connect(made)) as connection:
        rebuilt = {user_id for (user_id,) in connection.execute("SELECT user_id FROM standings WHERE days_out = 1")}
        bests = {user_id for (user_id,) in connection.execute("SELECT user_id FROM best_efforts")}
    assert killed_after in rebuilt
    assert rebuilt == bests, "nobody is half rebuilt"
    assert (await bot("rebuild", "--after", str(killed_after), "--config", str(config))).code == 0
    checked = await bot("rebuild", "--check", "--config", str(config))
    assert (checked.code, checked.err) == (0, "")
