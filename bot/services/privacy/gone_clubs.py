"""Deletion of clubs that have removed the bot, after a time that the operator sets.

Until then everything is kept, in case the bot is invited again. Runs stay with their runners and count on no board. A
large club is deleted in batches, because commands would otherwise wait for the whole deletion.
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
"""Rows of each table deleted in one transaction."""
BETWEEN = timedelta(seconds=10)
"""Pause between two batches."""
DAY = timedelta(days=1)

log = logging.getLogger(__name__)


async def begin(database: Database, owners: Mapping[int, int | None], now: datetime) -> None:
    """Record the bot's clubs and their owners, as reported by Discord at the start; schedule the first deletion."""
    async with database.write() as session:
        await queries.reconcile(session, owners, now)
        if not await due_queries.planned(session, StoredKind.CLUB_FORGET):
            await _plan(session, now + DAY)


async def come_back(database: Database, guild_id: int) -> None:
    """Record that the bot was invited to a club, possibly again; stored data is kept."""
    async with database.write() as session:
        await queries.come_back(session, guild_id)


async def change_owner(database: Database, guild_id: int, owner_id: int | None) -> None:
    """Record the new owner of a club's server, who gets its alarms while no organiser is known."""
    async with database.write() as session:
        await queries.set_owner(session, guild_id, owner_id)


async def forget_some(session: AsyncSession, kept_days: int, now: datetime) -> None:
    """Delete a batch of a club that has been gone long enough, and schedule the next batch.

    Args:
        session: database session of the due job.
        kept_days: days for which a club that has removed the bot is kept.
        now: current time.
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
    log.info("deleted club %d, gone for at least %d days", guild_id, kept_days)
    await _plan(session, now + BETWEEN)


async def _drop_some(session: AsyncSession, guild_id: int, now: datetime) -> int:
    """Delete at most `AT_ONCE` rows of each table in turn; return the number of the last one.

    Members come last: a run must never count in a club that no longer has its runner.
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
    """Remove some runs from the club; return their number."""
    dropped, touched = await queries.drop_runs(session, guild_id, AT_ONCE)
    for user_id in sorted(touched):
        await run_projections.rebuild(session, MemberKey(user_id, guild_id))
    return dropped


async def _drop_members(session: AsyncSession, guild_id: int) -> int:
    """Delete some memberships; return their number."""
    members = await queries.some_members(session, guild_id, AT_ONCE)
    for user_id, ranked in members:
        await run_projections.apply(session, MemberFacts(guild_id, user_id, ranked), None)
    await queries.drop_members(session, guild_id, [user_id for user_id, _ in members])
    return len(members)


async def _plan(session: AsyncSession, at: datetime) -> None:
    await schedule_job(session, [Job(StoredKind.CLUB_FORGET, StoredKind.CLUB_FORGET, at, Priority.NUDGE)])
