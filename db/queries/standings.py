"""Keeping standings: adding one run's share, and making rows afresh from the runs; and reading a board.

The sums of a run just logged are added to its rows: two statements, whatever the member has run before. Any other
change makes the rows of the periods it touches afresh, since the longest run and the days out of what is gone cannot
be subtracted. The statements are text because they are the same in SQLite and PostgreSQL, and because a multi-row
upsert made of expressions is compiled anew at each execution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Member, Run, Standing

_IDS = (bindparam("guild_id", type_=BigInteger), bindparam("user_id", type_=BigInteger))

_ADD = text(
    """
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, distance_m, duration_ms, days_out, longest_m, hidden)
    VALUES (
        :guild_id, :direction, :period, :starts_on, :user_id, :distance_m, :duration_ms,
        CASE WHEN EXISTS (
            SELECT 1 FROM runs JOIN stretches ON stretches.run_id = runs.run_id
            WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id AND runs.ran_on = :ran_on
              AND runs.counted AND runs.run_id <> :run_id
              AND (:direction = 'all' OR stretches.direction = :direction)
        ) THEN 0 ELSE 1 END,
        :distance_m, :hidden
    )
    ON CONFLICT (guild_id, direction, period, starts_on, user_id) DO UPDATE SET
        distance_m = standings.distance_m + excluded.distance_m,
        duration_ms = standings.duration_ms + excluded.duration_ms,
        days_out = standings.days_out + excluded.days_out,
        longest_m = CASE WHEN excluded.longest_m > standings.longest_m
                         THEN excluded.longest_m ELSE standings.longest_m END,
        hidden = excluded.hidden
    """
).bindparams(
    *_IDS,
    bindparam("run_id", type_=BigInteger),
    bindparam("ran_on", type_=Date),
    bindparam("direction", type_=String),
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("distance_m", type_=BigInteger),
    bindparam("duration_ms", type_=BigInteger),
    bindparam("hidden", type_=Boolean),
)

_SUM_UP = text(
    """
    INSERT INTO standings
        (guild_id, direction, period, starts_on, user_id, distance_m, duration_ms, days_out, longest_m, hidden)
    SELECT :guild_id, direction, :period, :starts_on, :user_id,
           SUM(distance_m), SUM(duration_ms), COUNT(DISTINCT ran_on), MAX(distance_m), :hidden
    FROM (
        SELECT stretches.direction, runs.ran_on,
               COALESCE(SUM(stretches.distance_m), 0) AS distance_m, SUM(stretches.duration_ms) AS duration_ms
        FROM runs JOIN stretches ON stretches.run_id = runs.run_id
        WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id
          AND runs.ran_on BETWEEN :starts_on AND :ends_on AND runs.counted
        GROUP BY runs.run_id, runs.ran_on, stretches.direction
        UNION ALL
        SELECT 'all', runs.ran_on, COALESCE(runs.distance_m, 0), runs.duration_ms
        FROM runs
        WHERE runs.guild_id = :guild_id AND runs.user_id = :user_id
          AND runs.ran_on BETWEEN :starts_on AND :ends_on AND runs.counted
    ) AS shares
    GROUP BY direction
    """
).bindparams(
    *_IDS,
    bindparam("period", type_=String),
    bindparam("starts_on", type_=Date),
    bindparam("ends_on", type_=Date),
    bindparam("hidden", type_=Boolean),
)

_CLEAR = text(
    """
    DELETE FROM standings
    WHERE guild_id = :guild_id AND user_id = :user_id AND period = :period AND starts_on = :starts_on
      AND direction IN ('all', 'backward', 'forward')
    """
).bindparams(*_IDS, bindparam("period", type_=String), bindparam("starts_on", type_=Date))
# The directions are named so that the primary key, which begins with them, can be used.

_HIDDEN = select(or_(Member.hidden, Member.left_at.is_not(None))).where(
    Member.guild_id == bindparam("guild_id"), Member.user_id == bindparam("user_id")
)
_HOLD = _HIDDEN.with_for_update()


async def hold(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether the member is out of the ranks, by own wish or because he left the club.

    Holds the member, so that one transaction at a time moves his rows.

    SQLite's write transaction holds everything already, and leaves the FOR UPDATE out.
    """
    hidden: bool | None = await session.scalar(_HOLD, {"guild_id": guild_id, "user_id": user_id})
    return bool(hidden)


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add one run's share to its rows; each of `rows` fills the parameters of one direction and period."""
    await session.execute(_ADD, rows)


