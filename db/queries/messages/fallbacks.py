"""Where a refused direct message is said to wait, and the message there that others may join. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, or_, select, update
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


async def may_name(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether a club lets its channels name those for whom something waits, and somebody is not known to have left."""
    left = select(Member.user_id).where(
        Member.guild_id == guild_id, Member.user_id == user_id, Member.left_at.is_not(None)
    )
    unwanted = select(Guild.guild_id).where(Guild.guild_id == guild_id, Guild.names_waiting.is_(False))
    return not await session.scalar(select(or_(left.exists(), unwanted.exists())))


async def notices_since(session: AsyncSession, kind: str, channel_id: int, since: datetime) -> Sequence[Delivery]:
    """Messages in a channel that stand, or stood, for refused ones, or are on their way; the newest first, locked."""
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
    """Have a message that stands in a channel drawn again in its place; one drawn at this moment, once more."""
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
