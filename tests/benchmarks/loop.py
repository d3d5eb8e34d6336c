"""How long each command blocks the event loop: CPU milliseconds of one callback, for a member with years of data.

Commands, texts and member are those of `tests/wire/hostile.py`; `test_wire_hostile.py` counts lines, not time. The bot
runs in a separate process, so that the server's work is not counted.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from db.engine import Database
from db.upkeep import upgrade
from tests.benchmarks import turns
from tests.benchmarks.bench import bot
from tests.benchmarks.club import configure
from tests.wire.crowded import crowd
from tests.wire.hostile import ADA, commands, hostile_texts, option_values
from tests.wire.payloads import Json
from tests.wire.server import LocalDiscord

SHOWN = 12
AIM_MS = 50
ADDED = {"noop", "turns"}
ANSWER_S = 60


async def bench() -> None:
    """Measure, and print the worst commands."""
    first: list[tuple[float, float, str]] = []
    second: list[tuple[float, float, str]] = []
    with tempfile.TemporaryDirectory(prefix="backpedal-loop-") as name:
        file = Path(name) / "club.db"
        async with LocalDiscord() as there:
            await _fill(f"sqlite+aiosqlite:///{file}", there)
            async with bot(there, configure(Path(name), file), turns.__name__):
                await _longest(there)
                for what, path, focused, typed in _asked(there.commands):
                    for measured in first, second:
                        if focused is None:
                            asked = await there.slash(path, ADA, **typed)
                        else:
                            asked = await there.type(path, ADA, focused, **typed)
                        await asked.answer(ANSWER_S)
                        measured.append((*await _longest(there), what))
    print(f"{len(second)} commands and suggestions of a member with 10,000 runs, each asked twice")
    _report("the first time", first)
    _report("the second time", second)


async def _fill(url: str, there: LocalDiscord) -> None:
    await upgrade(url)
    database = Database.open(url)
    await crowd(database, ADA, there.clubs[0])
    await database.close()


async def _longest(there: LocalDiscord) -> tuple[float, float]:
    """Return the milliseconds of the longest callback and collection since the last call, once nothing is pending."""
    asked = await (await there.slash("turns", ADA)).answer(ANSWER_S)
    turn_ms, pass_ms = json.loads(asked.text)
    return turn_ms, pass_ms


def _report(when: str, measured: list[tuple[float, float, str]]) -> None:
    measured.sort(key=lambda one: max(one[:2]), reverse=True)
    over = sum(max(turn_ms, pass_ms) > AIM_MS for turn_ms, pass_ms, _ in measured)
    print(f"{when}, over {AIM_MS} ms of loop: {over}")
    for turn_ms, pass_ms, what in measured[:SHOWN]:
        print(f"{turn_ms:8.1f} ms, collector {pass_ms:5.1f} ms  {what}")


def _asked(declared: list[Json]) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    for path, options in commands([command for command in declared if command["name"] not in ADDED]):
        required = {option["name"] for option in options if option.get("required")}
        ways = [option_values(options, text) for text in (None, *hostile_texts({}))]
        for number, typed in enumerate(ways):
            if typed is not None and required <= set(typed) and typed not in ways[:number]:
                yield f"/{path} {typed!r:.60}", path, None, typed
        for option in options:
            for text in hostile_texts(option) if option.get("autocomplete") else ():
                typed = (option_values(options, None) or {}) | {option["name"]: text}
                yield f"/{path} {option['name']}: {text:.40}", path, option["name"], typed
