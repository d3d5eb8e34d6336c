"""Overdue timers: schedule, move and cancel the escalation for members who are out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import DEFAULT_GRACE_MIN, overdue_at
from bot.domain.safety.escalation_steps import STEPS, Recipients
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, cancel_jobs, post, schedule_job
from bot.services.outings.outings import OutingView
from db import models
from db.queries.outings.partner_calls import delete_due_of
from db.queries.safety import alerts as queries

ALARMS = tuple(step.kind for step in STEPS if step.recipients is not Recipients.COMPANIONS)
"""Kinds that alarm somebody who is not out."""
BY_DM = ":dm"
"""Suffix of the occurrence of a direct message, where the same alarm may also go to a channel."""


async def grace_of(session: AsyncSession, guild_id: int) -> int:
    """Return the minutes that a club waits after the planned return."""
    guild = await session.get(models.Guild, guild_id)
    return DEFAULT_GRACE_MIN if guild is None or guild.grace_min is None else guild.grace_min


async def watch(session: AsyncSession, outing_id: int, guild_id: int, due_back_at: datetime) -> None:
    """Schedule the first step of the escalation, in place of the scheduled one."""
    await watch_at(session, outing_id, 0, overdue_at(due_back_at, await grace_of(session, guild_id)))


async def watch_at(session: AsyncSession, outing_id: int, step: int, at: datetime) -> None:
    """Schedule a step of the escalation, in place of the scheduled one."""
    await cancel_jobs(session, [StoredKind.OUTING_OVERDUE], outing_id)
    payload = {"rung": step}
    job = Job(
        StoredKind.OUTING_OVERDUE, f"{outing_id}:{step}", at, Priority.SAFETY, subject_id=outing_id, payload=payload
    )
    await schedule_job(session, [job])


async def repeat_call(session: AsyncSession, outing_id: int, user_id: int, step: int, at: datetime) -> None:
    """Schedule the repeat of a member's call for help, and cancel the escalation: the organisers already know."""
    await cancel_jobs(session, [StoredKind.OUTING_OVERDUE], outing_id)
    payload = {"rung": step, "help_user_id": user_id}
    await schedule_job(
        session,
        [Job(StoredKind.OUTING_HELP, f"{outing_id}:{user_id}", at, Priority.SAFETY, outing_id, user_id, payload)],
    )


async def end_call(session: AsyncSession, outing_id: int, user_id: int) -> None:
    """Stop repeating a member's call for help; those of others continue."""
    await delete_due_of(session, [StoredKind.OUTING_HELP], outing_id, user_id)


async def unwatch(session: AsyncSession, outing_id: int) -> None:
    """Cancel all timers: nobody is out any more, or an organiser has said what happened."""
    await cancel_jobs(session, [StoredKind.OUTING_OVERDUE, StoredKind.OUTING_HELP], outing_id)


async def answered(session: AsyncSession, outing: OutingView, user_id: int, how: str, now: datetime) -> None:
    """Tell everybody who was alarmed about an outing of an update, through the same destination.

    This includes members alarmed before an extension: they still wait for the end.

    Args:
        session: database session of the update.
        outing: outing after it.
        user_id: member who caused it.
        how: "home" (everybody is), "one_home" (others are not, or somebody has called for help), "help_home" (the
            member who had called for help), "extended", "resolved", "still_out" (nobody was out any more, and Home was
            pressed too early), "one_still_out" (others are out), "not_there" (they were never there) or "there" (they
            were after all).
        now: current time.
    """
    await tell_alarmed(session, outing, ALARMS, user_id, how, now)


async def tell_alarmed(
    session: AsyncSession,
    outing: OutingView,
    kinds: Sequence[str],
    user_id: int,
    how: str,
    now: datetime,
    *,
    more: Mapping[str, Any] | None = None,
    directly: bool = False,
) -> None:
    """Tell everybody who was sent an alarm of these kinds of an update, by the same way.

    Args:
        session: database session of the update.
        outing: outing after it.
        kinds: kinds of the alarms.
        user_id: member who caused it.
        how: as for `answered`, or an update of `bot.services.safety`.
        now: current time.
        more: further values of the payload.
        directly: only those who were told by direct message, except the member who caused it.
    """
    alarmed = await queries.receivers(session, kinds, outing.outing_id)
    contacts = {to for _, to, _ in await queries.receivers(session, [StoredKind.ALERT_CONTACT], outing.outing_id)}
    await post(
        session,
        [
            OutboundMessage(
                StoredKind.ALERT_CLEAR,
                f"{outing.outing_id}:{how}:{user_id}:{now.timestamp():.0f}",
                Priority.SAFETY,
                Destination(destination),
                due_at=now,
                user_id=to_user_id,
                channel_id=channel_id,
                guild_id=outing.guild_id,
                subject_id=outing.outing_id,
                payload={"by_user_id": user_id, "how": how, "contact": to_user_id in contacts, **(more or {})},
            )
            for destination, to_user_id, channel_id in alarmed
            if not directly or (to_user_id and to_user_id != user_id)
        ],
        now,
    )


async def callers_for_help(session: AsyncSession, outing_id: int) -> set[int]:
    """Return the members whose calls for help are active in an outing."""
    # Calls made by older versions have no job of their own: the escalation's job repeats them.
    return await queries.callers_for_help(session, [StoredKind.OUTING_HELP, StoredKind.OUTING_OVERDUE], outing_id)


def return_of(outing: OutingView) -> str:
    """Return the planned return as a key, which separates the escalation's messages from those of an earlier return."""
    assert outing.due_back_at is not None
    return f"{outing.due_back_at.timestamp():.0f}"


def help_of(outing: OutingView) -> str:
    """Return the active call for help as a key, which separates its messages from those of an earlier one."""
    assert outing.help_at is not None
    return f"help {outing.help_at.timestamp():.0f}"


def alarm_letter(
    kind: str,
    occurrence: str,
    outing: OutingView,
    now: datetime,
    payload: Mapping[str, Any],
    *,
    user_id: int = 0,
    channel_id: int = 0,
) -> OutboundMessage:
    """Return a safety message about an outing, to a member if `user_id` is given, else to a channel."""
    return OutboundMessage(
        kind,
        occurrence,
        Priority.SAFETY,
        Destination.DM if user_id else Destination.CHANNEL,
        due_at=now,
        user_id=user_id,
        channel_id=channel_id,
        guild_id=outing.guild_id,
        subject_id=outing.outing_id,
        payload=payload,
    )
