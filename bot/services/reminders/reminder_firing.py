"""Firing of reminders: send, schedule the next occurrence, move with a zone, and stop when nobody can be reached.

An active reminder has one row in `due`, rescheduled when it fires. Firing deletes that row, and every change locks it
first (`queries.hold`), so that the two are serialized.
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
    """A due reminder, or a due snooze of one.

    Attributes:
        reminder_id: id of the reminder.
        meant_at: time when it was due.
        user_id: member who snoozed it; None for the reminder itself.
        payload: payload of the job.
    """

    reminder_id: int
    meant_at: datetime
    user_id: int | None
    payload: Mapping[str, Any]


def plan_of(reminder_id: int, user_id: int, at: datetime) -> Job:
    """Return the job of a reminder's occurrence."""
    return Job(StoredKind.REMIND, str(reminder_id), at, Priority.ASKED, subject_id=reminder_id, user_id=user_id)


def occurrence_of(reminder_id: int, occurs_at: datetime) -> str:
    """Return the key of an occurrence's message; for a snooze it is a prefix."""
    return f"{reminder_id}:{int(occurs_at.timestamp())}"


def latest_until(schedule: Schedule, zone: str, first: datetime, now: datetime) -> datetime:
    """Return the latest occurrence up to now of a schedule that occurred at `first`, to send after a downtime."""
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
    """Queue the messages of due reminders, and schedule their next occurrences.

    All are read and written together. A series sends one late message, for its latest missed occurrence. Reminders
    deleted or paused meanwhile are skipped.
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
    """Queue the messages of snoozed reminders that are due, each to the member who snoozed it."""
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
    """Whether a late message of a series has a newer one queued, which is then sent alone."""
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
    """Return the channel for a fallback notice: 0 for the club's choice, else where the reminder was created."""
    return 0 if row.partners_channel_id is not None else row.channel_id or 0


# ── failed deliveries ──


async def not_delivered(
    session: AsyncSession, reminder_id: int, occurs_at: datetime, trouble: str, now: datetime, *, in_channel: bool
) -> None:
    """Handle a message that reached nobody; the reminder is not deleted.

    If a channel is gone or closed to the bot, the reminder is paused and its author is told. A single reminder is kept,
    to be offered again. A series of direct messages continues: they may be open again by then.
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


# ── time zones ──


async def move_member(session: AsyncSession, user_id: int, zone: str, now: datetime) -> None:
    """Move the wall times of a member's own reminders to another zone, in the transaction that sets it."""
    await _move(
        session,
        await queries.hold_those(session, KINDS, queries.of_member(user_id, StoredKind.REMIND_AGAIN)),
        zone,
        now,
    )


async def move_club(session: AsyncSession, guild_id: int, zone: str, now: datetime) -> None:
    """Move the wall times of the reminders of a club, and of members who use the club's zone."""
    await _move(
        session, await queries.hold_those(session, KINDS, queries.of_club(guild_id, StoredKind.REMIND_AGAIN)), zone, now
    )


async def move_zone(session: AsyncSession, zone: str, now: datetime) -> None:
    """Move the wall times of all reminders in a zone whose rules have changed."""
    await _move(
        session, await queries.hold_those(session, KINDS, queries.in_zone(zone, StoredKind.REMIND_AGAIN)), zone, now
    )


async def _move(session: AsyncSession, rows: Iterable[models.Reminder], zone: str, now: datetime) -> None:
    """Reschedule reminders. A single one whose time has passed in the new zone is due at once: late, not lost."""
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
