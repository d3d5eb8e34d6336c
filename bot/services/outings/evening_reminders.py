"""Evening-before reminders of an outing, scheduled in each member's zone and moved with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.call_terms import evening_before
from bot.services.messages.deliveries import Job, schedule_job
from db.queries.outings import partner_calls as queries


async def plan_evening(
    session: AsyncSession, outing_id: int, guild_id: int, starts_at: datetime, user_ids: Sequence[int], now: datetime
) -> None:
    """Schedule the reminder for 18:00 on the day before in each member's zone, where that lies ahead."""
    zones = await queries.zones_of(session, guild_id, user_ids)
    evenings = {user_id: evening_before(starts_at, zone) for user_id, zone in zones.items()}
    await schedule_job(session, [_plan(outing_id, user_id, at) for user_id, at in evenings.items() if at > now])


async def move_evenings(session: AsyncSession, *, user_id: int = 0, guild_id: int = 0) -> None:
    """Reschedule reminders for 18:00 in the new zone of a member or a club, in the transaction that sets the zone.

    A reminder whose new time has passed is due at once, and dropped if it is no longer useful.
    """
    planned: dict[int, list[tuple[int, datetime, int]]] = defaultdict(list)
    for outing_id, club_id, starts_at, to in await queries.planned_of(
        session, StoredKind.OUTING_EVENING, user_id=user_id, guild_id=guild_id
    ):
        if to is not None:
            planned[club_id].append((outing_id, starts_at, to))
    for club_id, rows in planned.items():
        zones = await queries.zones_of(session, club_id, {to for _, _, to in rows})
        await schedule_job(
            session,
            [
                _plan(outing_id, to, evening_before(starts_at, zones[to]))
                for outing_id, starts_at, to in rows
                if to in zones
            ],
        )


def _plan(outing_id: int, user_id: int, at: datetime) -> Job:
    return Job(
        StoredKind.OUTING_EVENING, f"{outing_id}:{user_id}", at, Priority.ASKED, subject_id=outing_id, user_id=user_id
    )
