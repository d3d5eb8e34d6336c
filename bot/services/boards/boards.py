"""Leaderboards: a page of a club's standings, and the viewer's own place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.boards.leaderboard import ranks
from bot.domain.boards.metrics import BoardDirection, Metric, board_kind
from bot.domain.when.periods import Period, starts_on
from db.engine import Database
from db.queries.boards import standings as queries

PAGE = 10
"""Rows on a page."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A member on a board. `display_name` is as typed, unescaped; `value` is in the unit of the board's metric."""

    rank: int
    user_id: int
    display_name: str
    value: int


@dataclass(frozen=True, slots=True)
class MyPlace:
    """Place of the viewer.

    Attributes:
        rank: None if hidden or without a value.
        value: in the unit of the board's metric; 0 for none.
        hidden: whether the viewer has hidden themselves from boards.
    """

    rank: int | None
    value: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board.

    Attributes:
        metric: metric that is compared.
        direction: running direction that counts.
        period: period of the board.
        starts_on: first day of the period.
        page: page number from 0; the last one if a later one was asked for.
        pages: number of pages, at least 1.
        total: members on the board, without hidden ones and those without a value.
        rows: at most `PAGE` rows, best first.
        mine: place of the viewer, on any page.
    """

    metric: Metric
    direction: BoardDirection
    period: Period
    starts_on: date
    page: int
    pages: int
    total: int
    rows: tuple[BoardRow, ...]
    mine: MyPlace


async def board(
    database: Database,
    guild_id: int,
    viewer_id: int,
    metric: Metric,
    direction: BoardDirection,
    period: Period,
    page: int,
    today: date,
) -> Board:
    """Return a page of a club's current board.

    Args:
        database: database to read.
        guild_id: id of the club.
        viewer_id: user id of the viewer, whose place is always included.
        metric: metric to compare.
        direction: running direction that counts; ignored if the metric has one board only.
        period: kind of period; the current one is shown.
        page: page number from 0.
        today: date in the club's zone.

    Raises:
        Unavailable: the database is locked.
    """
    first_day = starts_on(period, today)
    kind = board_kind(metric, direction)
    which = queries.Which(guild_id, metric.column.name, kind.stored_direction, period.value, first_day)
    async with database.read() as session:
        total, value, hidden, ahead = await queries.place(session, which, viewer_id)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 0), pages - 1)
        found = await queries.page(session, which, limit=PAGE, offset=page * PAGE)
        ahead_of_page = await queries.ahead_of(session, which, found[0][2]) if page and found else 0
    places = ranks([value for _, _, value in found], offset=page * PAGE, ahead=ahead_of_page)
    return Board(
        metric=metric,
        direction=kind.direction,
        period=period,
        starts_on=first_day,
        page=page,
        pages=pages,
        total=total,
        rows=tuple(
            BoardRow(rank, user_id, name or "", value)
            for rank, (user_id, name, value) in zip(places, found, strict=True)
        ),
        mine=MyPlace(ahead + 1 if value and not hidden else None, value, hidden),
    )
