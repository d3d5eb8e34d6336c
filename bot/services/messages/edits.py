"""Edits of sent messages: what a later event makes untrue is drawn again, or loses its buttons.

An edit is a card whose message exists already: it notifies nobody, and marking it again edits it again. What it shows
is declared by the kind of the message (`Kind.edited` in `bot.delivery.message_kinds`). A message that is being sent
meanwhile is not edited: it is drawn from the state that it is sent in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from bot.services.messages.outbox import ClaimedMessage
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
        newest: only the last message of any of the kinds to each destination: the earlier ones have lost their buttons.
    """
    sent = await queries.sent_messages(session, kinds, subject_id, user_ids, about_user_id)
    if newest:
        sent = list({(one.user_id, one.channel_id, one.caller): one for one in sent}.values())
    about = {} if about_user_id is None else {"about_user_id": about_user_id}
    await _edit(session, sent, edit, subject_id, now, about)


async def edit_replaced(
    session: AsyncSession, kinds: Collection[str], by: ClaimedMessage, now: datetime, *, edit: StoredKind
) -> None:
    """Queue an edit of the direct messages of some kinds that a later one to the same person has replaced.

    Args:
        session: database session that records the later one.
        kinds: kinds of the earlier ones.
        by: the later one, with a subject.
        now: current time.
        edit: as for `edit_sent`.
    """
    assert by.subject_id is not None
    sent = await queries.sent_messages(session, kinds, by.subject_id, [by.user_id])
    await _edit(session, [one for one in sent if one.delivery_id < by.delivery_id], edit, by.subject_id, now, {})


async def is_replaced(
    database: Database, kinds: Collection[str], subject_id: int, user_id: int, delivery_id: int
) -> bool:
    """Whether a later message of some kinds about a subject has reached the same person."""
    async with database.read() as session:
        sent = await queries.sent_messages(session, kinds, subject_id, [user_id])
    return any(one.delivery_id > delivery_id for one in sent)


async def _edit(
    session: AsyncSession,
    sent: Iterable[queries.SentMessage],
    edit: StoredKind,
    subject_id: int,
    now: datetime,
    about: Mapping[str, Any],
) -> None:
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
