"""Queries for what a member has planned. None of them commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Companion, Due, Member, Outing, Reminder


async def next_outing(session: AsyncSession, user_id: int, states: Collection[str], after: datetime) -> datetime | None:
    """Return the start of a person's next outing in these states, in a club that they have not left."""
    found: datetime | None = await session.scalar(
        select(func.min(Outing.starts_at))
        .join(Companion, Companion.outing_id == Outing.outing_id)
        .join(Member, (Member.guild_id == Outing.guild_id) & (Member.user_id == Companion.user_id))
        .where(
            Companion.user_id == user_id,
            Companion.presence == "in",
            Member.left_at.is_(None),
            Outing.state.in_(states),
            Outing.starts_at > after,
        )
    )
    return found


async def next_reminder(session: AsyncSession, user_id: int, kind: str, after: datetime) -> datetime | None:
    """Return the next time of a person's own reminders, whose job is of this kind."""
    found: datetime | None = await session.scalar(
        select(func.min(Due.meant_at))
        .join(Reminder, Reminder.reminder_id == Due.subject_id)
        .where(Due.user_id == user_id, Due.kind == kind, Due.meant_at > after, Reminder.audience == "me")
    )
    return found
