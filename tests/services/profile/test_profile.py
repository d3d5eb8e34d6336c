from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain.boards.metrics import BoardDirection
from bot.domain.runs.run_facts import MemberKey
from bot.domain.runs.runs import Direction, Review, Sharing, Stretch
from bot.errors import NotFound
from bot.services.profile.profile import Totals, paces_of, profile, profile_of, year_of
from bot.services.projections import run_projections
from db.engine import Database
from tests.builders.runs import CLUB, join, write_run
from tests.builders.statements import RecordedStatements

TODAY = date(2026, 11, 24)
OTHER_CLUB = CLUB + 1
ALICE, BOB = 11, 12
B, F, U = Direction.BACKWARD, Direction.FORWARD, Direction.UNTOLD


async def test_one_sees_everything_of_oneself_and_nothing_deleted_or_untold(database: Database) -> None:
    async with database.write() as session:
        for user_id in (ALICE, BOB):
            await join(session, user_id)
        await join(session, ALICE, OTHER_CLUB)
        await write_run(session, ALICE, TODAY, [Stretch(B, 2000, 700_000), Stretch(F, 3000, 900_000)])
        await write_run(session, ALICE, TODAY, [Stretch(B, 1000, 350_000)], guild_id=OTHER_CLUB)
        private = [Stretch(B, None, 600_000)]
        await write_run(session, ALICE, date(2026, 11, 22), private, guild_id=None, counted=False, sharing=Sharing.ME)
        await write_run(session, ALICE, TODAY, [Stretch(B, 40_000, 1)], counted=False, deleted=True)
        await write_run(session, ALICE, TODAY, [Stretch(U, 40_000, 1)], counted=False)
        await write_run(session, BOB, TODAY, [Stretch(B, 40_000, 1)])
    found = await profile(database, ALICE, TODAY)
    assert found.totals == {
        BoardDirection.BACKWARD: Totals(3000, 1_650_000, runs=3, days=2, longest_m=2000),
        BoardDirection.FORWARD: Totals(3000, 900_000, runs=1, days=1, longest_m=3000),
        BoardDirection.ALL: Totals(6000, 2_550_000, runs=3, days=2, longest_m=5000),
    }
    assert [week.monday for week in found.weeks] == [date(2026, 9, 7) + timedelta(weeks=n) for n in range(12)]
    assert found.weeks[-1].sums == {B: (3000, 1_050_000), F: (3000, 900_000)}
    assert found.weeks[-2].sums == {B: (0, 600_000), F: (0, 0)}
    assert found.weeks[0].sums == {B: (0, 0), F: (0, 0)}
    assert not found.empty


async def test_bests_are_measured_agreed_and_whole(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE)
        await write_run(session, ALICE, date(2026, 1, 1), [Stretch(B, 5000, 1_700_000)])
        fastest = await write_run(session, ALICE, date(2026, 2, 1), [Stretch(B, 5100, 1_650_000)])
        await write_run(session, ALICE, date(2026, 3, 1), [Stretch(B, 5200, 1_500_000)])  # too long for 5 km
        await write_run(session, ALICE, date(2026, 4, 1), [Stretch(B, 5000, 1_400_000, estimated=True)])
        for review in (Review.HELD, Review.REJECTED):
            held = [Stretch(B, 5000, 900_000)]
            await write_run(session, ALICE, date(2026, 5, 1), held, review=review, counted=False)
        agreed = await write_run(session, ALICE, TODAY, [Stretch(F, 400, 42_000)], review=Review.AGREED)
        await run_projections.rebuild(session, MemberKey(ALICE, CLUB))
    found = await profile(database, ALICE, TODAY)
    (best,) = found.bests[B]
    assert (best.listed_m, best.distance_m, best.duration_ms) == (5000, 5100, 1_650_000)
    assert (best.run_id, best.ran_on) == (fastest, date(2026, 2, 1))
    assert [(b.listed_m, b.run_id) for b in found.bests[F]] == [(400, agreed)]
    assert found.totals[BoardDirection.BACKWARD].runs == 6  # held and rejected runs still count in one's own totals


