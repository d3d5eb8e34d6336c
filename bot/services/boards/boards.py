"""Leaderboards: a page of a club's standings, and where the one who looks stands."""

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
    """A member on a board. `display_name` is as typed: escape it. `value` is in the unit of the board's metric."""

    rank: int
    user_id: int
    display_name: str
    value: int


@dataclass(frozen=True, slots=True)
class MyPlace:
    """Where the one who looks stands.

    Attributes:
        rank: None when hidden, or with nothing to rank.
        value: in the unit of the board's metric; 0 when there is nothing.
        hidden: from boards, by own wish.
    """

    rank: int | None
    value: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board.

    Attributes:
        metric: what is compared.
        direction: of the running that counts.
        period: of the board.
        starts_on: its first day.
        page: from 0; the last one when a later one was asked for.
        pages: at least 1.
        total: members on the board, the hidden ones and those with nothing left out.
        rows: at most `PAGE`, best first.
        mine: of the one who looks, on whatever page.
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
    """A page of a club's board, as it is now.

    Args:
        database: where to look.
        guild_id: the club.
        viewer_id: who looks; their row is always there.
        metric: what to compare.
        direction: of the running that counts; ignored where the metric has one board only.
        period: the current one of this kind.
        page: from 0.
        today: the date in the club's zone.

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
