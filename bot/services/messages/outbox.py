"""The engine's side of what is due and what is to be sent: taking it, and writing what became of it.

Every function works in the caller's transaction, since a kind's own work belongs into the same one.
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
"""Messages that are a backlog: more than four seconds' worth."""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """Something due, taken off the table in this transaction. Attributes as of the table `due`."""

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
    """A message on its way. Attributes as of the table `deliveries`.

    Attributes:
        until: the end of the lease, by which it is known that the lease is still this one.
        dm_channel_id: the person's direct channel, where one was opened before.
        dm_closed_at: since when the person takes no direct messages.
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
        """Where it goes: what has one address is sent in order. A card that is there already goes to itself alone."""
        if self.destination is Destination.DM:
            return ("dm", self.user_id)
        if self.message_id is not None:
            return ("card", self.delivery_id)
        return ("channel", self.channel_id)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether anything is due, whether anything may be sent, and the next instant at which anything will be.

    Attributes:
        backlog: for each class how many messages wait that are at least as urgent, up to `MUCH`.
        safety_due: whether anything of safety is due.
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
    """Take what is due first off the table, the most urgent and then the oldest; undone with the transaction.

    Args:
        session: a transaction of its own.
        kinds: those that can be done.
        now: what is due now is taken.
        together: kinds of which up to `most` rows of one class are taken at once; one that has failed before is
            taken alone, and so are
        most: see there.
        apart: the rows of these ids.
    """
    rows = await jobs.take_due(session, kinds, now, together, most, set(apart))
    return [ClaimedJob(**row._mapping) for row in rows]


async def put_off_due(session: AsyncSession, taken: ClaimedJob, until: datetime) -> None:
    """Try again later what failed, and whose taking was undone."""
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
    """Lease up to `most` messages until `until`, in the order in which they should leave.

    Args:
        session: a transaction of its own.
        kinds: those that can be drawn.
        now: what may be sent now is claimed.
        until: when another process may take them over.
        most: how many can be sent by then.
        in_hand: those still in hand here, whatever became of their lease; what goes to the same address waits.
        least: the least urgent class that is claimed.
    """
    return [
        _leased(row, until, channel_id, closed_at)
        for row, channel_id, closed_at in await queries.claim(
            session, kinds, now, until, most, {one.delivery_id: one.address for one in in_hand}, least
        )
    ]


async def delivery(database: Database, delivery_id: int) -> ClaimedMessage | None:
    """A message as it is written, or None."""
    async with database.read() as session:
        return await delivery_in(session, delivery_id)


async def delivery_in(session: AsyncSession, delivery_id: int) -> ClaimedMessage | None:
    """A message as it is written, or None."""
    row = await queries.delivery(session, delivery_id)
    return as_written(row) if row is not None else None


def as_written(row: models.Delivery) -> ClaimedMessage:
    """A message that this process has not claimed."""
    return _leased(row, row.next_try_at)


async def record_sent(
    session: AsyncSession, one: ClaimedMessage, channel_id: int, message_id: int, now: datetime
) -> bool:
    """Write where a message is; False when the lease has passed to another, who writes it."""
    if one.destination is Destination.DM and (one.dm_closed_at is not None or one.dm_channel_id != channel_id):
        await queries.set_direct(session, one.user_id, dm_channel_id=channel_id, dm_closed_at=None)
    posted: dict[str, Any] = {} if one.message_id == message_id else {"message_id": message_id, "sent_at": now}
    # A card that changed before it was first known to be there: an earlier try may have arrived, its answer lost. Then
    # Discord has answered with that, as it was, and the card is drawn once more in its place.
    unsure = one.destination is Destination.CARD and one.message_id is None and one.version > 0
    state, next_try_at = ("waiting", now) if unsure else ("sent", None)
    return await _settle(session, one, now, state, next_try_at=next_try_at, attempts=0, **posted)


async def record_dropped(session: AsyncSession, one: ClaimedMessage, now: datetime) -> bool:
    """Write that a message no longer makes sense."""
    return await _settle(session, one, now, "dropped")


async def record_closed(session: AsyncSession, one: ClaimedMessage, now: datetime) -> bool:
    """Write that a direct message was refused, and that another message says so."""
    return await _settle(session, one, now, "closed")


async def record_failed(session: AsyncSession, one: ClaimedMessage, now: datetime, *, gone: bool = False) -> bool:
    """Write that a message could not be delivered; where its own card is gone, that there is none."""
    lost: dict[str, Any] = {"message_id": None} if gone and one.destination is Destination.CARD else {}
    return await _settle(session, one, now, "failed", **lost)


async def record_held(session: AsyncSession, one: ClaimedMessage, now: datetime, until: datetime) -> bool:
    """Write that a message is not to be sent before `until`; what follows it does not wait for it."""
    return await _settle(session, one, now, "waiting", next_try_at=until, attempts=0)


async def record_retry(session: AsyncSession, one: ClaimedMessage, now: datetime, until: datetime) -> bool:
    """Write that a message is to be tried again later."""
    return await _settle(session, one, now, "waiting", next_try_at=until, attempts=one.attempts + 1)


async def forget_direct(session: AsyncSession, user_id: int) -> None:
    """Forget a direct channel that Discord does not know."""
    await queries.set_direct(session, user_id, dm_channel_id=None)


async def close_direct(session: AsyncSession, user_id: int, now: datetime) -> None:
    """Remember that a person takes no direct messages."""
    await queries.set_direct(session, user_id, dm_closed_at=now)


async def give_back(session: AsyncSession, delivery_ids: Collection[int], until: datetime, now: datetime) -> None:
    """End leases early: whoever comes next may send these."""
    await queries.give_back(session, delivery_ids, until, now)


async def outlook(
    session: AsyncSession,
    fired: Collection[str],
    drawn: Collection[str],
    now: datetime,
    besides: Collection[int],
    least: Priority = Priority.NUDGE,
) -> Outlook:
    """What there is to do now, and when next, besides messages of some ids, or less urgent than `least`."""
    return Outlook(*await to_come.outlook(session, fired, drawn, now, besides, least, MUCH))


async def orphans(database: Database, fired: Collection[str], drawn: Collection[str], now: datetime) -> Sequence[str]:
    """Kinds that are due or wait to be sent and that nobody declares."""
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
