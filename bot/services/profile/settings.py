"""A member's own settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.runs.runs import Sharing
from bot.domain.text import weight
from bot.domain.text.units import Units
from bot.domain.when import zones
from bot.errors import BadInput, NotFound
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.members import ranks
from bot.services.nudges import nudging
from bot.services.outings import evening_reminders
from bot.services.reminders import reminder_firing
from db.engine import Database
from db.queries.profile import settings as queries


@dataclass(frozen=True, slots=True)
class OwnClub:
    """A club in which a member was seen."""

    guild_id: int
    name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """A member's choices; None where nothing was chosen, and the club's value or the default applies."""

    language: str | None
    units: Units | None
    zone: str | None
    sharing: Sharing
    weight_kg: float | None
    home_guild_id: int | None
    clubs: tuple[OwnClub, ...]

    def club(self, guild_id: int | None) -> OwnClub | None:
        """Return one of the member's clubs, or None."""
        return next((club for club in self.clubs if club.guild_id == guild_id), None)


async def own_settings(database: Database, user_id: int) -> OwnSettings:
    """Return a member's settings.

    Raises:
        NotFound: the member is unknown (`people.meet` creates them).
    """
    async with database.read() as session:
        user = await queries.user_row(session, user_id)
        if user is None:
            raise NotFound("settings.unknown_person")
        clubs = await queries.clubs_of(session, user_id)
    return OwnSettings(
        language=user.language,
        units=Units(user.units) if user.units else None,
        zone=user.zone,
        sharing=Sharing(user.sharing or Sharing.CLUB),
        weight_kg=user.weight_kg,
        home_guild_id=user.home_guild_id,
        clubs=tuple(OwnClub(guild_id, name, hidden) for guild_id, name, hidden in clubs),
    )


async def choose_zone(database: Database, user_id: int, typed: str, reader: Localizer, now: datetime) -> str:
    """Set the zone that `typed` names, for runs logged from now on, and return its IANA name.

    The wall times of the member's reminders, including those of outings, move with it.

    Raises:
        BadInput: no zone matches, or several do.
    """
    zone = zones.find(typed, reader.language, now)
    async with database.write() as session:
        await queries.set_user(session, user_id, zone=zone)
        await reminder_firing.move_member(session, user_id, zone, now)
        await evening_reminders.move_evenings(session, user_id=user_id)
        await nudging.look_again(session, now)
    return zone


async def choose_weight(database: Database, user_id: int, typed: str, units: Units) -> None:
    """Set the weight, or remove it if `typed` is blank.

    Raises:
        BadInput: not a weight.
    """
    await _set(database, user_id, weight_kg=weight.parse_weight(typed, units))


async def choose_language(database: Database, user_id: int, language: str | None) -> None:
    """Set a shipped language; None follows Discord's.

    Raises:
        BadInput: not an available language.
    """
    if language is not None and language not in LANGUAGES:
        raise BadInput("settings.choice.unknown")
    await _set(database, user_id, language=language)


async def choose_units(database: Database, user_id: int, units: str | None) -> None:
    """Set metric or imperial units; None follows the club.

    Raises:
        BadInput: neither of them.
    """
    if units not in (None, Units.METRIC, Units.IMPERIAL):
        raise BadInput("settings.choice.unknown")
    await _set(database, user_id, units=units)


async def choose_sharing(database: Database, user_id: int, sharing: str) -> None:
    """Set who sees the runs logged from now on.

    Raises:
        BadInput: not an available choice.
    """
    if sharing not in list(Sharing):
        raise BadInput("settings.choice.unknown")
    await _set(database, user_id, sharing=sharing)


async def choose_home(database: Database, user_id: int, guild_id: int) -> None:
    """Set the club that direct messages count for.

    Raises:
        NotFound: the member was never seen in that club.
    """
    async with database.write() as session:
        if guild_id not in {club.guild_id for club in await queries.clubs_of(session, user_id)}:
            raise NotFound("settings.choice.unknown")
        await queries.set_user(session, user_id, home_guild_id=guild_id)


async def hide(database: Database, user_id: int, guild_id: int, *, hidden: bool) -> None:
    """Hide a member from a club's ranks, or show them again."""
    async with database.write() as session:
        await ranks.set_hidden(session, guild_id, user_id, hidden)


async def _set(database: Database, user_id: int, **values: object) -> None:
    async with database.write() as session:
        await queries.set_user(session, user_id, **values)
