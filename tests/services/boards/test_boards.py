from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import Among, BoardDirection, BoardKind, Metric
from bot.domain.boards.spans import SpanKind, WantedSpan, WindowKind
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.when.periods import Period
from bot.services.boards import seasons, windows
from bot.services.boards.boards import Board, BoardChoice, Gap, board
from bot.services.boards.follows import follow
from bot.services.projections import run_projections
from db.engine import Database
from db.models import Challenge, ChallengePlace, ChallengeTeam
from tests.builders.projections import Town
from tests.builders.runs import CLUB, NOW, join, write_run
from tests.builders.statements import RecordedStatements

TODAY = date(2026, 11, 24)
B, F = Direction.BACKWARD, Direction.FORWARD


async def club_of(database: Database, *metres: int | None, hidden: frozenset[int] = frozenset()) -> None:
    """Add members 1, 2, 3 …, each with one backward run of the given metres, or of unknown distance for None."""
    async with database.write() as session:
        for user_id, distance_m in enumerate(metres, start=1):
            await join(session, user_id, name=f"Runner {user_id}", hidden=user_id in hidden)
            await write_run(session, user_id, TODAY, [Stretch(B, distance_m, 600_000)])
        await run_projections.rebuild_club(session, CLUB)


async def look(
    database: Database,
    viewer_id: int = 1,
    *,
    metric: Metric = Metric.DISTANCE,
    direction: BoardDirection = BoardDirection.BACKWARD,
    period: SpanKind = Period.WEEK,
    page: int | None = 0,
    among: Among = Among.EVERYBODY,
    today: date = TODAY,
) -> Board:
    choice = BoardChoice(BoardKind(metric, direction), WantedSpan(period), among, page)
    return await board(
        database, CLUB, viewer_id, choice, "UTC", datetime(today.year, today.month, today.day, tzinfo=UTC)
    )


async def test_ties_share_a_rank_and_names_stand_beside_them(database: Database) -> None:
    await club_of(database, 3000, 5000, 5000, 9000)
    found = await look(database, 1)
    assert [(row.rank, row.user_id, row.value) for row in found.rows] == [
        (1, 4, 9000),
        (2, 3, 5000),
        (2, 2, 5000),
        (4, 1, 3000),
    ]
    assert found.rows[0].display_name == "Runner 4"
    assert (found.mine.rank, found.mine.value, found.mine.hidden) == (4, 3000, False)
    assert (found.page, found.pages, found.total) == (0, 1, 4)


async def test_pages_hold_ten_and_ties_go_on_across_them(database: Database) -> None:
    await club_of(database, *[1000] * 9, *[500] * 5, *[100] * 9)
    pages = [await look(database, 23, page=page) for page in range(3)]
    assert [len(found.rows) for found in pages] == [10, 10, 3]
    assert [row.rank for found in pages for row in found.rows] == [1] * 9 + [10] * 5 + [15] * 9
    assert {row.user_id for found in pages for row in found.rows} == set(range(1, 24))
    assert all((found.mine.rank, found.mine.value) == (15, 100) for found in pages)
    assert (await look(database, page=99)).rows == pages[2].rows
    assert (await look(database, page=-1)).rows == pages[0].rows


async def test_a_hidden_member_is_out_of_the_ranks_and_sees_their_own_value(database: Database) -> None:
    await club_of(database, 3000, 9000, 5000, hidden=frozenset({2}))
    others = await look(database, 1)
    assert [(row.rank, row.user_id) for row in others.rows] == [(1, 3), (2, 1)]
    assert (others.total, others.mine.rank) == (2, 2)
    own = await look(database, 2)
    assert (own.mine.rank, own.mine.value, own.mine.hidden) == (None, 9000, True)
    assert own.rows == others.rows


@pytest.mark.parametrize("viewer_id", [1, 777])
async def test_who_has_nothing_to_rank_sees_zero(database: Database, viewer_id: int) -> None:
    await club_of(database, None, 5000)
    found = await look(database, viewer_id)
    assert [row.user_id for row in found.rows] == [2]
    assert (found.mine.rank, found.mine.value, found.mine.hidden) == (None, 0, False)


