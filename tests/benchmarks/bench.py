"""The main part of `make bench`: one bot in its own process, over real sockets, with a large club."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import noop
from tests.benchmarks.club import CLUB, configure, member, prepared
from tests.wire.acting import Asked
from tests.wire.program import program
from tests.wire.server import LocalDiscord

RATE_PER_S = 50
WARM_UP = 50
ROUNDS = 5
STARTS = 3


@dataclass
class Measured:
    """Milliseconds from the interaction's frame to the answer's request; a correct answer contains `says`."""

    name: str
    ask: Callable[[int], Awaitable[Asked]]
    count: int
    says: str
    aim: str = ""
    took_ms: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.took_ms)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.took_ms, n=100, method="inclusive")[98]

    async def run(self, count: int, rate_per_s: float = RATE_PER_S) -> None:
        """Send `count` interactions at a fixed rate, whether or not the answers keep up."""
        started = time.perf_counter()
        asked = []
        for number in range(count):
            await asyncio.sleep(max(0.0, started + number / rate_per_s - time.perf_counter()))
            asked.append(await self.ask(number))
        for one in asked:
            await one.answer()
            self.took_ms.append((one.answered_at - one.sent_at) * 1000)
            self.wrong += self.says not in one.text


@asynccontextmanager
async def bot(there: LocalDiscord, config: Path, *extensions: str) -> AsyncIterator[tuple[int, float]]:
    """Run the real program in a separate process; yield its id and the seconds from start to ready."""
    started = time.perf_counter()
    async with program(there.url, config, extensions=" ".join([noop.__name__, *extensions])) as running:
        await running.says(noop.READY)
        yield running.pid, time.perf_counter() - started
        await running.end(signal.SIGTERM)


async def memory_mb(pid: int) -> tuple[float, float]:
    """Return the resident memory of the bot, and of the largest process it has started."""
    ps = await asyncio.create_subprocess_exec("ps", "-Ao", "pid=,ppid=,rss=", stdout=asyncio.subprocess.PIPE)
    lines, _ = await ps.communicate()
    rows = [tuple(map(int, line.split())) for line in lines.decode().splitlines()]
    own = next(rss for process, _, rss in rows if process == pid)
    return own / 1024, max((rss for _, parent, rss in rows if parent == pid), default=0) / 1024


async def bench(members: int, runs: int) -> None:
    """Measure and print."""
    kept = await asyncio.to_thread(prepared, members, runs)
    print(f"{os.cpu_count()} cores · {platform.python_implementation()} {platform.python_version()} · SQLite · "
          f"{members:,} members, {runs:,} runs · {RATE_PER_S} commands a second\n")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as name:
        folder = Path(name)
        config = configure(folder, Path(shutil.copy(kept, folder / "club.db")))
        async with LocalDiscord(CLUB) as there:
            async with bot(there, config) as (_, first_s):
                pass  # the first start syncs the commands; measured starts find them unchanged
            starts_s = []
            for _ in range(STARTS - 1):
                async with bot(there, config) as (_, ready_s):
                    starts_s.append(ready_s)
            async with bot(there, config) as (pid, ready_s):
                starts_s.append(ready_s)
                measured = _measured(there, members)
                for one in measured:
                    await one.run(WARM_UP)
                    one.took_ms.clear()
                for _ in range(ROUNDS):  # interleaved, so that load on the machine affects all
                    for one in measured:
                        await one.run(one.count // ROUNDS)
                _report(measured)
                _line("start to ready", f"{statistics.median(starts_s):.2f} s", "2 s")
                _line("  when commands are to be sent", f"{first_s:.2f} s")
                _line("memory, bot", f"{(await memory_mb(pid))[0]:.0f} MB", "120 MB")
                await (await there.slash("me", member(0))).answer()
                await there.until(lambda: any(entry.files for entry in there.accepted), timeout_s=30)
                _line("memory, worker", f"{(await memory_mb(pid))[1]:.0f} MB")


def log_of(there: LocalDiscord, members: int) -> Measured:
    """Return the measurement of `/log`."""

    def log(number: int) -> Awaitable[Asked]:
        return there.slash(
            "log", member(number % members), distance="5k", time="27:30", direction="backward", surface="track"
        )

    return Measured("/log", log, 1000, "5.00 km", "8 × at p50, 30 ms at p99")


def _measured(there: LocalDiscord, members: int) -> list[Measured]:
    def board(number: int) -> Awaitable[Asked]:
        return there.slash("leaderboard", member(number % members))

    def board_ever(number: int) -> Awaitable[Asked]:
        return there.slash("leaderboard", member(number % members), period="all")

    return [
        Measured("no-op", lambda number: there.slash("noop", member(number % members)), 500, "done"),
        log_of(there, members),
        Measured("/leaderboard", board, 250, member(0).name.split()[0], "5 ×"),
        Measured("/leaderboard period:all", board_ever, 250, member(0).name.split()[0], "5 ×"),
    ]


def _report(measured: list[Measured]) -> None:
    print(f"{'milliseconds to the answer':32}{'p50':>8}{'p99':>8}{'× no-op':>9}   aim")
    for one in measured:
        ratio = one.p50 / measured[0].p50
        print(f"{one.name:32}{one.p50:8.2f}{one.p99:8.2f}{ratio:9.1f}   {one.aim}".rstrip())
    wrong = {one.name: one.wrong for one in measured if one.wrong}
    print(f"{wrong} were answered with something else\n" if wrong else "")


def _line(name: str, value: str, aim: str = "") -> None:
    print(f"{name:32}{value:>16}{'':9}   {aim}".rstrip())
