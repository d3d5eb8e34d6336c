"""Delivery engine's access to jobs and messages: claim them, and record the result.

All functions run in the caller's transaction, which also contains the work of the job's kind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.services.messages.deliveries import Destination
from db import models
from db.engine import Database
from db.queries.messages import deliveries as queries
from db.queries.messages import jobs
from db.queries.messages import outlook as to_come

MUCH = 200
"""Messages that count as a backlog: more than four seconds at the rate limit."""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job, deleted from the table in this transaction. Attributes as in the table `due`."""

    due_id: int
    kind: str
    occurrence: str
    priority: int
    meant_at: datetime
    subject_id: int | None
    user_id: int | None
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A leased message. Attributes as in the table `deliveries`.

    Attributes:
        until: end of the lease; identifies the lease when its result is written.
        dm_channel_id: the recipient's DM channel, if it was opened before.
        dm_closed_at: time since which the recipient refuses direct messages.
    """

    delivery_id: int
    kind: str
    occurrence: str
    priority: int
    destination: Destination
    guild_id: int | None
    user_id: int
    channel_id: int
    message_id: int | None
    subject_id: int | None
    payload: Mapping[str, Any]
    state: str
    attempts: int
    version: int
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None
    fallback_of: int | None
    until: datetime
    dm_channel_id: int | None = None
    dm_closed_at: datetime | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Delivery address; messages of one address are sent in order. An existing card has an address of its own."""
        if self.destination is Destination.DM:
            return ("dm", self.user_id)
        if self.message_id is not None:
            return ("card", self.delivery_id)
        return ("channel", self.channel_id)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the delivery engine has to do now, and when next.

    Attributes:
        due: whether a job is due.
        waiting: whether a message may be sent.
        next_at: next instant at which a job is due or a message may be sent.
        backlog: for each priority class, waiting messages of at least that priority, up to `MUCH`.
        safety_due: whether a safety job is due.
    """

    due: bool
    waiting: bool
    next_at: datetime | None
    backlog: tuple[int, ...] = (0, 0, 0)
    safety_due: bool = False


async def take_due(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    together: Collection[str] = (),
    most: int = 1,
    apart: Collection[int] = (),
) -> list[ClaimedJob]:
    """Claim due jobs, by priority and then age, by deleting them; a rollback undoes it.

    Args:
        session: database session of its own.
        kinds: kinds with a handler.
        now: current time.
        together: kinds of which up to `most` jobs of one priority class are claimed at once. Jobs that have failed
            before are claimed alone, and so are those of `apart`.
        most: limit for `together`.
        apart: ids of jobs that are claimed alone.
    """
    rows = await jobs.take_due(session, kinds, now, together, most, set(apart))
    return [ClaimedJob(**row._mapping) for row in rows]


async def put_off_due(session: AsyncSession, taken: ClaimedJob, until: datetime) -> None:
    """Postpone a job that failed and whose claim was rolled back."""
    await jobs.put_off_due(session, taken.due_id, taken.meant_at, until)


async def claim(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    until: datetime,
    most: int,
    in_hand: Sequence[ClaimedMessage] = (),
    least: Priority = Priority.NUDGE,
) -> list[ClaimedMessage]:
    """Lease up to `most` messages until `until`, in sending order.

    Args:
        session: database session of its own.
        kinds: kinds that can be rendered.
        now: current time.
        until: time from which another process may take them over.
        most: messages that can be sent by then.
        in_hand: messages this process is still sending, even if their lease has ended; others to their address wait.
        least: lowest priority class to claim.
    """
    return [
        _leased(row, until, channel_id, closed_at)
        for row, channel_id, closed_at in await queries.claim(
            session, kinds, now, until, most, {one.delivery_id: one.address for one in in_hand}, least
        )
    ]


async def delivery(database: Database, delivery_id: int) -> ClaimedMessage | None:
    """Return a message, or None."""
    async with database.read() as session:
        return await delivery_in(session, delivery_id)


async def delivery_in(session: AsyncSession, delivery_id: int) -> ClaimedMessage | None:
    """Return a message, or None."""
    row = await queries.delivery(session, delivery_id)
    return as_written(row) if row is not None else None


def as_written(row: models.Delivery) -> ClaimedMessage:
    """Return a row as a message that this process has not leased."""
    return _leased(row, row.next_try_at)


async def record_sent(
    session: AsyncSession, one: ClaimedMessage, channel_id: int, message_id: int, now: datetime
) -> bool:
    """Record a sent message; False if the lease has passed to another process, which records it."""
    if one.destination is Destination.DM and (one.dm_closed_at is not None or one.dm_channel_id != channel_id):
        await queries.set_direct(session, one.user_id, dm_channel_id=channel_id, dm_closed_at=None)
    posted: dict[str, Any] = {} if one.message_id == message_id else {"message_id": message_id, "sent_at": now}
    # The card changed before its first send was confirmed: an earlier attempt may have arrived without its answer.
    # Discord then returned that older message (same nonce), so edit the card once more.
    unsure = one.destination is Destination.CARD and one.message_id is None and one.version > 0
    state, next_try_at = ("waiting", now) if unsure else ("sent", None)
    return await _settle(session, one, now, state, next_try_at=next_try_at, attempts=0, **posted)


async def record_dropped(session: AsyncSession, one: ClaimedMessage, now: datetime) -> bool:
    """Record that a message is obsolete and will not be sent."""
    return await _settle(session, one, now, "dropped")


async def record_closed(session: AsyncSession, one: ClaimedMessage, now: datetime) -> bool:
    """Record that a direct message was refused and that a notice stands for it."""
    return await _settle(session, one, now, "closed")


async def record_failed(session: AsyncSession, one: ClaimedMessage, now: datetime, *, gone: bool = False) -> bool:
    """Record that a message could not be delivered; with `gone`, also that its card no longer exists."""
    lost: dict[str, Any] = {"message_id": None} if gone and one.destination is Destination.CARD else {}
    return await _settle(session, one, now, "failed", **lost)


async def record_held(session: AsyncSession, one: ClaimedMessage, now: datetime, until: datetime) -> bool:
    """Record that a message must not be sent before `until`; later messages do not wait for it."""
    return await _settle(session, one, now, "waiting", next_try_at=until, attempts=0)


async def record_retry(session: AsyncSession, one: ClaimedMessage, now: datetime, until: datetime) -> bool:
    """Record that a message is to be retried at `until`."""
    return await _settle(session, one, now, "waiting", next_try_at=until, attempts=one.attempts + 1)


async def forget_direct(session: AsyncSession, user_id: int) -> None:
    """Delete a DM channel that Discord does not know."""
    await queries.set_direct(session, user_id, dm_channel_id=None)


async def close_direct(session: AsyncSession, user_id: int, now: datetime) -> None:
    """Record that a member refuses direct messages."""
    await queries.set_direct(session, user_id, dm_closed_at=now)


async def give_back(session: AsyncSession, delivery_ids: Collection[int], until: datetime, now: datetime) -> None:
    """End leases early, so that any process may send these messages."""
    await queries.give_back(session, delivery_ids, until, now)


async def outlook(
    session: AsyncSession,
    fired: Collection[str],
    drawn: Collection[str],
    now: datetime,
    besides: Collection[int],
    least: Priority = Priority.NUDGE,
) -> Outlook:
    """Return what to do now and next, except messages with the ids `besides` or a priority below `least`."""
    return Outlook(*await to_come.outlook(session, fired, drawn, now, besides, least, MUCH))


async def orphans(database: Database, fired: Collection[str], drawn: Collection[str], now: datetime) -> Sequence[str]:
    """Return kinds of jobs and messages that have no handler."""
    async with database.read() as session:
        return sorted(await to_come.orphans(session, fired, drawn, now))


async def _settle(
    session: AsyncSession,
    one: ClaimedMessage,
    now: datetime,
    state: str,
    *,
    next_try_at: datetime | None = None,
    **values: Any,
) -> bool:
    return await queries.settle(session, one.delivery_id, one.until, one.version, now, state, next_try_at, **values)


def _leased(
    row: models.Delivery | Row[Any],
    until: datetime,
    dm_channel_id: int | None = None,
    dm_closed_at: datetime | None = None,
) -> ClaimedMessage:
    return ClaimedMessage(
        delivery_id=row.delivery_id,
        kind=row.kind,
        occurrence=row.occurrence,
        priority=row.priority,
        destination=Destination(row.destination),
        guild_id=row.guild_id,
        user_id=row.user_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        subject_id=row.subject_id,
        payload=row.payload,
        state=row.state,
        attempts=row.attempts,
        version=row.version,
        due_at=row.due_at,
        created_at=row.created_at,
        sent_at=row.sent_at,
        fallback_of=row.fallback_of,
        until=until,
        dm_channel_id=dm_channel_id,
        dm_closed_at=dm_closed_at,
    )
