"""The one worker process: files, charts and matching, away from the event loop and from everything worth having.

It is a fresh interpreter on this module's `serve`, not a fork and not multiprocessing's spawn, which would import the
program's main module again: neither discord nor sqlalchemy is loaded in it, and the bot's environment, with the token,
stays outside. It starts with the first job, ends itself after `IDLE_S` without one, and when the bot is gone.

Charts come before files: a file job is many short requests, one for each file in it, and a chart that waits goes
between two of them. A request that takes longer than `LIMIT_S`, or kills the process, costs one file its reading and
no one else anything.
"""

from __future__ import annotations

import asyncio
import codecs
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.domain.activity import FileReport, Refusal
from bot.errors import Unavailable

if TYPE_CHECKING:
    from bot.domain.fitting import Candidate
    from bot.domain.pairing import Draw
    from bot.files.archive import Entry

LIMIT_S = 5.0
"""Seconds for one request: unpacking or reading one file, drawing one chart."""
START_S = 30.0
"""Seconds for the interpreter to come up; half of one is usual."""
IDLE_S = 60.0
"""Seconds without a request after which the process ends itself."""
MEMORY_BYTES = 512 * 1024 * 1024
"""Address space of the process. It holds 280 MB with matplotlib loaded, of which 80 are in use."""
STRIKES = 3
"""Files that may exhaust the worker in one attachment before the rest of it is left unread."""

_ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME")

log = logging.getLogger(__name__)


class Chart(Protocol):
    """A value of `bot.charts` that knows its picture."""

    def png(self) -> bytes:
        """The picture; called in the worker."""


class _Died(Exception):
    """The process ended, or was ended, before it answered."""


class _Gone(_Died):
    """It had ended before it was asked: nobody's fault, ask a new one."""


