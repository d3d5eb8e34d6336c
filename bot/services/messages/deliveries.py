"""Jobs and outbound messages: written in the transaction of the change that causes them.

A `Job` is work due at an instant, an `OutboundMessage` a message to send now. Either is committed together with its
cause or not at all; `bot.delivery` runs and sends them.
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
    """Destination of a message: a direct message, a channel message, or a card, which is a message that is edited."""

    DM = "dm"
    CHANNEL = "channel"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is due at an instant.

    Attributes:
        kind: kind that handles it, registered with `bot.delivery`.
        occurrence: key together with `kind`: scheduling it again moves the job instead of adding one.
        fire_at: due time, aware UTC.
        priority: priority class.
        subject_id: id of what it is about, such as an outing.
        user_id: member it is about, if there is one.
        payload: JSON values that the kind needs.
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
    """A message to send as soon as possible.

    Attributes:
        kind: kind that renders it when it is sent.
        occurrence: key together with `kind` and the destination: posting it again sends it once. A card is edited
            again.
        priority: priority class.
        destination: where it goes.
        due_at: time at which it should have been sent, aware UTC.
        user_id: recipient for `DM`; else 0.
        channel_id: channel for `CHANNEL` and `CARD`; for `DM` the channel of a fallback notice, 0 for the club's
            choice.
        message_id: existing message of a `CARD`.
        guild_id: id of the club.
        subject_id: id of what it is about.
        payload: JSON values that the kind needs to render it.
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
    """Schedule jobs; a job with the same key is moved to the new instant."""
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
    """Cancel jobs of these kinds about a subject."""
    await jobs.delete_due(session, kinds, subject_id)


async def post(session: AsyncSession, letters: Iterable[OutboundMessage], now: datetime) -> None:
    """Queue messages. A message that exists already is left alone; a card is marked to be edited again."""
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
