"""The program of a worker process: load what the role needs, enter the sandbox, answer requests until the pipe closes.

Started by `process.py` with an empty environment. It imports neither discord nor sqlalchemy.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any, Protocol

import msgspec

from bot.worker.channel import Channel
from bot.worker.messages import (
    ANSWER,
    FAILURE,
    REQUEST_BYTES,
    About,
    Failed,
    Look,
    Ready,
    Request,
    WorkerRole,
    encode,
)
from bot.worker.wall import prepare

NICE = 5
"""Nice value of files and rounds: the bot, and charts that a member waits for, get CPU time first."""


class Options(msgspec.Struct, frozen=True):
    """Start options of a process.

    Attributes:
        role: its kind of work.
        cpu_s: CPU seconds of a request.
        idle_s: seconds without a request after which it ends itself.
    """

    role: WorkerRole
    cpu_s: float
    idle_s: float


class Desk(Protocol):
    """Handler of a role's requests. Its constructor imports everything it needs."""

    @property
    def requests(self) -> Sequence[type[Request]]:
        """The request types it handles."""

    def handle(self, request: Any, blob: bytes) -> tuple[Any, bytes]:
        """Handle a request. Return a value of its answer type, and bytes."""


def desk_for(options: Options) -> Desk:
    """Return the handler of a role."""
    match options.role:
        case WorkerRole.FILES:
            from bot.worker.file_reader import Files

            return Files()
        case WorkerRole.CHARTS:
            from bot.worker.chart_renderer import Pictures

            return Pictures()
        case WorkerRole.ROUNDS:
            from bot.worker.round_matcher import RoundMatcher

            return RoundMatcher()


def serve(options: Options, *, widen: Any = None) -> None:
    """Answer requests from the pipe until it closes or none has come for `idle_s`.

    Args:
        options: the start options.
        widen: for tests, wraps the handler.
    """
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    answers = os.dup(1)
    os.dup2(2, 1)  # output of libraries goes to standard error instead of the answer pipe
    if options.role is not WorkerRole.CHARTS:
        os.nice(NICE)
    put_up = prepare()
    usage = _Usage()
    desk = desk_for(options)
    if widen is not None:
        desk = widen(desk)
    requests = msgspec.json.Decoder(reduce(or_, (Look, *desk.requests)))
    channel = Channel(0, answers)
    channel.send(ANSWER, encode(Ready(put_up())))
    del put_up
    with suppress(EOFError):
        while select.select([0], [], [], options.idle_s)[0]:
            _, text, blob = channel.receive(REQUEST_BYTES)
            signal.setitimer(signal.ITIMER_PROF, options.cpu_s)  # on expiry, SIGPROF ends the process
            tag, text, blob = _answered(desk, requests, usage, text, blob)
            signal.setitimer(signal.ITIMER_PROF, 0)
            channel.send(tag, text, blob)


def _answered(
    desk: Desk, requests: msgspec.json.Decoder[Any], usage: _Usage, text: bytes, blob: bytes
) -> tuple[bytes, bytes, bytes]:
    try:
        request = requests.decode(text)
        value, beside = (usage.about(), b"") if isinstance(request, Look) else desk.handle(request, blob)
        return ANSWER, encode(value), beside
    except Exception as error:
        return FAILURE, encode(Failed(isinstance(error, MemoryError), repr(error)[:500])), b""


class _Usage:
    """Reports the state of this process. Opens its file before the sandbox forbids it."""

    def __init__(self) -> None:
        self._status: int | None = None
        with suppress(OSError):
            self._status = os.open("/proc/self/status", os.O_RDONLY)

    def about(self) -> About:
        return About(os.getpid(), tuple(sorted(sys.modules)), self._peak_bytes())

    def _peak_bytes(self) -> int:
        """Return the peak memory of this process. (`ru_maxrss` would include the bot's before the exec.)"""
        if self._status is not None:
            lines = os.pread(self._status, 1 << 14, 0).decode().splitlines()
            return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
