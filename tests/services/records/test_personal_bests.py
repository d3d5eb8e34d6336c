"""Personal bests through the services: measured, agreed, taken back, and read in one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module

import pytest
from sqlalchemy import delete, select, text

from bot.domain.runs.personal_bests import Measured
from bot.domain.runs.run_facts import MemberKey
from bot.domain.runs.runs import Direction, Review, RunContent, Sharing, Stretch
from bot.services.projections import run_projections
from bot.services.records.club_records import club_records
from bot.services.records.personal_bests import Best, own_bests
from bot.services.runs.runs import own_run
from db.engine import Database
from db.models import BestEffort, Recording
from tests.builders.projections import ALICE, BOB, CAROL, CLUB, CLUBS, OTHER_CLUB, TODAY, TOO_FAST, Town
from tests.builders.runs import join, write_run
from tests.builders.statements import RecordedStatements

B, F, U = Direction.BACKWARD, Direction.FORWARD, Direction.UNTOLD
YESTERDAY = TODAY - timedelta(days=1)


def five(minutes: int, direction: Direction = B) -> Stretch:
    return Stretch(direction, 5000, minutes * 60_000)


async def bests(town: Town, who: int = ALICE, direction: Direction = B) -> dict[int, Best]:
    return {best.listed_m: best for best in (await own_bests(town.database, who))[direction]}


async def records(town: Town, direction: Direction = B, guild_id: int = CLUB) -> dict[int, tuple[int, int]]:
    """Return holder and milliseconds of a club's records."""
    found = (await club_records(town.database, guild_id))[direction]
    return {record.listed_m: (record.user_id, record.duration_ms) for record in found}


async def test_a_best_falls_and_the_former_one_stands_again(database: Database) -> None:
    town = Town(database)
    first = await town.log(ALICE, town.content(five(28), on=YESTERDAY))
    second = await town.log(ALICE, town.content(five(27)))
    assert (await bests(town))[5000].run_id == second
    await town.undo(second, ALICE)
    assert (await bests(town))[5000].run_id == first
    await town.delete(first, ALICE)
    assert await bests(town) == {}
    await town.undo(first, ALICE)
    assert (await bests(town))[5000].run_id == first


async def test_an_edit_takes_a_best_back(database: Database) -> None:
    town = Town(database)
    first = await town.log(ALICE, town.content(five(28), on=YESTERDAY))
    second = await town.log(ALICE, town.content(five(27)))
    for content in (town.content(five(29)), town.content(five(27, F)), town.content(Stretch(B, 5200, 1_620_000))):
        await town.edit(second, ALICE, content)
        assert (await bests(town))[5000].run_id == first
        await town.undo(second, ALICE)
        assert (await bests(town))[5000].run_id == second


async def test_the_earlier_of_equal_bests_stands_whichever_was_logged_first(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(five(27)))
    earlier = await town.log(ALICE, town.content(five(27), on=YESTERDAY))
    assert (await bests(town))[5000].run_id == earlier


async def test_a_held_mark_is_no_best_until_an_organiser_agrees(database: Database) -> None:
    town = Town(database)
    run_id = await town.log(ALICE, town.content(TOO_FAST))
    assert await bests(town) == {}
    assert await records(town) == {}
    await town.review(run_id)
    assert (await bests(town))[5000].duration_ms == 900_000
    assert await records(town) == {5000: (ALICE, 900_000)}
    other = await town.log(BOB, town.content(TOO_FAST))
    await town.review(other, agree=False)
    assert await bests(town, BOB) == {}


async def test_a_spotter_who_agrees_makes_a_best_escorted(database: Database) -> None:
    town = Town(database)
    await town.meet(BOB)
    run_id = await town.log(ALICE, town.content(five(27), spotter_id=BOB))
    assert not (await bests(town))[5000].escorted
    await town.answer(run_id, BOB)
    assert (await bests(town))[5000].escorted
    await town.answer(run_id, BOB, agreed=False)
    assert not (await bests(town))[5000].escorted


