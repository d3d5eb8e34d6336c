"""One process of the worker's: started, asked, ended; and what it died of.

A fresh interpreter, not a fork and not multiprocessing's spawn, which would import the program's main module again. It
gets no environment, no terminal, no file but three pipes, and the root folder to stand in.
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
"""Seconds for the interpreter to come up; half of one is usual."""
TOLD_CHARACTERS = 2_000
"""How much is logged of what a process said when it died."""

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
    """What became of a request that has no answer."""

    MEMORY = "memory"
    CPU = "cpu"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"  # a system call that only somebody makes who wants to get out
    CRASHED = "crashed"  # a signal, or an end that nobody asked for
    NONSENSE = "nonsense"  # an answer that is none
    FAILED = "failed"  # an exception nobody foresaw
    ENDED = "ended"  # by the bot, which wants no answer any more
    GONE = "gone"  # it had ended before it was asked, by itself


FAULTS = frozenset({Cause.REFUSED, Cause.CRASHED, Cause.NONSENSE, Cause.FAILED})
"""What an operator should hear of: a fault of the program's, or an attack."""

_SIGNALS: dict[int, Cause] = {
    signal.SIGXCPU: Cause.CPU,
    signal.SIGPROF: Cause.CPU,
    signal.SIGKILL: Cause.MEMORY,  # not by the bot, so by the system, which does that where memory runs out
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
        role: what it is for.
        limit_s: processor seconds of a request.
        patience_s: seconds of a request, whatever the machine is busy with.
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
        options = {
            "role": role,
            "cpu_s": limit_s,
            "idle_s": idle_s,
            "charts_dir": _charts_directory(),
        }
        # -I and -S: no variable, user folder or .pth file has a say; what the bot finds, it finds.
        found_in = [str(_ROOT), *(entry for entry in sys.path if os.path.isabs(entry))]
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START, program, encode(options).decode(), *found_in],
            env={},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the bot, which then closes the pipes
        )
        assert self._popen.stdin
        assert self._popen.stdout
        self._channel = Channel(self._popen.stdout.fileno(), self._popen.stdin.fileno())
        self._channel.unblock()
        # Takes the exit status as soon as there is one, so that an idle end leaves no zombie.
        threading.Thread(target=self._popen.wait, name="worker-reaper", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its id."""
        return self._popen.pid

    def begin(self) -> Wall:
        """Wait until it is up.

        Raises:
            Failure: it did not come up.
        """
        if self.wall is None:
            _, text, _ = self._receive(time.perf_counter() + START_S)
            ready: Ready = self._decoded(text, Ready)
            self.wall = ready.wall
        return self.wall

    def ask(self, request: Request, blob: bytes = b"") -> tuple[Any, bytes]:
        """Send a request and wait for its answer.

        Returns:
            A value of the request's type of answer, and the bytes beside it.

        Raises:
            Failure: there is none; unless it says that the process lives, it is gone.
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
        """End the process, which answered wrongly or not at all; of its own end the exit status tells the cause."""
        if cause is None:
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(1)  # the end of its pipes is seen before its own
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
        """What it wrote before it died, in which anything may stand."""
        assert self._popen.stderr
        number = self._popen.stderr.fileno()
        os.set_blocking(number, False)
        said = b""
        with suppress(OSError, ValueError):
            said = os.read(number, 1 << 16)
        words = said.decode(errors="replace").strip()[-TOLD_CHARACTERS:]
        return repr(words) if words else ""

    def kill(self) -> None:
        """End the process now; whoever waits for an answer gets `DeliveryFailure`. Does not block."""
        self._ended = True
        self._popen.kill()

    def close(self) -> None:
        """End the process and let go of the pipes. Blocks for a moment."""
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            assert pipe
            pipe.close()


def _level(cause: Cause) -> int:
    return logging.ERROR if cause in FAULTS else logging.WARNING


def _charts_directory() -> str | None:
    """Where matplotlib keeps its list of fonts, which takes a second to make: it finds none without the environment."""
    chosen, cache, home = (os.environ.get(name) for name in ("MPLCONFIGDIR", "XDG_CACHE_HOME", "HOME"))
    cache = cache or (os.path.join(home, ".cache") if home else None)
    return chosen or (os.path.join(cache, "matplotlib") if cache else None)
