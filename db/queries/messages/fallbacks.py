"""Queries for channel messages that announce refused direct messages. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Guild, Member, Outing, User


async def partners_channel(session: AsyncSession, guild_id: int) -> int | None:
    """Return a club's partners channel, and lock the club's row until the transaction ends.

    The lock serializes simultaneous refusals, so that later ones find the message opened by the first.
    """
    found: int | None = await session.scalar(
        select(Guild.partners_channel_id).where(Guild.guild_id == guild_id).with_for_update(key_share=True)
    )
    return found


async def outing_channel(session: AsyncSession, outing_id: int) -> int | None:
    """Return the channel of an outing's card."""
    found: int | None = await session.scalar(select(Outing.channel_id).where(Outing.outing_id == outing_id))
    return found


async def may_name(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether a club's channels may mention members with waiting messages, and a member is not known to have left."""
    left = select(Member.user_id).where(
        Member.guild_id == guild_id, Member.user_id == user_id, Member.left_at.is_not(None)
    )
    unwanted = select(Guild.guild_id).where(Guild.guild_id == guild_id, Guild.names_waiting.is_(False))
    return not await session.scalar(select(or_(left.exists(), unwanted.exists())))


async def notices_since(session: AsyncSession, kind: str, channel_id: int, since: datetime) -> Sequence[Delivery]:
    """Return the posted and unsent announcements in a channel since an instant, newest first, locked."""
    found = await session.scalars(
        select(Delivery)
        .where(
            Delivery.kind == kind,
            Delivery.subject_id == -channel_id,
            Delivery.created_at > since,
            or_(Delivery.message_id.is_not(None), Delivery.state.in_(("waiting", "open", "leased"))),
        )
        .order_by(Delivery.delivery_id.desc())
        .with_for_update()
    )
    return found.all()


async def edit_notice(session: AsyncSession, delivery_id: int, payload: Any, due_at: datetime, now: datetime) -> None:
    """Have a posted announcement rendered again in place; if it is being rendered now, once more."""
    leased = Delivery.state == "leased"
    await session.execute(
        update(Delivery)
        .where(Delivery.delivery_id == delivery_id)
        .values(
            destination="card",
            payload=payload,
            due_at=due_at,
            version=Delivery.version + 1,
            state=case((leased, "leased"), else_="waiting"),
            next_try_at=case((leased, Delivery.next_try_at), else_=now),
            attempts=0,
        )
    )


async def open_message(
    session: AsyncSession, kind: str, channel_id: int, guild_id: int | None, priority: int
) -> Row[int, Any] | None:
    """Return (id, payload) of the newest message to a channel into which others may be merged, locked."""
    rows = await session.execute(
        select(Delivery.delivery_id, Delivery.payload)
        .where(
            Delivery.state == "open",
            Delivery.kind + "" == kind,  # without an index on kind, which has thousands of rows; the state has few
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
    """Update the payload of a message."""
    await session.execute(update(Delivery).where(Delivery.delivery_id == delivery_id).values(payload=payload))


async def deliveries(session: AsyncSession, delivery_ids: Sequence[int]) -> Sequence[Delivery]:
    """Return messages in order of insertion."""
    rows = await session.scalars(
        select(Delivery).where(Delivery.delivery_id.in_(delivery_ids)).order_by(Delivery.delivery_id)
    )
    return rows.all()


async def is_closed(session: AsyncSession, user_id: int) -> bool:
    """Whether the last attempt to send a person a direct message was refused."""
    return await session.scalar(select(User.dm_closed_at).where(User.user_id == user_id)) is not None
