"""Where a person stands in what others go on with: outings, what is due, messages, rounds. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, String, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Companion, Delivery, Due, Outing, Round

Queue: TypeAlias = type[Due] | type[Delivery]
"""A table whose rows may name people in `payload`, and in `occurrence` between colons."""


async def hold_outings(session: AsyncSession, user_id: int, states: Collection[str]) -> Sequence[Row[int, str, str]]:
    """(outing, state, presence) of a person's outings in some states, each held."""
    rows = await session.execute(
        select(Outing.outing_id, Outing.state, Companion.presence)
        .join(Companion, Companion.outing_id == Outing.outing_id)
        .where(Companion.user_id == user_id, Outing.state.in_(states))
        .order_by(Outing.outing_id)
        .with_for_update(of=Outing)
    )
    return rows.all()


async def shown_in(session: AsyncSession, user_id: int) -> Sequence[int]:
    """The outings with a public card that a person was in, or called."""
    own = select(Companion.outing_id).where(Companion.user_id == user_id)
    rows = await session.scalars(
        select(Outing.outing_id)
        .where(or_(Outing.outing_id.in_(own), Outing.caller_id == user_id), Outing.message_id.is_not(None))
        .order_by(Outing.outing_id)
    )
    return rows.all()


async def take_out(session: AsyncSession, outing_id: int, user_id: int) -> None:
    """Delete a person's place in an outing."""
    await session.execute(delete(Companion).where(Companion.outing_id == outing_id, Companion.user_id == user_id))


async def take_out_of_all(session: AsyncSession, user_id: int) -> None:
    """Delete a person's place in every outing left."""
    await session.execute(delete(Companion).where(Companion.user_id == user_id))


async def clear_words(session: AsyncSession, user_id: int) -> None:
    """Take a person's id off the outings called, and off those resolved together with the word given."""
    await session.execute(update(Outing).where(Outing.caller_id == user_id).values(caller_id=None))
    await session.execute(update(Outing).where(Outing.resolved_by == user_id).values(resolved_by=None, resolution=None))


async def newest_message(session: AsyncSession) -> int:
    """The id of the newest message; 0 when there is none."""
    return await session.scalar(select(func.max(Delivery.delivery_id))) or 0


async def queued_about(
    session: AsyncSession, table: Queue, user_id: int, *, above: int = 0, besides: Collection[int] = ()
) -> Sequence[Row[int, str, Any]]:
    """(id, occurrence, payload) of rows in which the digits of a person's id stand; one pass over those `above` an id.

    Args:
        session: where.
        table: due, or messages.
        user_id: whose.
        above: looks only at rows of higher ids, and
        besides: at these.
    """
    digits, key = str(user_id), key_of(table)
    named = or_(cast(table.payload, String).contains(digits), table.occurrence.contains(digits))
    rows = await session.execute(
        select(key, table.occurrence, table.payload).where(or_(key.in_(besides), (key > above) & named))
    )
    return rows.all()


async def drop_queued(session: AsyncSession, table: Queue, row_id: int) -> None:
    """Delete what is due, or a message."""
    await session.execute(delete(table).where(key_of(table) == row_id))


async def write_payload(session: AsyncSession, table: Queue, row_id: int, payload: Any) -> None:
    """Write a payload anew."""
    await session.execute(update(table).where(key_of(table) == row_id).values(payload=payload))


def key_of(table: Queue) -> ColumnElement[int]:
    """The primary key of a queue."""
    column: ColumnElement[int] = getattr(table, "due_id" if table is Due else "delivery_id")
    return column


async def proposals_about(session: AsyncSession, user_id: int) -> Sequence[Row[int, Any]]:
    """(round, proposal) of drawn rounds in which the digits of a person's id stand."""
    rows = await session.execute(
        select(Round.round_id, Round.proposal).where(cast(Round.proposal, String).contains(str(user_id)))
    )
    return rows.all()


async def write_proposal(session: AsyncSession, round_id: int, proposal: Any) -> None:
    """Write a drawn round anew."""
    await session.execute(update(Round).where(Round.round_id == round_id).values(proposal=proposal))
