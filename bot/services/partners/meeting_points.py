"""Where a club meets: places its members choose by name. The exact spot is told only to those who are in an outing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clubs.club_defaults import MOST_POINTS
from bot.domain.runs.runs import Surface
from bot.domain.text.free_text import one_line
from bot.errors import BadInput, NotFound
from bot.services.outings import club_limits
from db import models
from db.engine import Database
from db.queries.partners import meeting_points as queries
from db.queries.profile import settings

NAME_LIMIT = 60
DETAIL_LIMIT = 200


@dataclass(frozen=True, slots=True)
class ClubPoint:
    """A place where a club meets. `name` and `detail` are as typed: escape them."""

    point_id: int
    name: str
    surface: Surface | None
    detail: str | None


async def meeting_points(database: Database, guild_id: int) -> tuple[ClubPoint, ...]:
    """A club's, by name."""
    async with database.read() as session:
        return _sorted(await queries.points_of(session, guild_id))


async def meeting_point(database: Database, guild_id: int, point_id: int) -> ClubPoint:
    """One of a club's.

    Raises:
        NotFound: it has none of that id.
    """
    for point in await meeting_points(database, guild_id):
        if point.point_id == point_id:
            return point
    raise NotFound("club.point.gone")


async def add(
    database: Database, guild_id: int, name: str, surface: str | None, detail: str, now: datetime
) -> ClubPoint:
    """Add one. Its surface holds for outings called there before, too.

    Args:
        database: where.
        guild_id: the club, which `people.meet` has made known.
        name: what everybody reads; at most `NAME_LIMIT` characters, unlike any other in the club.
        surface: what one runs on there; None where that varies.
        detail: where exactly; may be empty.
        now: when.

    Raises:
        BadInput: no name, one that is taken, an unknown surface, or the club has as many as it may.
    """
    name, values = _checked(name, surface, detail)
    async with database.write() as session:
        there = await _held(session, guild_id)
        if len(there) >= MOST_POINTS:
            raise BadInput("club.point.full", count=MOST_POINTS)
        _free(there, name)
        point = _point(await queries.insert_point(session, guild_id, name=name, **values))
        await club_limits.plan_checks(session, guild_id, now)
        return point


async def change(
    database: Database, guild_id: int, point_id: int, name: str, surface: str | None, detail: str, now: datetime
) -> ClubPoint:
    """Write one anew; it stays the same place. Outings keep the name they were called with, not the surface.

    Raises:
        NotFound: it is gone.
        BadInput: as for `add`.
    """
    name, values = _checked(name, surface, detail)
    async with database.write() as session:
        there = await _held(session, guild_id)
        point = next((one for one in there if one.point_id == point_id), None)
        if point is None:
            raise NotFound("club.point.gone")
        _free([one for one in there if one.point_id != point_id], name)
        if point.name != name:
            await queries.rename_in_availabilities(session, guild_id, point.name, name)
            await queries.rename_in_draws(session, guild_id, point.name, name)
        await queries.set_point(session, point_id, name=name, **values)
        if point.surface != surface:
            await club_limits.plan_checks(session, guild_id, now)
    return ClubPoint(point_id, name, Surface(surface) if surface else None, values["detail"])


async def remove(database: Database, guild_id: int, point_id: int) -> str:
    """Take one away; answers its name. Who would meet there alone still would nowhere else.

    Raises:
        NotFound: it is gone already.
    """
    async with database.write() as session:
        name = await queries.delete_point(session, guild_id, point_id)
    if name is None:
        raise NotFound("club.point.gone")
    return name


async def _held(session: AsyncSession, guild_id: int) -> tuple[ClubPoint, ...]:
    """Those there are, while nobody else adds any."""
    await settings.guild_row(session, guild_id, hold=True)
    return _sorted(await queries.points_of(session, guild_id))


def _checked(name: str, surface: str | None, detail: str) -> tuple[str, dict[str, str | None]]:
    name, detail = one_line(name), one_line(detail)
    if not name:
        raise BadInput("club.point.nameless")
    if len(name) > NAME_LIMIT or len(detail) > DETAIL_LIMIT:
        raise BadInput("club.point.long", name_limit=NAME_LIMIT, detail_limit=DETAIL_LIMIT)
    if surface is not None and surface not in list(Surface):
        raise BadInput("settings.choice.unknown")
    return name, {"surface": surface, "detail": detail or None}


def _free(there: Sequence[ClubPoint], name: str) -> None:
    if any(point.name.casefold() == name.casefold() for point in there):
        raise BadInput("club.point.taken", typed=name)


def _sorted(rows: Sequence[models.MeetingPoint]) -> tuple[ClubPoint, ...]:
    """By name as people sort, whatever the database's collation."""
    return tuple(sorted(map(_point, rows), key=lambda point: (point.name.casefold(), point.point_id)))


def _point(row: models.MeetingPoint) -> ClubPoint:
    return ClubPoint(row.point_id, row.name, Surface(row.surface) if row.surface else None, row.detail)
