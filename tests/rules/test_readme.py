"""README.md and /help list every command, and no other; the README opens with what a club wants to know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from discord import app_commands

from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.i18n import catalogue
from bot.languages import LANGUAGES
from cogs import EXTENSIONS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PICTURE_BYTES = 60_000


@pytest_asyncio.fixture
async def commands() -> tuple[set[str], set[str]]:
    """Return the slash commands, and the message menus."""
    nothing: Any = None
    bot = Backpedal(App(nothing, nothing, nothing, system_clock, nothing), nothing, EXTENSIONS)
    await bot.load_everything()
    slash = {f"/{one.qualified_name}" for one in bot.tree.walk_commands() if isinstance(one, app_commands.Command)}
    menus = {one.qualified_name for one in bot.tree.get_commands() if isinstance(one, app_commands.ContextMenu)}
    await bot.close()
    return slash, menus


def named(text: str) -> list[str]:
    """Expand `/runs list` · `show` to /runs list and /runs show."""
    found: list[str] = []
    for words in re.findall(r"`([^`]+)`", text):
        found.append(words if words.startswith("/") else f"{found[-1].rpartition(' ')[0]} {words}")
    return found


def test_the_readme_s_table_is_what_there_is(commands: tuple[set[str], set[str]]) -> None:
    slash, menus = commands
    table = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `/")]
    written = [name for cell in table for name in named(cell)]
    assert sorted(written) == sorted(slash)
    assert all(f'"{menu}"' in README for menu in menus)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_lists_what_there_is(language: str, commands: tuple[set[str], set[str]]) -> None:
    lines = [str(text) for key, text in catalogue(language).items() if key.startswith("help.list.")]
    assert sorted(name for line in lines for name in named(line)) == sorted(commands[0])


def test_the_readme_opens_with_whom_it_is_for_pictures_and_two_commands() -> None:
    opening = README.partition("## ")[0]
    assert opening.splitlines()[2].startswith("For clubs that run backward (and forward)")
    assert opening.count("\n- **") == 3
    assert re.findall(r"^make (\w+)", opening, re.MULTILINE) == ["try", "run"]
    assert opening.index("![") < opening.index("make try") < opening.index("| Who |")


def test_every_picture_is_there_small_and_described() -> None:
    texts = {ROOT: README, ROOT / "docs": (ROOT / "docs" / "README.md").read_text(encoding="utf-8")}
    shown = {
        (folder / path).resolve(): words
        for folder, text in texts.items()
        for words, path in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", text)
    }
    assert set(shown) == set((ROOT / "docs").glob("*.png"))
    assert all(len(words) > 10 for words in shown.values())
    assert {path.name for path in shown if path.stat().st_size > PICTURE_BYTES} == set()


def test_every_make_and_bot_command_named_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)(?=`|  | ARGS|\n)", README)) <= targets
    known = set(re.findall(r'command\("(\w+)"', (ROOT / "bot" / "__main__.py").read_text(encoding="utf-8")))
    named = set(re.findall(r"python -m bot (\w+)", README))
    assert {"try", "run", "check", "backup"} <= named <= known
