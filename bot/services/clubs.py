"""A club's settings and what waits for its organisers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import zones
from bot.domain.runs import Direction, Surface
from bot.domain.units import Units
from bot.errors import BadInput
from bot.i18n import LANGUAGES
from bot.reader import Reader
from bot.services.people import Club, club_of
from db.engine import Database
from db.queries import runs as run_queries
from db.queries import settings as queries


@dataclass(frozen=True, slots=True)
class ClubSettings:
    """What a club has set, and what holds.

    Attributes:
        club: what holds, defaults filled in.
        chosen: the names of those settings an organiser has chosen: zone, language, units, surfaces.
    """

    club: Club
    chosen: frozenset[str]


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A run faster than the best found on earth, as far as it is shared with the club.

    `parts` are (direction, metres, milliseconds), one for each stretch.
    """

    run_id: int
    revision: int
    user_id: int
    runner: str
    ran_on: date
    surface: Surface | None
    parts: tuple[tuple[Direction, int | None, int], ...]


async def club_settings(database: Database, guild_id: int) -> ClubSettings:
    """A club's settings; `people.meet` has made it known."""
    async with database.read() as session:
        guild = await queries.guild_row(session, guild_id)
    club = club_of(guild)
    assert guild is not None
    assert club is not None
    columns = {
        "zone": guild.zone, "language": guild.language, "units": guild.units, "surfaces": guild.solo_surfaces,
    }  # fmt: skip
    return ClubSettings(club, frozenset(name for name, value in columns.items() if value is not None))


async def set_zone(database: Database, guild_id: int, typed: str, reader: Reader, now: datetime) -> str:
    """Set the zone that `typed` means; answers its IANA name.

    Raises:
        BadInput: no zone, or several.
    """
    zone = zones.find(typed, reader.language, now)
    await _set(database, guild_id, zone=zone)
    return zone


async def set_language(database: Database, guild_id: int, language: str) -> None:
    """Set the language of public messages."""
    if language not in LANGUAGES:
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, language=language)


async def set_units(database: Database, guild_id: int, units: str) -> None:
    """Set the units of public messages, and of members who chose none."""
    if units not in list(Units):
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, units=units)


async def set_organiser_role(database: Database, guild_id: int, role_id: int | None) -> None:
    """Set, or with None remove, the role whose members are organisers beside those who manage the server.

    Raises:
        BadInput: @everyone, whose id is the guild's.
    """
    if role_id == guild_id:
        raise BadInput("club.role.everyone")
    await _set(database, guild_id, organiser_role_id=role_id)


async def set_solo_surfaces(database: Database, guild_id: int, surfaces: Collection[str]) -> None:
    """Set where members may run backward alone; nowhere is a choice too."""
    if not set(surfaces) <= set(Surface):
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, solo_surfaces=[s.value for s in Surface if s in surfaces])


async def held_runs(database: Database, guild_id: int) -> tuple[HeldRun, ...]:
    """The club's runs that wait for an organiser, oldest first."""
    async with database.read() as session:
        rows = await queries.held_runs(session, guild_id)
        if not rows:
            return ()
        stretches = await run_queries.stretches_of(session, [run.run_id for run in rows])
        names = await run_queries.display_names(session, guild_id, [run.user_id for run in rows])
    return tuple(
        HeldRun(
            run.run_id,
            run.revision,
            run.user_id,
            names.get(run.user_id, "?"),
            run.ran_on,
            Surface(run.surface) if run.surface else None,
            tuple((Direction(s.direction), s.distance_m, s.duration_ms) for s in stretches[run.run_id]),
        )
        for run in rows
    )


async def leave(database: Database, guild_id: int, now: datetime) -> None:
    """The bot was removed from a club: its runs and boards stay, so that inviting it again finds them."""
    async with database.write() as session:
        await queries.mark_left(session, guild_id, now)


async def _set(database: Database, guild_id: int, **values: object) -> None:
    async with database.write() as session:
        await queries.set_guild(session, guild_id, **values)