async def test_another_member_sees_what_is_shared_with_their_club_alone(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE, name="Alice")
        await join(session, ALICE, OTHER_CLUB)
        await write_run(session, ALICE, TODAY, [Stretch(B, 1000, 350_000)])
        await write_run(session, ALICE, TODAY, [Stretch(B, 400, 100_000)], counted=False, sharing=Sharing.ME)
        await write_run(session, ALICE, TODAY, [Stretch(B, 400, 60_000)], counted=False, review=Review.HELD)
        await write_run(session, ALICE, TODAY, [Stretch(B, 800, 200_000)], guild_id=OTHER_CLUB)
        for guild_id in (CLUB, OTHER_CLUB):
            await run_projections.rebuild(session, MemberKey(ALICE, guild_id))
    found = await profile_of(database, ALICE, CLUB, TODAY)
    assert found.display_name == "Alice"
    assert found.totals[BoardDirection.ALL] == Totals(1000, 350_000, runs=1, days=1, longest_m=1000)
    assert found.weeks[-1].sums[B] == (1000, 350_000)
    assert [best.listed_m for best in found.bests[B]] == [1000]


async def test_a_stranger_has_no_profile_in_a_club(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE, OTHER_CLUB)
    with pytest.raises(NotFound):
        await profile_of(database, ALICE, CLUB, TODAY)


async def test_who_has_run_nothing_has_an_empty_profile_in_four_statements(database: Database) -> None:
    with RecordedStatements(database) as statements:
        found = await profile(database, ALICE, TODAY)
    assert len(statements) == 4
    assert found.empty
    assert set(found.totals.values()) == {Totals()}
    assert found.bests == {B: (), F: ()}


async def test_the_usual_week_is_the_middle_one_since_the_first(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE)
        for weeks_ago, metres in ((0, 90_000), (1, 3000), (2, 9000), (4, 5000)):
            await write_run(session, ALICE, TODAY - timedelta(weeks=weeks_ago), [Stretch(B, metres, 1_700_000)])
    assert (await profile(database, ALICE, TODAY)).usual_week_m == 4000  # of 3, 9, 0 and 5 km
    assert (await profile(database, ALICE, TODAY - timedelta(weeks=2))).usual_week_m is None


async def test_the_year_and_the_paces_are_of_a_year_and_for_a_club_of_what_it_sees(database: Database) -> None:
    async with database.write() as session:
        await join(session, ALICE)
        await write_run(session, ALICE, TODAY, [Stretch(B, 2000, 800_000), Stretch(F, 1000, 300_000)])
        await write_run(session, ALICE, TODAY - timedelta(days=364), [Stretch(B, 1000, 500_000)])
        await write_run(session, ALICE, TODAY - timedelta(days=365), [Stretch(B, 1000, 600_000)])
        private = [Stretch(B, 5000, 2_000_000)]
        await write_run(session, ALICE, TODAY - timedelta(days=1), private, counted=False, sharing=Sharing.ME)
        for odd in (Stretch(B, 400, 1000), Stretch(B, None, 600_000), Stretch(B, 5000, 1, estimated=True)):
            await write_run(session, ALICE, TODAY, [odd])
        await write_run(session, ALICE, TODAY, [Stretch(B, 5000, 1)], review=Review.HELD, counted=False)
    own = await year_of(database, ALICE, None, TODAY)
    assert sorted(own) == [TODAY - timedelta(days=back) for back in (364, 1, 0)]
    assert own[TODAY][F] == (1000, 300_000)
    assert sorted(await year_of(database, ALICE, CLUB, TODAY)) == [TODAY - timedelta(days=364), TODAY]
    assert await paces_of(database, ALICE, None, B, TODAY) == [
        (TODAY - timedelta(days=364), 500.0), (TODAY - timedelta(days=1), 400.0), (TODAY, 400.0),
    ]  # fmt: skip
    assert [pace for _, pace in await paces_of(database, ALICE, CLUB, B, TODAY)] == [500.0, 400.0]
