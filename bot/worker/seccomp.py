"""System call filter: a process may only compute, allocate memory, and use its open pipes.

An allow list in a kernel filter (seccomp, Linux 3.17 and later, also in containers). Calls that serve to leave the
sandbox (sockets, programs, other processes) end the process with SIGSYS, so that the attempt is recognised. All other
calls fail with EPERM, so that a C library that tries a newer call uses an older one.

The filter is assembled here in fifty lines: pyseccomp, the Python binding to libseccomp, has had no release since 2021,
and slim container images contain no libseccomp.

Source: seccomp(2), https://man7.org/linux/man-pages/man2/seccomp.2.html; numbers: the kernel's
arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import os
import platform
import struct
import sys
from array import array
from collections.abc import Callable, Iterator

_ALLOWED = {
    # name: number on x86_64 and on aarch64; None if there is none
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "lseek": (8, 62), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "fcntl": (72, 25), "poll": (7, None), "ppoll": (271, 73), "select": (23, None),
    "pselect6": (270, 72), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216), "madvise": (28, 233),
    "futex": (202, 98), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "setitimer": (38, 103), "getitimer": (36, 102), "getpid": (39, 172),
    "gettid": (186, 178), "exit": (60, 93), "exit_group": (231, 94), "restart_syscall": (219, 128),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "nanosleep": (35, 101),
    "gettimeofday": (96, 169), "time": (201, None), "getrandom": (318, 278), "getrusage": (98, 165),
    "times": (100, 153), "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "rseq": (334, 293),
    "membarrier": (324, 283), "set_robust_list": (273, 99),
    # Revealing that a file exists is acceptable; libraries check files that they have open.
    "stat": (4, None), "fstat": (5, 80), "newfstatat": (262, 79), "statx": (332, 291),
}  # fmt: skip
_FATAL = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "execve": (59, 221),
    "execveat": (322, 281), "fork": (57, None), "vfork": (58, None), "clone": (56, 220), "clone3": (435, 435),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kill": (62, 129),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "io_uring_setup": (425, 425), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "unshare": (272, 97), "setns": (308, 268),
    "mount": (165, 40), "open_by_handle_at": (304, 265), "init_module": (175, 105), "finit_module": (313, 273),
    "keyctl": (250, 219), "add_key": (248, 217),
}  # fmt: skip
_MMAP, _MPROTECT, _TGKILL = (9, 222), (10, 226), (234, 131)
_SECCOMP = (317, 277)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine name: column in the table above, and the kernel's constant (AUDIT_ARCH)."""

_KILL, _ALLOW, _REFUSE = 0x80000000, 0x7FFF0000, 0x00050001  # the last returns EPERM
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_SET_FILTER, _ALL_THREADS = 1, 1
_PROT_EXEC = 4
_X32 = 0x40000000

Step = tuple[int, int, int, int]
"""A BPF instruction: code, jump if true, jump if false, constant."""


def shut(syscall: Callable[..., int]) -> bool:
    """Install the filter permanently for all threads of this process.

    Args:
        syscall: libc's `syscall`. `PR_SET_NO_NEW_PRIVS` must already be set.

    Returns:
        Whether it is in force: False on another system or machine, or if the kernel refuses.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHITECTURES or sys.maxsize < 1 << 32:
        return False
    column, architecture = _ARCHITECTURES[machine]
    steps = list(_steps(column, architecture))
    packed = array("B", b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), packed.buffer_info()[0])
    return syscall(_SECCOMP[column], _SET_FILTER, _ALL_THREADS, program) == 0


def _steps(column: int, architecture: int) -> Iterator[Step]:
    yield _LOAD, 0, 0, 4
    yield from ((_EQUAL, 1, 0, architecture), _return(_KILL))
    yield _LOAD, 0, 0, 0
    if architecture == _ARCHITECTURES["x86_64"][1]:
        yield from ((_AT_LEAST, 0, 1, _X32), _return(_KILL))
    for table, what in ((_ALLOWED, _ALLOW), (_FATAL, _KILL)):
        for numbers in table.values():
            if (number := numbers[column]) is not None:
                yield from ((_EQUAL, 0, 1, number), _return(what))
    for number in (_MMAP[column], _MPROTECT[column]):  # allow memory, but not executable memory
        yield (_EQUAL, 0, 4, number)
        yield from (_argument(2), (_ANY_BIT, 0, 1, _PROT_EXEC), _return(_REFUSE), _return(_ALLOW))
    yield (_EQUAL, 0, 4, _TGKILL[column])  # allowed for its own process, which a crash signals
    yield from (_argument(0), (_EQUAL, 1, 0, os.getpid()), _return(_KILL), _return(_ALLOW))
    yield _return(_REFUSE)


def _argument(place: int) -> Step:
    """Return the instruction that loads the lower half of an argument; both machines are little-endian."""
    return _LOAD, 0, 0, 16 + 8 * place


def _return(what: int) -> Step:
    return _RETURN, 0, 0, what
