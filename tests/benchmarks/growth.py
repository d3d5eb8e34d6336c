"""Memory growth of the bot: mixed commands at a steady rate, with the resident memory of its process each minute.

The club is that of the benchmarks, so that SQLite's page caches are full within the warm-up. The interactions cover all
kinds of answers: public and private cards, pages turned by a menu, abandoned forms, autocomplete, errors, pictures.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks.bench import bot, memory_mb
from tests.benchmarks.club import CLUB, configure, member, prepared
from tests.wire.acting import Asked
from tests.wire.payloads import Json
from tests.wire.server import LocalDiscord

MEMBERS, RUNS = 1_000, 100_000
WARM_UP_S = 120.0
SAMPLE_S = 60.0
LIMIT = 0.15
"""Share of growth after the warm-up that still counts as none."""
REMEMBERED = 2_000
"""Interactions the server keeps; its memory is not measured, but it is on the same machine."""


class Members:
    """A thousand members who use the bot in turn, with all kinds of interactions equally often."""

    def __init__(self, there: LocalDiscord) -> None:
        self._there = there
        self._logged: deque[tuple[int, Asked]] = deque(maxlen=50)
        self._shown: deque[tuple[int, Asked]] = deque(maxlen=50)
        self._ways: list[Callable[[int], Awaitable[Asked]]] = [
            self._log, self._settings, self._list, self._form, self._board, self._turn, self._type, self._help,
            self._remind, self._wrong, self._search, self._log, self._availability, self._form, self._privacy,
            self._turn, self._settings, self._type, self._list, self._me,
        ]  # fmt: skip

    async def ask(self, number: int) -> Asked:
        """Send the next interaction."""
        return await self._ways[number % len(self._ways)](number * 7 % MEMBERS)

    async def _log(self, who: int) -> Asked:
        asked = await self._there.slash(
            "log", member(who), distance="5k", time="27:30", direction="backward", surface="track"
        )
        self._logged.append((who, asked))
        return asked

    async def _settings(self, who: int) -> Asked:
        asked = await self._there.slash("settings", member(who))
        self._shown.append((who, asked))
        return asked

    async def _form(self, who: int) -> Asked:
        return await self._press(self._logged, "run:edit", None) or await self._log(who)

    async def _turn(self, who: int) -> Asked:
        return await self._press(self._shown, "settings:language", ["en"]) or await self._settings(who)

    async def _press(self, among: deque[tuple[int, Asked]], button: str, values: list[str] | None) -> Asked | None:
        found = next(((who, asked.message) for who, asked in among if _has(asked.message, button)), None)
        if found is None or found[1] is None:
            return None
        among.rotate(-1)
        return await self._there.press(found[1], button, member(found[0]), values=values)

    async def _list(self, who: int) -> Asked:
        return await self._there.slash("runs list", member(who))

    async def _board(self, who: int) -> Asked:
        return await self._there.slash("leaderboard", member(who))

    async def _type(self, who: int) -> Asked:
        return await self._there.type("log", member(who), "distance", distance=f"{who % 40}.5k")

    async def _search(self, who: int) -> Asked:
        return await self._there.type("runs show", member(who), "run", run=f"{who % 28}")

    async def _help(self, who: int) -> Asked:
        return await self._there.slash("help", member(who))

    async def _remind(self, who: int) -> Asked:
        return await self._there.slash("remind list", member(who))

    async def _wrong(self, who: int) -> Asked:
        return await self._there.slash("log", member(who), distance="far", time="long")

    async def _availability(self, who: int) -> Asked:
        return await self._there.slash("partner availability", member(who))

    async def _privacy(self, who: int) -> Asked:
        return await self._there.slash("privacy", member(who))

    async def _me(self, who: int) -> Asked:
        return await self._there.slash("me", member(who))


def _has(message: Json | None, button: str) -> bool:
    return message is not None and button in str(message.get("components"))


async def growth(minutes: float, rate_per_s: float) -> bool:
    """Use the bot for that long after the warm-up, print its memory, and return whether it did not grow."""
    kept = await asyncio.to_thread(prepared, MEMBERS, RUNS)
    print(f"{rate_per_s:g} mixed commands a second, {minutes:g} minutes after {WARM_UP_S:.0f} s of warm-up")
    with tempfile.TemporaryDirectory(prefix="backpedal-growth-") as name:
        folder = Path(name)
        config = configure(folder, Path(shutil.copy(kept, folder / "club.db")))
        async with LocalDiscord(CLUB) as there, bot(there, config) as (pid, _):
            members, started, asked = Members(there), time.monotonic(), deque[Asked]()
            samples: list[float] = []
            number, unanswered, sample_at = 0, 0, WARM_UP_S
            while len(samples) < 2 or time.monotonic() - started < WARM_UP_S + minutes * 60:
                await asyncio.sleep(max(0.0, started + number / rate_per_s - time.monotonic()))
                asked.append(await members.ask(number))
                number += 1
                if len(asked) > REMEMBERED:
                    unanswered += not asked[0].answered.is_set()
                    _forget(there, asked.popleft())
                if time.monotonic() - started >= sample_at:
                    sample_at += min(SAMPLE_S, minutes * 60)
                    own_mb, largest_mb = await memory_mb(pid)
                    samples.append(own_mb)
                    print(f"{time.monotonic() - started:6.0f} s {number:8,} asked {own_mb:7.1f} MB, "
                          f"worker {largest_mb:.0f} MB", flush=True)  # fmt: skip
    grown = max(samples) / samples[0] - 1
    print(f"grown by {grown:.1%} at most, {samples[-1] / samples[0] - 1:.1%} at the end (limit {LIMIT:.0%}); "
          f"{unanswered} of {number:,} not answered")  # fmt: skip
    return grown <= LIMIT and not unanswered


def _forget(there: LocalDiscord, asked: Asked) -> None:
    there.asked.pop(str(asked.payload["token"]), None)
    if asked.message is not None:
        there.messages.pop(str(asked.message["id"]), None)
    there.log.clear()
