"""Queries for sent messages, which may be edited. None of them commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, User


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message in a channel.

    `user_id` is the recipient of a direct message, else 0; `caller` is whose call for help it is about, if it is.
    """

    delivery_id: int
    kind: str
    guild_id: int | None
    user_id: int
    channel_id: int
    message_id: int
    caller: str | None


async def sent_messages(
    session: AsyncSession,
    kinds: Collection[str],
    subject_id: int,
    user_ids: Collection[int] | None = None,
    about_user_id: int | None = None,
) -> list[SentMessage]:
    """Return the sent messages of some kinds about a subject, oldest first.

    Args:
        session: the transaction.
        kinds: of the messages.
        subject_id: the subject of the messages.
        user_ids: recipients of direct messages; None: all messages.
        about_user_id: only messages about this person; None: all.
    """
    about = Delivery.payload["about_user_id"].as_string() == str(about_user_id)
    channel_id = func.coalesce(User.dm_channel_id, Delivery.channel_id)
    rows = await session.execute(
        select(
            Delivery.delivery_id,
            Delivery.kind,
            Delivery.guild_id,
            Delivery.user_id,
            channel_id,
            Delivery.message_id,
            Delivery.payload["help_user_id"].as_string(),
        )
        .outerjoin(User, (User.user_id == Delivery.user_id) & (Delivery.destination == "dm"))
        .where(
            Delivery.kind.in_(kinds),
            Delivery.subject_id == subject_id,
            Delivery.destination != "card",
            Delivery.state == "sent",
            Delivery.message_id.is_not(None),
            *(() if user_ids is None else (Delivery.user_id.in_(user_ids),)),
            *(() if about_user_id is None else (about,)),
        )
        .order_by(Delivery.delivery_id)
    )
    return [
        SentMessage(delivery_id, kind, guild_id, user_id, channel, message_id, caller)
        for delivery_id, kind, guild_id, user_id, channel, message_id, caller in rows
        if message_id is not None
    ]


async def newer_than(
    session: AsyncSession, kind: str, subject_id: int, user_id: int, channel_id: int, delivery_id: int
) -> list[dict[str, Any]]:
    """Return the payloads of later messages of a kind about a subject, to the same person or channel."""
    rows = await session.scalars(
        select(Delivery.payload).where(
            Delivery.kind == kind,
            Delivery.subject_id == subject_id,
            Delivery.user_id == user_id,
            Delivery.channel_id == channel_id,
            Delivery.delivery_id > delivery_id,
            Delivery.state != "dropped",
        )
    )
    return [dict(payload) for payload in rows]
