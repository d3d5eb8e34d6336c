"""Sandbox of a worker process: resource limits, kernel filters, and a Python audit hook.

Each works without the others. Limits and hook exist on every POSIX system, Landlock and seccomp where the kernel has
them, also in containers. User namespaces are not used, because containers usually refuse them.
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
"""Address space limit of a process. With typst loaded it needs 180 MB, of which 60 MB are resident."""
CPU_S = 900
"""CPU seconds of a process in total; `program` limits those of a request."""

_SET_NO_NEW_PRIVS = 38
_OUTSIDE = (
    "open", "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.kill",
    "os.listdir", "os.scandir", "pty.", "webbrowser.", "ctypes.", "resource.setrlimit", "resource.prlimit",
)  # fmt: skip
"""Audit events, or their prefixes, of everything that reaches outside the process."""


def prepare() -> Callable[[], Wall]:
    """Limit the process's memory and disable `ctypes`; call this before importing what the process serves.

    Returns:
        A function that activates the sandbox permanently and returns which kernel features it uses. Call it when
        everything is imported: nothing can be imported afterwards.
    """
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, CPU_S)):
        _limit(kind, most)
    kernel = [_system_calls()] if sys.platform == "linux" else []
    sys.modules["ctypes"] = sys.modules["_ctypes"] = None  # type: ignore[assignment]  # numpy works without it

    def put_up() -> Wall:
        landlocked = landlock.shut(kernel[0]) if kernel else 0
        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_NPROC, 0)
        _limit(resource.RLIMIT_NOFILE, 0)  # the pipes stay open, but nothing new can be opened
        filtered = seccomp.shut(kernel[0]) if kernel else False
        kernel.clear()
        gc.collect()
        sys.addaudithook(_refuse)
        return Wall(filtered, landlocked)

    return put_up


def _limit(kind: int, most: int) -> None:
    with suppress(ValueError, OSError):  # macOS refuses some limits
        resource.setrlimit(kind, (most, most))


def _system_calls() -> Callable[..., int]:
    """Set `PR_SET_NO_NEW_PRIVS` and return the C library's `syscall`."""
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
