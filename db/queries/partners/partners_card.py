"""The club's partners card: how far it is on its way, and which message it is. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Guild


async def card_state(session: AsyncSession, kind: str, occurrence: str, channel_id: int) -> str | None:
    """How far a card is on its way to a channel, or None where it never set out."""
    found: str | None = await session.scalar(
        select(Delivery.state).where(
            Delivery.kind == kind, Delivery.occurrence == occurrence, Delivery.channel_id == channel_id
        )
    )
    return found


async def forget_card(session: AsyncSession, kind: str, occurrence: str) -> None:
    """Take back a card from every channel it is on its way to; what is posted stays."""
    await session.execute(delete(Delivery).where(Delivery.kind == kind, Delivery.occurrence == occurrence))


async def keep_card(session: AsyncSession, guild_id: int, channel_id: int, message_id: int | None) -> None:
    """Write which message is the partners card, while that channel is still the partners channel."""
    await session.execute(
        update(Guild)
        .where(Guild.guild_id == guild_id, Guild.partners_channel_id == channel_id)
        .values(partners_card_id=message_id)
    )
