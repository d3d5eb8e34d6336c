"""Tables through the real worker process: read in slices, reopened when the process ends, checked when it lies."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.limits import FILE_BYTES
from bot.domain.runs.activity import Refusal
from bot.domain.runs.tables import Service
from bot.errors import Unavailable
from bot.worker import file_jobs
from tests.files import table_files
from tests.files.archive_files import zipped
from tests.worker.hijacked import Hijacked, process_id, read


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Hijacked]:
    worker = Hijacked()
    yield worker
    await worker.close()


async def test_a_table_is_read_in_slices_also_when_the_process_ends_between(
    worker: Hijacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_jobs, "SLICE_LINES", 100)
    (report,) = await read(worker, ("export.zip", zipped(("activities.csv", table_files.strava(450)))))
    assert report.table is not None
    assert (report.table.lines, report.table.guess.service) == (450, Service.STRAVA)
    assert zlib.decompress(report.content) == table_files.strava(450)
    first, found, sizes = process_id(worker), [], []
    async for lines in worker.read_table(1, report.content, report.table.guess, 150):
        found += lines
        sizes.append(len(lines))
        if len(sizes) == 1:
            await read(worker, ("other.csv", table_files.POLAR.encode()), member=2)  # another member's: a new process
    assert sizes == [100, 100, 100]
    assert [line.number for line in found] == list(range(152, 452))
    assert process_id(worker) != first
    assert sum(line.not_run for line in found) == 30


async def test_a_matching_can_be_tried(worker: Hijacked) -> None:
    (report,) = await read(worker, ("mein.csv", table_files.OTHER_DE.encode()))
    assert report.table is not None
    head = await worker.table_head(1, report.content, report.table.guess)
    assert head == report.table


@pytest.mark.parametrize(
    "data",
    [
        b'"' * 1_000_000,
        b"Date,km,Time\n" + b'"\n' * 400_000,
        b"Date,km,Time\n" + b"2026-11-03,5," + b"1:" * 2_000_000 + b"\n",
        b"a,b\n" + b"," * 5_000_000,
        b",\n" * 4_000_000,
        ("\ufeffDate,km,Time\n" + "\u0661" * 100_000).encode("utf-16-be"),
    ],
    ids=["quotes", "open", "long", "wide", "lines", "digits"],
)
async def test_hostile_tables_are_refused_and_the_worker_lives(worker: Hijacked, data: bytes) -> None:
    (report,) = await read(worker, ("hostile.csv", data))
    assert report.activity is None
    assert report.table is None
    assert report.reason is not None
    (good,) = await read(worker, ("activities.csv", table_files.STRAVA.encode()))
    assert good.table is not None


async def test_a_table_that_unpacks_to_too_much_is_refused(worker: Hijacked) -> None:
    (report,) = await read(worker, ("bomb.zip", zipped(("activities.csv", b"Date,Time\n" * (FILE_BYTES // 5)))))
    assert report.refusal is Refusal.TOO_LARGE


async def test_content_that_is_no_table_ends_in_a_refusal(worker: Hijacked) -> None:
    (report,) = await read(worker, ("activities.csv", table_files.STRAVA.encode()))
    assert report.table is not None
    with pytest.raises(Unavailable):
        async for _ in worker.read_table(1, b"not packed", report.table.guess, 0):
            pass
