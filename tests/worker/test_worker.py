"""The worker process as the bot uses it, with files that mean harm."""

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.charts.weeks import WeekBar, WeeksChart
from bot.domain.activity import Refusal
from bot.domain.pairing import draw_round
from bot.errors import Unavailable
from bot.files.archive import FILE_BYTES
from bot.worker import LIMIT_S, MEMORY_BYTES, Worker
from tests.domain.test_pairing import a_club
from tests.files.fit_files import hostile, run
from tests.files.test_archive import zipped
from tests.files.xml_files import gpx

FIT = bytes(run(60))
CHART = WeeksChart("Kilometres a week", (WeekBar("23 Nov", 3, 4),), "backward", "forward")


@dataclass(frozen=True)
class Trick:
    """A chart that runs something in the worker."""

    code: str

    def png(self) -> bytes:
        exec(self.code, {})
        return b""


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker()
    yield worker
    await worker.close()


async def pid(worker: Worker) -> int:
    return int((await worker.about())["pid"])


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ends(pid: int) -> None:
    async with asyncio.timeout(20):
        while lives(pid):  # noqa: ASYNC110 - another process tells no event
            await asyncio.sleep(0)


async def test_it_starts_with_the_first_job_and_reads_and_draws(worker: Worker) -> None:
    reports = await worker.read_files([("a.fit", FIT), ("b.zip", zipped(("c.gpx", gpx(range(61))), ("d.txt", b"x")))])
    assert [(r.filename, r.reason) for r in reports] == [
        ("a.fit", None), ("c.gpx", None), ("d.txt", "files.reason.format"),
    ]  # fmt: skip
    assert (await worker.draw(CHART)).startswith(b"\x89PNG")


async def test_what_is_loaded_in_it(worker: Worker) -> None:
    await worker.read_files([("a.fit", FIT)])
    loaded = {name.partition(".")[0] for name in (await worker.about())["modules"]}
    assert not loaded & {"discord", "sqlalchemy", "matplotlib", "numpy", "pytest", "aiohttp"}
    await worker.draw(CHART)
    about = await worker.about()
    loaded = {name.partition(".")[0] for name in about["modules"]}
    assert not loaded & {"discord", "sqlalchemy", "pytest", "aiohttp"}
    assert about["peak_bytes"] < MEMORY_BYTES / 2


async def test_a_round_is_drawn_in_it_as_it_is_here(worker: Worker) -> None:
    people = a_club(40, 3)
    assert await worker.match(people, 2, 7) == draw_round(people, 2, 7)
    loaded = {name.partition(".")[0] for name in (await worker.about())["modules"]}
    assert "rustworkx" in loaded
    assert not loaded & {"discord", "sqlalchemy", "aiosqlite", "asyncpg", "db", "cogs", "numpy", "matplotlib"}


async def test_a_worker_that_dies_while_it_draws_a_round_is_said_to_be_unavailable() -> None:
    worker = Worker(limit_s=0)
    try:
        with pytest.raises(Unavailable) as refused:
            await worker.match(a_club(12, 3), 2, 7)
        assert refused.value.key == "files.worker.gave_up"
    finally:
        await worker.close()


class Weighed(Worker):
    """Notes what a process has used before it is ended."""

    ended: dict[str, Any]

    async def _renew(self) -> None:
        if not self._closed:
            self.ended = await self.about()
        await super()._renew()


HOSTILE = {
    "zip bomb": lambda: zipped(*((str(n), bytes(FILE_BYTES)) for n in range(40))),
    "gzip bomb": lambda: gzip.compress(bytes(200 * 1024 * 1024), 1),
    "nested elements": lambda: b"<gpx>" + b"<a>" * 300_000 + b"</a>" * 300_000 + b"</gpx>",
    "10 MB of messages": hostile,
    "10 MB of text": lambda: b"<gpx><trk><name>" + b"x" * (FILE_BYTES - 100) + b"</name></trk></gpx>",
    "10 MB of points": lambda: b"<gpx><trk><trkseg>" + b'<trkpt lat="1" lon="1"/>' * 400_000,
}


@pytest.mark.parametrize("harm", HOSTILE)
async def test_after_a_hostile_file_the_process_is_gone_and_the_next_import_succeeds(harm: str) -> None:
    worker, data = Weighed(), HOSTILE[harm]()
    try:
        began = time.monotonic()
        reports = await worker.read_files([("harm", data)])
        assert time.monotonic() - began < LIMIT_S * 2
        assert all(report.refusal in (Refusal.UNREADABLE, Refusal.TOO_LARGE) for report in reports)
        assert worker.ended["peak_bytes"] < MEMORY_BYTES
        assert not lives(worker.ended["pid"])
        (report,) = await worker.read_files([("good.fit", FIT)])
        assert report.activity
    finally:
        await worker.close()


async def test_a_file_that_takes_too_long_costs_only_itself() -> None:
    worker = Worker(limit_s=2)
    try:
        first = await pid(worker)
        stuck = asyncio.create_task(worker.draw(Trick("while True: pass")))
        (report,) = await worker.read_files([("good.fit", FIT)])
        with pytest.raises(Unavailable) as refused:
            await stuck
        assert refused.value.key == "files.worker.gave_up"
        assert report.activity
        await ends(first)
    finally:
        await worker.close()


