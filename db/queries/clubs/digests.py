"""Queries for a club's weekly digest: counted runs of present, visible members. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Guild, Member, Run, Spotting, Standing, StretchRow

VISIBLE = (Member.hidden.is_(False), Member.left_at.is_(None))


def _member(of: type[Run] | type[Spotting]) -> ColumnElement[bool]:
    return (Member.guild_id == of.guild_id) & (Member.user_id == of.user_id)


async def with_digest(session: AsyncSession, guild_ids: Collection[int] | None = None) -> Sequence[Guild]:
    """Return clubs that have the bot and a digest channel, among the given ones or all."""
    some = () if guild_ids is None else (Guild.guild_id.in_(guild_ids),)
    rows = await session.scalars(
        select(Guild).where(Guild.digest_channel_id.is_not(None), Guild.left_at.is_(None), *some)
    )
    return rows.all()


async def posted(
    session: AsyncSession, kind: str, guild_ids: Collection[int], since: datetime
) -> Sequence[Row[int, dict[str, Any]]]:
    """Return (club, payload) of the sent and unsent digests due since an instant."""
    rows = await session.execute(
        select(Delivery.guild_id, Delivery.payload).where(
            Delivery.kind == kind,
            Delivery.guild_id.in_(guild_ids),
            Delivery.due_at >= since,
            Delivery.state.not_in(("dropped", "failed")),
        )
    )
    return rows.all()


async def counts(session: AsyncSession, guild_id: int, first: date, last: date) -> tuple[int, int]:
    """Return the number of runs from `first` to `last`, and of their members."""
    row = await session.execute(
        select(func.count(), func.count(Run.user_id.distinct()))
        .select_from(Run)
        .join(Member, _member(Run))
        .where(Run.guild_id == guild_id, Run.counted, Run.ran_on.between(first, last), *VISIBLE)
    )
    runs, members = row.one()
    return int(runs), int(members)


async def sums(
    session: AsyncSession, guild_id: int, first: date, last: date
) -> Sequence[Row[int, str, datetime, str, int | None, int]]:
    """Return (member, name, last seen, direction, metres, milliseconds) of everybody who ran in the period."""
    rows = await session.execute(
        select(
            Run.user_id,
            Member.display_name,
            Member.seen_at,
            StretchRow.direction,
            func.coalesce(func.sum(StretchRow.distance_m), 0),
            func.sum(StretchRow.duration_ms),
        )
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .join(Member, _member(Run))
        .where(Run.guild_id == guild_id, Run.counted, Run.ran_on.between(first, last), *VISIBLE)
        .group_by(Run.user_id, Member.display_name, Member.seen_at, StretchRow.direction)
    )
    return rows.all()


async def newcomers(session: AsyncSession, guild_id: int, user_ids: Collection[int], first: date) -> set[int]:
    """Return those of some members whose first counted run in the club is not before `first`."""
    rows = await session.scalars(
        select(Run.user_id)
        .where(Run.guild_id == guild_id, Run.user_id.in_(user_ids), Run.counted)
        .group_by(Run.user_id)
        .having(func.min(Run.ran_on) >= first)
    )
    return set(rows)


async def spotters(
    session: AsyncSession, guild_id: int, first: date, last: date
) -> Sequence[Row[int, str, datetime, int]]:
    """Return (member, name, last seen, milliseconds) of everybody who faced forward for others, longest first."""
    ms = func.sum(Spotting.duration_ms)
    rows = await session.execute(
        select(Spotting.user_id, Member.display_name, Member.seen_at, ms)
        .join(Run, Run.run_id == Spotting.run_id)
        .join(Member, _member(Spotting))
        .where(Spotting.guild_id == guild_id, Run.counted, Spotting.ran_on.between(first, last), *VISIBLE)
        .group_by(Spotting.user_id, Member.display_name, Member.seen_at)
        .having(ms > 0)
        .order_by(ms.desc(), Spotting.user_id)
    )
    return rows.all()


async def weeks(session: AsyncSession, guild_id: int, since: date) -> Sequence[Row[date, str, int]]:
    """Return (Monday, direction, metres) of the club's weeks from a Monday on."""
    rows = await session.execute(
        select(Standing.starts_on, Standing.direction, func.sum(Standing.distance_m))
        .where(
            Standing.guild_id == guild_id,
            Standing.direction.in_(["backward", "forward"]),
            Standing.period == "week",
            Standing.starts_on >= since,
            Standing.hidden.is_(False),
        )
        .group_by(Standing.starts_on, Standing.direction)
    )
    return rows.all()
