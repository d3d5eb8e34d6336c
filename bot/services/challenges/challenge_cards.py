"""What a challenge posts by itself: its card, its provisional and its final result; and the jobs that bring them.

The card is redrawn after every change of the challenge. A job looks whether runs changed what it shows, so that logging
a run does not depend on challenges.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.challenges.challenge_rules import LATE_LOGS, ChallengePhase, ChallengeState
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.challenges.challenge_progress import ChallengeProgress, progress_in, progress_of_row
from bot.services.challenges.challenges import ChallengeView, view_of
from bot.services.messages.deliveries import Destination, Job, OutboundMessage, post, schedule_job
from bot.services.messages.organiser_addresses import organiser_addresses
from db import models
from db.engine import Database
from db.queries.challenges import challenges as queries
from db.queries.profile import settings

SOON = timedelta(minutes=10)
"""Time until the next look at the runs after one that found a change: a club out together sees its card move."""
LATER = timedelta(hours=1)
"""Time until the next look after one that found none; `/challenge show` is always current."""
JOBS = (StoredKind.CHALLENGE_CARD, StoredKind.CHALLENGE_END, StoredKind.CHALLENGE_FINAL)


async def schedule(session: AsyncSession, view: ChallengeView, now: datetime) -> None:
    """Schedule a challenge's redrawing, its end and its final result; again after the dates change."""
    key = str(view.challenge_id)
    times = (max(view.starts_at, now + SOON), view.ended_at, view.ended_at + LATE_LOGS)
    jobs = [
        Job(kind, key, at, Priority.NUDGE, subject_id=view.challenge_id) for kind, at in zip(JOBS, times, strict=True)
    ]
    await schedule_job(session, jobs)


async def redraw(session: AsyncSession, challenge_id: int, now: datetime) -> None:
    """Queue the card of a posted challenge, or an edit of it."""
    row = await queries.challenge(session, challenge_id)
    if row is not None and row.channel_id is not None and row.state != ChallengeState.DRAFT:
        message = _message(StoredKind.CHALLENGE_CARD, row, row.channel_id, now, Destination.CARD)
        await post(session, [message], now)


def _message(
    kind: StoredKind, row: models.Challenge, channel_id: int, now: datetime, destination: Destination
) -> OutboundMessage:
    return OutboundMessage(
        kind,
        str(row.challenge_id),
        Priority.ASKED,
        destination,
        due_at=now,
        channel_id=channel_id,
        message_id=row.message_id if destination is Destination.CARD else None,
        guild_id=row.guild_id,
        subject_id=row.challenge_id,
    )


# ── jobs ──


async def redraw_if_changed(session: AsyncSession, challenge_id: int, now: datetime) -> None:
    """Redraw the card of an open challenge if what it shows has changed, and look again later."""
    row = await queries.challenge(session, challenge_id)
    if row is None or row.state != ChallengeState.OPEN:
        return
    found = await progress_of_row(session, row, now)
    shown, before = _fingerprint(found), row.shown
    if shown != before:
        await queries.change(session, challenge_id, ChallengeState.OPEN, shown=shown)
        await redraw(session, challenge_id, now)
    at = now + (LATER if shown == before else SOON)
    await schedule_job(
        session,
        [Job(StoredKind.CHALLENGE_CARD, str(challenge_id), at, Priority.NUDGE, subject_id=challenge_id)],
    )


def _fingerprint(found: ChallengeProgress) -> str:
    """Return a digest of what a card shows; the pace that is needed changes with the day."""
    shown = (found.view.phase, found.view.today, found.total, found.rows, found.teams)
    return hashlib.blake2s(repr(shown).encode(), digest_size=16).hexdigest()


async def end(session: AsyncSession, challenge_id: int, now: datetime) -> None:
    """Post the provisional result of a challenge that has just ended."""
    row = await queries.challenge(session, challenge_id)
    if row is None or view_of(row, now).phase is not ChallengePhase.PROVISIONAL:
        return
    await redraw(session, challenge_id, now)
    if row.channel_id is not None:
        message = _message(StoredKind.CHALLENGE_END, row, row.channel_id, row.ended_at, Destination.CHANNEL)
        await post(session, [message], now)


async def finish(session: AsyncSession, challenge_id: int, now: datetime) -> None:
    """Store the final result of a challenge whose late logs are over, and post it."""
    row = await queries.challenge(session, challenge_id, hold=True)
    if row is None or row.state != ChallengeState.OPEN or now < row.ended_at + LATE_LOGS:
        return
    found = await progress_in(session, view_of(row, now), None)
    await queries.set_results(
        session,
        [
            {
                "challenge_id": challenge_id,
                "user_id": one.user_id,
                "final": one.score.value,
                "final_late": one.score.late,
                "reached_on": one.score.reached_on,
            }
            for one in found.rows
            if one.score.scored
        ],
    )
    await queries.change(session, challenge_id, ChallengeState.OPEN, state=ChallengeState.FINAL.value)
    await redraw(session, challenge_id, now)
    if row.channel_id is not None:
        at = row.ended_at + LATE_LOGS
        await post(session, [_message(StoredKind.CHALLENGE_FINAL, row, row.channel_id, at, Destination.CHANNEL)], now)


# ── messages ──


async def card_of(database: Database, challenge_id: int, channel_id: int, now: datetime) -> ChallengeProgress | None:
    """Return what a card or result shows; None if the challenge is gone, or its card is elsewhere by now."""
    async with database.read() as session:
        row = await queries.challenge(session, challenge_id)
        if row is None or row.channel_id != channel_id:
            return None
        return await progress_of_row(session, row, now)


async def challenge_named(database: Database, challenge_id: int, guild_id: int, now: datetime) -> ChallengeView | None:
    """Return a challenge of a club, or None."""
    async with database.read() as session:
        row = await queries.challenge(session, challenge_id, guild_id)
        return None if row is None else view_of(row, now)


async def card_sent(session: AsyncSession, challenge_id: int, channel_id: int, message_id: int) -> None:
    """Store where the card is."""
    await queries.keep_card(session, challenge_id, channel_id, message_id)


async def card_failed(
    session: AsyncSession, challenge_id: int, channel_id: int, key: str, now: datetime, *, deleted: bool
) -> None:
    """Forget a card that cannot be posted or edited; tell the organisers, unless only its message was deleted."""
    row = await queries.challenge(session, challenge_id)
    if row is None or row.channel_id != channel_id:
        return
    await queries.keep_card(session, challenge_id, channel_id, None)
    guild = await settings.guild_row(session, row.guild_id)
    if deleted or guild is None or guild.left_at is not None:
        return
    told = [
        OutboundMessage(
            StoredKind.CHALLENGE_LOST,
            key,
            Priority.ASKED,
            Destination.CHANNEL if to.channel_id else Destination.DM,
            due_at=now,
            user_id=to.user_id,
            channel_id=to.channel_id,
            guild_id=row.guild_id,
            subject_id=challenge_id,
            payload={"channel_id": str(channel_id)},
        )
        for to in await organiser_addresses(session, guild)
    ]
    await post(session, told, now)


async def move(session: AsyncSession, row: models.Challenge, channel_id: int, now: datetime) -> None:
    """Post the card anew, in a channel where the caller has checked that the bot may write."""
    await queries.forget_card(session, StoredKind.CHALLENGE_CARD, str(row.challenge_id))
    row.channel_id, row.message_id = channel_id, None
    await session.flush()
    await redraw(session, row.challenge_id, now)
