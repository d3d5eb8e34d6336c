"""Club settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.boards.metrics import BoardKind
from bot.domain.clubs.club_defaults import EMERGENCY_LIMIT, GRACE_MIN, NEVER_SOLO, NOTICE_H
from bot.domain.outings.outing_rules import MOST_BACKWARD_PER_SPOTTER
from bot.domain.rounds.round_calendar import DEFAULT_ROUND_HOUR, DEFAULT_ROUND_NOTICE_H, DEFAULT_ROUND_WEEKDAY
from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.domain.when import zones
from bot.errors import BadInput
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.boards import live_boards
from bot.services.clubs.digests import DigestSettings, digest_of
from bot.services.members.people import Club, club_of
from bot.services.nudges import nudging
from bot.services.outings import club_limits, evening_reminders
from bot.services.partners import partners_card
from bot.services.partners.partners_card import CardState
from bot.services.reminders import reminder_firing
from bot.services.rounds import rounds
from db.engine import Database
from db.models import Guild
from db.queries.partners.meeting_points import points_of
from db.queries.profile import settings as queries


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """Weekly round of a club, with defaults filled in.

    Attributes:
        on: whether there is one.
        weekday: day of the draw in the club's zone; 0 is Monday.
        hour: hour of the draw, 0 to 23, in the club's zone.
        notice_h: hours of notice for members before the draw.
    """

    on: bool = False
    weekday: int = DEFAULT_ROUND_WEEKDAY
    hour: int = DEFAULT_ROUND_HOUR
    notice_h: int = DEFAULT_ROUND_NOTICE_H


@dataclass(frozen=True, slots=True)
class ClubSettings:
    """Settings of a club.

    Attributes:
        club: effective settings, with defaults filled in.
        chosen: settings that an organiser has chosen, among those whose default the card marks: zone, language, units,
            surfaces, spotter, grace.
        round: weekly round.
        card: state of the partners card.
        points: number of meeting points.
        digest: weekly digest.
    """

    club: Club
    chosen: frozenset[str]
    round: RoundSettings = RoundSettings()
    card: CardState = CardState.NONE
    points: int = 0
    digest: DigestSettings = field(default_factory=DigestSettings)


async def club_settings(database: Database, guild_id: int) -> ClubSettings:
    """Return a club's settings; `people.meet` must have created the club."""
    async with database.read() as session:
        guild = await queries.guild_row(session, guild_id)
        assert guild is not None
        card = await partners_card.state_of(session, guild)
        points = len(await points_of(session, guild_id))
    club = club_of(guild)
    assert club is not None
    columns = {
        "zone": guild.zone, "language": guild.language, "units": guild.units, "surfaces": guild.solo_surfaces,
        "spotter": guild.backward_per_spotter, "grace": guild.grace_min,
    }  # fmt: skip
    chosen = frozenset(name for name, value in columns.items() if value is not None)
    return ClubSettings(club, chosen, round_of(guild), card, points, digest_of(guild))


def round_of(guild: Guild) -> RoundSettings:
    """Return the weekly round of a club, with defaults filled in."""
    return RoundSettings(
        guild.round_on,
        DEFAULT_ROUND_WEEKDAY if guild.round_weekday is None else guild.round_weekday,
        DEFAULT_ROUND_HOUR if guild.round_hour is None else guild.round_hour,
        DEFAULT_ROUND_NOTICE_H if guild.round_notice_h is None else guild.round_notice_h,
    )


async def set_zone(database: Database, guild_id: int, typed: str, reader: Localizer, now: datetime) -> str:
    """Set the zone that `typed` names, and return its IANA name.

    Raises:
        BadInput: no zone matches, or several do.
    """
    zone = zones.find(typed, reader.language, now)
    await _set_and_plan(database, guild_id, now, zone=zone)
    return zone


async def set_language(database: Database, guild_id: int, language: str, now: datetime) -> None:
    """Set the language of public messages.

    Raises:
        BadInput: not an available language.
    """
    if language not in LANGUAGES:
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, now, language=language)


async def set_units(database: Database, guild_id: int, units: str) -> None:
    """Set the units of public messages, and of members who chose none.

    Raises:
        BadInput: not an available unit system.
    """
    if units not in list(Units):
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, units=units)


async def set_organiser_role(database: Database, guild_id: int, role_id: int | None) -> None:
    """Set or remove (None) the role whose members are organisers besides those who manage the server.

    Raises:
        BadInput: @everyone, whose id is the guild's.
    """
    if role_id == guild_id:
        raise BadInput("club.role.everyone")
    await _set(database, guild_id, organiser_role_id=role_id)


async def set_solo_surfaces(database: Database, guild_id: int, surfaces: Collection[str], now: datetime) -> None:
    """Set the surfaces where members may run backward alone, possibly none; check outings that have not begun.

    Raises:
        BadInput: not a surface, or one of `NEVER_SOLO`.
    """
    if not set(surfaces) <= set(Surface):
        raise BadInput("settings.choice.unknown")
    if NEVER_SOLO & set(surfaces):
        raise BadInput("club.card.solo_never")
    await _set_limits(database, guild_id, now, solo_surfaces=[s.value for s in Surface if s in surfaces])


