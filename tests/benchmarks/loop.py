"""How long each command keeps the others waiting: milliseconds of CPU in one turn of the loop, for a member of years.

The commands, the texts and the member are those of `tests/wire/test_wire_hostile.py`, which counts lines and no time.
The server shares the loop here, and what it takes is in the figures.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from asyncio.events import Handle
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.admission import Admission
from bot.app import App
from bot.client import Backpedal
from bot.clock import system_clock
from bot.config import Settings
from bot.delivery.pump import Pump
from bot.worker.worker import Worker
from db.engine import Database
from db.upkeep import upgrade
from tests.wire.bots import running
from tests.wire.crowded import crowd
from tests.wire.payloads import Json
from tests.wire.server import API, LocalDiscord
from tests.wire.test_wire_hostile import ADA, commands, filled, texts

SHOWN = 12
AIM_MS = 50


@contextmanager
def longest_ms() -> Iterator[list[float]]:
    """The longest turn of the loop meanwhile."""
    found, run = [0.0], Handle._run

    def timed(handle: Any) -> None:
        began = time.thread_time()
        run(handle)
        found[0] = max(found[0], (time.thread_time() - began) * 1000)

    Handle._run = timed  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Handle._run = run  # type: ignore[method-assign]


async def bench() -> None:
    """Measure and print the worst."""
    measured: list[tuple[float, str]] = []
    with tempfile.TemporaryDirectory(prefix="backpedal-loop-") as name:
        url = f"sqlite+aiosqlite:///{Path(name) / 'club.db'}"
        await upgrade(url)
        database, worker = Database.open(url), Worker()
        app = App(settings=Settings(), database=database, worker=worker, clock=system_clock, courier=Pump())
        async with LocalDiscord() as there:
            Route.BASE = there.url + API
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(there.gateway_url)
            await crowd(database, ADA, there.clubs[0])
            async with running(Backpedal(app)) as bot:
                bot.admission = Admission(now=count(step=60).__next__)
                for what, path, focused, typed in _asked(there.commands):
                    for _ in range(2):  # what is made at first use is made once
                        with longest_ms() as longest:
                            if focused is None:
                                asked = await there.slash(path, ADA, **typed)
                            else:
                                asked = await there.type(path, ADA, focused, **typed)
                            await asked.answer(60)
                    measured.append((longest[0], what))
        await worker.close()
        await database.close()
    measured.sort(reverse=True)
    over = sum(ms > AIM_MS for ms, _ in measured)
    print(f"{len(measured)} commands and suggestions of a member with 10,000 runs; over {AIM_MS} ms of loop: {over}")
    for ms, what in measured[:SHOWN]:
        print(f"{ms:8.1f} ms  {what}")


def _asked(declared: list[Json]) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    for path, options in commands(declared):
        required = {option["name"] for option in options if option.get("required")}
        for text in (None, *texts({})):
            typed = filled(options, text)
            if typed is not None and required <= set(typed):
                yield f"/{path} {typed!r:.60}", path, None, typed
        for option in options:
            for text in texts(option) if option.get("autocomplete") else ():
                typed = (filled(options, None) or {}) | {option["name"]: text}
                yield f"/{path} {option['name']}: {text:.40}", path, option["name"], typed


if __name__ == "__main__":
    asyncio.run(bench())
