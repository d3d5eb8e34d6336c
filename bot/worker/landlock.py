"""No file and no TCP for this process, by Landlock (Linux 5.13 and later): an empty list of exceptions.

Three system calls with the same numbers on every architecture Linux has had since. The Python bindings are
pre-releases or have one release; what is needed of them is the page below.

Source: Landlock, Linux kernel documentation, https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION = 1
"""Flag of `_CREATE_RULESET`: answer the version, and make nothing."""


def shut(syscall: Callable[..., int]) -> int:
    """Forbid every access that this kernel's version knows.

    Args:
        syscall: of libc. `PR_SET_NO_NEW_PRIVS` is set before.

    Returns:
        The version; 0 where there is no Landlock and nothing was done.
    """
    version = syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return 0
    files = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1
    network = 0b11 if version >= 4 else 0  # bind and connect of TCP
    scope = 0b11 if version >= 6 else 0  # abstract sockets and signals outside
    size = 8 if version < 4 else 16 if version < 6 else 24
    number = syscall(_CREATE_RULESET, struct.pack("=QQQ", files, network, scope), size, 0)
    if number < 0:
        return 0
    try:
        return version if syscall(_RESTRICT_SELF, number, 0) == 0 else 0
    finally:
        os.close(number)
