"""Meeting points of a club, chosen by name. Only members in an outing there see the exact spot."""

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
    """A meeting point. `name` and `detail` are as typed, unescaped."""

    point_id: int
    name: str
    surface: Surface | None
    detail: str | None


async def meeting_points(database: Database, guild_id: int) -> tuple[ClubPoint, ...]:
    """Return the meeting points of a club, by name."""
    async with database.read() as session:
        return _sorted(await queries.points_of(session, guild_id))


async def meeting_point(database: Database, guild_id: int, point_id: int) -> ClubPoint:
    """Return a meeting point of a club.

    Raises:
        NotFound: the club has no point with that id.
    """
    for point in await meeting_points(database, guild_id):
        if point.point_id == point_id:
            return point
    raise NotFound("club.point.gone")


async def add(
    database: Database, guild_id: int, name: str, surface: str | None, detail: str, now: datetime
) -> ClubPoint:
    """Add a meeting point. Its surface also applies to outings already planned at that place.

    Args:
        database: database to write to.
        guild_id: id of the club, which must exist (`people.meet`).
        name: public name, at most `NAME_LIMIT` characters, unique in the club.
        surface: surface there; None if it varies.
        detail: exact spot; may be empty.
        now: current time.

    Raises:
        BadInput: no name, a name that is taken, an unknown surface, or the club has reached its limit.
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
    """Change a meeting point. Outings keep the name from their call, but not the surface.

    Raises:
        NotFound: it does not exist.
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
    """Delete a meeting point, and return its name.

    Availabilities keep the name: members with no other place match nowhere else.

    Raises:
        NotFound: it does not exist.
    """
    async with database.write() as session:
        name = await queries.delete_point(session, guild_id, point_id)
    if name is None:
        raise NotFound("club.point.gone")
    return name


async def _held(session: AsyncSession, guild_id: int) -> tuple[ClubPoint, ...]:
    """Return the club's points, with the club locked so that nobody else adds one."""
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
    """Sort by name without case, independent of the database's collation."""
    return tuple(sorted(map(_point, rows), key=lambda point: (point.name.casefold(), point.point_id)))


def _point(row: models.MeetingPoint) -> ClubPoint:
    return ClubPoint(row.point_id, row.name, Surface(row.surface) if row.surface else None, row.detail)