async def test_an_empty_board_has_one_empty_page(database: Database) -> None:
    found = await look(database)
    assert (found.rows, found.page, found.pages, found.total) == ((), 0, 1, 0)


async def test_each_metric_direction_and_period_counts_its_own(database: Database) -> None:
    async with database.write() as session:
        await join(session, 1)
        await write_run(session, 1, date(2026, 11, 23), [Stretch(B, 2000, 700_000), Stretch(F, 4000, 1_200_000)])
        await write_run(session, 1, date(2026, 11, 23), [Stretch(B, None, 600_000)])
        await write_run(session, 1, date(2026, 11, 2), [Stretch(B, 8000, 3_000_000)])
        await write_run(session, 1, date(2025, 6, 1), [Stretch(F, 10_000, 3_100_000)])
        await run_projections.rebuild_club(session, CLUB)

    async def value(metric: Metric, direction: BoardDirection, period: Period) -> int:
        return (await look(database, metric=metric, direction=direction, period=period)).mine.value

    backward, forward, both = BoardDirection.BACKWARD, BoardDirection.FORWARD, BoardDirection.ALL
    assert await value(Metric.DISTANCE, backward, Period.WEEK) == 2000
    assert await value(Metric.MINUTES, backward, Period.WEEK) == 1_300_000
    assert await value(Metric.DAYS, backward, Period.WEEK) == 1
    assert await value(Metric.LONGEST, both, Period.WEEK) == 6000
    assert await value(Metric.DISTANCE, backward, Period.MONTH) == 10_000
    assert await value(Metric.DAYS, both, Period.MONTH) == 2
    assert await value(Metric.DISTANCE, forward, Period.YEAR) == 4000
    assert await value(Metric.DISTANCE, forward, Period.ALL) == 14_000
    assert await value(Metric.LONGEST, both, Period.ALL) == 10_000


async def test_a_board_takes_three_statements_and_a_later_page_four(database: Database) -> None:
    await club_of(database, *range(1, 31))
    with RecordedStatements(database) as statements:
        await look(database)
    assert len(statements) == 3
    with RecordedStatements(database) as statements:
        await look(database, page=1)
    assert len(statements) == 4


async def test_my_row_says_how_far_the_next_rank_is_and_opens_on_its_page(database: Database) -> None:
    await club_of(database, *[1000] * 12, 1800, 1800, 5000)
    found = await look(database, 5, page=None)
    assert found.mine.rank == 4
    assert found.mine.gap == Gap("Runner 13", 800)
    assert found.page == found.mine.page == 1
    assert 5 in {row.user_id for row in found.rows}
    best = await look(database, 15)
    assert (best.mine.rank, best.mine.gap, best.mine.page) == (1, None, 0)


async def test_my_row_says_how_many_ranks_i_moved_since_the_previous_period(database: Database) -> None:
    week = timedelta(weeks=1)
    await club_of(database, 1000, 2000, 3000)
    async with database.write() as session:
        for user_id, metres in ((1, 9000), (2, 1000)):
            await write_run(session, user_id, TODAY - week, [Stretch(B, metres, 600_000)])
        await run_projections.rebuild_club(session, CLUB)
    climbed = {user_id: (await look(database, user_id)).mine.climbed for user_id in (1, 2, 3)}
    assert climbed == {1: -2, 2: 0, 3: None}
    assert (await look(database, 1, period=Period.ALL)).mine.climbed is None


async def test_an_improvement_needs_a_previous_period(database: Database) -> None:
    await club_of(database, 5000, 5000, 5000)
    async with database.write() as session:
        await write_run(session, 1, TODAY - timedelta(weeks=1), [Stretch(B, 2000, 600_000)])
        await write_run(session, 2, TODAY - timedelta(weeks=1), [Stretch(B, 9000, 600_000)])
        await run_projections.rebuild_club(session, CLUB)
    found = await look(database, metric=Metric.GAIN)
    assert [(row.user_id, row.value) for row in found.rows] == [(1, 3000)]


