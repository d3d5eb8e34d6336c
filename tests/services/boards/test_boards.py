from __future__ import annotations

from datetime import date

import pytest

from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.when.periods import Period
from bot.services.boards.boards import Board, board
from bot.services.projections import run_projections
from db.engine import Database
from tests.builders.runs import CLUB, join, write_run
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
    period: Period = Period.WEEK,
    page: int = 0,
    today: date = TODAY,
) -> Board:
    return await board(database, CLUB, viewer_id, metric, direction, period, page, today)


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


async def test_a_board_takes_two_statements_and_a_later_page_three(database: Database) -> None:
    await club_of(database, *range(1, 31))
    with RecordedStatements(database) as statements:
        await look(database)
    assert len(statements) == 2
    with RecordedStatements(database) as statements:
        await look(database, page=1)
    assert len(statements) == 3
