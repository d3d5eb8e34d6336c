"""`python -m bot` in a separate process, forked from one that has imported everything the bot needs.

The imports take a second, most of the life of such a process. Otherwise the process behaves the same: nothing of the
bot has run before the fork, which is made by multiprocessing from a process with one thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.wire.preloaded"])


class Forked:
    """A process that runs a module as `python -m` does.

    It has the part of the interface of `asyncio.subprocess.Process` that tests need.

    Attributes:
        out: its standard output.
        err: its standard error; the same as `out` if both were requested together.
    """

    def __init__(self, process: ForkServerProcess, out: asyncio.StreamReader, err: asyncio.StreamReader) -> None:
        self._process = process
        self.out = out
        self.err = err

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code: negative if a signal ended the process, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for the exit code."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        assert self.returncode is not None
        return self.returncode


@contextlib.asynccontextmanager
async def forked(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], *, together: bool = False
) -> AsyncIterator[Forked]:
    """Run a module in a process, and kill the process at the end unless it has ended.

    Args:
        module: name of the module.
        arguments: command-line arguments.
        environment: all environment variables of the process.
        together: whether standard error is merged into standard output.
    """
    pipes = [_context.Pipe(duplex=False) for _ in range(1 if together else 2)]
    process = _context.Process(
        target=_run, args=(module, list(arguments), dict(environment), pipes[0][1], pipes[-1][1])
    )
    process.start()
    readers = []
    for ours, theirs in pipes:
        theirs.close()
        readers.append(await _reader(ours))
    running = Forked(process, readers[0][1], readers[-1][1])
    try:
        yield running
    finally:
        running.kill()
        await running.wait()
        for transport, _ in readers:
            transport.close()
        process.close()


async def _reader(pipe: Connection) -> tuple[asyncio.ReadTransport, asyncio.StreamReader]:
    reader = asyncio.StreamReader()
    file = os.fdopen(os.dup(pipe.fileno()), "rb", 0)
    pipe.close()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), file
    )
    return transport, reader


def _run(module: str, arguments: list[str], environment: dict[str, str], out: Connection, err: Connection) -> None:
    """Run the module; called in the new process."""
    for stream, pipe in ((1, out), (2, err)):
        os.dup2(pipe.fileno(), stream)
    for pipe in {out, err}:
        pipe.close()
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
