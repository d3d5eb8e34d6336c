"""Read standings in board order. None of the functions commits.

Every statement is a range scan of an index: of a column's board order, or for newcomers and for those whom somebody
follows of their primary keys. None grows with the number of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.boards.metrics import Among
from bot.domain.when.periods import BEGINNING
from db.models import Follow, Member, Standing
from db.queries.boards.standings import HIDDEN


@dataclass(frozen=True, slots=True)
class Which:
    """A board: `column` is a column of `Standing`, `starts_on` its `starts_on` there.

    `since` is the earliest first run of a newcomer, `viewer_id` the person whose follows are shown.
    """

    guild_id: int
    column: str
    direction: str
    period: str
    starts_on: date
    viewer_id: int
    among: Among = Among.EVERYBODY
    since: date = date.min

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of `_rows`."""
        given = {
            "guild_id": self.guild_id,
            "direction": self.direction,
            "period": self.period,
            "starts_on": self.starts_on,
        }
        match self.among:
            case Among.EVERYBODY:
                return given
            case Among.NEWCOMERS:
                return given | {"since": self.since}
            case Among.FOLLOWED:
                return given | {"viewer_id": self.viewer_id}


_ROWS = (
    Standing.guild_id == bindparam("guild_id"),
    Standing.direction == bindparam("direction"),
    Standing.period == bindparam("period"),
    Standing.starts_on == bindparam("starts_on"),
)
"""Conditions for all rows of a board."""
_FIRST = aliased(Standing)
_AMONG: dict[Among, tuple[ColumnElement[bool], ...]] = {
    Among.EVERYBODY: (),
    Among.NEWCOMERS: (
        Standing.user_id.in_(
            select(_FIRST.user_id).where(
                _FIRST.guild_id == bindparam("guild_id"), _FIRST.first_on >= bindparam("since")
            )
        ),
    ),
    Among.FOLLOWED: (
        or_(
            Standing.user_id == bindparam("viewer_id"),
            Standing.user_id.in_(select(Follow.followed_id).where(Follow.user_id == bindparam("viewer_id"))),
        ),
    ),
}
_NOTHING: ColumnElement[int] = literal_column("0")
"""Not a parameter: an index without rows of 0 is used only if the statement says so itself."""


def _of(column: str) -> ColumnElement[int]:
    found: ColumnElement[int] = getattr(Standing, column)
    return found


def _ranked(column: str, among: Among) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the rows that are shown."""
    return (*_ROWS, *_AMONG[among], Standing.hidden.is_(False), _of(column) > _NOTHING)


def _above(column: str, among: Among, value: Any) -> Select[int]:
    """Count ranked members with strictly more than `value`, in a range scan of the column's index."""
    return select(func.count()).select_from(Standing).where(*_ranked(column, among), _of(column) > value)


@cache
def _place(column: str, among: Among) -> Select[int, int, bool | None, int]:
    own_row = select(_of(column)).where(*_ROWS, Standing.user_id == bindparam("user_id"))
    mine = func.coalesce(own_row.scalar_subquery(), 0)
    return select(
        _above(column, among, 0).scalar_subquery(),
        mine,
        HIDDEN.scalar_subquery(),
        _above(column, among, mine).scalar_subquery(),
    )


def _named(column: str, among: Among) -> Select[int, str, int]:
    return (
        select(Standing.user_id, Member.display_name, _of(column))
        .outerjoin(Member, (Member.guild_id == bindparam("guild_id")) & (Member.user_id == Standing.user_id))
        .where(*_ranked(column, among))
    )


@cache
def _page(column: str, among: Among) -> Select[int, str, int]:
    return (
        _named(column, among)
        .order_by(_of(column).desc(), Standing.user_id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


@cache
def _next_above(column: str, among: Among) -> Select[int, str, int]:
    value = _of(column)
    return (
        _named(column, among)
        .where(value > bindparam("value", type_=BigInteger))
        .order_by(value, Standing.user_id)
        .limit(1)
    )


@cache
def _ahead_of(column: str, among: Among) -> Select[int]:
    return _above(column, among, bindparam("value", type_=BigInteger))


async def place(session: AsyncSession, which: Which) -> tuple[int, int, bool, int]:
    """Return (members on the board, the viewer's value, whether they are unranked, members strictly ahead of them)."""
    found = await session.execute(_place(which.column, which.among), {**which.parameters, "user_id": which.viewer_id})
    total, value, hides, ahead = found.one()
    return total, value, bool(hides), ahead


async def page(session: AsyncSession, which: Which, *, limit: int, offset: int) -> Sequence[Row[int, str | None, int]]:
    """Return (user_id, display name, value) in board order, in a backward range scan of the column's index."""
    rows = await session.execute(
        _page(which.column, which.among), {**which.parameters, "limit": limit, "offset": offset}
    )
    return cast(Sequence[Row[int, str | None, int]], rows.all())


async def next_above(session: AsyncSession, which: Which, value: int) -> Row[int, str | None, int] | None:
    """Return (user_id, display name, value) of the ranked member with the least value above `value`."""
    rows = await session.execute(_next_above(which.column, which.among), {**which.parameters, "value": value})
    return cast("Row[int, str | None, int] | None", rows.first())


async def ahead_of(session: AsyncSession, which: Which, value: int) -> int:
    """Count ranked members with strictly more than `value`."""
    return await session.scalar(_ahead_of(which.column, which.among), {**which.parameters, "value": value}) or 0


async def tied_before(session: AsyncSession, which: Which, value: int) -> int:
    """Count ranked members with exactly the viewer's value whose rows come before theirs."""
    parameters = {**which.parameters, "value": value, "user_id": which.viewer_id}
    return await session.scalar(_tied_before(which.column, which.among), parameters) or 0


@cache
def _tied_before(column: str, among: Among) -> Select[int]:
    return (
        select(func.count())
        .select_from(Standing)
        .where(
            *_ranked(column, among),
            _of(column) == bindparam("value", type_=BigInteger),
            Standing.user_id > bindparam("user_id"),
        )
    )


_IS_NEWCOMER = select(
    exists().where(
        Standing.guild_id == bindparam("guild_id"),
        Standing.direction == "all",
        Standing.period == "all",
        Standing.starts_on == bindparam("beginning", type_=Date),
        Standing.user_id == bindparam("user_id"),
        Standing.first_on >= bindparam("since", type_=Date),
    )
)


async def is_newcomer(session: AsyncSession, which: Which) -> bool:
    """Whether the viewer's first run in the club is recent enough."""
    given = {"guild_id": which.guild_id, "user_id": which.viewer_id, "since": which.since, "beginning": BEGINNING}
    return bool(await session.scalar(_IS_NEWCOMER, given))