async def set_spotter_role(database: Database, guild_id: int, role_id: int | None) -> None:
    """Set or remove (None) the role of certified spotters.

    Raises:
        BadInput: @everyone, whose id is the guild's.
    """
    if role_id == guild_id:
        raise BadInput("club.role.all_spotters")
    await _set(database, guild_id, spotter_role_id=role_id)


async def set_first_board(database: Database, guild_id: int, kind: BoardKind) -> None:
    """Set the board that /leaderboard shows at first."""
    await _set(database, guild_id, first_board=kind.key)


async def set_women_role(database: Database, guild_id: int, role_id: int | None) -> None:
    """Set or remove (None) the role of those who may answer a call for women only.

    Raises:
        BadInput: @everyone, whose id is the guild's.
    """
    if role_id == guild_id:
        raise BadInput("club.role.all_women")
    await _set(database, guild_id, women_role_id=role_id)


async def set_backward_per_spotter(database: Database, guild_id: int, runners: int, now: datetime) -> None:
    """Set how many backward runners one spotter may take; check outings that have not begun.

    Raises:
        BadInput: less than 1, or more than `MOST_BACKWARD_PER_SPOTTER`.
    """
    if not 1 <= runners <= MOST_BACKWARD_PER_SPOTTER:
        raise BadInput("settings.choice.unknown")
    await _set_limits(database, guild_id, now, backward_per_spotter=runners)


async def set_organisers_channel(database: Database, guild_id: int, channel_id: int | None) -> None:
    """Set or remove (None) the channel for alerts; the caller has checked that not everybody can read it."""
    await _set(database, guild_id, organisers_channel_id=channel_id)


async def set_names_waiting(database: Database, guild_id: int, *, on: bool) -> None:
    """Set whether a channel may name members whose direct messages could not be delivered."""
    await _set(database, guild_id, names_waiting=on)


async def set_grace(database: Database, guild_id: int, minutes: int) -> None:
    """Set how many minutes after the planned return those who are out are asked.

    Raises:
        BadInput: not one of `GRACE_MIN`.
    """
    if minutes not in GRACE_MIN:
        raise BadInput("settings.choice.unknown")
    await _set(database, guild_id, grace_min=minutes)


async def set_emergency_number(database: Database, guild_id: int, typed: str) -> None:
    """Set the emergency number shown where the bot says that it is no emergency service; blank removes it.

    Raises:
        BadInput: too long, or without a digit.
    """
    number = " ".join(typed.split())
    if len(number) > EMERGENCY_LIMIT or (number and not any(sign.isdigit() for sign in number)):
        raise BadInput("club.emergency.unclear", typed=typed)
    await _set(database, guild_id, emergency_number=number or None)


async def set_round(
    database: Database,
    guild_id: int,
    *,
    on: bool | None = None,
    weekday: int | None = None,
    hour: int | None = None,
    notice_h: int | None = None,
    now: datetime,
) -> None:
    """Set the given options of the weekly round and plan the next one; options are kept while it is off.

    Raises:
        BadInput: not a valid day, hour or notice, or turned on without a partners channel for its cards.
    """
    chosen = {"round_on": on, "round_weekday": weekday, "round_hour": hour, "round_notice_h": notice_h}
    allowed = {"round_weekday": range(7), "round_hour": range(24), "round_notice_h": NOTICE_H}
    values = {name: value for name, value in chosen.items() if value is not None}
    if not values or any(values[name] not in among for name, among in allowed.items() if name in values):
        raise BadInput("settings.choice.unknown")
    if on and (await club_settings(database, guild_id)).club.partners_channel_id is None:
        raise BadInput("club.round.no_channel")
    await _set_and_plan(database, guild_id, now, **values)


async def leave(database: Database, guild_id: int, now: datetime) -> None:
    """Record that the bot was removed from a club; runs and boards are kept in case it is invited again."""
    async with database.write() as session:
        await queries.mark_left(session, guild_id, now)


async def _set(database: Database, guild_id: int, drawn_at: datetime | None = None, /, **values: object) -> None:
    """Write settings of a club; with an instant also update the partners card, which shows them."""
    async with database.write() as session:
        await queries.set_guild(session, guild_id, **values)
        await live_boards.settings_changed(session, guild_id)
        if drawn_at is not None:
            await partners_card.redraw(session, guild_id, drawn_at)


async def _set_limits(database: Database, guild_id: int, now: datetime, **values: object) -> None:
    """Write settings of a club that limit its outings."""
    async with database.write() as session:
        await queries.set_guild(session, guild_id, **values)
        await partners_card.redraw(session, guild_id, now)
        await club_limits.plan_checks(session, guild_id, now)


async def _set_and_plan(database: Database, guild_id: int, now: datetime, **values: object) -> None:
    """Write settings of a club that its weekly round or its reminders depend on."""
    async with database.write() as session:
        await queries.set_guild(session, guild_id, **values)
        if "zone" in values:
            await live_boards.settings_changed(session, guild_id)
            await reminder_firing.move_club(session, guild_id, str(values["zone"]), now)
            await evening_reminders.move_evenings(session, guild_id=guild_id)
        await nudging.look_again(session, now)
        guild = await queries.guild_row(session, guild_id)
        if guild is not None:
            await rounds.plan_round(session, guild, now)
