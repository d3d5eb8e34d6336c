"""Edits of sent messages: what a later event makes untrue is drawn again, or loses its buttons.

An edit is a card whose message exists already: it notifies nobody, and marking it again edits it again. What it shows
is declared by the kind of the message (`Kind.edited` in `bot.delivery.message_kinds`). A message that is being sent
meanwhile is not edited: it is drawn from the state that it is sent in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from db.engine import Database
from db.queries.messages import sent as queries


async def edit_sent(
    session: AsyncSession,
    kinds: Collection[str],
    subject_id: int,
    now: datetime,
    *,
    user_ids: Collection[int] | None = None,
    edit: StoredKind = StoredKind.OUTING_EDIT,
    about_user_id: int | None = None,
    newest: bool = False,
) -> None:
    """Queue an edit of the sent messages of some kinds about a subject.

    Args:
        session: database session of the change.
        kinds: kinds of the messages.
        subject_id: their subject.
        now: current time.
        user_ids: recipients of direct messages; None: all messages, those in channels included.
        edit: kind of the edit, which decides in whose export it appears.
        about_user_id: only messages about this member, who is then also whom the edit is about; None: all.
        newest: only the last message to each destination: an alarm is repeated many times, and the earlier ones have
            lost their buttons.
    """
    sent = await queries.sent_messages(session, kinds, subject_id, user_ids, about_user_id)
    if newest:
        sent = list({(one.kind, one.user_id, one.channel_id, one.caller): one for one in sent}.values())
    about = {} if about_user_id is None else {"about_user_id": about_user_id}
    await post(
        session,
        [
            OutboundMessage(
                edit,
                str(one.delivery_id),
                Priority.ASKED,
                Destination.CARD,
                due_at=now,
                user_id=one.user_id,
                channel_id=one.channel_id,
                message_id=one.message_id,
                guild_id=one.guild_id,
                subject_id=subject_id,
                payload={"delivery_id": one.delivery_id, **about},
            )
            for one in sent
        ],
        now,
    )


async def later_payloads(
    database: Database, kind: str, subject_id: int, user_id: int, channel_id: int, delivery_id: int
) -> list[dict[str, Any]]:
    """Return the payloads of messages of a kind about a subject that follow one to the same person or channel."""
    async with database.read() as session:
        return await queries.newer_than(session, kind, subject_id, user_id, channel_id, delivery_id)
