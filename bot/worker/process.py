"""One worker process: start, requests, end, and the cause of a failure.

The process is a fresh interpreter, not a fork and not multiprocessing's spawn, which would import the main module
again. It has no environment, no terminal, no open file but three pipes, and the root folder as its working directory.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.worker.channel import Channel, TooLarge
from bot.worker.messages import (
    ANSWER,
    ANSWER_BYTES,
    FAILURE,
    REQUEST,
    Failed,
    Nonsense,
    Ready,
    Request,
    Wall,
    WorkerRole,
    answer,
    decode,
    encode,
)

START_S = 30.0
"""Timeout in seconds for starting the interpreter; it usually takes half a second."""
TOLD_CHARACTERS = 2_000
"""Maximum characters logged of the error output of a process that died."""

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys\n"
    "sys.path[:0] = sys.argv[3:]\n"
    "from importlib import import_module\n"
    "from msgspec.json import decode\n"
    "from bot.worker.program import Options\n"
    "import_module(sys.argv[1]).serve(decode(sys.argv[2], type=Options))\n"
)

log = logging.getLogger(__name__)


class Cause(StrEnum):
    """Why a request has no answer."""

    MEMORY = "memory"
    CPU = "cpu"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"  # a system call that only an attempt to leave the sandbox makes
    CRASHED = "crashed"  # a signal, or an unexpected exit
    NONSENSE = "nonsense"  # an invalid answer
    FAILED = "failed"  # an unexpected exception
    ENDED = "ended"  # ended by the bot, which no longer needs the answer
    GONE = "gone"  # the process had already ended itself when idle


FAULTS = frozenset({Cause.REFUSED, Cause.CRASHED, Cause.NONSENSE, Cause.FAILED})
"""Causes logged at ERROR: a bug, or an attack."""

_SIGNALS: dict[int, Cause] = {
    signal.SIGXCPU: Cause.CPU,
    signal.SIGPROF: Cause.CPU,
    signal.SIGKILL: Cause.MEMORY,  # not sent by the bot, so by the kernel, which does so when memory runs out
    signal.SIGSYS: Cause.REFUSED,
}


class WorkerFailure(Exception):
    """A request has no answer."""

    def __init__(self, cause: Cause, *, lives: bool = False) -> None:
        self.cause, self.lives = cause, lives
        super().__init__(cause.value)


class Process:
    """An interpreter and the pipes to it. `ask` blocks: call it in a thread, one at a time.

    Args:
        role: its kind of work.
        limit_s: CPU seconds of a request.
        patience_s: wall-clock seconds of a request.
        idle_s: seconds without a request after which it ends itself.
        program: the module whose `serve` it runs.
    """

    def __init__(
        self, role: WorkerRole, *, limit_s: float, patience_s: float, idle_s: float, program: str = "bot.worker.program"
    ) -> None:
        self.role = role
        self.wall: Wall | None = None
        self._patience_s = patience_s
        self._asked = self._ended = False
        options = {"role": role, "cpu_s": limit_s, "idle_s": idle_s}
        # -I and -S ignore environment variables, the user's site folder and .pth files; the bot's own path is passed.
        found_in = [str(_ROOT), *(entry for entry in sys.path if os.path.isabs(entry))]
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START, program, encode(options).decode(), *found_in],
            env={},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # so that Ctrl-C reaches only the bot, which then closes the pipes
        )
        assert self._popen.stdin
        assert self._popen.stdout
        self._channel = Channel(self._popen.stdout.fileno(), self._popen.stdin.fileno())
        self._channel.unblock()
        # Collects the exit status at once, so that a process that ends when idle leaves no zombie.
        threading.Thread(target=self._popen.wait, name="worker-reaper", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def begin(self) -> Wall:
        """Wait until the process is ready.

        Raises:
            WorkerFailure: it did not start.
        """
        if self.wall is None:
            _, text, _ = self._receive(time.perf_counter() + START_S)
            ready: Ready = self._decoded(text, Ready)
            self.wall = ready.wall
        return self.wall

    def ask(self, request: Request, blob: bytes = b"") -> tuple[Any, bytes]:
        """Send a request and wait for its answer.

        Returns:
            A value of the request's answer type, and the bytes beside it.

        Raises:
            WorkerFailure: there is no answer; unless its `lives` is set, the process has ended.
        """
        self.begin()
        until = time.perf_counter() + self._patience_s
        try:
            self._channel.send(REQUEST, encode(request), blob, until=until)
        except TimeoutError:
            raise self._died(Cause.TIMED_OUT) from None
        except OSError:
            raise self._died(None) from None
        tag, text, beside = self._receive(until)
        self._asked = True
        if tag == FAILURE:
            failed: Failed = self._decoded(text, Failed)
            cause = Cause.MEMORY if failed.memory else Cause.FAILED
            log.log(_level(cause), "worker: %s failed: %r", self.role, failed.error[:TOLD_CHARACTERS])
            raise WorkerFailure(cause, lives=True)
        try:
            return answer(request, text), beside
        except Nonsense as error:
            raise self._died(Cause.NONSENSE, str(error)) from None

    def _receive(self, until: float) -> tuple[bytes, bytes, bytes]:
        try:
            frame = self._channel.receive(ANSWER_BYTES, until=until)
        except TimeoutError:
            raise self._died(Cause.TIMED_OUT) from None
        except TooLarge as error:
            raise self._died(Cause.NONSENSE, str(error)) from None
        except (EOFError, OSError):
            raise self._died(None) from None
        if frame[0] not in (ANSWER, FAILURE):
            raise self._died(Cause.NONSENSE, "an unknown tag")
        return frame

    def _decoded(self, text: bytes, wanted: Any) -> Any:
        try:
            return decode(text, wanted)
        except Nonsense as error:
            raise self._died(Cause.NONSENSE, str(error)) from None

    def _died(self, cause: Cause | None, why: str = "") -> WorkerFailure:
        """End the process and return the failure; with no `cause` given, the exit status determines it."""
        if cause is None:
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(1)  # its pipes close before it exits
            cause = self._cause()
        words = self._last_words()
        self.close()
        if cause is not Cause.GONE and not self._ended:
            log.log(_level(cause), "worker: %s ended: %s", self.role, ", ".join(filter(None, (cause, why, words))))
        return WorkerFailure(Cause.ENDED if self._ended else cause)

    def _cause(self) -> Cause:
        status = self._popen.returncode
        if status == 0 and self._asked:
            return Cause.GONE
        return _SIGNALS.get(-(status or 0), Cause.CRASHED)

    def _last_words(self) -> str:
        """Return the end of its error output, as a `repr` because it may contain anything."""
        assert self._popen.stderr
        number = self._popen.stderr.fileno()
        os.set_blocking(number, False)
        said = b""
        with suppress(OSError, ValueError):
            said = os.read(number, 1 << 16)
        words = said.decode(errors="replace").strip()[-TOLD_CHARACTERS:]
        return repr(words) if words else ""

    def kill(self) -> None:
        """End the process now; a pending `ask` raises `WorkerFailure`. Does not block."""
        self._ended = True
        self._popen.kill()

    def close(self) -> None:
        """End the process and close the pipes. Blocks briefly."""
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            assert pipe
            pipe.close()


def _level(cause: Cause) -> int:
    return logging.ERROR if cause in FAULTS else logging.WARNING
