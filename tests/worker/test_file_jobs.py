"""How members share the file reader: turns, budgets, memory, and separate processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.charts.weeks import WeekBar, WeeksChart
from bot.domain.members.allowances import Allowance
from bot.domain.runs.activity import FileReport
from bot.domain.runs.tables import TableHints
from bot.errors import Conflict
from bot.worker import file_jobs
from bot.worker.file_jobs import FileJobs, PostedFile
from bot.worker.messages import WorkerRole
from bot.worker.worker import Worker
from tests.files.archive_files import zipped
from tests.files.fit_files import run
from tests.worker.hijacked import Hijacked, posted, process_id, read

ADA, BEN = 1, 2
FIT = bytes(run(60))
CHART = WeeksChart("alt", "Kilometres a week", "km", (WeekBar("23 Nov", 3, 4),), "backward", "forward")


class Held(bytes):
    """An attachment's bytes, counted while they are in memory."""

    now = most = fetched = 0

    def __new__(cls, content: bytes) -> Held:
        made = super().__new__(cls, content)
        cls.now, cls.fetched = cls.now + 1, cls.fetched + 1
        cls.most = max(cls.most, cls.now)
        return made

    def __del__(self) -> None:
        type(self).now -= 1


def counted(name: str, data: bytes) -> PostedFile:
    async def fetch() -> bytes:
        return Held(data)

    return PostedFile(name, fetch)


@pytest.fixture(autouse=True)
def none_held() -> None:
    Held.now = Held.most = Held.fetched = 0


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Hijacked]:
    worker = Hijacked()
    yield worker
    await worker.close()


async def import_all(worker: Worker, order: list[str], member: int, *files: PostedFile) -> list[FileReport]:
    found = []
    async for reports in worker.read_files(member, files):
        order += [report.filename for report in reports]
        found += reports
    return found


async def test_another_member_waits_for_one_turn_not_for_an_import(
    worker: Hijacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_jobs, "TURN_S", 0.0)
    order: list[str] = []
    archives = [counted(f"{n}.zip", zipped(*((f"{n}-{at}.fit", FIT) for at in range(6)))) for n in range(3)]
    large = asyncio.create_task(import_all(worker, order, ADA, *archives))
    await asyncio.sleep(0)
    small = asyncio.create_task(import_all(worker, order, BEN, counted("ben.fit", FIT)))
    assert len(await small) == 1
    assert len(order) <= 3, "a file or two of the other's"
    found = await large
    assert [report.filename for report in found] == [f"{n}-{at}.fit" for n in range(3) for at in range(6)], "each once"
    assert all(report.activity for report in found)


async def test_an_archive_is_read_on_where_nobody_waits(worker: Hijacked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs, "TURN_S", 0.0)
    archive = zipped(*((f"{at}.fit", FIT) for at in range(6)))
    await import_all(worker, [], ADA, counted("a.zip", archive))
    assert Held.fetched == 1


async def test_of_all_that_wait_one_attachment_is_in_memory(worker: Hijacked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs, "TURN_S", 0.0)
    archive = zipped(*((f"{at}.fit", FIT) for at in range(3)))
    members = range(1, 4)
    jobs = [import_all(worker, [], member, *[counted("a.zip", archive)] * 2) for member in members]
    found = await asyncio.gather(*jobs)
    assert [len(reports) for reports in found] == [6] * len(members)
    assert Held.most == 1
    assert Held.now == 0


async def test_nobody_reads_in_a_process_that_has_read_anothers_files(worker: Hijacked) -> None:
    await read(worker, ("a.fit", FIT), member=ADA)
    hers = process_id(worker)
    await worker.run("desk._read = lambda entry, hints: []")
    assert await read(worker, ("a.fit", FIT), member=ADA) == []
    assert process_id(worker) == hers, "her own is kept"
    (report,) = await read(worker, ("b.fit", FIT), member=BEN)
    assert report.activity
    assert process_id(worker) != hers


async def test_a_members_budget_of_seconds(worker: Hijacked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs, "BUDGET", Allowance(burst=0.001, per_s=0.01))
    worker._files = FileJobs(worker.lanes[WorkerRole.FILES])
    files = [counted(f"{at}.fit", FIT) for at in range(3)]
    first, *rest = await import_all(worker, [], ADA, *files)
    assert first.activity
    assert [report.reason for report in rest] == ["files.reason.budget"] * 2
    assert rest[0].params["count"] >= 50, "minutes until it is worth coming back"
    assert Held.fetched == 1, "what cannot be read is not fetched"
    (other,) = await import_all(worker, [], BEN, counted("b.fit", FIT))
    assert other.activity


async def test_a_budget_ends_in_the_middle_of_an_archive(worker: Hijacked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_jobs, "BUDGET", Allowance(burst=0.001, per_s=0.01))
    worker._files = FileJobs(worker.lanes[WorkerRole.FILES])
    archive = counted("year.zip", zipped(*((f"{at}.fit", FIT) for at in range(6))))
    found = await import_all(worker, [], ADA, archive)
    assert [(report.filename, report.reason) for report in found] == [
        ("0.fit", None), ("year.zip", "files.reason.budget"),
    ]  # fmt: skip


async def test_what_discord_does_not_hand_over_costs_only_itself(
    worker: Hijacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_jobs, "FETCH_S", 0.01)

    async def nothing() -> None:
        return None

    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    files = [PostedFile("lost.fit", nothing), PostedFile("hangs.fit", never), posted("good.fit", FIT)]
    found = await import_all(worker, [], ADA, *files)
    assert [report.reason for report in found] == ["imports.reason.fetch", "imports.reason.fetch", None]


async def test_an_import_ends_before_discord_takes_its_report_no_more(
    worker: Hijacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_jobs, "LIFE_S", 0.0)
    found = await import_all(worker, [], ADA, counted("a.fit", FIT), counted("b.fit", FIT))
    assert [report.reason for report in found] == ["files.reason.too_late"] * 2
    assert Held.fetched == 0
    archive = zipped(*((f"{at}.fit", FIT) for at in range(6)))
    ended = file_jobs._Job(BEN, [counted("year.zip", archive)], TableHints(), ends_at=0.0)
    await worker._files._take(ended)
    assert [report.filename for report in ended.reports] == ["0.fit"], "an archive is left where time is up"


async def test_one_import_a_member(worker: Hijacked) -> None:
    with worker.one_import(ADA):
        with worker.one_import(BEN):
            pass
        with pytest.raises(Conflict) as refused, worker.one_import(ADA):
            pass
    assert refused.value.key == "imports.menu.in_hand"
    with worker.one_import(ADA):
        pass


async def test_a_chart_takes_its_members_turn(worker: Hijacked) -> None:
    await worker.draw(CHART, ADA)
    order: list[int] = []

    async def draw(member: int) -> None:
        await worker.draw(CHART, member)
        order.append(member)

    await asyncio.gather(*[draw(ADA) for _ in range(8)], draw(BEN))
    assert order.index(BEN) <= 2
