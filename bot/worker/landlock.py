"""Deny this process all file access and TCP with Landlock (Linux 5.13 and later), with an empty list of exceptions.

Landlock is three system calls with the same numbers on every architecture. The Python bindings are pre-releases or have
a single release, and little of them is needed.

Source: Landlock, Linux kernel documentation, https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION = 1
"""Flag of `_CREATE_RULESET`: return the version without creating a ruleset."""


def shut(syscall: Callable[..., int]) -> int:
    """Deny every access that this kernel's Landlock version covers.

    Args:
        syscall: libc's `syscall`. `PR_SET_NO_NEW_PRIVS` must already be set.

    Returns:
        The Landlock version; 0 if there is none and nothing was done.
    """
    version = syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return 0
    files = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1
    network = 0b11 if version >= 4 else 0  # bind and connect of TCP
    scope = 0b11 if version >= 6 else 0  # abstract sockets and signals to other processes
    size = 8 if version < 4 else 16 if version < 6 else 24
    number = syscall(_CREATE_RULESET, struct.pack("=QQQ", files, network, scope), size, 0)
    if number < 0:
        return 0
    try:
        return version if syscall(_RESTRICT_SELF, number, 0) == 0 else 0
    finally:
        os.close(number)
