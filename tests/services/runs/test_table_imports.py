"""Saving the lines of a table: each once, whatever was killed between, and one answer or Undo for all."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.limits import RUNS_A_DAY
from bot.domain.runs.activity import Activity, FileReport, Source, Sport
from bot.domain.runs.runs import Direction, RunContent, Stretch
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import Matching, Service, TableHead
from bot.errors import Conflict, NotFound
from bot.services.members.people import Person
from bot.services.privacy import retention
from bot.services.runs import run_changes, runs, table_answers, table_imports
from bot.services.runs.table_answers import Slice
from bot.services.runs.table_imports import TableProgress
from db.engine import Database
from db.models import Recording, Revision, Run, Standing, StretchRow, TableImport
from tests.builders.boards import standings_from_scratch, standings_now
from tests.builders.imports import ALICE, BOB, CLUB, NOW, START, interaction_ids, met, total

COUNTS = {"already": 0, "not_run": 0, "deleted": 0, "unreadable": 0, "noon": 0}


def table(lines: int, sha256: str = "a" * 64) -> FileReport:
    guess = Matching(service=Service.STRAVA, date=0, duration=1, distance=2)
    head = TableHead(lines, ("Date", "Time", "Distance"), ("", "", ""), guess, {})
    return FileReport("activities.csv", sha256, table=head, content=zlib.compress(b"Date"))


def line(
    number: int, start: datetime, *, metres: int = 5000, dated_only: bool = False, wall: bool = False
) -> TableLine:
    ms = metres * 330
    run = Activity(Source.CSV, Sport.RUN, start, None, wall, metres, ms, ms)
    return TableLine(number, f"{number:064x}", run, dated_only=dated_only)


def daily(count: int) -> list[TableLine]:
    return [line(number, START - timedelta(days=number)) for number in range(count)]


async def begin(database: Database, person: Person, report: FileReport) -> TableProgress:
    return await table_imports.begin(database, person, report, interaction_id=next(interaction_ids), number=0, now=NOW)


async def bring(database: Database, person: Person, lines: list[TableLine], sha256: str = "a" * 64) -> TableProgress:
    """Import a table in slices of three lines."""
    found = await begin(database, person, table(len(lines), sha256))
    for at in range(0, len(lines), 3):
        found = await table_imports.save_lines(database, person, found.import_id, at, lines[at : at + 3], NOW)
    return await table_imports.save_lines(database, person, found.import_id, len(lines), [], NOW)


async def tell(database: Database, import_id: int, direction: Direction = Direction.FORWARD) -> list[Slice]:
    key, after, found = next(interaction_ids), 0, []
    while True:
        done = await table_answers.tell_slice(
            database, import_id, ALICE, direction, after=after, interaction_id=key, now=NOW
        )
        found.append(done)
        if done.last is None:
            return found
        after = done.last


async def undo(database: Database, import_id: int) -> int:
    key, after, changed = next(interaction_ids), 0, 0
    while True:
        done = await table_answers.undo_slice(database, import_id, ALICE, after=after, interaction_id=key, now=NOW)
        changed += done.changed
        if done.last is None:
            return changed
        after = done.last


async def assert_boards(database: Database, *, empty: bool) -> None:
    """Check that the boards equal a count of the runs."""
    async with database.read() as session:
        now = await standings_now(session)
        assert now == await standings_from_scratch(session)
        assert (not now) is empty


async def test_lines_become_runs_without_direction_in_order(database: Database) -> None:
    alice = await met(database)
    found = await bring(database, alice, daily(7))
    assert (found.state, found.runs, found.untold) == ("done", 7, 7)
    assert found.counts == {"imported": 7, **COUNTS}
    assert await total(database, Standing) == 0
    async with database.read() as session:
        rows = list(await session.scalars(select(Run).order_by(Run.ordinal)))
        assert {(run.source, run.guild_id, run.counted, run.revision) for run in rows} == {("csv", CLUB, False, 1)}
        assert [run.started_at for run in rows] == [START - timedelta(days=n) for n in range(7)]
        assert await session.scalar(select(TableImport.content)) is None, "nothing is kept that was read"
    assert await total(database, Recording) == await total(database, Revision) == 7


async def test_a_slice_is_saved_once_whatever_is_repeated(database: Database) -> None:
    alice = await met(database)
    found = await begin(database, alice, table(4))
    await table_imports.save_lines(database, alice, found.import_id, 0, daily(2), NOW)
    with pytest.raises(Conflict):
        await table_imports.save_lines(database, alice, found.import_id, 0, daily(2), NOW)
    resumed = await begin(database, alice, table(4))
    assert (resumed.import_id, resumed.next_line) == (found.import_id, 2), "the same file goes on where it stopped"
    await table_imports.save_lines(database, alice, found.import_id, 2, daily(4)[2:], NOW)
    done = await table_imports.save_lines(database, alice, found.import_id, 4, [], NOW)
    assert done.runs == 4
    assert await undo(database, found.import_id) == 4


async def test_what_is_there_is_not_imported_again(database: Database) -> None:
    alice = await met(database)
    await bring(database, alice, daily(3))
    changed = [replace(one, digest=f"{one.number + 100:064x}") for one in daily(4)]
    again = await bring(database, alice, changed, "b" * 64)
    assert again.counts == {"imported": 1, **COUNTS, "already": 3}
    longer = line(9, START + timedelta(minutes=1), metres=8000)
    assert (await bring(database, alice, [longer], "c" * 64)).counts["imported"] == 1, "another length is another run"


async def test_a_typed_run_of_the_day_is_the_same_run(database: Database) -> None:
    alice = await met(database)
    content = RunContent(START, "UTC", START.date(), (Stretch(Direction.BACKWARD, 5000, 1_650_000),))
    await run_changes.log_run(database, alice, content, interaction_id=next(interaction_ids), now=NOW)
    found = await bring(database, alice, [line(1, START + timedelta(hours=9)), line(2, START, metres=3000)])
    assert found.counts == {"imported": 1, **COUNTS, "already": 1}


async def test_runs_without_a_time_of_day_follow_each_other(database: Database) -> None:
    alice = await met(database)
    noon = datetime(2026, 11, 3, 12, tzinfo=UTC)
    lines = [line(n, noon, metres=m, dated_only=True, wall=True) for n, m in enumerate((5000, 3000, 5010))]
    found = await bring(database, alice, lines)
    assert found.counts == {"imported": 2, **COUNTS, "already": 1, "noon": 2}
    async with database.read() as session:
        starts = list(await session.scalars(select(Run.started_at).order_by(Run.ordinal)))
        assert starts == [noon, noon + timedelta(minutes=27, seconds=30)]


async def test_bad_lines_are_listed_and_the_good_ones_kept(database: Database) -> None:
    alice = await met(database)
    bad = [TableLine(number, fault="date", example="morgen") for number in range(10, 22)]
    impossible = [line(30, NOW + timedelta(days=2)), line(31, datetime(1985, 1, 1, tzinfo=UTC))]
    found = await bring(database, alice, [*daily(2), *bad, *impossible, TableLine(40, not_run=True)])
    assert found.counts == {**COUNTS, "imported": 2, "unreadable": 14, "not_run": 1}
    assert [(one.line, one.reason, one.example) for one in found.faults] == [
        (n, "date", "morgen") for n in range(10, 20)
    ]


async def test_a_day_with_too_many_runs_is_refused(database: Database) -> None:
    alice = await met(database)
    midnight = datetime(2026, 11, 3, tzinfo=UTC)
    lines = [line(n, midnight + timedelta(minutes=20 * n), metres=1000) for n in range(RUNS_A_DAY + 5)]
    found = await bring(database, alice, lines)
    assert (found.counts["imported"], found.counts["unreadable"]) == (RUNS_A_DAY, 5)
    assert found.faults[0].reason == "crowded"


async def test_one_answer_for_all_and_one_undo(database: Database) -> None:
    alice = await met(database)
    found = await bring(database, alice, daily(60))
    assert sum(one.changed for one in await tell(database, found.import_id)) == 60
    await assert_boards(database, empty=False)
    assert (await table_imports.progress(database, found.import_id, ALICE)).untold == 0
    assert sum(one.changed for one in await tell(database, found.import_id, Direction.BACKWARD)) == 0
    async with database.read() as session:
        run_id = await session.scalar(select(func.max(Run.run_id)))
        assert set(await session.scalars(select(StretchRow.direction))) == {"forward"}
    assert run_id is not None
    back = await run_changes.undo_change(database, run_id, ALICE, 2, interaction_id=next(interaction_ids), now=NOW)
    assert not back.content.told, "each run of it can still be undone by itself"

    assert await undo(database, found.import_id) == 60
    await assert_boards(database, empty=True)
    with pytest.raises(Conflict):
        await undo(database, found.import_id)
    restored = await run_changes.undo_change(database, run_id, ALICE, 4, interaction_id=next(interaction_ids), now=NOW)
    assert not restored.deleted


async def test_a_run_that_overlaps_another_is_asked_about_by_itself(database: Database) -> None:
    alice = await met(database)
    content = RunContent(START, "UTC", START.date(), (Stretch(Direction.BACKWARD, 9000, 2_970_000),))
    await run_changes.log_run(database, alice, content, interaction_id=next(interaction_ids), now=NOW)
    found = await bring(database, alice, daily(3))
    slices = await tell(database, found.import_id)
    assert (sum(one.changed for one in slices), sum(one.overlapping for one in slices)) == (2, 1)
    assert (await table_imports.progress(database, found.import_id, ALICE)).untold == 1


async def test_a_mark_that_nobody_ran_is_held_in_bulk_too(database: Database) -> None:
    alice = await met(database)
    quick = line(50, START)
    assert quick.activity is not None
    quick = replace(quick, activity=replace(quick.activity, duration_ms=800_000, elapsed_ms=800_000))
    found = await bring(database, alice, [quick, *daily(3)[1:]])
    await tell(database, found.import_id, Direction.BACKWARD)
    async with database.read() as session:
        rows = list(await session.execute(select(Run.review, Run.counted).order_by(Run.ordinal)))
    assert rows == [("held", False), ("none", True), ("none", True)]


async def test_exported_runs_come_back_with_their_directions(database: Database) -> None:
    alice = await met(database)
    stretches = (Stretch(Direction.BACKWARD, 1000, 330_000), Stretch(Direction.FORWARD, 2000, 600_000))
    content = RunContent(START, "Europe/Berlin", START.date(), stretches, effort=4, note="=1", doubtful=True)
    lines = [
        TableLine(n, f"{n:064x}", content=replace(content, started_at=START - timedelta(days=n))) for n in range(60)
    ]
    twice = replace(lines[0], number=60, digest=f"{60:064x}")
    found = await bring(database, alice, [*lines, twice])
    assert (found.runs, found.untold) == (61, 0), "two runs that look the same were both logged"
    await assert_boards(database, empty=False)
    async with database.read() as session:
        run_id = await session.scalar(select(func.min(Run.run_id)))
    assert run_id is not None
    view = await runs.own_run(database, run_id, ALICE)
    assert view.content.stretches == stretches
    assert (view.content.effort, view.content.note, view.content.doubtful) == (4, "=1", True)
    forged = replace(lines[0], number=70, digest="", content=replace(content, zone="../../etc/passwd", note="\u200b"))
    again = await bring(database, alice, [replace(forged, digest=f"{70:064x}")], "d" * 64)
    assert again.counts["already"] == 1


async def test_somebody_elses_import_does_not_exist(database: Database) -> None:
    alice, bob = await met(database), await met(database, BOB)
    found = await bring(database, alice, daily(1))
    for attempt in (
        table_imports.progress(database, found.import_id, BOB),
        table_imports.content(database, found.import_id, BOB),
        table_imports.start(database, found.import_id, BOB, NOW),
        table_imports.drop(database, found.import_id, BOB, NOW),
        table_imports.save_lines(database, bob, found.import_id, 1, daily(1), NOW),
        table_answers.tell_slice(database, found.import_id, BOB, Direction.FORWARD, after=0, interaction_id=1, now=NOW),
        table_answers.undo_slice(database, found.import_id, BOB, after=0, interaction_id=2, now=NOW),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_table_that_is_not_finished_goes_after_two_days(database: Database) -> None:
    alice = await met(database)
    found = await begin(database, alice, table(4))
    for days, kept in ((1, True), (3, False)):
        async with database.write() as session:
            await retention.purge(session, {}, NOW + timedelta(days=days))
        async with database.read() as session:
            assert (await session.scalar(select(TableImport.content)) is not None) is kept
    with pytest.raises(Conflict):
        await table_imports.start(database, found.import_id, ALICE, NOW)