async def test_the_rest_of_an_archive_is_read_in_a_new_process() -> None:
    worker = Worker(limit_s=1)
    try:
        slow = zipped(("a.fit", FIT), ("slow.fit", hostile()), ("b.fit", FIT))
        reports = await worker.read_files([("x.zip", slow), ("c.fit", FIT)])
    finally:
        await worker.close()
    assert [report.filename for report in reports] == ["a.fit", "slow.fit", "b.fit", "c.fit"]
    assert [report.activity is not None for report in reports] == [True, False, True, True]
    assert reports[1].reason in ("files.reason.gave_up", "files.reason.too_many_points")


async def test_a_worker_that_dies_is_replaced(worker: Worker) -> None:
    first = await pid(worker)
    with pytest.raises(Unavailable):
        await worker.draw(Trick("import os; os._exit(3)"))
    assert not lives(first)
    assert await worker.draw(CHART)
    assert await pid(worker) != first


async def test_memory_is_refused_not_taken(worker: Worker) -> None:
    first = await pid(worker)
    with pytest.raises(Unavailable):
        await worker.draw(Trick(f"x = bytearray({MEMORY_BYTES})"))
    assert await pid(worker) == first
    assert (await worker.about())["peak_bytes"] < MEMORY_BYTES / 2


FORBIDDEN = (
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import socket; socket.getaddrinfo('example.org', 80)",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true')",
    "import os; os.fork()",
    "import gc; from bot.worker import _Wall; [w] = [o for o in gc.get_objects() if isinstance(o, _Wall)]\n"
    "w.reading = True; open('/etc/hostname')",
)


async def test_nothing_leaves_the_process(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    for code in FORBIDDEN:
        caplog.clear()
        with pytest.raises(Unavailable):
            await worker.draw(Trick(code))
        assert "PermissionError" in caplog.text, code


async def test_the_token_stays_outside(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    await worker.draw(Trick("import os; assert 'DISCORD_TOKEN' not in os.environ"))


async def test_it_ends_itself_when_idle_and_comes_back() -> None:
    worker = Worker(idle_s=0.1)
    try:
        await worker.read_files([("a.fit", FIT)])
        process = worker._process
        assert process
        await ends(process._popen.pid)
        (report,) = await worker.read_files([("a.fit", FIT)])
        assert report.activity
    finally:
        await worker.close()


async def test_charts_go_before_files(worker: Worker) -> None:
    await worker.draw(CHART)
    order: list[str] = []

    async def job(name: str, work: object) -> None:
        await work  # type: ignore[misc]
        order.append(name)

    archive = zipped(*((f"{n}.fit", FIT) for n in range(20)))
    files = asyncio.create_task(job("files", worker.read_files([("x.zip", archive)])))
    await asyncio.sleep(0)
    charts = [asyncio.create_task(job("chart", worker.draw(CHART))) for _ in range(3)]
    await asyncio.gather(files, *charts)
    assert order == ["chart"] * 3 + ["files"]


async def test_an_asker_who_goes_away_harms_no_one(worker: Worker) -> None:
    first = await pid(worker)
    task = asyncio.create_task(worker.draw(Trick("while True: pass")))
    await asyncio.sleep(0)
    assert worker._turn.locked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (report,) = await worker.read_files([("a.fit", FIT)])
    assert report.activity
    assert not lives(first)


async def test_nothing_is_left_after_closing() -> None:
    worker = Worker()
    left = await pid(worker)
    job = asyncio.create_task(worker.draw(Trick("while True: pass")))
    await asyncio.sleep(0)
    await worker.close()
    assert not lives(left)
    with pytest.raises(Unavailable):
        await job
    with pytest.raises(Unavailable):
        await worker.draw(CHART)
    (report,) = await worker.read_files([("a.fit", FIT)])
    assert report.reason == "files.reason.gave_up"


async def test_the_event_loop_is_not_held(worker: Worker) -> None:
    await worker.draw(CHART)
    archive, large = zipped(*((f"{n}.fit", FIT) for n in range(10))), gpx(range(90_000))[: FILE_BYTES - 1]
    lags: list[float] = []

    async def beat() -> None:
        while True:
            due = time.monotonic() + 0.001
            await asyncio.sleep(0.001)
            lags.append(time.monotonic() - due)

    beating = asyncio.create_task(beat())
    await asyncio.gather(worker.read_files([("x.zip", archive), ("y.gpx", large)]), worker.draw(CHART))
    beating.cancel()
    # The machine may be busy with something else: one beat in a hundred may be late.
    assert sorted(lags)[int(len(lags) * 0.99)] < 0.05


def test_the_bot_pays_nothing_for_what_runs_in_it() -> None:
    heavy = {"fitdecode", "matplotlib", "numpy", "rustworkx"}
    code = f"import sys, bot.worker, bot.charts.weeks, bot.domain.pairing; print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert shown == "set()\n"
