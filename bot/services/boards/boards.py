"""Leaderboards: a page of a club's standings, and the viewer's own place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.leaderboard import ranks
from bot.domain.boards.metrics import Among, BoardKind
from bot.domain.boards.spans import (
    BoardSpan,
    WantedSpan,
    WindowKind,
    calendar_span,
    previous_calendar_span,
    rolling_span,
)
from bot.domain.when.periods import Period, today_in
from bot.errors import NotFound
from bot.services.boards import windows
from bot.services.projections.standings import windows_of
from db.engine import Database
from db.queries.boards import ranking as queries

PAGE = 10
"""Rows on a page."""
NEWCOMER = timedelta(days=60)
"""Time after the first run in the club in which a member is a newcomer."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A member on a board. `display_name` is as typed, unescaped; `value` is in the unit of the board's metric."""

    rank: int
    user_id: int
    display_name: str
    value: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The nearest member ahead of the viewer: name as typed, unescaped, and how much more they have."""

    display_name: str
    value: int


@dataclass(frozen=True, slots=True)
class MyPlace:
    """Place of the viewer.

    Attributes:
        rank: None if hidden, without a value, or not among those shown.
        value: in the unit of the board's metric; 0 for none.
        hidden: whether the viewer has hidden themselves from boards.
        gap: the distance to the next rank; None for the first and for those without a rank.
        climbed: ranks gained since the previous period, negative if lost; None if there is nothing to compare.
        page: page from 0 on which the viewer's row is; None without a rank.
    """

    rank: int | None
    value: int
    hidden: bool
    gap: Gap | None = None
    climbed: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board.

    Attributes:
        kind: metric and running direction that are compared.
        wanted: what was asked for, for the buttons.
        span: the time it covers.
        among: whose rows are shown.
        page: page number from 0; the last one if a later one was asked for.
        pages: number of pages, at least 1.
        total: members on the board, without hidden ones and those without a value.
        rows: at most `PAGE` rows, best first.
        mine: place of the viewer, on any page.
        seasons: the club's seasons, latest first.
        today: date in the club's zone.
    """

    kind: BoardKind
    wanted: WantedSpan
    span: BoardSpan
    among: Among
    page: int
    pages: int
    total: int
    rows: tuple[BoardRow, ...]
    mine: MyPlace
    seasons: tuple[BoardSpan, ...]
    today: date


@dataclass(frozen=True, slots=True)
class BoardChoice:
    """What a member wants to see.

    Attributes:
        kind: metric and running direction.
        wanted: the period.
        among: whose rows.
        page: page number from 0; None for the viewer's own.
    """

    kind: BoardKind
    wanted: WantedSpan
    among: Among = Among.EVERYBODY
    page: int | None = 0


async def board(
    database: Database, guild_id: int, viewer_id: int, choice: BoardChoice, zone: str, now: datetime
) -> Board:
    """Return a page of a club's board.

    Args:
        database: database to read; written to when the rolling period has to be moved to today.
        guild_id: id of the club.
        viewer_id: user id of the viewer, whose place is always included.
        choice: what to show.
        zone: the club's zone.
        now: current time.

    Raises:
        NotFound: the club has no such season.
        Unavailable: the database is locked.
    """
    if choice.wanted.kind is WindowKind.LAST_30:
        await windows.roll(database, guild_id, zone, now)
    async with database.read() as session:
        return await board_in(session, guild_id, viewer_id, choice, zone, now)


async def board_in(
    session: AsyncSession, guild_id: int, viewer_id: int, choice: BoardChoice, zone: str, now: datetime
) -> Board:
    """Run `board` within a session; the last 30 days are those to which they were moved last."""
    today = today_in(zone, now)
    seasons = [one for one in await windows_of(session, guild_id) if one.kind is WindowKind.SEASON]
    span = _span(choice.wanted, today, seasons)
    which = _which(guild_id, viewer_id, choice, span, today)
    previous = _previous(span, seasons)
    compared_with = None if previous is None else (previous.kind.value, previous.stored_start)
    place = await queries.place(session, which, compared_with)
    mine = _mine(place)
    pages = max(1, -(-place.total // PAGE))
    page = min(max((mine.page or 0) if choice.page is None else choice.page, 0), pages - 1)
    found = await queries.page(session, which, limit=PAGE, offset=page * PAGE)
    ahead_of_page = await queries.ahead_of(session, which, found[0][2]) if page and found else 0
    places = ranks([value for _, _, value in found], offset=page * PAGE, ahead=ahead_of_page)
    return Board(
        kind=choice.kind,
        wanted=choice.wanted,
        span=span,
        among=choice.among,
        page=page,
        pages=pages,
        total=place.total,
        rows=tuple(
            BoardRow(rank, user_id, name or "", value)
            for rank, (user_id, name, value) in zip(places, found, strict=True)
        ),
        mine=mine,
        seasons=tuple(reversed(seasons)),
        today=today,
    )


def _span(wanted: WantedSpan, today: date, seasons: list[BoardSpan]) -> BoardSpan:
    """Return the span that is wanted; without a day the current one, or the season that began last."""
    if isinstance(wanted.kind, Period):
        return calendar_span(wanted.kind, wanted.starts_on or today)
    if wanted.kind is WindowKind.LAST_30:
        return rolling_span(wanted.kind, today)
    for season in reversed(seasons):
        if wanted.starts_on == season.starts_on or (wanted.starts_on is None and season.starts_on <= today):
            return season
    raise NotFound("board.season.none")


def _previous(span: BoardSpan, seasons: list[BoardSpan]) -> BoardSpan | None:
    """Return the period with which a place is compared."""
    if isinstance(span.kind, Period):
        return previous_calendar_span(span)
    if span.kind is WindowKind.LAST_30:
        return rolling_span(WindowKind.PRIOR_30, span.ends_on)
    return next((one for one in reversed(seasons) if one.ends_on < span.starts_on), None)


def _which(guild_id: int, viewer_id: int, choice: BoardChoice, span: BoardSpan, today: date) -> queries.Which:
    return queries.Which(
        guild_id,
        choice.kind.metric.column.name,
        choice.kind.stored_direction,
        span.kind.value,
        span.stored_start,
        viewer_id,
        choice.among,
        today - NEWCOMER,
    )


def _mine(place: queries.Place) -> MyPlace:
    """Return the viewer's place; with a rank, also the gap to the next one, the movement, and the page."""
    hidden = bool(place.unranked)
    if place.value <= 0 or hidden or not place.is_among:
        return MyPlace(None, place.value, hidden)
    above = place.value_above
    return MyPlace(
        place.ahead + 1,
        place.value,
        hidden,
        gap=Gap(place.name_above or "", above - place.value) if above is not None else None,
        climbed=place.prior_ahead - place.ahead if place.prior_value > 0 else None,
        page=(place.ahead + place.tied_before) // PAGE,
    )
