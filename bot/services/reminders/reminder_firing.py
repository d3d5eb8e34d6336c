"""What reminders do by themselves: fire, go on to their next instant, move with a zone, stop where nobody is reached.

A reminder that is active has one row in `due`, moved on when it fires. Whatever fires it has taken that row off the
table, and every change holds it first (`queries.hold`): the two take turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import Schedule, from_json, is_series, next_after
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job
from db import models
from db.queries.reminders import reminders as queries

KINDS = (StoredKind.REMIND, StoredKind.REMIND_AGAIN)

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_LOOKS_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=8), timedelta(days=32), timedelta(days=367))


@dataclass(frozen=True, slots=True)
class Fired:
    """A reminder that has become due, or one that somebody had put off.

    Attributes:
        reminder_id: which.
        meant_at: when it was due.
        user_id: who had put it off; None for the reminder itself.
        payload: of the row that was due.
    """

    reminder_id: int
    meant_at: datetime
    user_id: int | None
    payload: Mapping[str, Any]


def plan_of(reminder_id: int, user_id: int, at: datetime) -> Job:
    """What is due of a reminder."""
    return Job(StoredKind.REMIND, str(reminder_id), at, Priority.ASKED, subject_id=reminder_id, user_id=user_id)


def occurrence_of(reminder_id: int, occurs_at: datetime) -> str:
    """The key of one occurrence's message; of one put off it is the beginning."""
    return f"{reminder_id}:{int(occurs_at.timestamp())}"


def latest_until(schedule: Schedule, zone: str, first: datetime, now: datetime) -> datetime:
    """The latest occurrence up to now of a schedule that occurred at `first`: what a long absence leaves to be said."""
    for back in _LOOKS_BACK:
        since = max(first, now - back)
        at = next_after(schedule, zone, since)
        if at is not None and at <= now:
            while (later := next_after(schedule, zone, at)) is not None and later <= now:
                at = later
            return at
        if since == first:
            break
    return first


async def fire(session: AsyncSession, fired: Sequence[Fired], now: datetime) -> None:
    """Write the messages of reminders that are due, and when each is due again.

    However many there are, they are read and written together. Of a series one late message is sent, for the latest
    instant it missed. One deleted or paused meanwhile says nothing.
    """
    rows = await queries.firing(session, [one.reminder_id for one in fired])
    letters, plans, over = [], [], []
    for one in fired:
        row = rows.get(one.reminder_id)
        if row is None or row.state != "active":
            continue
        schedule = from_json(row.schedule)
        occurs_at = one.meant_at
        following = next_after(schedule, row.zone, occurs_at)
        if following is not None and following <= now:
            occurs_at = latest_until(schedule, row.zone, occurs_at, now)
            following = next_after(schedule, row.zone, max(now, occurs_at))
        letters.append(_letter(row, occurs_at))
        if following is None:
            over.append(one.reminder_id)
        else:
            plans.append(plan_of(one.reminder_id, row.user_id, following))
    await schedule_job(session, plans)
    await queries.end(session, over)
    await post(session, letters, now)


async def fire_again(session: AsyncSession, fired: Sequence[Fired], now: datetime) -> None:
    """Write the messages of reminders that somebody had put off until now, to them alone."""
    rows = await queries.firing(session, [one.reminder_id for one in fired])
    letters = []
    for one in fired:
        row = rows.get(one.reminder_id)
        if row is None or one.user_id is None:
            continue
        occurs_at = datetime.fromisoformat(one.payload["occurs_at"])
        letters.append(
            OutboundMessage(
                StoredKind.REMIND_AGAIN,
                f"{occurrence_of(one.reminder_id, occurs_at)}:{int(one.meant_at.timestamp())}",
                Priority.ASKED,
                Destination.DM,
                one.meant_at,
                user_id=one.user_id,
                channel_id=_fallback(row),
                guild_id=row.guild_id,
                subject_id=one.reminder_id,
                payload=one.payload,
            )
        )
    await post(session, letters, now)


async def is_overtaken(session: AsyncSession, reminder_id: int, due_at: datetime) -> bool:
    """Whether a message of a series that comes late has a later one behind it, which then comes alone."""
    newest = await queries.newest_told(session, StoredKind.REMIND, reminder_id)
    return newest is not None and newest > due_at


