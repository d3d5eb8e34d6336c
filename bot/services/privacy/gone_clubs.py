"""Deleting what is kept of a club that has removed the bot, once it has been gone for as long as the operator says.

Until then everything stays, so that inviting the bot again finds it. Runs stay their runners', on no board. A large
club is deleted some at a time: commands would wait behind all of it otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import ENDED
from bot.domain.runs.run_facts import MemberFacts, MemberKey
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.projections import run_projections
from bot.services.reminders.reminder_firing import KINDS as REMINDERS
from db.engine import Database
from db.queries.nudges import nudges as due_queries
from db.queries.privacy import gone_clubs as queries
from db.queries.reminders import reminders as reminder_queries

AT_ONCE = 100
"""Rows of each sort deleted in one transaction."""
BETWEEN = timedelta(seconds=10)
"""Rest between two of those."""
DAY = timedelta(days=1)

log = logging.getLogger(__name__)


async def begin(database: Database, owners: Mapping[int, int | None], now: datetime) -> None:
    """Note in which clubs the bot is and whose they are, as Discord says at the start; plan the look at those gone."""
    async with database.write() as session:
        await queries.reconcile(session, owners, now)
        if not await due_queries.planned(session, StoredKind.CLUB_FORGET):
            await _plan(session, now + DAY)


async def come_back(database: Database, guild_id: int) -> None:
    """The bot was invited into a club, again perhaps: what is kept of it stays."""
    async with database.write() as session:
        await queries.come_back(session, guild_id)


async def change_owner(database: Database, guild_id: int, owner_id: int | None) -> None:
    """A club's server is somebody else's now, whom alarms reach where no organiser is known."""
    async with database.write() as session:
        await queries.set_owner(session, guild_id, owner_id)


async def forget_some(session: AsyncSession, kept_days: int, now: datetime) -> None:
    """Delete some of a club that has been gone for so long, and plan the next look.

    Args:
        session: of the step that is due.
        kept_days: how long a club that has removed the bot is kept.
        now: the present.
    """
    guild_id = await queries.gone_before(session, now - timedelta(days=kept_days))
    if guild_id is None:
        await _plan(session, now + DAY)
        return
    if await _drop_some(session, guild_id, now) == AT_ONCE:
        await _plan(session, now + BETWEEN)
        return
    for reminder_id in await queries.reminders_of(session, guild_id):
        await reminder_queries.drop_due(session, REMINDERS, reminder_id)
    await queries.drop_club(session, guild_id)
    log.info("club %d, gone for %d days, is deleted", guild_id, kept_days)
    await _plan(session, now + BETWEEN)


async def _drop_some(session: AsyncSession, guild_id: int, now: datetime) -> int:
    """Delete rows of one sort after the other, at most `AT_ONCE` of each; returns how many of the last sort.

    Members come last: a run never counts in a club that no longer knows its runner.
    """
    ended = [state.value for state in ENDED]
    dropped = await _drop_runs(session, guild_id)
    if dropped < AT_ONCE:
        dropped = await queries.drop_outings(session, guild_id, ended, AT_ONCE, now)
    if dropped < AT_ONCE:
        dropped = await queries.drop_messages(session, guild_id, AT_ONCE)
    if dropped < AT_ONCE:
        dropped = await _drop_members(session, guild_id)
    return dropped


async def _drop_runs(session: AsyncSession, guild_id: int) -> int:
    """Take some runs out of the club; returns how many."""
    dropped, touched = await queries.drop_runs(session, guild_id, AT_ONCE)
    for user_id in sorted(touched):
        await run_projections.rebuild(session, MemberKey(user_id, guild_id))
    return dropped


async def _drop_members(session: AsyncSession, guild_id: int) -> int:
    """Delete some memberships; returns how many."""
    members = await queries.some_members(session, guild_id, AT_ONCE)
    for user_id, ranked in members:
        await run_projections.apply(session, MemberFacts(guild_id, user_id, ranked), None)
    await queries.drop_members(session, guild_id, [user_id for user_id, _ in members])
    return len(members)


async def _plan(session: AsyncSession, at: datetime) -> None:
    await schedule_job(session, [Job(StoredKind.CLUB_FORGET, StoredKind.CLUB_FORGET, at, Priority.NUDGE)])
