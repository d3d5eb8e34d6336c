"""Who has been alarmed about an outing. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Contact, Delivery, Due, Guild, Member, Tie
from db.queries.messages.deliveries import UNSENT

MAY_HAVE_ARRIVED = and_(Delivery.state == "dropped", Delivery.attempts > 0)
"""Tried, and dropped when it was drawn again: its answer was lost, or the bot was killed before that was written."""


async def receivers(
    session: AsyncSession, kinds: Sequence[str], subject_id: int, about_user_id: int | None = None
) -> Sequence[Row[str, int, int]]:
    """(destination, user_id, channel_id) of everybody who was, or is about to be, sent a message of some kinds.

    A fallback is left out: whoever it is for is in the list by the direct message it stands for.

    Args:
        session: where.
        kinds: of the messages.
        subject_id: what they are about, and
        about_user_id: about whom of it, where not everybody's are meant.
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
    """What became of the question whether somebody is home.

    Attributes:
        on_its_way: it may still arrive.
        attempts: how often it has failed so far.
        sent_at: when it arrived, or when a channel said that it waits; None where it has not.
        created_at: when it was written.
    """

    on_its_way: bool
    attempts: int
    sent_at: datetime | None
    created_at: datetime


async def newest_asks(session: AsyncSession, kind: str, outing_id: int) -> dict[int, SentAsk]:
    """What became of the newest question to each who was asked whether they are home."""
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
        if ask.state == "closed":  # refused directly: a channel says that it waits, alone or with others'
            on_its_way = channel_state in UNSENT
            sent_at = said_at if channel_state is not None else ask.next_try_at
            found[ask.user_id] = SentAsk(on_its_way, channel_attempts or 0, sent_at, ask.created_at)
        else:
            found[ask.user_id] = SentAsk(ask.state in UNSENT, ask.attempts, ask.sent_at, ask.created_at)
    return found


async def planned_step(session: AsyncSession, kind: str, outing_id: int) -> int | None:
    """The number of the escalation step that is scheduled for an outing."""
    payload = await session.scalar(select(Due.payload).where(Due.kind == kind, Due.subject_id == outing_id))
    return None if payload is None else int(payload["rung"])


async def drop_closed(session: AsyncSession, delivery_id: int) -> None:
    """Take back a direct message that was refused, of which a channel has not said yet that it waits."""
    await session.execute(
        update(Delivery).where(Delivery.delivery_id == delivery_id, Delivery.state == "closed").values(state="dropped")
    )


@dataclass(frozen=True, slots=True)
class ContactLetter:
    """An alarm to a contact: to whom, about whom, what became of it, and what they have answered."""

    delivery_id: int
    user_id: int
    about: int
    state: str
    payload: dict[str, Any]


async def contact_letters(session: AsyncSession, kind: str, beginning: str) -> list[ContactLetter]:
    """The alarms to contacts whose occurrences begin with `<outing>:<return>`, but those that were not to be sent."""
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
    return [
        ContactLetter(one.delivery_id, one.user_id, int(one.payload["about_user_id"]), one.state, one.payload)
        for one in rows
    ]


async def write_answer(session: AsyncSession, delivery_id: int, payload: dict[str, Any]) -> None:
    """Write a contact's answer to the alarm it answers."""
    await session.execute(update(Delivery).where(Delivery.delivery_id == delivery_id).values(payload=payload))


async def has_arrived(
    session: AsyncSession, kinds: Sequence[str], subject_id: int, user_id: int, channel_id: int
) -> bool:
    """Whether a message of some kinds about a subject was sent to a person or channel, or waits there behind Show.

    Or may have been.
    """
    found = exists().where(
        Delivery.kind.in_(kinds),
        Delivery.subject_id == subject_id,
        Delivery.user_id == user_id if user_id else Delivery.channel_id == channel_id,
        or_(Delivery.state.in_(("sent", "closed")), MAY_HAVE_ARRIVED),
    )
    return bool(await session.scalar(select(found)))


async def callers_for_help(session: AsyncSession, steps: Sequence[str], outing_id: int) -> set[int]:
    """Whose calls for help are running in an outing, by the steps that repeat them."""
    caller = Due.payload["help_user_id"].as_string()
    rows = await session.scalars(
        select(caller).where(Due.kind.in_(steps), Due.subject_id == outing_id, caller.is_not(None)).distinct()
    )
    return {int(user_id) for user_id in rows}


async def accepted_contacts(session: AsyncSession, user_ids: Sequence[int]) -> Sequence[Contact]:
    """Whom some people have named and who have accepted, person by person, each in the order named.

    Without those whom the person has blocked since.
    """
    blocked = exists().where(Tie.kind == "block", Tie.user_id == Contact.user_id, Tie.other_id == Contact.contact_id)
    rows = await session.scalars(
        select(Contact)
        .where(Contact.user_id.in_(user_ids), Contact.state == "accepted", ~blocked)
        .order_by(Contact.user_id, Contact.position)
    )
    return rows.all()


async def owner_and_organisers(session: AsyncSession, guild_id: int) -> list[int]:
    """The owner of a club, and its members last seen as organisers who have not left."""
    guild = await session.get(Guild, guild_id)
    rows = await session.scalars(
        select(Member.user_id)
        .where(Member.guild_id == guild_id, Member.organiser, Member.left_at.is_(None))
        .order_by(Member.user_id)
    )
    owner = [guild.owner_id] if guild is not None and guild.owner_id else []
    return list(dict.fromkeys([*owner, *rows]))
