"""A worker's program that somebody has taken over: behind the same wall, it runs what it is told to.

It kept what the wall takes away: `ctypes`, and the C library's functions, so that only the kernel is left to say no.
"""

from __future__ import annotations

import ctypes
from typing import Any, ClassVar

from bot.worker import program
from bot.worker.messages import Request

libc = ctypes.CDLL(None)
syscall = libc.syscall
libc.__errno_location.restype = ctypes.c_void_p
ERRNO = ctypes.c_int.from_address(libc.__errno_location())


class Run(Request, frozen=True, tag=True):
    """Run some Python, which finds `desk`, `syscall` and `errno`, and answer its `found`."""

    answer: ClassVar[Any] = str | int | None

    code: str


class Traitor:
    """A desk that does more than it should."""

    def __init__(self, desk: program.Desk) -> None:
        self._desk = desk
        self.requests = (Run, *desk.requests)

    def handle(self, request: Any, blob: bytes) -> tuple[Any, bytes]:
        if not isinstance(request, Run):
            return self._desk.handle(request, blob)
        scope = {"desk": self._desk, "syscall": syscall, "errno": lambda: ERRNO.value, "found": None}
        exec(request.code, scope)
        return scope["found"], b""


def serve(options: program.Options) -> None:
    """Serve as the program does, and as a traitor."""
    program.serve(options, widen=Traitor)
