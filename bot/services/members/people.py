"""The member of an interaction and the club it happens in, with settings resolved to effective values.

Without the members intent there is no member list. What an interaction tells of a member (name, locale, whether they
are an organiser, roles named in the club's settings) is therefore stored here; nothing is written if nothing changed.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import BOARDS, FIRST, BoardKind
from bot.domain.clubs.club_defaults import (
    DEFAULT_LANGUAGE,
    DEFAULT_SOLO_SURFACES,
    DEFAULT_UNITS,
    DEFAULT_ZONE,
    NEVER_SOLO,
)
from bot.domain.outings.outing_rules import DEFAULT_BACKWARD_PER_SPOTTER, DEFAULT_GRACE_MIN
from bot.domain.runs.runs import Sharing, Surface
from bot.domain.text.units import Units
from bot.i18n import shipped
from bot.languages import twelve_hour
from bot.localizer import Localizer
from bot.services.members import ranks
from db.engine import Database
from db.models import Guild, Member, User
from db.queries.members import people as queries

CONFIRMED_FOR = timedelta(days=1)
"""Time for which a confirmed membership is trusted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Values of a member from an interaction. Guild fields are None or empty in a DM."""

    user_id: int
    display_name: str
    locale: str
    guild_id: int | None = None
    guild_name: str = ""
    guild_locale: str | None = None
    manages_guild: bool = False
    role_ids: frozenset[int] = frozenset()
    guild_owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Club:
    """A club and the localizer of its public messages. A field with a default is a setting, by the name of its column.

    `digest_instead`: logged runs are not posted, because the club's digest reports them. `names_waiting`: a channel may
    name members whose direct messages could not be delivered.
    """

    guild_id: int
    name: str
    reader: Localizer
    solo_surfaces: frozenset[Surface]
    organiser_role_id: int | None = None
    partners_channel_id: int | None = None
    organisers_channel_id: int | None = None
    spotter_role_id: int | None = None
    women_role_id: int | None = None
    backward_per_spotter: int = DEFAULT_BACKWARD_PER_SPOTTER
    grace_min: int = DEFAULT_GRACE_MIN
    emergency_number: str | None = None
    digest_instead: bool = False
    names_waiting: bool = True
    first_board: BoardKind = FIRST


_READ = {"digest_instead", "first_board"}
"""Settings that are read from what is stored, in `club_of`."""
_STORED = [one.name for one in fields(Club) if one.default is not MISSING and one.name not in _READ]
"""Settings that are stored as they are; one that is not set has the default of `Club`."""


@dataclass(frozen=True, slots=True)
class Person:
    """The member of an interaction.

    Attributes:
        user_id: Discord user id.
        display_name: name in the club, or global name in a DM.
        reader: localizer with the member's language, units and zone.
        club: club whose boards count new runs: that of the interaction, the home club in a DM, or None.
        in_guild: whether the interaction happened in a club, so that others can read a public answer.
        organiser: whether they may change the club's settings.
        sharing: who sees new runs.
        weight_kg: private; None if unknown.
        zone_assumed: whether the zone is the club's or UTC, not chosen by the member.
        zone_told: whether a card has already said so.
        known: whether they have used the bot before.
        doubtful: in a DM, whether membership of the home club was last confirmed `CONFIRMED_FOR` ago or longer.
        seen_at: time when membership was last confirmed, if known.
    """

    user_id: int
    display_name: str
    reader: Localizer
    club: Club | None
    in_guild: bool
    organiser: bool
    sharing: Sharing
    weight_kg: float | None
    zone_assumed: bool
    zone_told: bool
    known: bool
    doubtful: bool = False
    seen_at: datetime | None = None

    @property
    def guild_id(self) -> int | None:
        """Id of the club, if there is one."""
        return self.club.guild_id if self.club else None

    @property
    def solo_surfaces(self) -> frozenset[Surface]:
        """Surfaces where this member may run backward alone."""
        return self.club.solo_surfaces if self.club else DEFAULT_SOLO_SURFACES


async def meet(database: Database, seen: Seen, now: datetime) -> Person:
    """Return the member of an interaction, and store what changed since the last one.

    Args:
        database: database to use.
        seen: values from the interaction.
        now: time written with a change.

    Raises:
        Unavailable: the database is locked or full.
    """
    async with database.read() as session:
        user, member, guild = await queries.person_rows(session, seen.user_id, seen.guild_id)
    organiser = seen.manages_guild or (guild is not None and guild.organiser_role_id in seen.role_ids)
    role_ids = _named_roles(seen, guild)
    if _changed(seen, user, member, guild, role_ids, organiser=organiser):
        async with database.write() as session:
            newcomer = member is None
            await remember(session, seen, now, role_ids, organiser=organiser, newcomer=newcomer)
            fresh_user, _, fresh_guild = await queries.person_rows(session, seen.user_id, seen.guild_id)
    else:
        fresh_user, fresh_guild = user, guild
    assert fresh_user is not None
    club = club_of(fresh_guild)
    return Person(
        user_id=seen.user_id,
        display_name=seen.display_name,
        reader=reader_of(fresh_user, fresh_guild),
        club=club,
        in_guild=seen.guild_id is not None,
        organiser=organiser,
        sharing=Sharing(fresh_user.sharing or Sharing.CLUB),
        weight_kg=fresh_user.weight_kg,
        zone_assumed=fresh_user.zone is None,
        zone_told=fresh_user.zone_told,
        known=user is not None,
        doubtful=seen.guild_id is None
        and fresh_guild is not None
        and member is not None
        and now - member.seen_at >= CONFIRMED_FOR,
        seen_at=None if member is None else member.seen_at,
    )


async def reader_for(database: Database, user_id: int | None, guild_id: int | None) -> Localizer:
    """Return the localizer of a member by stored settings; without a member, that of the club."""
    async with database.read() as session:
        user = await session.get(User, user_id) if user_id is not None else None
        guild = await session.get(Guild, guild_id) if guild_id is not None else None
    return reader_of(user, guild)


async def known_reader(database: Database, user_id: int, guild_id: int | None) -> Localizer | None:
    """Return the localizer of a member by stored settings; None for an unknown member."""
    async with database.read() as session:
        user = await session.get(User, user_id)
        guild = await session.get(Guild, guild_id) if user is not None and guild_id is not None else None
    return reader_of(user, guild) if user is not None else None


async def name_of(database: Database, user_id: int, guild_id: int | None) -> str:
    """Return a member's name as last seen in the club, else in any, unescaped; "?" for an unknown member."""
    async with database.read() as session:
        return await name_in(session, user_id, guild_id)


