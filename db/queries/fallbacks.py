"""Where a refused direct message is said to wait, and the message there that others may join. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Guild, Member, Outing, User


async def partners_channel(session: AsyncSession, guild_id: int) -> int | None:
    """The channel where a club looks for partners; until the end of the transaction nobody else is told of it here.

    So those refused at the same time come one after the other, and find the message that the first has opened.
    """
    found: int | None = await session.scalar(
        select(Guild.partners_channel_id).where(Guild.guild_id == guild_id).with_for_update(key_share=True)
    )
    return found


async def outing_channel(session: AsyncSession, outing_id: int) -> int | None:
    """The channel of an outing's card."""
    found: int | None = await session.scalar(select(Outing.channel_id).where(Outing.outing_id == outing_id))
    return found


async def has_left(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether somebody is known to have left a club."""
    found = await session.scalar(
        select(Member.user_id).where(
            Member.guild_id == guild_id, Member.user_id == user_id, Member.left_at.is_not(None)
        )
    )
    return found is not None


async def open_message(
    session: AsyncSession, kind: str, channel_id: int, guild_id: int | None, priority: int
) -> Row[int, Any] | None:
    """(id, payload) of the newest message to a channel that others may join; locked."""
    rows = await session.execute(
        select(Delivery.delivery_id, Delivery.payload)
        .where(
            Delivery.state == "open",
            Delivery.kind + "" == kind,  # not looked up by it, of which there are thousands: by the state, of few
            Delivery.channel_id == channel_id,
            Delivery.guild_id == guild_id,
            Delivery.priority == priority,
        )
        .order_by(Delivery.delivery_id.desc())
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return rows.one_or_none()


async def write_payload(session: AsyncSession, delivery_id: int, payload: Any) -> None:
    """Write what a message holds anew."""
    await session.execute(update(Delivery).where(Delivery.delivery_id == delivery_id).values(payload=payload))


async def deliveries(session: AsyncSession, delivery_ids: Sequence[int]) -> Sequence[Delivery]:
    """Messages, in the order written."""
    rows = await session.scalars(
        select(Delivery).where(Delivery.delivery_id.in_(delivery_ids)).order_by(Delivery.delivery_id)
    )
    return rows.all()


async def is_closed(session: AsyncSession, user_id: int) -> bool:
    """Whether a person's direct channel was refused when last tried."""
    return await session.scalar(select(User.dm_closed_at).where(User.user_id == user_id)) is not None
