"""What code that has taken over a worker process can do, and how its end is reported."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.runs.activity import FileReport, Refusal
from bot.errors import Unavailable
from bot.worker.messages import WorkerRole
from bot.worker.process import Cause, WorkerFailure
from bot.worker.wall import MEMORY_BYTES
from tests.files.fit_files import run
from tests.worker.hijacked import Hijacked, process_id, read

FIT = bytes(run(60))


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Hijacked]:
    worker = Hijacked()
    yield worker
    await worker.close()


@pytest_asyncio.fixture
async def unfiltered() -> AsyncIterator[Hijacked]:
    """Yield a worker on a system whose kernel has no filters."""
    worker = Hijacked("tests.worker.unfiltered")
    yield worker
    await worker.close()


IN_PYTHON = (
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import socket; socket.getaddrinfo('example.org', 80)",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true')",
    "import os; os.fork()",
    "import os; os.kill(os.getppid(), 9)",
    "import os; os.listdir('/')",
    "open('/etc/hostname')",
    "open('/tmp/written', 'w')",
    "import ctypes",
    "import _ctypes",
    "import sys; del sys.modules['ctypes'], sys.modules['_ctypes']; import ctypes",
    "import sqlite3",
    "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
)


@pytest.mark.parametrize("role", WorkerRole)
async def test_python_itself_gets_nowhere(worker: Hijacked, role: WorkerRole) -> None:
    for code in IN_PYTHON:
        with pytest.raises(WorkerFailure) as failure:
            await worker.run(code, role)
        assert failure.value.cause is Cause.FAILED, code


@pytest.mark.parametrize("role", WorkerRole)
async def test_its_environment_is_empty(worker: Hijacked, role: WorkerRole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    found = set(str(await worker.run("import os; found = ' '.join(os.environ)", role)).split())
    # Python itself sets the first in an empty environment; the worker sets the other, for typst.
    assert found <= {"LC_CTYPE", "RAYON_NUM_THREADS"}


@pytest.mark.seccomp
@pytest.mark.parametrize(
    ("what", "code"),
    {
        "a socket": "syscall(41, 2, 1, 0)",
        "a program": "syscall(59, b'/bin/true', None, None)",
        "another process": "syscall(57)",
        "the bot's memory": "import os; syscall(310, os.getppid(), None, 0, None, 0, 0)",
        "the bot's end": "import os; syscall(62, os.getppid(), 9)",
        "a debugger": "import os; syscall(101, 16, os.getppid(), None, None)",
        "the other numbering": "syscall(0x40000029, 2, 1, 0)",
    }.items(),
)
async def test_a_way_out_ends_the_process_and_is_told_as_what_it_was(
    worker: Hijacked, caplog: pytest.LogCaptureFixture, what: str, code: str
) -> None:
    assert await worker.cause(code) is Cause.REFUSED, what
    assert "files ended: refused" in caplog.text
    assert await worker.run("found = 1") == 1, "the next process serves"


@pytest.mark.seccomp
async def test_no_file_opens_even_with_the_c_library_in_hand(worker: Hijacked) -> None:
    for path in ("/proc/{}/environ", "/proc/{}/mem", "/proc/self/environ", "/etc/passwd", "/proc/self/exe"):
        code = f"import os; name = {path!r}.format(os.getppid()).encode()\n"
        assert await worker.run(code + "found = syscall(2, name, 0) * 1000 - errno()") == -1001, "EPERM"
        assert await worker.run(code + "found = syscall(257, -100, name, 0) * 1000 - errno()") == -1001


@pytest.mark.seccomp
async def test_the_wall_is_said_at_the_start(worker: Hijacked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await worker.say_wall()
    assert "files are read behind a system call filter (seccomp)" in caplog.text
    assert "WARNING" not in caplog.text


async def test_a_worker_that_does_not_start_is_said_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    worker = Hijacked("tests.worker.absent")
    try:
        await worker.say_wall()
    finally:
        await worker.close()
    assert "does not start" in caplog.text
    assert "tests.worker.absent" in caplog.text, "with the reason"


async def test_a_process_that_the_system_does_not_start_is_unavailable(
    worker: Hijacked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Unavailable):
        await worker.about(WorkerRole.CHARTS)
    assert "charts could not be started: " in caplog.text
    monkeypatch.undo()
    assert await worker.about(WorkerRole.CHARTS)


@pytest.mark.seccomp
async def test_no_memory_becomes_a_program(worker: Hijacked) -> None:
    assert await worker.run("found = syscall(9, 0, 4096, 7, 0x22, -1, 0) * 1000 - errno()") == -1001
    assert await worker.run("found = 1 if syscall(9, 0, 4096, 3, 0x22, -1, 0) != -1 else 0") == 1


@pytest.mark.seccomp
async def test_a_thread_of_its_own_is_behind_the_wall_as_well(worker: Hijacked) -> None:
    assert await worker.cause("import threading; threading.Thread(target=print).start()") is Cause.REFUSED


async def test_without_filters_the_limits_hold_and_it_is_said(
    unfiltered: Hijacked, caplog: pytest.LogCaptureFixture
) -> None:
    await unfiltered.say_wall()
    assert "WARNING" in caplog.text
    assert "process limits only" in caplog.text
    for code in ("open('/etc/hostname')", "import socket; socket.socket()", "import ctypes"):
        assert await unfiltered.cause(code) is Cause.FAILED
    too_many_files = -1024
    code = "import os; name = f'/proc/{os.getppid()}/environ'.encode()\n"
    assert await unfiltered.run(code + "found = syscall(2, name, 0) * 1000 - errno()") == too_many_files
    assert await unfiltered.run("found = syscall(41, 2, 1, 0) * 1000 - errno()") == too_many_files
    (report,) = await read(unfiltered, ("a.fit", FIT))
    assert report.activity


async def test_nothing_is_inherited_but_the_pipes(unfiltered: Hijacked) -> None:
    with socket.socket() as ours:
        ours.set_inheritable(True)
        found = await unfiltered.run(
            "import os\nfound = 0\n"
            "for number in range(3, 64):\n"
            "    try: found += not os.readlink(f'/dev/fd/{number}').startswith(('pipe:', '/proc'))\n"
            "    except OSError: pass"
        )
    assert found == 0


ENDS = {
    Cause.CPU: "while True: pass",
    Cause.CRASHED: "import os, signal; signal.raise_signal(signal.SIGSEGV)",
    Cause.MEMORY: f"x = bytearray({MEMORY_BYTES})",
    Cause.FAILED: "1 / 0",
}


@pytest.mark.parametrize("cause", ENDS)
async def test_every_end_is_told_as_what_it_was(cause: Cause, caplog: pytest.LogCaptureFixture) -> None:
    worker = Hijacked(limit_s=0.5)
    try:
        assert await worker.cause(ENDS[cause]) is cause
        assert cause.value in caplog.text or cause in (Cause.MEMORY, Cause.FAILED)
        assert await worker.run("found = 1") == 1
    finally:
        await worker.close()


async def test_who_only_waits_is_timed_out(caplog: pytest.LogCaptureFixture) -> None:
    worker = Hijacked(limit_s=0.1)
    try:
        assert await worker.cause("import time; time.sleep(60)") is Cause.TIMED_OUT
    finally:
        await worker.close()


async def test_who_is_killed_by_the_system_is_said_to_have_taken_too_much_memory(worker: Hijacked) -> None:
    await worker.run("found = 1")
    killing = threading.Timer(0.05, os.kill, (process_id(worker), 9))
    killing.start()
    assert await worker.cause("import time; time.sleep(60)") is Cause.MEMORY
    killing.join()


async def test_who_ends_by_itself_when_asked_has_crashed_and_is_not_asked_for_ever(worker: Hijacked) -> None:
    assert await worker.cause("import os; os._exit(0)") is Cause.CRASHED
    await worker.run("found = 1")
    assert await worker.cause("import os; os._exit(0)") is Cause.CRASHED


REPLACED = """
from dataclasses import replace
read = desk._read
desk._read = lambda entry: [replace(one, {}) for one in read(entry)]
"""
DEEP = """
deep = lambda entry: []
for _ in range(500):
    deep = lambda entry, inner=deep: [inner(entry)]