async def clear(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Delete a member's rows of some periods; each of `rows` is one period."""
    await session.execute(_CLEAR, rows)


async def sum_up(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Make a member's rows of some periods, which must have been cleared, from the runs; as `clear`."""
    await session.execute(_SUM_UP, rows)


async def days_with_runs(session: AsyncSession, guild_id: int) -> Sequence[Row[int, date]]:
    """(user_id, ran_on) of every day a member has a counted run on."""
    rows = await session.execute(
        select(Run.user_id, Run.ran_on).where(Run.guild_id == guild_id, Run.counted).distinct().order_by(Run.user_id)
    )
    return rows.all()


async def drop_guild(session: AsyncSession, guild_id: int) -> None:
    """Delete a club's rows."""
    await session.execute(delete(Standing).where(Standing.guild_id == guild_id))


async def drop_user(session: AsyncSession, user_id: int) -> None:
    """Delete a person's rows in every club."""
    await session.execute(delete(Standing).where(Standing.user_id == user_id))


async def hide(session: AsyncSession, guild_id: int, user_id: int, hidden: bool) -> None:
    """Write the wish to the member, and whether he is out of the ranks to the rows that carry a copy of it."""
    await session.execute(
        update(Member).where(Member.guild_id == guild_id, Member.user_id == user_id).values(hidden=hidden)
    )
    await _copy_hidden(session, guild_id, user_id)


async def mark_left(session: AsyncSession, guild_id: int, user_id: int, left_at: datetime | None) -> None:
    """Write that the member left, or with None that he is back, to him and to his rows; nothing where it is known."""
    known = Member.left_at.is_(None) if left_at is None else Member.left_at.is_not(None)
    values = {"left_at": left_at} if left_at is None else {"left_at": left_at, "organiser": False}
    changed = await session.scalar(
        update(Member)
        .where(Member.guild_id == guild_id, Member.user_id == user_id, ~known)
        .values(values)
        .returning(Member.user_id)
    )
    if changed is not None:
        await _copy_hidden(session, guild_id, user_id)


async def _copy_hidden(session: AsyncSession, guild_id: int, user_id: int) -> None:
    hidden = await hold(session, guild_id, user_id)
    await session.execute(
        update(Standing).where(Standing.guild_id == guild_id, Standing.user_id == user_id).values(hidden=hidden)
    )


@dataclass(frozen=True, slots=True)
class Which:
    """One board: `metric` is a column of `Standing`, `starts_on` the first day of the period."""

    guild_id: int
    metric: str
    direction: str
    period: str
    starts_on: date

    @property
    def parameters(self) -> dict[str, Any]:
        """What `_ROWS` asks for."""
        return {
            "guild_id": self.guild_id,
            "direction": self.direction,
            "period": self.period,
            "starts_on": self.starts_on,
        }


_ROWS = (
    Standing.guild_id == bindparam("guild_id"),
    Standing.direction == bindparam("direction"),
    Standing.period == bindparam("period"),
    Standing.starts_on == bindparam("starts_on"),
)
"""Where every member's row of a board is."""


def _above(metric: str, value: Any) -> Select[int]:
    """How many members in the ranks have strictly more than `value`; a range of the metric's index."""
    return select(func.count()).select_from(Standing).where(*_ROWS, Standing.hidden.is_(False), _of(metric) > value)


def _of(metric: str) -> ColumnElement[int]:
    column: ColumnElement[int] = getattr(Standing, metric)
    return column


@cache
def _place(metric: str) -> Select[int, int, bool | None, int]:
    own_row = select(_of(metric)).where(*_ROWS, Standing.user_id == bindparam("user_id"))
    mine = func.coalesce(own_row.scalar_subquery(), 0)
    return select(
        _above(metric, 0).scalar_subquery(),
        mine,
        _HIDDEN.scalar_subquery(),
        _above(metric, mine).scalar_subquery(),
    )


@cache
def _page(metric: str) -> Select[int, str, int]:
    value = _of(metric)
    return (
        select(Standing.user_id, Member.display_name, value)
        .outerjoin(Member, (Member.guild_id == bindparam("guild_id")) & (Member.user_id == Standing.user_id))
        .where(*_ROWS, Standing.hidden.is_(False), value > 0)
        .order_by(value.desc(), Standing.user_id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


async def place(session: AsyncSession, which: Which, viewer_id: int) -> tuple[int, int, bool, int]:
    """(members on the board, the viewer's value, whether he hides, members strictly ahead of him)."""
    found = await session.execute(_place(which.metric), {**which.parameters, "user_id": viewer_id})
    total, value, hides, ahead = found.one()
    return total, value, bool(hides), ahead


async def page(session: AsyncSession, which: Which, *, limit: int, offset: int) -> Sequence[Row[int, str | None, int]]:
    """(user_id, display name, value) in board order: one range of the metric's index, read backwards."""
    rows = await session.execute(_page(which.metric), {**which.parameters, "limit": limit, "offset": offset})
    return cast(Sequence[Row[int, str | None, int]], rows.all())


async def ahead_of(session: AsyncSession, which: Which, value: int) -> int:
    """How many members in the ranks have strictly more than `value`."""
    return await session.scalar(_above(which.metric, value), which.parameters) or 0
