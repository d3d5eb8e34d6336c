"""Availability: when, where and in which roles a member can go out with partners, per club; used for its rounds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.outings.outing_rules import Wish
from bot.domain.partners.availability import Window
from bot.domain.partners.window_parser import parse_windows
from bot.domain.text.faults import Faults
from bot.domain.text.free_text import one_line
from bot.domain.text.units import parse_pace
from bot.errors import BadInput, NotAllowed
from bot.localizer import Localizer
from bot.services.members.people import Person
from bot.services.nudges.nudge_settings import read_back_on
from db import models
from db.engine import Database
from db.queries.partners.meeting_points import points_of
from db.queries.rounds import rounds as queries

FOR_GOOD = date.max
"""End of an indefinite pause: the availability is kept, and nobody asks."""
MOST_PLACES = 5
PLACE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Available:
    """A member's availability in a club.

    Attributes:
        guild_id: id of the club.
        club: name of the club.
        round_on: whether it has a weekly round.
        points: names of the club's meeting points.
        known: whether anything was stored before.
        windows: weekly times in the member's own zone.
        places: places; empty for anywhere.
        wishes: roles the member takes.
        forward_s_per_km: easy pace running forward, if known.
        backward_s_per_km: pace running backward, if known.
        paused_until: first day after a pause, while paused; None if not paused, or paused indefinitely.
        out: paused indefinitely.
    """

    guild_id: int
    club: str
    round_on: bool
    points: tuple[str, ...]
    known: bool = False
    windows: tuple[Window, ...] = ()
    places: tuple[str, ...] = ()
    wishes: frozenset[Wish] = frozenset(Wish)
    forward_s_per_km: float | None = None
    backward_s_per_km: float | None = None
    paused_until: date | None = None
    out: bool = False

    @property
    def complete(self) -> bool:
        """Whether it suffices for matching."""
        return bool(self.known and self.windows and self.wishes)


@dataclass(frozen=True, slots=True)
class AvailabilityTyped:
    """Values of the form; `places` are those chosen in its menu, or one text."""

    when: str
    places: tuple[str, ...] = ()
    forward: str = ""
    backward: str = ""


async def available(database: Database, person: Person, today: date) -> Available:
    """Return a member's availability in the current club, or the home club.

    Raises:
        NotAllowed: there is no club.
    """
    guild_id = _club(person)
    async with database.read() as session:
        row = await queries.availability_row(session, guild_id, person.user_id)
        guild = await session.get(models.Guild, guild_id)
        points = tuple(point.name for point in await points_of(session, guild_id))
    assert guild is not None
    if row is None:
        return Available(guild_id, guild.name, guild.round_on, points)
    paused = row.paused_until if row.paused_until is not None and row.paused_until > today else None
    return Available(
        guild_id,
        guild.name,
        guild.round_on,
        points,
        True,
        tuple(Window(*window) for window in row.windows),
        tuple(row.places),
        frozenset(Wish(wish) for wish in row.wishes),
        row.forward_s_per_km,
        row.backward_s_per_km,
        None if paused == FOR_GOOD else paused,
        paused == FOR_GOOD,
    )


async def say(database: Database, person: Person, said: AvailabilityTyped, now: datetime) -> None:
    """Store the values of the form; a member's first availability includes every role.

    Raises:
        BadInput: unclear windows, place or pace; with every fault (`SeveralFaults`).
        NotAllowed: there is no club.
    """
    guild_id, reader = _club(person), person.reader
    faults = Faults()
    windows = faults.attempt(lambda: parse_windows(said.when, reader.language, twelve=reader.twelve_hour))
    forward, backward = (
        faults.read(typed, lambda text: _pace(text, reader)) for typed in (said.forward, said.backward)
    )
    async with database.write() as session:
        row = await queries.availability_row(session, guild_id, person.user_id)
        points = [point.name for point in await points_of(session, guild_id)]
        places = faults.attempt(lambda: read_places(said.places, points))
        faults.raise_any()
        assert windows is not None
        new = {} if row is not None else {"wishes": [wish.value for wish in Wish]}
        await queries.put_availability(
            session,
            guild_id,
            person.user_id,
            windows=[[w.weekday, w.first_min, w.end_min] for w in windows],
            places=places,
            forward_s_per_km=forward,
            backward_s_per_km=backward,
            changed_at=now,
            **new,
        )


async def choose_roles(database: Database, person: Person, wishes: Collection[str], now: datetime) -> None:
    """Set the roles that a member takes.

    Raises:
        BadInput: no role, or an unknown one.
        NotAllowed: there is no club.
    """
    if not wishes or not set(wishes) <= set(Wish):
        raise BadInput("settings.choice.unknown")
    chosen = [wish.value for wish in Wish if wish in wishes]
    async with database.write() as session:
        await queries.put_availability(session, _club(person), person.user_id, wishes=chosen, changed_at=now)


async def pause(database: Database, person: Person, typed: str, now: datetime) -> date:
    """Pause until a typed day, and return it: the first day on which the availability applies again.

    Raises:
        BadInput: unclear, not after today, or more than a year away.
        NotAllowed: there is no club.
    """
    until = read_back_on(typed, person.reader, now)
    await _pause(database, person, until, now)
    return until


async def leave(database: Database, person: Person, now: datetime) -> None:
    """Pause indefinitely; the availability is kept."""
    await _pause(database, person, FOR_GOOD, now)


async def come_back(database: Database, person: Person, now: datetime) -> None:
    """End a pause."""
    await _pause(database, person, None, now)


def read_places(given: Sequence[str], points: Sequence[str]) -> list[str]:
    """Return the places of the form: chosen meeting points of the club, or a text with one place a line.

    A comma never separates two: names of places have commas.

    Raises:
        BadInput: not a meeting point of the club, or too many.
    """
    known = {point.casefold(): point for point in points}
    found: dict[str, str] = {}
    for place in (one_line(line) for text in given for line in text.splitlines()):
        name = known.get(place.casefold()) if points else place[:PLACE_LIMIT]
        if place and name is None:
            raise BadInput("avail.place.unknown", typed=place, places=tuple(points))
        if name:
            found.setdefault(name.casefold(), name)
    if len(found) > MOST_PLACES and not points:
        raise BadInput("avail.place.many", limit=MOST_PLACES)
    return list(found.values())


def _pace(typed: str, reader: Localizer) -> float:
    return parse_pace(typed, reader.units, reader.language)


async def _pause(database: Database, person: Person, until: date | None, now: datetime) -> None:
    async with database.write() as session:
        await queries.put_availability(session, _club(person), person.user_id, paused_until=until, changed_at=now)


def _club(person: Person) -> int:
    if person.guild_id is None:
        raise NotAllowed("partners.refused.no_club")
    return person.guild_id
