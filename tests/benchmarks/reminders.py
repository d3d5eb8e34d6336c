"""The cost of messages the bot starts itself, over real sockets against a server that enforces Discord's limits.

Only messages that the server accepted count: a reminder without a message is lost, one with two messages a duplicate.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, cast

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.clock import system_clock
from bot.delivery.drop_log import Dropped
from bot.delivery.job_runner import JobRunner
from bot.delivery.rate_limiter import PER_SECOND
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import Daily, to_json
from cogs.reminders.reminder_messages import ReminderMessages
from db.engine import Database
from db.upkeep import upgrade
from tests.benchmarks import unpaced
from tests.benchmarks.bench import WARM_UP, bot, log_of, memory_mb
from tests.benchmarks.club import CLUB, ROOMY, configure, insert, instant, prepared, schema, without_indexes
from tests.wire.bots import Toy, running
from tests.wire.faults import Limits
from tests.wire.server import API, LocalDiscord

FIRST_USER = 2_000_001
STARTS = 5
DAY = timedelta(days=1)
SOON_S, QUIET_S = 15.0, 60.0
"""Seconds until the reminders of a measurement become due; the longer one leaves time to measure commands first."""
LOGS, LOGS_PER_S = 300, 10
"""Number and rate of logged runs; together with the messages, no more than a machine with two cores can do."""
NEW_CHANNELS = 0.1
"""Share of members whose direct channel must be opened first, which takes another request."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Results of due reminders, by the requests that the server accepted and refused."""

    due: int
    lost: int
    twice: int
    refused: int
    requests: int
    took_s: float

    def __str__(self) -> str:
        rate = self.requests / self.took_s
        return (f"{self.due:,} due: {self.lost} lost, {self.twice} twice, {self.refused} x 429; "
                f"{self.requests:,} requests in {self.took_s:.1f} s, {rate:.1f} a second")  # fmt: skip


def _line(name: str, value: str, aim: str = "") -> None:
    print(f"{name:44}{value:>24}   {aim}".rstrip(), flush=True)


# -- future reminders --------------------------------------------------------------------------------------------


def _reminders(connection: sqlite3.Connection, numbers: Sequence[int], at: Sequence[datetime]) -> None:
    """Insert daily reminders as `/remind` would, each due at its instant, without their users."""
    now = datetime.now(UTC)
    stamp = instant(now)
    insert(
        connection, "reminders",
        ({"reminder_id": number + 1, "interaction_id": number + 1, "user_id": FIRST_USER + number, "audience": "me",
          "what": f"stretch {number}", "zone": "UTC", "state": "active", "revision": 0, "created_at": stamp,
          "schedule": _every_day(due_at)} for number, due_at in zip(numbers, at, strict=True)),
    )  # fmt: skip
    insert(
        connection, "due",
        ({"kind": StoredKind.REMIND, "occurrence": str(number + 1), "priority": int(Priority.ASKED),
          "fire_at": instant(due_at), "meant_at": instant(due_at), "subject_id": number + 1,
          "user_id": FIRST_USER + number, "payload": "{}", "attempts": 0}
         for number, due_at in zip(numbers, at, strict=True)),
    )  # fmt: skip


def _every_day(at: datetime) -> str:
    """Return a daily schedule at this minute, so that the next occurrence is tomorrow."""
    return json.dumps(to_json(Daily(1, (time_of_day(at.hour, at.minute),), at.date())))


