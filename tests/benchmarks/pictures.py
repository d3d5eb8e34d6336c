"""What pictures cost in the worker: time, memory, size."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bot.localizer import Localizer
from bot.worker.messages import WorkerRole
from bot.worker.worker import Worker
from tests.charts.examples import EXAMPLES

TIMES = 100
AIM_MS, AIM_MB = 15, 50

_IMPORT = """
import time
began = time.perf_counter()
import typst
print((time.perf_counter() - began) * 1000)
"""


def _processor_s(pid: int) -> float:
    """Return the processor time that the threads of a process have used; on Linux alone."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9


def bench() -> None:
    """Measure and print."""
    shown = subprocess.run([sys.executable, "-c", _IMPORT], check=True, capture_output=True, text=True).stdout
    print(f"import of typst {float(shown):.0f} ms")
    asyncio.run(_drawn())


async def _drawn() -> None:
    worker = Worker()
    try:
        empty = (await worker.about(WorkerRole.FILES)).peak_bytes  # the same process with another library
        rounds = (await worker.about(WorkerRole.ROUNDS)).peak_bytes
        picture = next(iter(EXAMPLES.values()))(Localizer())
        began = time.perf_counter()
        await worker.draw(picture, 1)
        started_ms = (time.perf_counter() - began) * 1000
        pid = (await worker.about(WorkerRole.CHARTS)).pid
        print(f"first picture, with the start of the process: {started_ms:.0f} ms")
        print(f"{'picture':18}{'p50 ms':>8}{'p99 ms':>8}{'processor ms':>14}{'kB':>6}   (aim: {AIM_MS} ms p50)")
        for name, example in EXAMPLES.items():
            took, png = [], b""
            picture = example(Localizer())
            await worker.draw(picture, 1)
            before = _processor_s(pid)
            for _ in range(TIMES):
                began = time.perf_counter()
                png = await worker.draw(picture, 1)
                took.append((time.perf_counter() - began) * 1000)
            used_ms = (_processor_s(pid) - before) * 1000 / TIMES
            p99 = sorted(took)[int(TIMES * 0.99) - 1]
            print(f"{name:18}{statistics.median(took):8.1f}{p99:8.1f}{used_ms:14.1f}{len(png) / 1000:6.0f}")
        full = (await worker.about(WorkerRole.CHARTS)).peak_bytes
        base = min(empty, rounds)
        print(f"memory at its peak {full / 1e6:.0f} MB, {(full - base) / 1e6:.0f} MB over another role's process"
              f" (aim: {AIM_MB} MB)")  # fmt: skip
    finally:
        await worker.close()