async def test_the_answer_decides_to_which_direction_a_files_segments_belong(database: Database) -> None:
    town = Town(database)
    run_id = await town.import_file(ALICE)
    assert run_id is not None
    assert await bests(town) == {}
    await town.tell(run_id, ALICE, U)  # the first lap backward, the second forward
    assert {m: (b.duration_ms, b.measured) for m, b in (await bests(town)).items()} == {
        400: (130_000, Measured.SEGMENT),
        1000: (328_000, Measured.SEGMENT),
        3000: (990_000, Measured.LAP),
    }
    assert {m: b.duration_ms for m, b in (await bests(town, direction=F)).items()} == {400: 125_000}
    await town.undo(run_id, ALICE)
    await town.tell(run_id, ALICE, B)
    assert {m: (b.duration_ms, b.measured) for m, b in (await bests(town)).items()} == {
        400: (120_000, Measured.SEGMENT),
        1000: (328_000, Measured.SEGMENT),
        3000: (985_000, Measured.SEGMENT),
        5000: (1_650_000, Measured.WHOLE),
    }
    assert await bests(town, direction=F) == {}


async def test_a_corrected_import_loses_its_segments(database: Database) -> None:
    town = Town(database)
    run_id = await town.import_file(ALICE)
    assert run_id is not None
    await town.tell(run_id, ALICE, B)
    await town.edit(run_id, ALICE, town.content(Stretch(B, 4900, 1_650_000)))
    assert await bests(town) == {}
    await town.undo(run_id, ALICE)
    assert 400 in await bests(town)


async def test_a_club_sees_what_counts_there_and_the_runner_everything(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(five(28)))
    await town.log(ALICE, town.content(five(27), sharing=Sharing.ME))
    await town.log(ALICE, town.content(five(26)), OTHER_CLUB)
    assert (await bests(town))[5000].duration_ms == 26 * 60_000
    assert await records(town) == {5000: (ALICE, 28 * 60_000)}
    assert await records(town, guild_id=OTHER_CLUB) == {5000: (ALICE, 26 * 60_000)}


async def test_who_hides_or_leaves_holds_no_record_and_returns_to_it(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(five(27)))
    await town.log(BOB, town.content(five(29)))
    for gone, back in (
        (town.hide, lambda who: town.hide(who, hidden=False)),
        (town.leave, town.meet),
    ):
        await gone(ALICE)
        assert await records(town) == {5000: (BOB, 29 * 60_000)}
        assert (await bests(town))[5000].duration_ms == 27 * 60_000, "their own bests stay"
        await back(ALICE)
        assert await records(town) == {5000: (ALICE, 27 * 60_000)}
    await town.erase(ALICE)
    assert await records(town) == {5000: (BOB, 29 * 60_000)}
    async with database.read() as session:
        assert set(await session.scalars(select(BestEffort.user_id))) == {BOB}


async def test_a_card_says_what_a_run_beat_as_far_as_its_readers_may_see_that(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(five(29), on=date(2026, 10, 1)))
    await town.log(ALICE, town.content(five(28), on=date(2026, 10, 2), sharing=Sharing.ME))
    run_id = await town.log(ALICE, town.content(five(27), on=date(2026, 10, 3)))
    later = await town.log(ALICE, town.content(five(26), on=date(2026, 10, 4)))

    async def said(run: int, *, for_club: bool) -> tuple[int | None, date | None]:
        found = (await own_run(database, run, ALICE, for_club=for_club)).highlight
        assert found is not None
        (best,) = found.bests
        return best.faster_ms, best.beaten_on

    assert await said(run_id, for_club=False) == (60_000, date(2026, 10, 2))
    assert await said(run_id, for_club=True) == (None, None), "the one before is private"
    assert await said(later, for_club=True) == (60_000, date(2026, 10, 3))
    await town.delete(run_id, ALICE)
    assert await said(later, for_club=False) == (120_000, date(2026, 10, 2))


async def test_logging_a_run_costs_one_statement_more_for_its_efforts(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(five(28), on=YESTERDAY))

    async def statements_of(content: RunContent) -> list[str]:
        await town.meet(ALICE)
        with RecordedStatements(database) as statements:
            await town.log(ALICE, content)
        return [one for one in statements if "best_efforts" in one and "INTO standings" not in one]

    assert await statements_of(town.content(Stretch(B, 5500, 1_900_000))) == [], "no listed distance"
    insert, read = await statements_of(town.content(five(29)))
    assert insert.startswith("INSERT INTO best_efforts")
    assert read.startswith("WITH wanted")


