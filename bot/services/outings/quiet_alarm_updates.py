"""Updates to the recipients of a quiet alarm: taken, home, out again, closed.

This module is below `quiet_alarms`, because Home and Still out use it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages.deliveries import post
from bot.services.outings.outings import OutingView
from bot.services.outings.overdue_timers import BY_DM, alarm_letter
from db import models
from db.queries.members import organisers as organiser_queries
from db.queries.safety import alerts as alert_queries
from db.queries.safety import quiet_alarms as queries


@dataclass(frozen=True, slots=True)
class QuietAlarm:
    """A quiet alarm. Attributes as in the table `unsafe_alarms`."""

    alarm_id: int
    outing_id: int
    user_id: int
    taken_by: int | None
    taken_at: datetime | None
    closed_by: int | None
    closed_at: datetime | None
    resolution: str | None

    @property
    def sounds(self) -> bool:
        """Whether nobody has taken it yet."""
        return self.taken_at is None and self.closed_at is None


async def came_home(session: AsyncSession, outing: OutingView, user_id: int, now: datetime) -> None:
    """Tell the recipients that the member pressed Home. The alarm stays open: it may not have been their choice."""
    row = await queries.open_alarm(session, outing.outing_id, user_id)
    if row is not None:
        await tell(session, outing, view(row), "home", user_id, now)


async def out_again(session: AsyncSession, outing: OutingView, user_id: int, now: datetime) -> None:
    """Tell the recipients that the member took Home back."""
    row = await queries.open_alarm(session, outing.outing_id, user_id)
    if row is not None:
        await tell(session, outing, view(row), "out", user_id, now)


async def remind(session: AsyncSession, outing: OutingView, alarm: QuietAlarm, now: datetime) -> None:
    """Ask only the member who has taken an alarm to close it."""
    assert alarm.taken_by is not None
    payload = {"about_user_id": alarm.user_id, "by_user_id": alarm.taken_by, "how": "open", "alarm_id": alarm.alarm_id}
    if alarm.taken_by not in await organiser_queries.owner_and_organisers(session, outing.guild_id):
        payload |= {"contact": True}
    occurrence = f"{alarm.alarm_id}:open:{now.timestamp():.0f}{BY_DM}"
    await post(
        session,
        [alarm_letter(StoredKind.ALERT_UNSAFE_TURN, occurrence, outing, now, payload, user_id=alarm.taken_by)],
        now,
    )


async def tell(
    session: AsyncSession, outing: OutingView, alarm: QuietAlarm, how: str, by_user_id: int, now: datetime
) -> None:
    """Send an update to everybody who was sent the alarm, by the same way, except the member who caused it."""
    alarmed = await alert_queries.receivers(session, [StoredKind.ALERT_UNSAFE], outing.outing_id, alarm.user_id)
    occurrence = f"{alarm.alarm_id}:{how}:{now.timestamp():.0f}"
    payload = {"about_user_id": alarm.user_id, "by_user_id": by_user_id, "how": how, "alarm_id": alarm.alarm_id}
    contacts = {c.contact_id for c in await alert_queries.accepted_contacts(session, [alarm.user_id])}
    organisers = await organiser_queries.owner_and_organisers(session, outing.guild_id)
    as_contact = {**payload, "contact": True}
    await post(
        session,
        [
            alarm_letter(
                StoredKind.ALERT_UNSAFE_TURN, occurrence + (BY_DM if to else ""), outing, now,
                as_contact if to in contacts and to not in organisers else payload, user_id=to, channel_id=channel_id,
            )
            for _, to, channel_id in alarmed
            if to != by_user_id
        ],
        now,
    )  # fmt: skip


def view(row: models.UnsafeAlarm) -> QuietAlarm:
    """Return a row as a `QuietAlarm`."""
    return QuietAlarm(
        alarm_id=row.alarm_id,
        outing_id=row.outing_id,
        user_id=row.user_id,
        taken_by=row.taken_by_user_id,
        taken_at=row.taken_at,
        closed_by=row.closed_by_user_id,
        closed_at=row.closed_at,
        resolution=row.resolution,
    )
