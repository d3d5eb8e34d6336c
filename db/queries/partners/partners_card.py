"""Queries for a club's partners card. None of them commits."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Guild


async def card_state(session: AsyncSession, kind: str, occurrence: str, channel_id: int) -> str | None:
    """Return the delivery state of a card for a channel, or None."""
    found: str | None = await session.scalar(
        select(Delivery.state).where(
            Delivery.kind == kind, Delivery.occurrence == occurrence, Delivery.channel_id == channel_id
        )
    )
    return found


async def forget_card(session: AsyncSession, kind: str, occurrence: str) -> None:
    """Delete the deliveries of a card in all channels; posted messages stay."""
    await session.execute(delete(Delivery).where(Delivery.kind == kind, Delivery.occurrence == occurrence))


async def keep_card(session: AsyncSession, guild_id: int, channel_id: int, message_id: int | None) -> None:
    """Store the message of the partners card, if that channel is still the partners channel."""
    await session.execute(
        update(Guild)
        .where(Guild.guild_id == guild_id, Guild.partners_channel_id == channel_id)
        .values(partners_card_id=message_id)
    )
