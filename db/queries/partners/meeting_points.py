"""Queries for a club's meeting points. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Availability, MeetingPoint, Round


async def points_of(session: AsyncSession, guild_id: int) -> Sequence[MeetingPoint]:
    """Return a club's meeting points, by name."""
    rows = await session.scalars(
        select(MeetingPoint).where(MeetingPoint.guild_id == guild_id).order_by(MeetingPoint.name, MeetingPoint.point_id)
    )
    return rows.all()


async def insert_point(session: AsyncSession, guild_id: int, **values: object) -> MeetingPoint:
    """Insert a meeting point."""
    point = MeetingPoint(guild_id=guild_id, **values)
    session.add(point)
    await session.flush()
    return point


async def set_point(session: AsyncSession, point_id: int, **values: object) -> None:
    """Update columns of a meeting point."""
    await session.execute(update(MeetingPoint).where(MeetingPoint.point_id == point_id).values(**values))


async def delete_point(session: AsyncSession, guild_id: int, point_id: int) -> str | None:
    """Delete a club's meeting point; return its name, or None if there is none."""
    name: str | None = await session.scalar(
        delete(MeetingPoint)
        .where(MeetingPoint.guild_id == guild_id, MeetingPoint.point_id == point_id)
        .returning(MeetingPoint.name)
    )
    return name


async def rename_in_availabilities(session: AsyncSession, guild_id: int, old: str, new: str) -> None:
    """Replace a place's name in members' availability."""
    rows = await session.scalars(select(Availability).where(Availability.guild_id == guild_id).with_for_update())
    for row in rows:
        if old in row.places:
            row.places = [new if place == old else place for place in row.places]
    await session.flush()


async def rename_in_draws(session: AsyncSession, guild_id: int, old: str, new: str) -> None:
    """Replace a place's name in unconfirmed draws, which store names in lower case."""
    rows = await session.scalars(
        select(Round).where(Round.guild_id == guild_id, Round.state == "drawn").with_for_update()
    )
    for row in rows:
        if row.proposal is not None:
            outings = [
                {**one, "place": new.casefold()} if one["place"] == old.casefold() else one
                for one in row.proposal["outings"]
            ]
            row.proposal = {**row.proposal, "outings": outings}
    await session.flush()