def _letter(row: queries.Firing, occurs_at: datetime) -> OutboundMessage:
    club = row.audience == "club"
    return OutboundMessage(
        StoredKind.REMIND,
        occurrence_of(row.reminder_id, occurs_at),
        Priority.ASKED,
        Destination.CHANNEL if club else Destination.DM,
        occurs_at,
        user_id=0 if club else row.user_id,
        channel_id=row.channel_id or 0 if club else _fallback(row),
        guild_id=row.guild_id,
        subject_id=row.reminder_id,
        payload={"occurs_at": occurs_at.isoformat()},
    )


def _fallback(row: queries.Firing) -> int:
    """Where it is said that a refused message waits: 0 is the club's choice, else where it was asked for."""
    return 0 if row.partners_channel_id is not None else row.channel_id or 0


# -- not delivered -----------------------------------------------------------------------------------------------


async def not_delivered(
    session: AsyncSession, reminder_id: int, occurs_at: datetime, trouble: str, now: datetime, *, in_channel: bool
) -> None:
    """A message reached nobody: nothing is deleted for it.

    A channel that is gone or closed to the bot pauses the reminder, and whoever asked for it is told. What comes once
    is kept, to be offered again. A series to a person goes on: direct messages may be open again by then.
    """
    row = await queries.hold(session, KINDS, reminder_id)
    if row is None or (row.audience == "club" and not in_channel):
        return
    if is_series(from_json(row.schedule)) and (not in_channel or trouble == "given_up"):
        return
    kept_at = await queries.next_due(session, StoredKind.REMIND, reminder_id) or row.kept_at or occurs_at
    await queries.drop_due(session, KINDS, reminder_id)
    await queries.set_reminder(session, reminder_id, state="paused", trouble=trouble, kept_at=kept_at)
    if in_channel:
        told = OutboundMessage(
            StoredKind.REMIND_TROUBLE, occurrence_of(reminder_id, occurs_at), Priority.ASKED, Destination.DM, now,
            user_id=row.user_id, guild_id=row.guild_id, subject_id=reminder_id,
        )  # fmt: skip
        await post(session, [told], now)


# -- another zone ------------------------------------------------------------------------------------------------


async def move_member(session: AsyncSession, user_id: int, zone: str, now: datetime) -> None:
    """Move the wall times of a member's own reminders to another zone, in the transaction that sets it."""
    await _move(
        session,
        await queries.hold_those(session, KINDS, queries.of_member(user_id, StoredKind.REMIND_AGAIN)),
        zone,
        now,
    )


async def move_club(session: AsyncSession, guild_id: int, zone: str, now: datetime) -> None:
    """Move the wall times of a club's reminders, and of its members who go by the club's zone."""
    await _move(
        session, await queries.hold_those(session, KINDS, queries.of_club(guild_id, StoredKind.REMIND_AGAIN)), zone, now
    )


async def move_zone(session: AsyncSession, zone: str, now: datetime) -> None:
    """Move the wall times of every reminder in a zone whose rules have changed."""
    await _move(
        session, await queries.hold_those(session, KINDS, queries.in_zone(zone, StoredKind.REMIND_AGAIN)), zone, now
    )


async def _move(session: AsyncSession, rows: Iterable[models.Reminder], zone: str, now: datetime) -> None:
    """Plan anew. What came once and lies behind us by the new zone is due at once: it is late, not lost."""
    rows = list(rows)
    pending = await queries.pending(session, StoredKind.REMIND, [row.reminder_id for row in rows], now)
    zones, plans, over = [], [], []
    for row in rows:
        schedule = from_json(row.schedule)
        following = next_after(schedule, zone, now)
        kept_at = row.kept_at
        if row.state == "active" and row.reminder_id not in pending:
            at = following or (None if is_series(schedule) else next_after(schedule, zone, LONG_AGO))
            if at is None:
                over.append(row.reminder_id)
            else:
                plans.append(plan_of(row.reminder_id, row.user_id, at))
        elif kept_at is not None and kept_at > now:
            kept_at = following or (kept_at if is_series(schedule) else next_after(schedule, zone, LONG_AGO))
        zones.append((row.reminder_id, kept_at))
    await queries.set_zones(session, zone, zones)
    await schedule_job(session, plans)
    await queries.end(session, over)
    for reminder_id in over:
        await queries.drop_due(session, [StoredKind.REMIND], reminder_id)