async def test_a_retro_grade_is_the_best_of_the_period_over_listed_distances_backward(database: Database) -> None:
    async with database.write() as session:
        for user_id in (1, 2):
            await join(session, user_id)
    town = Town(database)

    async def value(user_id: int, period: SpanKind = Period.WEEK) -> int:
        return (await look(database, user_id, metric=Metric.GRADE, period=period)).mine.value

    slow = town.content(Stretch(B, 5000, 1_650_000), on=TODAY)
    run_id = await town.log(1, slow, CLUB)
    assert await value(1) == 1_147_130 * 10_000 // 1_650_000 == 6952
    await town.log(1, town.content(Stretch(B, 1000, 200_000), on=TODAY - timedelta(days=30)), CLUB)
    await town.log(1, town.content(Stretch(F, 5000, 900_000), on=TODAY), CLUB)
    await town.log(1, town.content(Stretch(B, 5300, 1_600_000), on=TODAY), CLUB)  # no listed distance
    assert (await value(1), await value(1, Period.ALL)) == (6952, 198_430 * 10_000 // 200_000)
    laps = town.content(Stretch(B, 1000, 300_000), Stretch(B, 1000, 310_000), on=TODAY)
    await town.edit(run_id, 1, laps)
    assert await value(1) == 198_430 * 10_000 // 300_000
    await town.edit(run_id, 1, replace(laps, stretches=(laps.stretches[1], replace(laps.stretches[0], estimated=True))))
    assert await value(1) == 198_430 * 10_000 // 310_000
    imported = await town.import_file(2, TODAY - timedelta(days=10), CLUB)
    assert imported is not None
    await town.tell(imported, 2)
    assert await value(2, Period.ALL) == 6952
    assert await value(1, Period.MONTH) == 198_430 * 10_000 // 310_000
    await town.delete(run_id, 1)
    assert await value(1) == 0


async def test_newcomers_have_a_board_of_their_own_for_sixty_days(database: Database) -> None:
    await club_of(database, 1000, 2000, 3000)
    async with database.write() as session:
        await write_run(session, 3, TODAY - timedelta(days=61), [Stretch(F, 1000, 600_000)])
        await write_run(session, 2, TODAY - timedelta(days=60), [Stretch(F, 1000, 600_000)])
        await run_projections.rebuild_club(session, CLUB)
    found = await look(database, 1, among=Among.NEWCOMERS)
    assert [(row.rank, row.user_id) for row in found.rows] == [(1, 2), (2, 1)]
    assert (found.total, found.mine.rank, found.mine.gap) == (2, 2, Gap("Runner 2", 1000))
    old = await look(database, 3, among=Among.NEWCOMERS)
    assert (old.mine.rank, old.mine.value) == (None, 3000)


async def test_a_board_of_those_i_follow_has_me_on_it(database: Database) -> None:
    await club_of(database, 1000, 2000, 3000, 4000, hidden=frozenset({4}))
    for followed in (3, 4):
        await follow(database, 1, CLUB, followed, following=True)
    found = await look(database, 1, among=Among.FOLLOWED)
    assert [(row.rank, row.user_id) for row in found.rows] == [(1, 3), (2, 1)]
    assert [row.user_id for row in (await look(database, 2, among=Among.FOLLOWED)).rows] == [2]
    await follow(database, 1, CLUB, 3, following=False)
    assert [row.user_id for row in (await look(database, 1, among=Among.FOLLOWED)).rows] == [1]


async def test_a_board_of_my_team_lasts_as_long_as_its_challenge(database: Database) -> None:
    await club_of(database, 1000, 2000, 3000, 4000, hidden=frozenset({4}))
    challenge = {"guild_id": CLUB, "name": "Spring", "kind": "days", "metric": "days", "direction": "all", "teams": 2}
    dates = {"starts_on": TODAY, "ends_on": TODAY, "zone": "UTC", "ended_at": NOW, "created_at": NOW}
    async with database.write() as session:
        session.add(Challenge(challenge_id=1, state="open", **challenge, **dates))
        await session.flush()
        session.add_all([ChallengeTeam(team_id=team_id, challenge_id=1, number=team_id) for team_id in (1, 2)])
        await session.flush()
        for user_id, team_id in ((1, 1), (3, 1), (4, 1), (2, 2)):
            session.add(ChallengePlace(challenge_id=1, user_id=user_id, team_id=team_id, joined_at=NOW))
    found = await look(database, 1, among=Among.TEAM)
    assert [(row.rank, row.user_id) for row in found.rows] == [(1, 3), (2, 1)]
    assert [row.user_id for row in (await look(database, 2, among=Among.TEAM)).rows] == [2]
    async with database.write() as session:
        (await session.get_one(Challenge, 1)).state = "final"
    assert [row.user_id for row in (await look(database, 1, among=Among.TEAM)).rows] == [1]


async def rolling(database: Database, today: date, user_id: int = 1) -> Board:
    return await look(database, user_id, period=WindowKind.LAST_30, today=today)


async def test_the_last_thirty_days_move_with_the_day_and_follow_late_edits(database: Database) -> None:
    async with database.write() as session:
        for user_id in (1, 2):
            await join(session, user_id)
    town = Town(database)

    async def log(user_id: int, days_ago: int, metres: int) -> int:
        content = town.content(Stretch(B, metres, metres * 400), on=TODAY - timedelta(days=days_ago))
        return await town.log(user_id, content, CLUB)

    await log(1, 30, 7000)
    late = await log(1, 29, 2000)
    await log(2, 0, 1000)
    first = await rolling(database, TODAY)
    assert [(row.user_id, row.value) for row in first.rows] == [(1, 2000), (2, 1000)]
    assert (first.mine.climbed, first.span.starts_on) == (0, TODAY - timedelta(days=29))
    await log(1, 3, 500)
    await town.edit(late, 1, town.content(Stretch(B, 3000, 1_200_000), on=TODAY - timedelta(days=29)))
    assert (await rolling(database, TODAY)).mine.value == 3500
    assert (await rolling(database, TODAY + timedelta(days=1))).mine.value == 500
    back = await rolling(database, TODAY - timedelta(days=1))
    assert back.mine.value == 10_500
    assert [row.user_id for row in back.rows] == [1]
    assert (await rolling(database, TODAY + timedelta(days=400))).rows == ()
    assert (await rolling(database, TODAY)).mine.value == 3500


async def test_a_day_that_begins_recomputes_only_who_was_active_on_the_days_that_change(database: Database) -> None:
    await club_of(database, *[1000] * 20)
    async with database.write() as session:
        await write_run(session, 1, TODAY - timedelta(days=29), [Stretch(B, 500, 600_000)])
        await run_projections.rebuild_club(session, CLUB)
    await rolling(database, TODAY)
    changed: list[int] = []
    async with database.write() as session:
        original = windows.recompute

        async def recompute(session: AsyncSession, guild_id: int, spans: Any, user_ids: list[int]) -> None:
            changed.extend(user_ids)
            await original(session, guild_id, spans, user_ids)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(windows, "recompute", recompute)
            await windows.roll_in(session, CLUB, "UTC", datetime(2026, 11, 25, tzinfo=UTC))
    assert set(changed) == {1}


async def test_a_season_counts_its_days_and_is_compared_with_the_one_before(database: Database) -> None:
    await club_of(database, 1000, 2000)
    await seasons.create(database, CLUB, "Spring", date(2026, 3, 1), date(2026, 5, 31), NOW)
    await seasons.create(database, CLUB, "Autumn", date(2026, 9, 1), date(2026, 11, 30), NOW)
    town = Town(database)
    town.ids = count(1000)  # the runs of the members have the first ids
    content = town.content(Stretch(B, 9000, 3_600_000), on=date(2026, 3, 1))
    run = await town.log(1, content, CLUB)
    autumn = await look(database, 1, period=WindowKind.SEASON)
    assert (autumn.span.name, [(row.user_id, row.value) for row in autumn.rows]) == ("Autumn", [(2, 2000), (1, 1000)])
    assert autumn.mine.climbed == -1
    assert [span.name for span in autumn.seasons] == ["Autumn", "Spring"]
    await town.delete(run, 1)
    assert (await look(database, 1, period=WindowKind.SEASON)).mine.climbed is None
