"""Messages written, claimed and read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.messages.priority import Priority
from bot.services.messages import outbox
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from bot.services.messages.outbox import ClaimedMessage
from db.engine import Database
from db.models import Delivery

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNTIL = NOW + MINUTE
KINDS = ("toy.letter", "toy.card")
ADA, BOB, CLUB, ROOM = 11, 12, 900, 950


def letter(name: str, user_id: int = ADA, priority: Priority = Priority.SAFETY, **more: Any) -> OutboundMessage:
    return OutboundMessage(
        "toy.letter", name, priority, Destination.DM, due_at=NOW, user_id=user_id, guild_id=CLUB, **more
    )


async def write(database: Database, *letters: OutboundMessage, now: datetime = NOW) -> None:
    async with database.write() as session:
        await post(session, letters, now)


async def claim(database: Database, now: datetime = NOW, most: int = 40, in_hand: Any = ()) -> list[ClaimedMessage]:
    async with database.write() as session:
        return await outbox.claim(session, KINDS, now, now + MINUTE, most, in_hand)


async def row(database: Database, delivery_id: int) -> Delivery:
    async with database.read() as session:
        return await session.get_one(Delivery, delivery_id)
