"""The bot as a program: `python -m bot` in its own process, with its output and exit code.

Most tests use `forked_program`; one test of each kind, and the benchmarks, use `program`, as an operator starts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.wire.forked import Forked, forked

ROOT = Path(__file__).parents[2]
MODULE = "tests.wire.process"


@dataclass
class Program:
    """A running program. `lines` is its output so far, both streams together."""

    process: Process | Forked
    lines: list[str] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    @property
    def pid(self) -> int:
        return self.process.pid

    async def says(self, words: str, timeout_s: float = 30) -> None:
        """Wait until it has written `words`.

        Raises:
            RuntimeError: it ended without writing them.
        """
        async with asyncio.timeout(timeout_s):
            while not any(words in line for line in self.lines):
                if self._over:
                    raise RuntimeError("the program ended:\n" + "".join(self.lines))
                await self._more.wait()

    async def end(self, signal: int, timeout_s: float = 10) -> int:
        """Send a signal, and wait for the exit code."""
        self.process.send_signal(signal)
        return await self.code(timeout_s)

    async def code(self, timeout_s: float = 10) -> int:
        """Wait until the program ends by itself, and return its exit code."""
        async with asyncio.timeout(timeout_s):
            return await self.process.wait()

    async def _listen(self, out: asyncio.StreamReader) -> None:
        while True:
            line = await out.readline()
            self._over = not line
            self.lines.append(line.decode())
            self._more.set()
            self._more = asyncio.Event()
            if not line:
                return


@contextlib.asynccontextmanager
async def program(url: str, config: Path, *, extensions: str = "") -> AsyncIterator[Program]:
    """Run `python -m bot run` with Discord at `url` and further cogs; kill it at the end unless it has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, "run", "--config", str(config),
        cwd=ROOT, env=_environment(url, extensions), stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    running = Program(process)
    listening = asyncio.create_task(running._listen(process.stdout))
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


@contextlib.asynccontextmanager
async def forked_program(url: str, config: Path, *, extensions: str = "") -> AsyncIterator[Program]:
    """Do the same in a forked process, which needs no time for imports."""
    async with forked(
        MODULE, ["run", "--config", str(config)], _environment(url, extensions), together=True
    ) as process:
        running = Program(process)
        listening = asyncio.create_task(running._listen(process.out))
        try:
            yield running
        finally:
            process.kill()
            await listening


def _environment(url: str, extensions: str) -> dict[str, str]:
    return {**os.environ, "LOCAL_DISCORD": url, "EXTRA_EXTENSIONS": extensions, "DISCORD_TOKEN": "token",
            "PYTHONPATH": str(ROOT)}  # fmt: skip
