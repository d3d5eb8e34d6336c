"""Read standings in board order. None of the functions commits.

Every statement is a range scan of an index: of a column's board order, or for newcomers, for those whom somebody
follows and for a team of their primary keys. None grows with the number of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple, cast

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
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.boards.metrics import Among
from bot.domain.when.periods import BEGINNING
from db.models import Challenge, ChallengePlace, Follow, Member, Standing
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
            case Among.FOLLOWED | Among.TEAM:
                return given | {"viewer_id": self.viewer_id}


class Place(NamedTuple):
    """The viewer's place on a board.

    Attributes:
        total: members on the board.
        value: the viewer's value; 0 for none.
        unranked: whether they are hidden, or have left.
        is_among: whether they are one of those whose rows are shown.
        ahead: members strictly ahead of them.
        tied_before: members with the viewer's value whose rows come before theirs.
        name_above: display name of the ranked member with the least value above theirs; None for the first.
        value_above: value of that member.
        prior_value: the viewer's value in the previous period; 0 for none.
        prior_ahead: members strictly ahead of them there.
    """

    total: int
    value: int
    unranked: bool | None
    is_among: bool
    ahead: int
    tied_before: int
    name_above: str | None
    value_above: int | None
    prior_value: int = 0
    prior_ahead: int = 0


def _rows(prefix: str = "") -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for all rows of a board, or with "prior_" of that of the previous period."""
    return (
        Standing.guild_id == bindparam("guild_id"),
        Standing.direction == bindparam("direction"),
        Standing.period == bindparam(f"{prefix}period"),
        Standing.starts_on == bindparam(f"{prefix}starts_on"),
    )


_FIRST = aliased(Standing)
_OWN = aliased(ChallengePlace)
_OWN_TEAMS = (
    select(_OWN.team_id)
    .join(Challenge, Challenge.challenge_id == _OWN.challenge_id)
    .where(
        _OWN.user_id == bindparam("viewer_id"), Challenge.guild_id == bindparam("guild_id"), Challenge.state == "open"
    )
)
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
    Among.TEAM: (
        or_(
            Standing.user_id == bindparam("viewer_id"),
            Standing.user_id.in_(select(ChallengePlace.user_id).where(ChallengePlace.team_id.in_(_OWN_TEAMS))),
        ),
    ),
}
_IS_NEWCOMER = exists().where(
    Standing.guild_id == bindparam("guild_id"),
    Standing.direction == "all",
    Standing.period == "all",
    Standing.starts_on == bindparam("beginning", type_=Date),
    Standing.user_id == bindparam("user_id"),
    Standing.first_on >= bindparam("since", type_=Date),
)
_NOTHING: ColumnElement[int] = literal_column("0")
"""Not a parameter: an index without rows of 0 is used only if the statement says so itself."""


def _of(column: str) -> ColumnElement[int]:
    found: ColumnElement[int] = getattr(Standing, column)
    return found


def _ranked(column: str, among: Among, prefix: str = "") -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the rows that are shown."""
    return (*_rows(prefix), *_AMONG[among], Standing.hidden.is_(False), _of(column) > _NOTHING)


def _above(column: str, among: Among, value: Any, prefix: str = "") -> Select[int]:
    """Count ranked members with strictly more than `value`, in a range scan of the column's index."""
    return select(func.count()).select_from(Standing).where(*_ranked(column, among, prefix), _of(column) > value)


@cache
def _place(column: str, among: Among, *, compared: bool) -> Select[Any]:
    """Build the statement of `place`, with the place in the previous period if `compared`."""

    def own(prefix: str = "") -> ColumnElement[int]:
        row = select(_of(column)).where(*_rows(prefix), Standing.user_id == bindparam("user_id"))
        return func.coalesce(row.scalar_subquery(), 0)

    tied = select(func.count()).select_from(Standing)
    tied = tied.where(*_ranked(column, among), _of(column) == own(), Standing.user_id > bindparam("user_id"))
    above = _named(column, among).where(_of(column) > own()).order_by(_of(column), Standing.user_id).limit(1)
    next_above = above.subquery("next_above")
    given: list[Any] = [
        _above(column, among, 0).scalar_subquery(),
        own(),
        HIDDEN.scalar_subquery(),
        _IS_NEWCOMER if among is Among.NEWCOMERS else true(),
        _above(column, among, own()).scalar_subquery(),
        tied.scalar_subquery(),
        next_above.c.display_name,
        next_above.c.value,
    ]
    if compared:
        given += [own("prior_"), _above(column, among, own("prior_"), "prior_").scalar_subquery()]
    always = select(literal_column("1")).subquery("always")
    return select(*given).select_from(always.outerjoin(next_above, true()))


def _named(column: str, among: Among) -> Select[int, str, int]:
    return (
        select(Standing.user_id, Member.display_name, _of(column).label("value"))
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
def _ahead_of(column: str, among: Among) -> Select[int]:
    return _above(column, among, bindparam("value", type_=BigInteger))


async def place(session: AsyncSession, which: Which, previous: tuple[str, date] | None) -> Place:
    """Return the viewer's place, in one statement.

    Args:
        session: session to use.
        which: the board.
        previous: period and its stored start with which the place is compared.
    """
    parameters = {**which.parameters, "user_id": which.viewer_id}
    if which.among is Among.NEWCOMERS:
        parameters["beginning"] = BEGINNING
    if previous is not None:
        parameters["prior_period"], parameters["prior_starts_on"] = previous
    statement = _place(which.column, which.among, compared=previous is not None)
    return Place(*(await session.execute(statement, parameters)).one())


async def page(session: AsyncSession, which: Which, *, limit: int, offset: int) -> Sequence[Row[int, str | None, int]]:
    """Return (user_id, display name, value) in board order, in a backward range scan of the column's index."""
    rows = await session.execute(
        _page(which.column, which.among), {**which.parameters, "limit": limit, "offset": offset}
    )
    return cast(Sequence[Row[int, str | None, int]], rows.all())


async def ahead_of(session: AsyncSession, which: Which, value: int) -> int:
    """Count ranked members with strictly more than `value`."""
    return await session.scalar(_ahead_of(which.column, which.among), {**which.parameters, "value": value}) or 0