desk._read = deep
"""
LIES = {
    "another type": "desk._read = lambda entry: {'filename': 1}",
    "a lap of text": "desk._read = lambda entry: [{'filename': 'a', 'sha256': '', 'activity': {'laps': ['x']}}]",
    "a name without end": REPLACED.format("filename='x' * 999"),
    "words of its own": REPLACED.format("warnings=('errors.unexpected',)"),
    "less than nothing": REPLACED.format("activity=replace(one.activity, distance_m=-5)"),
    "a text without end": REPLACED.format("activity=replace(one.activity, sport_name='x' * 999)"),
    "a number without end": REPLACED.format("activity=replace(one.activity, elapsed_ms=1 << 60)"),
    "a placeholder without end": REPLACED.format("params={'a': 'x' * 999}"),
    "lists in a placeholder": REPLACED.format("params={'a': [[1]]}"),
    "a time in no zone": REPLACED.format(
        "activity=replace(one.activity, started_at=one.activity.started_at.replace(tzinfo=None))"
    ),
    "no end of laps": REPLACED.format("activity=replace(one.activity, laps=one.activity.laps * 5000)"),
    "no end at all": "desk._read = lambda entry: 'x' * (5 * 1024 * 1024)",
    "a depth without end": DEEP,
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_no_answer_ends_the_process_and_reaches_nobody(worker: Hijacked, lie: str) -> None:
    await worker.run(LIES[lie])
    (report,) = await read(worker, ("a.fit", FIT))
    assert report == FileReport("a.fit", "", None, Refusal.UNREADABLE, "files.reason.crashed")
    (report,) = await read(worker, ("a.fit", FIT))
    assert report.activity, "read by another process"


WRITE = """
import os
for number in range(3, 9):
    try: os.write(number, {!r})
    except OSError: pass
"""


class Planted:
    """An object that runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.putenv, ("PLANTED", "1")


@pytest.mark.parametrize("tag", [b"=", b"!", b"p"])
async def test_a_pickle_is_only_bytes(worker: Hijacked, tag: bytes) -> None:
    planted = pickle.dumps(Planted())
    frame = tag + len(planted).to_bytes(4, "little") + bytes(4) + planted
    assert await worker.cause(WRITE.format(frame)) is Cause.NONSENSE
    assert "PLANTED" not in os.environ


async def test_half_an_answer_is_not_waited_for_without_end() -> None:
    worker = Hijacked(limit_s=0.2)
    code = WRITE.format(b"=") + "import time; time.sleep(60)"
    try:
        assert await worker.cause(code) is Cause.TIMED_OUT
    finally:
        await worker.close()


async def test_what_it_prints_reaches_no_terminal_and_no_line_of_its_own_in_the_log(
    worker: Hijacked, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await worker.cause("import os; os.write(2, b'x\\n2026 ERROR forged\\x1b[2J'); os.write(1, b'out'); os._exit(3)")
    assert capfd.readouterr() == ("", "")
    assert r"x\n2026 ERROR forged\x1b[2J" in caplog.text
    assert "\n2026" not in caplog.text
