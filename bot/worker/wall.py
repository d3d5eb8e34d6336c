"""What keeps a process to itself: limits, kernel filters, and a hook on what Python itself would do.

Each holds without the others. The limits and the hook are there on every POSIX system; Landlock and seccomp where the
kernel has them, also in containers, which is why no user namespace is used: containers usually refuse those.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot.worker import landlock, seccomp
from bot.worker.messages import Wall

MEMORY_BYTES = 512 * 1024 * 1024
"""Address space of a process. It holds 280 MB with matplotlib loaded, of which 80 are in use."""
CPU_S = 900
"""Processor seconds of a process's whole life; those of a request are counted by `program`."""

_SET_NO_NEW_PRIVS = 38
_OUTSIDE = (
    "open", "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.kill",
    "os.listdir", "os.scandir", "pty.", "webbrowser.", "ctypes.", "resource.setrlimit", "resource.prlimit",
)  # fmt: skip
"""Audit events, or their beginnings, of everything that leaves the process."""


def prepare() -> Callable[[], Wall]:
    """Bound the process's memory, and take `ctypes` away; called before anything is loaded that it is to serve.

    Returns:
        A function that shuts the process in, for good, and answers what of the wall this system has. It is called
        when all is loaded: nothing can be loaded afterwards.
    """
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, CPU_S)):
        _limit(kind, most)
    kernel = [_system_calls()] if sys.platform == "linux" else []
    sys.modules["ctypes"] = sys.modules["_ctypes"] = None  # type: ignore[assignment]  # numpy does without

    def put_up() -> Wall:
        landlocked = landlock.shut(kernel[0]) if kernel else 0
        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_NPROC, 0)
        _limit(resource.RLIMIT_NOFILE, 0)  # the pipes stay open, and nothing new opens
        filtered = seccomp.shut(kernel[0]) if kernel else False
        kernel.clear()
        gc.collect()
        sys.addaudithook(_refuse)
        return Wall(filtered, landlocked)

    return put_up


def _limit(kind: int, most: int) -> None:
    with suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(kind, (most, most))


def _system_calls() -> Callable[..., int]:
    """The C library's `syscall`, in a process that can gain no privileges any more."""
    import ctypes

    libc, long = ctypes.CDLL(None), ctypes.c_long
    libc.syscall.restype = long
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)

    def syscall(*arguments: int | bytes | None) -> int:
        made: int = libc.syscall(*(long(one) if isinstance(one, int) else one for one in arguments))
        return made

    return syscall


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_OUTSIDE):
        raise PermissionError(f"{event} is not for the worker")
