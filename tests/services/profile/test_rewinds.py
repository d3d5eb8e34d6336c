"""Rewinds from stored runs: what is counted, who is named to whom, and who is told at the end of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import update

from bot.domain.boards.spans import calendar_span
from bot.domain.runs.run_facts import MemberKey
from bot.domain.runs.runs import Direction, Sharing, Stretch
from bot.domain.when.local_hours import Hour, Struck
from bot.domain.when.periods import Period
from bot.services.nudges.nudging import NudgeTarget
from bot.services.profile import rewinds
from bot.services.profile.rewinds import rewind
from bot.services.projections import run_projections
from db.engine import Database
from db.models import Member, Run, Spotting
from tests.builders.runs import CLUB, join, write_run
from tests.builders.statements import RecordedStatements

TODAY = date(2026, 11, 24)
YEAR = calendar_span(Period.YEAR, TODAY)
ALICE, ROSA, JONAS, MAREN = 11, 12, 13, 14
OTHER_CLUB = CLUB + 1
B, U = Direction.BACKWARD, Direction.UNTOLD


async def test_spotters_are_named_to_the_runner_if_they_agreed_and_to_a_club_that_sees_them_and_the_run(
    database: Database,
) -> None:
    async with database.write() as session:
        await join(session, ALICE)
        await join(session, ROSA, name="Rosa")
        await join(session, JONAS, name="Jonas", hidden=True)
        await join(session, MAREN, name="Maren")
        await join(session, ALICE, OTHER_CLUB)
        five = [Stretch(B, 5000, 1_700_000)]
        for spotter, state, told in (
            (ROSA, "agreed", {}), (ROSA, "agreed", {"counted": False, "sharing": Sharing.ME}),
            (JONAS, "agreed", {}), (MAREN, "asked", {}), (MAREN, "declined", {}),
        ):  # fmt: skip
            run_id = await write_run(session, ALICE, TODAY, five, **told)  # type: ignore[arg-type]
            spotted = {"spotter_id": spotter, "spotter_name": "x", "spotter_state": state}
            await session.execute(update(Run).where(Run.run_id == run_id).values(**spotted))
        await write_run(session, ALICE, date(2025, 12, 31), [Stretch(B, 5000, 1_900_000)])
        await write_run(session, ALICE, TODAY, five, deleted=True, counted=False)
        await write_run(session, ALICE, TODAY, [Stretch(U, 9000, 1)], counted=False)
        await write_run(session, ALICE, date(2026, 1, 1), [Stretch(B, 1000, 300_000)], guild_id=OTHER_CLUB)
        await run_projections.rebuild(session, MemberKey(ALICE, CLUB))
    with RecordedStatements(database) as statements:
        own = await rewind(database, ALICE, YEAR, TODAY, None)
    assert len(statements) == 4
    assert (own.figures.behind, own.figures.runs, own.figures.days) == (4, 6, 2)
    assert own.figures.sums[B][0] == 26_000
    assert own.spotters == (("Rosa", 2), ("Jonas", 1))
    assert [best.listed_m for best in own.bests[B]] == [5000]
    shared = await rewind(database, ALICE, YEAR, TODAY, CLUB)
    assert shared.figures == own.figures
    assert shared.spotters == (("Rosa", 1),)
    async with database.write() as session:
        await session.execute(update(Member).where(Member.user_id == ROSA).values(left_at=datetime.now(UTC)))
    assert (await rewind(database, ALICE, YEAR, TODAY, CLUB)).spotters == ()
    march = await rewind(database, ALICE, calendar_span(Period.MONTH, date(2026, 3, 1)), TODAY, None)
    assert march.empty
    assert march.bests[B] == ()


async def test_facing_forward_for_others_is_counted_and_is_no_empty_period(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE)
        await join(session, ROSA)
        for runner, counted in ((ALICE, True), (ALICE, False), (ROSA, True)):
            run_id = await write_run(session, runner, TODAY, [Stretch(B, 5000, 1_700_000)], counted=counted)
            session.add(
                Spotting(run_id=run_id, user_id=ROSA, guild_id=CLUB, ran_on=TODAY, distance_m=5000, duration_ms=1)
            )
    found = await rewind(database, ROSA, calendar_span(Period.MONTH, TODAY), TODAY, None)
    assert found.faced_forward == 1, "neither on one's own run nor on one that does not count"
    assert not found.empty


async def test_whoever_ran_this_year_is_told_once_in_its_last_days(database: Database) -> None:
    async with database.write() as session:
        for user_id, year in ((ALICE, 2026), (ROSA, 2025)):
            await join(session, user_id)
            await write_run(session, user_id, date(year, 5, 1), [Stretch(B, 5000, 1_700_000)])

    def at(*days: int) -> list[NudgeTarget]:
        hours = [Struck(Hour(17), date(2026, 12, day), datetime(2026, 12, day, 17, tzinfo=UTC)) for day in days]
        return [NudgeTarget(one, CLUB, "UTC", tuple(hours)) for one in (ALICE, ROSA)]

    async with database.read() as session:
        for days, told in (((26,), []), ((26, 27, 28), [27]), ((29,), [29]), ((30,), [])):
            found = list(await rewinds.at_the_end_of_the_year(session, at(*days)))
            assert [(one.to.id, one.key, one.at.day) for one in found] == [(ALICE, "2026", day) for day in told]