async def name_in(session: AsyncSession, user_id: int, guild_id: int | None) -> str:
    """Run `name_of` within a transaction."""
    return await queries.display_name(session, user_id, guild_id) or "?"


def reader_of(user: User | None, guild: Guild | None) -> Localizer:
    """Return the localizer of a member: own settings first, then Discord's locale and the club's units and zone."""
    club_units = guild.units if guild else None
    if user is None:
        language = (guild and (guild.language or shipped(guild.locale))) or DEFAULT_LANGUAGE
        return Localizer(
            language,
            Units(club_units or DEFAULT_UNITS),
            (guild and guild.zone) or DEFAULT_ZONE,
            twelve_hour=twelve_hour(language, guild and guild.locale),
        )
    own_units = Units(user.units or club_units or DEFAULT_UNITS)
    language = user.language or shipped(user.locale) or (guild and guild.language) or DEFAULT_LANGUAGE
    return Localizer(
        language,
        Units.METRIC if own_units is Units.BOTH else own_units,  # BOTH is meant for messages with many readers
        user.zone or (guild and guild.zone) or DEFAULT_ZONE,
        twelve_hour=twelve_hour(language, user.locale),
    )


def club_of(guild: Guild | None) -> Club | None:
    """Return a club's settings with defaults filled in."""
    if guild is None:
        return None
    solo = guild.solo_surfaces
    stored = {name: getattr(guild, name) for name in _STORED}
    return Club(
        guild.guild_id,
        guild.name,
        reader_of(None, guild),
        DEFAULT_SOLO_SURFACES if solo is None else frozenset(Surface(s) for s in solo) - NEVER_SOLO,
        digest_instead=guild.digest_instead and guild.digest_channel_id is not None,
        first_board=BOARDS.get(guild.first_board or "", FIRST),
        **{name: value for name, value in stored.items() if value is not None},
    )


async def remember(
    session: AsyncSession, seen: Seen, now: datetime, role_ids: list[int], *, organiser: bool, newcomer: bool
) -> None:
    """Store the values of an interaction; the member is then in the club. Settings are not changed."""
    await queries.upsert_user(session, seen.user_id, seen.guild_id, seen.locale, now)
    if seen.guild_id is None:
        return
    seen_guild: dict[str, Any] = {"name": seen.guild_name[:120], "locale": seen.guild_locale, "left_at": None}
    if seen.guild_owner_id is not None:
        seen_guild["owner_id"] = seen.guild_owner_id
    await queries.upsert_guild(session, seen.guild_id, seen_guild, now)
    if not newcomer:  # somebody never seen there cannot have left
        await ranks.set_left(session, seen.guild_id, seen.user_id, None)
    seen_member = {
        "display_name": seen.display_name[:120],
        "organiser": organiser,
        "seen_at": now,
        "role_ids": role_ids,
    }
    await queries.upsert_member(session, seen.guild_id, seen.user_id, seen_member)


def _named_roles(seen: Seen, guild: Guild | None) -> list[int]:
    """Return the member's roles that the club's settings name; other roles are not stored."""
    if guild is None:
        return []
    named = {guild.organiser_role_id, guild.spotter_role_id, guild.women_role_id}
    return sorted(role_id for role_id in seen.role_ids if role_id in named)


def _changed(
    seen: Seen, user: User | None, member: Member | None, guild: Guild | None, role_ids: list[int], *, organiser: bool
) -> bool:
    if user is None or user.locale != seen.locale:
        return True
    if seen.guild_id is None:
        return False
    return (
        guild is None
        or member is None
        or member.left_at is not None
        or (guild.name, guild.locale, guild.left_at) != (seen.guild_name[:120], seen.guild_locale, None)
        or (seen.guild_owner_id is not None and guild.owner_id != seen.guild_owner_id)
        or (member.display_name, member.organiser) != (seen.display_name[:120], organiser)
        or (member.role_ids or []) != role_ids
    )
