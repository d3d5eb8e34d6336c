"""A worker program that has been taken over: in the same sandbox, it runs arbitrary code.

It keeps `ctypes` and the C library's functions, which the sandbox removes, so that only the kernel can refuse.
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
    """Run Python code with `desk`, `syscall` and `errno` defined; the answer is its variable `found`."""

    answer: ClassVar[Any] = str | int | None

    code: str


class Traitor:
    """A handler that also runs arbitrary code."""

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
    """Serve as the program does, with the additional request."""
    program.serve(options, widen=Traitor)
