"""Memberships: record that a member has left a club, or is still in it.

The bot gets no leave events. It learns of a leave by asking Discord (`bot.membership`), and an interaction in the club,
recorded by `people.meet`, reverts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.outings.outing_rules import BEFORE, Presence
from bot.services.members import ranks
from bot.services.outings.outing_signup import drop
from bot.services.outings.outing_transitions import LeaveReason
from bot.services.outings.outings import read, redraw
from db import models
from db.engine import Database
from db.queries.clubs import memberships as queries
from db.queries.outings import outings as outing_queries

NOTED_FOR = timedelta(minutes=5)
"""Time during which a confirmed membership is not written again."""


async def leave(database: Database, guild_id: int, user_id: int, now: datetime) -> None:
    """Record that a person has left a club: remove them from its boards and outings, and choose another home club.

    The home club becomes the one last seen in, or none. Runs stay, and count again when the person returns. Nothing
    happens for a person the club never had.

    Args:
        database: database to write to.
        guild_id: id of the club.
        user_id: id of the person.
        now: time when it was learned; the first one is kept.

    Raises:
        Unavailable: the database is locked or full; nothing was written.
    """
    async with database.write() as session:
        # Lock the person before the membership, as `people.remember` does, to avoid a deadlock.
        await queries.move_home(session, user_id, guild_id, await queries.next_club(session, user_id, guild_id))
        await ranks.set_left(session, guild_id, user_id, now)
        for outing_id in await queries.places_in(session, guild_id, user_id, BEFORE):
            outing = await read(session, outing_id, hold=True)
            me = outing.who(user_id)
            if outing.state in BEFORE and me is not None and me.presence is Presence.IN:
                await drop(
                    session, outing, user_id, now, event=f"gone:{user_id}:{now.timestamp():.0f}", why=LeaveReason.GONE
                )
            else:
                await outing_queries.set_companion(session, outing_id, user_id, presence=Presence.LEFT.value)
                await redraw(session, await read(session, outing_id), now)


async def confirm(
    database: Database,
    guild_id: int,
    user_id: int,
    now: datetime,
    *,
    organiser: bool | None = None,
    role_ids: list[int] | None = None,
) -> None:
    """Record that a known member is in a club, and restore them to its boards. Skips writes that change nothing.

    Args:
        database: database to write to.
        guild_id: id of the club.
        user_id: id of the person.
        now: time when it was learned.
        organiser: whether they are an organiser, if known.
        role_ids: their roles among those named in the club's settings, ascending, if known.

    Raises:
        Unavailable: the database is locked or full; nothing was written.
    """
    async with database.read() as session:
        known = await session.get(models.Member, (guild_id, user_id))
        if known is None:
            return
        held = {} if organiser is None else {"organiser": organiser, "role_ids": role_ids or []}
        news = any((getattr(known, name) or value.__class__()) != value for name, value in held.items())
        if known.left_at is None and now - known.seen_at < NOTED_FOR and not news:
            return
    async with database.write() as session:
        await ranks.set_left(session, guild_id, user_id, None)
        await queries.mark_seen(session, guild_id, user_id, now, **held)


@dataclass(frozen=True, slots=True)
class NamedRoles:
    """Roles named in a club's settings."""

    organiser: int | None
    every: frozenset[int]


async def named_roles(database: Database, guild_id: int) -> NamedRoles:
    """Return the roles named in a club's settings; none for an unknown club."""
    async with database.read() as session:
        guild = await session.get(models.Guild, guild_id)
    if guild is None:
        return NamedRoles(None, frozenset())
    every = {guild.organiser_role_id, guild.spotter_role_id, guild.women_role_id} - {None}
    return NamedRoles(guild.organiser_role_id, frozenset(one for one in every if one is not None))


async def left_since_last_run(database: Database, user_id: int) -> str | None:
    """Return the name of the club a person was last found to have left, until they log a run after that."""
    async with database.read() as session:
        return await queries.left_since_last_run(session, user_id)
