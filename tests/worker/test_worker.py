"""The worker process as the bot uses it, with hostile files."""

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.charts.weeks import WeekBar, WeeksChart
from bot.domain.limits import FILE_BYTES
from bot.domain.rounds.matching import draw_round
from bot.domain.runs.activity import Refusal
from bot.errors import Unavailable
from bot.localizer import Localizer
from bot.worker.lane import LIMIT_S, PATIENCE
from bot.worker.messages import About, Look, WorkerRole
from bot.worker.process import Cause, WorkerFailure
from bot.worker.wall import MEMORY_BYTES
from bot.worker.worker import Worker
from tests.builders.candidates import a_club
from tests.charts.examples import EXAMPLES
from tests.charts.pictures import png
from tests.files.archive_files import zipped
from tests.files.fit_files import hostile, run
from tests.files.xml_files import gpx
from tests.worker.hijacked import Hijacked, process_id, read

FIT = bytes(run(60))
CHART = WeeksChart("alt", "Kilometres a week", "km", (WeekBar("23 Nov", 3, 4),), "backward", "forward")


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker()
    yield worker
    await worker.close()


async def pid(worker: Worker, role: WorkerRole = WorkerRole.FILES) -> int:
    return (await worker.about(role)).pid


async def loaded(worker: Worker, role: WorkerRole) -> set[str]:
    return {name.partition(".")[0] for name in (await worker.about(role)).modules}


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ends(pid: int) -> None:
    async with asyncio.timeout(20):
        while lives(pid):  # noqa: ASYNC110 - there is no event for another process
            await asyncio.sleep(0)


async def test_it_starts_with_the_first_job_and_reads_and_draws(worker: Worker) -> None:
    reports = await read(worker, ("a.fit", FIT), ("b.zip", zipped(("c.gpx", gpx(range(61))), ("d.txt", b"x"))))
    assert [(r.filename, r.reason) for r in reports] == [
        ("a.fit", None), ("c.gpx", None), ("d.txt", "files.reason.format"),
    ]  # fmt: skip
    assert (await worker.draw(CHART, 1)).startswith(b"\x89PNG")


@pytest.mark.parametrize("label", ["1 Nov", "23. November", "$", "周", "👟", "#panic()", '"); #read("/etc/passwd")'])
async def test_every_chart_is_drawn_behind_the_wall(worker: Worker, label: str) -> None:
    for count in (0, 1, 12):
        bars = tuple(WeekBar(label, at * 1.7, at % 3) for at in range(count))
        assert (await worker.draw(WeeksChart("alt", label, label, bars, label, label, ","), 1)).startswith(b"\x89PNG")


async def test_every_picture_comes_out_of_the_worker_as_it_is_drawn_here(worker: Worker) -> None:
    for example in EXAMPLES.values():
        picture = example(Localizer("de"))
        assert await worker.draw(picture, 1) == png(picture)


NEVER = {"discord", "sqlalchemy", "aiosqlite", "asyncpg", "db", "cogs", "pytest", "aiohttp"}


async def test_what_is_loaded_in_each(worker: Worker) -> None:
    heavy = {"typst", "numpy", "rustworkx", "fitdecode"}
    found = {role: await loaded(worker, role) for role in WorkerRole}
    assert {role: modules & heavy for role, modules in found.items()} == {
        WorkerRole.FILES: {"fitdecode"},
        WorkerRole.CHARTS: {"typst"},
        WorkerRole.ROUNDS: {"rustworkx"},
    }
    assert {role: sorted(modules & NEVER) for role, modules in found.items() if modules & NEVER} == {}
    assert not found[WorkerRole.FILES] & {"pickle", "multiprocessing", "socket", "subprocess", "asyncio"}
    for role in WorkerRole:
        assert (await worker.about(role)).peak_bytes < MEMORY_BYTES / 4


async def test_a_round_is_drawn_in_it_as_it_is_here(worker: Worker) -> None:
    people = a_club(40, 3)
    assert await worker.match(people, 2, 7) == draw_round(people, 2, 7)


async def test_a_worker_that_dies_while_it_draws_a_round_is_said_to_be_unavailable() -> None:
    worker = Worker(limit_s=0)
    try:
        with pytest.raises(Unavailable) as refused:
            await worker.match(a_club(12, 3), 2, 7)
        assert refused.value.key == "files.worker.gave_up"
    finally:
        await worker.close()


