"""Import of a table of 20,000 lines, all of them told a direction, and taken back, as a member does it.

Next to the wall-clock time are the CPU seconds of the bot and of its worker process: on a busy machine only these say
something. While the import runs, another member asks for their runs.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench import bot, memory_mb
from tests.benchmarks.club import configure
from tests.files.table_files import strava
from tests.wire.acting import Asked
from tests.wire.payloads import Person
from tests.wire.server import LocalDiscord

LINES = 20_000
AIM_S = 20
ADA, BEN = Person("Ada"), Person("Ben")
PATIENCE_S = 600


async def bench() -> None:
    """Measure, and print the figures."""
    data = strava(LINES)
    runs = f"{LINES * 9 // 10:,}"
    print(f"a table of {LINES:,} lines, {len(data) / 1e6:.1f} MB; a tenth are rides")
    with tempfile.TemporaryDirectory(prefix="backpedal-bench-") as name:
        config = configure(Path(name), Path(name) / "club.db")
        async with LocalDiscord() as there, bot(there, config) as (pid, _):
            await _ask(there)
            beside: list[float] = []
            asking = asyncio.create_task(_keep_asking(there, beside))
            began, used = time.perf_counter(), _cpu_s(pid)
            asked = await there.slash("runs import", ADA, file=there.attachment("activities.csv", data))
            await there.until(lambda: "runs imported" in asked.text, timeout_s=PATIENCE_S)
            _line("import", began, used, pid, f"aim {AIM_S} s")
            asking.cancel()
            worst = f"slowest {max(beside):.0f} ms" if beside else ""
            print(f"{'  another member beside it':32}{statistics.median(beside or [0]):13.0f} ms   {worst}")
            own, worker = await memory_mb(pid)
            print(f"{'  memory of bot and worker':32}{own:9.0f} and {worker:.0f} MB")
            for label, said in (("All forward", "direction now"), ("Undo import", "Taken back")):
                began, used = time.perf_counter(), _cpu_s(pid)
                assert asked.message is not None
                await there.press(asked.message, label, ADA)
                await there.until(lambda said=said: said in asked.text, timeout_s=PATIENCE_S)  # type: ignore[misc]
                _line(f"{label}, {runs} runs", began, used, pid)


async def _ask(there: LocalDiscord) -> Asked:
    asked = await there.slash("runs list", BEN)
    await asked.answer(PATIENCE_S)
    return asked


async def _keep_asking(there: LocalDiscord, took_ms: list[float]) -> None:
    while True:
        asked = await _ask(there)
        took_ms.append((asked.answered_at - asked.sent_at) * 1000)
        await asyncio.sleep(0.2)


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of all that it has started."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if pid in (int(folder.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _line(name: str, began: float, used: float, pid: int, aim: str = "") -> None:
    took, cpu = time.perf_counter() - began, _cpu_s(pid) - used
    print(f"{name:32}{took:14.1f} s   {cpu:.1f} s of CPU   {aim}".rstrip())
