"""Delete messages that are no longer needed. None of the functions commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Outing

SETTLED = ("sent", "dropped", "failed")
"""Final states except `closed`, since Show opens refused direct messages."""


async def delete_of(
    session: AsyncSession, kinds: Collection[str], since: datetime, before: datetime, limit: int
) -> int:
    """Delete up to `limit` messages of some kinds that were settled in a time span; return their number."""
    return await _delete(session, _settled(since, before) & Delivery.kind.in_(kinds), limit)


async def delete_besides(
    session: AsyncSession,
    kinds: Collection[str],
    beginnings: Collection[str],
    since: datetime,
    before: datetime,
    limit: int,
) -> int:
    """Delete up to `limit` of the others, of neither these kinds nor kinds with these prefixes; return their number."""
    others = [~Delivery.kind.startswith(beginning, autoescape=True) for beginning in beginnings]
    wanted = _settled(since, before) & Delivery.kind.not_in(kinds)
    for other in others:
        wanted &= other
    return await _delete(session, wanted, limit)


async def delete_about_outings(
    session: AsyncSession,
    kinds: Collection[str],
    ended: Collection[str],
    since: datetime,
    before: datetime,
    limit: int,
) -> int:
    """Delete up to `limit` messages of some kinds about outings that ended in a time span; return their number."""
    over = select(Outing.outing_id).where(Outing.state.in_(ended), Outing.ended_at >= since, Outing.ended_at < before)
    about = Delivery.kind.in_(kinds) & Delivery.subject_id.in_(over) & Delivery.state.in_(SETTLED)
    return await _delete(session, about, limit)


def _settled(since: datetime, before: datetime) -> ColumnElement[bool]:
    """Condition for messages settled in a time span, except cards, whose rows store the message id."""
    return (
        Delivery.state.in_(SETTLED)
        & (Delivery.next_try_at >= since)
        & (Delivery.next_try_at < before)
        & (Delivery.destination != "card")
    )


async def _delete(session: AsyncSession, wanted: ColumnElement[bool], limit: int) -> int:
    ids = (await session.scalars(select(Delivery.delivery_id).where(wanted).limit(limit))).all()
    if ids:
        await session.execute(
            delete(Delivery).where(Delivery.delivery_id.in_(ids)).execution_options(synchronize_session=False)
        )
    return len(ids)