class Weighed(Worker):
    """Records the memory a process has used before it is ended."""

    ended: About

    def __init__(self) -> None:
        super().__init__()
        lane = self.lanes[WorkerRole.FILES]
        renew = lane.renew

        async def weigh() -> None:
            if not lane.closed:
                self.ended = (await lane.ask(Look()))[0]
            await renew()

        lane.renew = weigh  # type: ignore[method-assign]


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
        reports = await read(worker, ("harm", data))
        assert time.monotonic() - began < LIMIT_S * PATIENCE * 2
        assert all(report.refusal in (Refusal.UNREADABLE, Refusal.TOO_LARGE) for report in reports)
        assert worker.ended.peak_bytes < MEMORY_BYTES
        assert not lives(worker.ended.pid)
        (report,) = await read(worker, ("good.fit", FIT))
        assert report.activity
    finally:
        await worker.close()


async def test_the_rest_of_an_archive_is_read_in_a_new_process() -> None:
    worker = Worker(limit_s=1)
    try:
        slow = zipped(("a.fit", FIT), ("slow.fit", hostile()), ("b.fit", FIT))
        reports = await read(worker, ("x.zip", slow), ("c.fit", FIT))
    finally:
        await worker.close()
    assert [report.filename for report in reports] == ["a.fit", "slow.fit", "b.fit", "c.fit"]
    assert [report.activity is not None for report in reports] == [True, False, True, True]
    reasons = "died_of_work", "timed_out", "too_many_points"  # which comes first depends on the machine
    assert reports[1].reason in [f"files.reason.{reason}" for reason in reasons]


async def test_a_process_that_dies_is_replaced() -> None:
    worker = Hijacked()
    try:
        first = await pid(worker)
        assert await worker.cause("import os; os._exit(3)") is Cause.CRASHED
        assert not lives(first)
        (report,) = await read(worker, ("a.fit", FIT))
        assert report.activity
        assert await pid(worker) != first
    finally:
        await worker.close()


async def test_memory_is_refused_not_taken() -> None:
    worker = Hijacked()
    try:
        first = await pid(worker)
        assert await worker.cause(f"x = bytearray({MEMORY_BYTES})") is Cause.MEMORY
        about = await worker.about(WorkerRole.FILES)
        assert about.pid == first
        assert about.peak_bytes < MEMORY_BYTES / 2
    finally:
        await worker.close()


async def test_it_ends_itself_when_idle_and_comes_back() -> None:
    worker = Worker(idle_s=0.1)
    try:
        await read(worker, ("a.fit", FIT))
        await ends(process_id(worker))
        (report,) = await read(worker, ("a.fit", FIT))
        assert report.activity
    finally:
        await worker.close()


async def test_charts_go_before_files() -> None:
    worker = Hijacked()
    try:
        await worker.about(WorkerRole.CHARTS)
        stuck = asyncio.create_task(worker.run("import time; time.sleep(60)"))
        await worker.draw(CHART, 1)
        assert not stuck.done(), "a file in hand holds no picture up"
    finally:
        await worker.close()
    with pytest.raises(WorkerFailure) as failure:
        await stuck
    assert failure.value.cause is Cause.ENDED


async def test_an_asker_who_goes_away_harms_no_one() -> None:
    worker = Hijacked()
    try:
        first = await pid(worker)
        task = asyncio.create_task(worker.run("while True: pass"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (report,) = await read(worker, ("a.fit", FIT))
        assert report.activity
        assert not lives(first)
    finally:
        await worker.close()


async def test_nothing_is_left_after_closing() -> None:
    worker = Hijacked()
    left = await pid(worker)
    job = asyncio.create_task(worker.run("while True: pass"))
    await asyncio.sleep(0)
    await worker.close()
    assert not lives(left)
    with pytest.raises(WorkerFailure):
        await job
    with pytest.raises(Unavailable):
        await worker.draw(CHART, 1)
    (report,) = await read(worker, ("a.fit", FIT))
    assert report.reason == "files.reason.stopped"


async def test_the_event_loop_is_not_held(worker: Worker) -> None:
    await worker.draw(CHART, 1)
    archive, large = zipped(*((f"{n}.fit", FIT) for n in range(10))), gpx(range(90_000))[: FILE_BYTES - 1]
    lags: list[float] = []

    async def beat() -> None:
        while True:
            due = time.monotonic() + 0.001
            await asyncio.sleep(0.001)
            lags.append(time.monotonic() - due)

    beating = asyncio.create_task(beat())
    await asyncio.gather(read(worker, ("x.zip", archive), ("y.gpx", large)), worker.draw(CHART, 1))
    beating.cancel()
    # One beat in a hundred may be late, because the machine may be busy.
    assert sorted(lags)[int(len(lags) * 0.99)] < 0.05


def test_the_bot_pays_nothing_for_what_runs_in_it() -> None:
    heavy = {"fitdecode", "typst", "numpy", "rustworkx"}
    modules = "bot.worker.worker, bot.charts.weeks, bot.domain.rounds.matching"
    code = f"import sys, {modules}; print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert shown == "set()\n"
