"""Queries for the alarms of an outing. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Contact, Delivery, Due, Tie
from db.queries.messages.deliveries import UNSENT

MAY_HAVE_ARRIVED = and_(Delivery.state == "dropped", Delivery.attempts > 0)
"""Attempted, and dropped when it was rendered again: the response was lost, or the bot stopped before storing it."""


async def receivers(
    session: AsyncSession, kinds: Sequence[str], subject_id: int, about_user_id: int | None = None
) -> Sequence[Row[str, int, int]]:
    """Return (destination, user_id, channel_id) of everybody to whom messages of some kinds were or will be sent.

    Fallbacks are left out, because their recipients are already in the list with the direct message.

    Args:
        session: the transaction.
        kinds: of the messages.
        subject_id: the subject of the messages.
        about_user_id: only messages about this person; None: all.
    """
    about = Delivery.payload["about_user_id"].as_string() == str(about_user_id)
    rows = await session.execute(
        select(Delivery.destination, Delivery.user_id, Delivery.channel_id)
        .where(
            Delivery.kind.in_(kinds),
            Delivery.subject_id == subject_id,
            or_(Delivery.state.not_in(("dropped", "failed")), MAY_HAVE_ARRIVED),
            Delivery.fallback_of.is_(None),
            *(() if about_user_id is None else (about,)),
        )
        .distinct()
        .order_by(Delivery.destination, Delivery.user_id, Delivery.channel_id)
    )
    return rows.all()


@dataclass(frozen=True, slots=True)
class SentAsk:
    """The state of the question whether somebody is home.

    Attributes:
        on_its_way: whether it can still arrive.
        attempts: failed attempts so far.
        sent_at: when it was sent, or when a channel message announced it; None if neither.
        created_at: when it was created.
    """

    on_its_way: bool
    attempts: int
    sent_at: datetime | None
    created_at: datetime


async def newest_asks(session: AsyncSession, kind: str, outing_id: int) -> dict[int, SentAsk]:
    """Return the state of the newest question to each person who was asked whether they are home."""
    stands_for = aliased(Delivery)
    rows = await session.execute(
        select(Delivery, stands_for.state, stands_for.sent_at, stands_for.attempts)
        .outerjoin(stands_for, stands_for.fallback_of == Delivery.delivery_id)
        .where(Delivery.kind == kind, Delivery.subject_id == outing_id)
        .order_by(Delivery.delivery_id)
        .execution_options(populate_existing=True)
    )
    found = {}
    for ask, channel_state, said_at, channel_attempts in rows:
        if ask.state == "closed":  # direct message refused: a channel message announces it, alone or with others
            on_its_way = channel_state in UNSENT
            sent_at = said_at if channel_state is not None else ask.next_try_at
            found[ask.user_id] = SentAsk(on_its_way, channel_attempts or 0, sent_at, ask.created_at)
        else:
            found[ask.user_id] = SentAsk(ask.state in UNSENT, ask.attempts, ask.sent_at, ask.created_at)
    return found


async def planned_step(session: AsyncSession, kind: str, outing_id: int) -> int | None:
    """Return the number of the scheduled escalation step of an outing, or None."""
    payload = await session.scalar(select(Due.payload).where(Due.kind == kind, Due.subject_id == outing_id))
    return None if payload is None else int(payload["rung"])


async def drop_closed(session: AsyncSession, delivery_id: int) -> None:
    """Drop a refused direct message that has not been announced in a channel yet."""
    await session.execute(
        update(Delivery).where(Delivery.delivery_id == delivery_id, Delivery.state == "closed").values(state="dropped")
    )


@dataclass(frozen=True, slots=True)
class ContactLetter:
    """An alarm to a contact: recipient, the person it is about, its state, and the answer."""

    delivery_id: int
    user_id: int
    about: int
    state: str
    payload: dict[str, Any]


async def contact_letters(session: AsyncSession, kind: str, beginning: str) -> list[ContactLetter]:
    """Return the alarms to contacts whose occurrences begin with `<outing>:<return>`, except dropped ones."""
    return [
        ContactLetter(one.delivery_id, one.user_id, int(one.payload["about_user_id"]), one.state, one.payload)
        for one in await _beginning(session, kind, beginning)
    ]


async def letters_beginning(session: AsyncSession, kind: str, beginning: str) -> list[tuple[int, dict[str, Any]]]:
    """Return (id, payload) of messages of a kind by the beginning of their occurrences, oldest first."""
    return [(one.delivery_id, one.payload) for one in await _beginning(session, kind, beginning)]


async def _beginning(session: AsyncSession, kind: str, beginning: str) -> Sequence[Delivery]:
    """Return messages of a kind by the beginning of their occurrences, except dropped ones, oldest first."""
    rows = await session.scalars(
        select(Delivery)
        .where(
            Delivery.kind == kind,
            Delivery.occurrence.startswith(f"{beginning}:", autoescape=True),
            Delivery.state != "dropped",
        )
        .order_by(Delivery.delivery_id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def write_answer(session: AsyncSession, delivery_id: int, payload: dict[str, Any]) -> None:
    """Store an answer to an alarm in the payload of its message."""
    await session.execute(update(Delivery).where(Delivery.delivery_id == delivery_id).values(payload=payload))


async def has_arrived(
    session: AsyncSession, kinds: Sequence[str], subject_id: int, user_id: int, channel_id: int
) -> bool:
    """Whether a message of some kinds about a subject was or may have been sent, or can be opened with Show."""
    found = exists().where(
        Delivery.kind.in_(kinds),
        Delivery.subject_id == subject_id,
        Delivery.user_id == user_id if user_id else Delivery.channel_id == channel_id,
        or_(Delivery.state.in_(("sent", "closed")), MAY_HAVE_ARRIVED),
    )
    return bool(await session.scalar(select(found)))


async def callers_for_help(session: AsyncSession, steps: Sequence[str], outing_id: int) -> set[int]:
    """Return the people whose calls for help in an outing are being repeated, from the jobs of these kinds."""
    caller = Due.payload["help_user_id"].as_string()
    rows = await session.scalars(
        select(caller).where(Due.kind.in_(steps), Due.subject_id == outing_id, caller.is_not(None)).distinct()
    )
    return {int(user_id) for user_id in rows}


async def accepted_contacts(session: AsyncSession, user_ids: Sequence[int]) -> Sequence[Contact]:
    """Return the accepted contacts of some people, by person and in their order.

    Contacts whom the person has blocked since are left out.
    """
    blocked = exists().where(Tie.kind == "block", Tie.user_id == Contact.user_id, Tie.other_id == Contact.contact_id)
    rows = await session.scalars(
        select(Contact)
        .where(Contact.user_id.in_(user_ids), Contact.state == "accepted", ~blocked)
        .order_by(Contact.user_id, Contact.position)
    )
    return rows.all()