class _Process:
    """One interpreter and the pipe to it. `ask` blocks: call it in a thread, one at a time."""

    def __init__(self, idle_s: float) -> None:
        self._pipe, theirs = Pipe()
        self._ready = False
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with theirs:
            self._popen = subprocess.Popen(
                [sys.executable, "-P", "-c", f"from bot.worker import serve; serve({theirs.fileno()}, {idle_s})"],
                env=environment | {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        # Takes the exit status as soon as there is one, so that an idle end leaves no zombie.
        threading.Thread(target=self._popen.wait, name="worker-reaper", daemon=True).start()

    def ask(self, request: tuple[Any, ...], limit_s: float) -> Any:
        """Send a request and wait for its answer.

        Raises:
            _Died: no answer within `limit_s`, or the process is gone; it is gone then, in either case.
            Unavailable: it failed in a way nobody foresaw, and lives.
        """
        if not self._ready:
            self._answer(START_S)
            self._ready = True
        try:
            self._pipe.send(request)
        except OSError as error:
            raise self._dead() from error
        return self._answer(limit_s)

    def _answer(self, limit_s: float) -> Any:
        try:
            if not self._pipe.poll(limit_s):
                log.warning("the worker gave no answer within %s s and is ended", limit_s)
                raise self._dead()
            answer, value = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._dead() from error
        if answer == "failed":
            log.error("the worker failed: %s", value)
            raise Unavailable("files.worker.gave_up")
        return value

    def _dead(self) -> _Died:
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(0.2)  # the end of its pipe is seen before its own
        died = _Gone() if self._popen.returncode == 0 else _Died()
        self.close()
        return died

    def kill(self) -> None:
        """End the process now; whoever waits for an answer gets `_Died`. Does not block."""
        self._popen.kill()

    def close(self) -> None:
        """End the process and let go of the pipe. Blocks for a moment."""
        self.kill()
        self._popen.wait()
        self._pipe.close()


class Worker:
    """Reads files, draws charts and matches partners for one event loop. Close it at the end.

    Args:
        limit_s: seconds for one request.
        idle_s: seconds without one after which the process ends itself.
    """

    def __init__(self, limit_s: float = LIMIT_S, idle_s: float = IDLE_S) -> None:
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._process: _Process | None = None
        self._turn = asyncio.Lock()  # first come, first served: a file job queues anew for each of its requests
        self._file_job = asyncio.Lock()
        self._closed = False

    async def read_files(self, files: Sequence[tuple[str, bytes]]) -> list[FileReport]:
        """Read attachments, as `bot.files.reading.read_files` does.

        A file that the worker cannot get through is reported so, and the others are read all the same. A process
        that was given what it could not read is ended, with all the memory that took.

        Args:
            files: name and bytes of each.
        """
        async with self._file_job:
            reports = [report for name, data in files for report in await self._read(name, data)]
            if any(report.refusal in (Refusal.UNREADABLE, Refusal.TOO_LARGE) for report in reports):
                await self._renew()
            return reports

    async def draw(self, chart: Chart) -> bytes:
        """Draw a chart.

        Returns:
            A PNG.

        Raises:
            Unavailable: the worker could not.
        """
        try:
            png: bytes = await self._ask("draw", chart)
        except _Died as died:
            raise Unavailable("files.worker.gave_up") from died
        return png

    async def match(self, candidates: Sequence[Candidate], backward_per_spotter: int, seed: int) -> Draw:
        """Draw a round, as `bot.domain.pairing.draw_round` does.

        Args:
            candidates: who takes part.
            backward_per_spotter: the club's.
            seed: settles what is equally good.

        Raises:
            Unavailable: the worker could not.
        """
        try:
            draw: Draw = await self._ask("match", list(candidates), backward_per_spotter, seed)
        except _Died as died:
            raise Unavailable("files.worker.gave_up") from died
        return draw

    async def about(self) -> dict[str, Any]:
        """The process itself, for tests and benchmarks: `pid`, `modules` loaded, `peak_bytes` of memory it has used."""
        found: dict[str, Any] = await self._ask("about")
        return found

    async def close(self) -> None:
        """End the process. What is asked now or later is `Unavailable`."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        await self._renew()

    async def _renew(self) -> None:
        """End the process; the next request starts another."""
        async with self._turn:
            process, self._process = self._process, None
            if process is not None:
                await asyncio.to_thread(process.close)

    async def _read(self, name: str, data: bytes) -> list[FileReport]:
        """One attachment, entry by entry; opened anew behind an entry that ended the process."""
        reports: list[FileReport] = []
        done = strikes = 0
        opened: _Process | None = None
        while True:
            shown = name
            try:
                if opened is None:
                    await self._ask("open", name, data, done)
                    opened = self._process
                entry = await self._ask("next", of=opened)
                if entry is None:
                    return reports
                shown = entry
                reports += await self._ask("read", of=opened)
            except _Gone:
                opened = None
                continue
            except (_Died, Unavailable) as error:
                opened = None if isinstance(error, _Died) else opened
                strikes += 1
                reports.append(FileReport(shown, "", None, Refusal.UNREADABLE, "files.reason.gave_up"))
                if strikes >= STRIKES or shown is name:
                    return reports
            done += 1

    async def _ask(self, *request: Any, of: _Process | None = None) -> Any:
        """Wait for a turn, and ask: `of` that process, which knows what went before, or of any."""
        async with self._turn:
            answer = asyncio.ensure_future(asyncio.to_thread(self._ask_now, request, of))
            try:
                return await asyncio.shield(answer)
            except asyncio.CancelledError:
                # Nobody wants the answer. The turn is given on when its thread has seen the process end.
                if self._process is not None:
                    self._process.kill()
                await asyncio.wait([answer])
                answer.exception()
                raise

    def _ask_now(self, request: tuple[Any, ...], of: _Process | None) -> Any:
        """Ask the process, and start one when there is none. Runs in a thread, one at a time."""
        while True:
            if of is not None and of is not self._process:
                raise _Gone
            if self._process is None:
                if self._closed:
                    raise Unavailable("files.worker.gave_up")
                self._process = _Process(self._idle_s)
            try:
                return self._process.ask(request, self._limit_s)
            except _Died as died:
                self._process = None
                if of is not None or not isinstance(died, _Gone):
                    raise


# From here on: inside the process.

_OUTSIDE = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.",
    "webbrowser.",
)
"""Audit events of everything that leaves the process."""
_CODECS = ("cp437", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "utf-8")
"""What file names in archives and XML are written in; a codec is a file, and none is opened while files are read."""


class _Wall:
    """Keeps the process to itself: no network and no other program, ever; no file either, while `reading`."""

    def __init__(self) -> None:
        self.reading = False
        sys.addaudithook(self._hook)

    def _hook(self, event: str, _args: tuple[object, ...]) -> None:
        if event.startswith(_OUTSIDE) or (self.reading and event == "open"):
            raise PermissionError(f"{event} is not for the worker")


def serve(pipe_number: int, idle_s: float) -> None:
    """Answer the requests that come through a pipe until it closes, or none has come for `idle_s`."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes the pipe
    _limit_memory()
    desk = _Desk()
    with Connection(pipe_number) as pipe, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        pipe.send(("ready", None))
        while pipe.poll(idle_s):
            request = pipe.recv()
            try:
                answer = ("done", desk.handle(*request))
            except Exception as error:
                answer = ("failed", f"{request[0]}: {error!r}")
            del request
            pipe.send(answer)


def _limit_memory() -> None:
    import resource

    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64)):
        with suppress(ValueError, OSError):  # macOS refuses the first
            resource.setrlimit(kind, (most, most))


class _Desk:
    """What the process does, request by request."""

    def __init__(self) -> None:
        from bot.files import archive, reading

        self._open, self._read = archive.entries, reading.read_entry
        for codec in _CODECS:
            codecs.lookup(codec)
        self._wall = _Wall()
        self._entries: Iterator[Entry] = iter(())
        self._entry: Entry | None = None

    def handle(self, kind: str, *rest: Any) -> Any:
        """One request. No file is opened while those of members are in hand."""
        self._wall.reading = kind in ("open", "next", "read")
        try:
            return self._done(kind, rest)
        finally:
            self._wall.reading = False

    def _done(self, kind: str, rest: tuple[Any, ...]) -> Any:
        match kind, rest:
            case "open", (name, data, done):
                self._entries = islice(self._open(name, data), done, None)
            case "next", ():
                self._entry = None
                self._entry = next(self._entries, None)
                return self._entry.name if self._entry else None
            case "read", ():
                assert self._entry
                return self._read(self._entry)
            case "draw", (chart,):
                return chart.png()
            case "match", (candidates, backward_per_spotter, seed):
                from bot.domain.pairing import draw_round

                return draw_round(candidates, backward_per_spotter, seed)
            case "about", ():
                return {"pid": os.getpid(), "modules": sorted(sys.modules), "peak_bytes": _peak_bytes()}
        return None


def _peak_bytes() -> int:
    """The most memory this process has had in use. (`ru_maxrss` would count the bot's, before the exec.)"""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
