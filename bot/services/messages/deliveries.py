"""What is due and what is to be sent: writing it in the transaction that is the reason for it.

A `Job` is something to be done at an instant, a `OutboundMessage` a message to be sent now. Both are written where the
change they follow from is written, so that neither is without the other; `bot.delivery` does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from db.queries.messages import deliveries as queries
from db.queries.messages import jobs


class Destination(StrEnum):
    """Where a message goes: to a person, to a channel, or into a message of ours that is drawn again."""

    DM = "dm"
    CHANNEL = "channel"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Job:
    """Something due at an instant.

    Attributes:
        kind: whose work it is; one of those registered with `bot.delivery`.
        occurrence: with `kind` the key: planned again it is moved, not doubled.
        fire_at: aware UTC.
        priority: its class.
        subject_id: what it is about, such as an outing.
        user_id: whom it is about, if one person.
        payload: what the kind needs to know; JSON.
    """

    kind: str
    occurrence: str
    fire_at: datetime
    priority: Priority
    subject_id: int | None = None
    user_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to be sent as soon as may be.

    Attributes:
        kind: who draws it when it is sent.
        occurrence: with `kind` and the destination the key: written again it is sent once. A card is drawn again.
        priority: its class.
        destination: where it goes.
        due_at: when it should have been said; aware UTC.
        user_id: the person for `DM`; 0 otherwise.
        channel_id: the channel for `CHANNEL` and `CARD`; for `DM` where a fallback goes, 0 for the club's own choice.
        message_id: the message of a `CARD` that is there already.
        guild_id: the club.
        subject_id: what it is about.
        payload: what the kind needs to draw it; JSON.
    """

    kind: str
    occurrence: str
    priority: Priority
    destination: Destination
    due_at: datetime
    user_id: int = 0
    channel_id: int = 0
    message_id: int | None = None
    guild_id: int | None = None
    subject_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


async def schedule_job(session: AsyncSession, plans: Iterable[Job]) -> None:
    """Write what is due; what was planned under the same key is moved to the new instant."""
    rows = {
        (one.kind, one.occurrence): {
            "kind": one.kind,
            "occurrence": one.occurrence,
            "priority": int(one.priority),
            "fire_at": one.fire_at,
            "subject_id": one.subject_id,
            "user_id": one.user_id,
            "payload": dict(one.payload),
        }
        for one in plans
    }
    if rows:
        await jobs.upsert_due(session, list(rows.values()))


async def cancel_jobs(session: AsyncSession, kinds: Sequence[str], subject_id: int) -> None:
    """Take back what was planned of these kinds about a subject."""
    await jobs.delete_due(session, kinds, subject_id)


async def post(session: AsyncSession, letters: Iterable[OutboundMessage], now: datetime) -> None:
    """Write messages to be sent. One that is written already is left alone; a card is marked to be drawn again."""
    once: list[dict[str, Any]] = []
    cards: list[dict[str, Any]] = []
    for one in letters:
        (cards if one.destination is Destination.CARD else once).append(
            {
                "kind": one.kind,
                "occurrence": one.occurrence,
                "priority": int(one.priority),
                "destination": one.destination.value,
                "guild_id": one.guild_id,
                "user_id": one.user_id,
                "channel_id": one.channel_id,
                "message_id": one.message_id,
                "subject_id": one.subject_id,
                "payload": dict(one.payload),
                "due_at": one.due_at,
                "next_try_at": now,
                "created_at": now,
            }
        )
    if once:
        await queries.insert_deliveries(session, once, again=False)
    if cards:
        await queries.insert_deliveries(session, cards, again=True)
