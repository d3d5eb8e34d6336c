"""Every command and autocomplete with hostile texts, by a member with years of data, must not block the event loop.

The requests are derived from the synced commands, so that a new one is covered without being named here.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

from bot.app import App
from bot.client import Backpedal
from bot.interactions.admission import Admission
from cogs import EXTENSIONS
from tests.wire.bots import running
from tests.wire.crowded import crowd
from tests.wire.hostile import ADA, commands, hostile_texts, option_values
from tests.wire.server import LocalDiscord
from tests.wire.work import counted

MOST_LINES = 100_000
"""Lines of Python executed without yielding to the loop: about 15 ms. `make bench` measures the milliseconds."""
MOST_LINES_OF_EXPORT = 150_000
"""An export builds its statements from the declarations of all tables at once, before it reads anything."""
MOST_ROWS = 1_000
"""Rows of one query result, except in an export, which reads everything in portions."""
MOST_OBJECTS = 40_000
"""Objects alive at a time that the garbage collector visits: a few ms per pass."""


@pytest.mark.long
async def test_no_command_and_no_autocomplete_holds_the_loop(
    there: LocalDiscord, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(app.database, ADA, there.clubs[0], runs=5_000)  # each line of an export is traced
    found: list[str] = []
    async with running(Backpedal(app, app.outbox, EXTENSIONS)) as bot:
        bot.admission = Admission(now=count(step=60).__next__)  # a minute between calls, so that no limit applies

        async def ask(name: str, asked: Any) -> None:
            with counted(monkeypatch) as work:
                await (await asked).answer(180)
                async with asyncio.timeout(180):
                    while bot._in_hand:  # noqa: ASYNC110 (work after the answer counts too)
                        await asyncio.sleep(0.005)  # not 0, which would take the interpreter from the threads
            most_lines = MOST_LINES_OF_EXPORT if "export" in name else MOST_LINES
            if max(work.longest / most_lines, work.objects / MOST_OBJECTS) > 1 or (
                work.rows > MOST_ROWS and "export" not in name
            ):
                found.append(f"{name}: {work}")

        for path, options in commands(there.commands):
            required = {option["name"] for option in options if option.get("required")}
            ways = [{}, option_values(options, None), *(option_values(options, text) for text in hostile_texts({}))]
            for number, typed in enumerate(ways):
                if typed is not None and required <= set(typed) and typed not in ways[:number]:
                    await ask(f"/{path} {typed!r:.90}", there.slash(path, ADA, **typed))
            for option in options:
                if not option.get("autocomplete"):
                    continue
                for text in ("", *hostile_texts(option)):
                    typed = (option_values(options, None) or {}) | {option["name"]: text}
                    await ask(f"/{path} {option['name']}: {text:.40}", there.type(path, ADA, option["name"], **typed))
    assert not found, "\n".join(found)