async def test_bests_and_records_are_one_statement_of_index_probes(database: Database) -> None:
    town = Town(database)
    for back in range(30):
        await town.log(ALICE, town.content(five(30 + back), on=TODAY - timedelta(days=back)))
    reads: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: own_bests(database, ALICE),
        lambda: club_records(database, CLUB),
    )
    for read in reads:
        with RecordedStatements(database) as statements:
            await read()
        assert len(statements) == 1
        if database.reader.dialect.name == "sqlite":
            async with database.read() as session:
                connection = await session.connection()
                plan = await connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statements[0]}", (CLUB,) * statements[0].count("?")
                )
                used = [row[3] for row in plan if "other" in row[3] or "best" in row[3]]
            assert any("ix_best_efforts" in step for step in used)
            assert not any("SCAN other" in step or "SCAN best" in step for step in used)


async def test_the_migration_fills_in_what_a_rebuild_makes(database: Database) -> None:
    """For runs without segments, which older recordings do not have."""
    town = Town(database)
    async with database.write() as session:
        for user_id in (ALICE, BOB):
            for guild_id in CLUBS:
                await join(session, user_id, guild_id)
        lap = Stretch(B, 1000, 330_000)
        for number, stretches in enumerate(
            (
                [five(28)],
                [Stretch(B, 5150, 1_600_000)],
                [Stretch(B, 5151, 1_600_000)],
                [lap, replace(lap, duration_ms=320_000), lap, lap, lap],
                [lap, Stretch(F, 1000, 250_000)],
                [lap, replace(lap, estimated=True)],
                [lap, Stretch(B, None, 60_000)],
                [Stretch(B, None, 60_000)],
                [Stretch(U, 1000, 330_000)],
                [Stretch(F, 42_195, 12_000_000)],
            )
        ):
            await write_run(session, ALICE, TODAY - timedelta(days=number), stretches, guild_id=CLUB)
        for review in Review:
            await write_run(session, BOB, TODAY, [five(25)], review=review, guild_id=CLUB)
        await write_run(session, BOB, TODAY, [five(24)], deleted=True, guild_id=CLUB)
        await write_run(session, BOB, TODAY, [five(26)], guild_id=OTHER_CLUB)
        await write_run(session, BOB, TODAY, [five(26)], guild_id=None, counted=False)
    migration = import_module("db.migrations.versions.0020_best_efforts")
    table = BestEffort.__table__
    async with database.write() as session:
        await session.execute(text(migration.FILL))
        filled = set(map(tuple, await session.execute(select(table))))
        await session.execute(delete(BestEffort))
        for user_id in (ALICE, BOB, CAROL):
            for guild_id in (None, *CLUBS):
                await run_projections.rebuild(session, MemberKey(user_id, guild_id))
        rebuilt = set(map(tuple, await session.execute(select(table))))
    assert filled == rebuilt
    assert len(filled) == 13
    assert town.database is database


async def test_a_recording_from_before_has_no_segments_and_breaks_nothing(database: Database) -> None:
    town = Town(database)
    run_id = await town.import_file(ALICE)
    assert run_id is not None
    async with database.write() as session:
        await session.execute(text("UPDATE recordings SET segments = NULL"))
        assert (await session.scalars(select(Recording.segments))).all() == [None]
    await town.tell(run_id, ALICE, B)
    assert set(await bests(town)) == {3000, 5000}


@pytest.mark.parametrize("first", [0, 1])
async def test_two_changes_at_once_leave_one_set_of_efforts(database: Database, first: int) -> None:
    town = Town(database)
    run_id = await town.log(ALICE, town.content(five(28)))
    both = [
        town.edit(run_id, ALICE, town.content(five(27))),
        town.edit(run_id, ALICE, town.content(Stretch(B, 1000, 330_000))),
    ]
    await asyncio.gather(both[first], both[1 - first])
    async with database.write() as session:
        kept = set(map(tuple, await session.execute(select(BestEffort.__table__))))
        await run_projections.rebuild(session, MemberKey(ALICE, CLUB))
        assert kept == set(map(tuple, await session.execute(select(BestEffort.__table__))))