def _with_future(future: int) -> Path:
    """Return a database with `future` reminders in the coming days, created once a day in the temporary folder."""
    kept = Path(tempfile.gettempdir()) / f"backpedal-bench-future-{schema()}-{future}-{datetime.now(UTC):%Y%m%d}.db"
    if kept.exists():
        return kept
    print(f"making {future:,} reminders to come, kept as {kept} ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as folder:
        new = Path(folder) / "future.db"
        asyncio.run(upgrade(f"sqlite+aiosqlite:///{new}"))
        now = datetime.now(UTC)
        with closing(sqlite3.connect(new)) as connection:
            connection.executescript(ROOMY)
            indexes = without_indexes(connection, "due") + without_indexes(connection, "reminders")
            instants = [now + DAY + timedelta(seconds=number) for number in range(future)]
            _reminders(connection, range(10_000_000, 10_000_000 + future), instants)
            connection.commit()
            connection.executescript(indexes)
        shutil.move(new, kept)
    return kept


async def future(rows: int) -> None:
    """Compare start time and memory with many future reminders and with none, alternating; take the best starts."""
    ready_s: dict[int, list[float]] = {0: [], rows: []}
    held_mb: dict[int, list[float]] = {0: [], rows: []}
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as name:
        configs = {}
        for count in ready_s:
            kept = await asyncio.to_thread(_with_future, count)
            (folder := Path(name) / str(count)).mkdir()
            configs[count] = configure(folder, Path(shutil.copy(kept, folder / "future.db")))
        async with LocalDiscord(CLUB) as there:
            for start in range(STARTS + 1):
                for count, config in configs.items():
                    async with bot(there, config) as (pid, started_s):
                        if start:  # the first start syncs the commands
                            await asyncio.sleep(2)
                            ready_s[count].append(started_s)
                            held_mb[count].append((await memory_mb(pid))[0])
    for what, unit, figures, best in (("start", "s", ready_s, min), ("memory", "MB", held_mb, statistics.median)):
        empty, full = best(figures[0]), best(figures[rows])
        _line(
            f"{what}, {rows:,} to come / none", f"{full:.2f} / {empty:.2f} {unit}", f"{full / empty - 1:+.0%}, aim 10 %"
        )


async def advance(rows: int, due: int) -> None:
    """Run the jobs of one second: write a message for each and schedule the next, among many future ones."""
    kept = await asyncio.to_thread(_with_future, rows)
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as name:
        file = Path(shutil.copy(kept, Path(name) / "due.db"))
        now = system_clock()
        with closing(sqlite3.connect(file)) as connection, connection:
            _reminders(connection, range(due), [now - timedelta(seconds=place / due) for place in range(due)])
        database = Database.open(f"sqlite+aiosqlite:///{file}")
        kinds = {kind.name: kind for kind in ReminderMessages(cast(Any, None)).kinds}
        firing = JobRunner(kinds, database, system_clock, Dropped())
        started, all_s, own_s = time.perf_counter(), time.process_time(), time.thread_time()
        while await firing.some(firing.kinds()):
            pass
        took_s, all_s = time.perf_counter() - started, time.process_time() - all_s
        database_s = all_s - (time.thread_time() - own_s)  # the only other thread is the driver's
        await database.close()
        with closing(sqlite3.connect(file)) as connection:
            written = connection.execute("SELECT count(*) FROM deliveries").fetchone()[0]
            left = connection.execute("SELECT count(*) FROM due WHERE fire_at <= ?", [instant(now)]).fetchone()[0]
        assert (written, left) == (due, 0), (written, left)
    _line(f"{due:,} due in one second, taken and advanced", f"{database_s:.2f} s",
          f"aim 1 s of the database; with ours {all_s:.2f} s of processor, {took_s:.2f} s by the clock")  # fmt: skip


# -- sending -----------------------------------------------------------------------------------------------------


def _fill(there: LocalDiscord, file: Path, count: int, at: Sequence[datetime]) -> None:
    """Insert members with a reminder each; the direct channels of most are already known."""
    now = instant(datetime.now(UTC))
    new = set(range(0, count, round(1 / NEW_CHANNELS)))
    with closing(sqlite3.connect(file)) as connection, connection:
        users = (
            {"user_id": FIRST_USER + number, "zone_told": True, "created_at": now,
             "dm_channel_id": None if number in new else int(there.direct(str(FIRST_USER + number)))}
            for number in range(count)
        )  # fmt: skip
        insert(connection, "users", users)
        _reminders(connection, range(count), at)


def _said(there: LocalDiscord) -> Counter[str]:
    return Counter(found for made in there.messages.values() for found in re.findall(r"stretch (\d+)", made["content"]))


def _counts(there: LocalDiscord, due: int) -> Counts:
    said = _said(there)
    spoken = [e for e in there.log if e.method == "POST" and re.match(r"/channels/|/users/@me/channels", e.path)]
    accepted = [entry for entry in spoken if entry.status < 300]
    return Counts(
        due=due,
        lost=sum(str(number) not in said for number in range(due)),
        twice=sum(times > 1 for times in said.values()),
        refused=sum(entry.status == 429 for entry in spoken),
        requests=len(accepted),
        took_s=(accepted[-1].at - accepted[0].at) if len(accepted) > 1 else 1.0,
    )


@asynccontextmanager
async def _due_bot(
    file: Path, count: int, soon_s: float, spread_s: float, *more: str
) -> AsyncIterator[tuple[LocalDiscord, datetime]]:
    """Run a bot on a copy of a database with reminders due soon; yield the server and the first one's instant."""
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as name:
        copy = Path(shutil.copy(file, Path(name) / "club.db"))
        config = configure(Path(name), copy)
        async with LocalDiscord(CLUB) as there:
            async with bot(there, config):
                pass  # the first start syncs the commands
            at = system_clock() + timedelta(seconds=soon_s)
            instants = [at + timedelta(seconds=spread_s * place / count) for place in range(count)]
            await asyncio.to_thread(_fill, there, copy, count, instants)
            there.log.clear()
            there.limits = Limits()
            async with bot(there, config, *more):
                yield there, at


async def _until_said(there: LocalDiscord, at: datetime, count: int, most_s: float) -> None:
    """Wait until all are sent, and a second longer for duplicates; or give up."""
    await asyncio.sleep(max(0.0, (at - system_clock()).total_seconds()))
    for _ in range(round(most_s)):
        await asyncio.sleep(1)
        if len(_said(there)) >= count:
            break
    await asyncio.sleep(1)


async def seven(members: int, runs: int, due: int) -> None:
    """Measure reminders due at one instant, and the latency of /log meanwhile."""
    kept = await asyncio.to_thread(prepared, members, runs)
    quiet_ms: list[float] = []
    async with _due_bot(kept, due, QUIET_S, 0.0) as (there, at):
        log = log_of(there, members)
        await log.run(WARM_UP, LOGS_PER_S)
        log.took_ms.clear()
        await log.run(LOGS, LOGS_PER_S)
        quiet_ms += log.took_ms
        log.took_ms.clear()
        await asyncio.sleep(max(0.0, (at - system_clock()).total_seconds()))
        asked = requests_s(due)
        for _ in range(max(1, int(asked * 0.8 / (LOGS / LOGS_PER_S)))):
            await log.run(LOGS, LOGS_PER_S)
        busy_ms = list(log.took_ms)
        await _until_said(there, at, due, asked * 2)
        counts = _counts(there, due)
        log.took_ms.clear()
        await log.run(LOGS, LOGS_PER_S)
        quiet_ms += log.took_ms
    _line("due in one instant, paced", str(counts), f"aim {PER_SECOND * 0.9:.1f} a second, 0, 0, 0")
    quiet, busy = p99(quiet_ms), p99(busy_ms)
    _line("/log p99, quiet / meanwhile", f"{quiet:.1f} / {busy:.1f} ms", f"{busy / quiet:.1f} x, aim 2 x")
    _line("/log p50, quiet / meanwhile", f"{statistics.median(quiet_ms):.1f} / {statistics.median(busy_ms):.1f} ms")


def requests_s(due: int) -> float:
    """Return the seconds that `due` reminders take at the rate limit, including the opening of channels."""
    return due * (1 + NEW_CHANNELS) / PER_SECOND


def p99(took: list[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(took, n=100, method="inclusive")[98]


async def unpaced_bot(due: int) -> None:
    """Send the same without rate limiter and pump, to show the effect of Discord's limits."""
    kept = await asyncio.to_thread(_with_future, 0)
    async with _due_bot(kept, due, SOON_S, 0.0, unpaced.__name__) as (there, at):
        await _until_said(there, at, due, 60 + requests_s(due) * 2)
        _line("the same, unpaced", str(_counts(there, due)))
    async with LocalDiscord(CLUB) as there:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = there.url + API, yarl.URL(there.gateway_url)
        async with running(Toy()) as toy:
            there.limits = Limits()
            there.log.clear()
            channels = [toy.get_partial_messageable(int(there.direct(str(FIRST_USER + n)))) for n in range(due)]
            sends = [channel.send(f"stretch {number}", nonce=str(number)) for number, channel in enumerate(channels)]
            failed = await asyncio.gather(*sends, return_exceptions=True)
            _line("all at once by discord.py alone", str(_counts(there, due)),
                  f"{sum(isinstance(one, discord.HTTPException) for one in failed)} exceptions")  # fmt: skip


async def late(due: int, spread_s: float = 60.0) -> None:
    """Measure how late reminders spread over a minute are accepted."""
    kept = await asyncio.to_thread(_with_future, 0)
    async with _due_bot(kept, due, SOON_S, spread_s) as (there, at):
        begun = time.monotonic() - (system_clock() - at).total_seconds()
        await _until_said(there, at, due, spread_s * 2)
        lateness_ms = [
            (entry.at - begun - spread_s * int(number) / due) * 1000
            for entry in there.accepted
            if entry.path.endswith("/messages")
            for number in re.findall(r"stretch (\d+)", entry.body["content"])
        ]
        counts = _counts(there, due)
    _line(f"{due:,} spread over {spread_s:.0f} s", f"{counts.lost} lost, {counts.twice} twice")
    _line("  late, p50 / p99 / most", f"{statistics.median(lateness_ms):.0f} / {p99(lateness_ms):.0f} / "
          f"{max(lateness_ms):.0f} ms", "aim 1,000 ms")  # fmt: skip
