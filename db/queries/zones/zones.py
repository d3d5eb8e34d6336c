"""Queries for what depends on the local time of a zone. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Guild, Outing, User

BEFORE = ("open", "filled", "confirmed")
"""States of outings that have not started."""


async def outings_ahead(
    session: AsyncSession, zones: Collection[str], now: datetime
) -> Sequence[Row[int, str, datetime]]:
    """Return (outing, zone, start) of future outings in some zones."""
    rows = await session.execute(
        select(Outing.outing_id, Outing.zone, Outing.starts_at)
        .where(Outing.zone.in_(zones), Outing.state.in_(BEFORE), Outing.starts_at > now)
        .order_by(Outing.outing_id)
    )
    return rows.all()


async def members_in(session: AsyncSession, zones: Collection[str]) -> Sequence[int]:
    """Return the members who have chosen one of some zones."""
    return (await session.scalars(select(User.user_id).where(User.zone.in_(zones)).order_by(User.user_id))).all()


async def clubs_in(session: AsyncSession, zones: Collection[str]) -> Sequence[Guild]:
    """Return clubs that have the bot and one of some zones."""
    rows = await session.scalars(select(Guild).where(Guild.zone.in_(zones), Guild.left_at.is_(None)))
    return rows.all()
