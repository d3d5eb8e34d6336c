"""Queries for questions to other people, which are stored for a day. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, Question, Tie


async def note(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Insert asked questions."""
    if rows:
        await session.execute(insert(Question), rows)


async def forget_before(session: AsyncSession, before: datetime) -> None:
    """Delete questions that no longer count."""
    await session.execute(delete(Question).where(Question.asked_at <= before))


async def asked_since(session: AsyncSession, asker_id: int, kind: str, since: datetime) -> dict[int, int]:
    """Count a person's questions of a kind by recipient."""
    rows = await session.execute(
        select(Question.user_id, func.count())
        .where(Question.author_id == asker_id, Question.kind == kind, Question.asked_at > since)
        .group_by(Question.user_id)
    )
    return {row[0]: row[1] for row in rows}


async def apart(session: AsyncSession, asker_id: int, user_ids: Collection[int]) -> set[int]:
    """Return those of some people whom a person must not ask: a block in either direction, or a mute of the asker."""
    rows = await session.execute(
        select(Tie.user_id, Tie.other_id).where(
            or_(
                and_(Tie.user_id.in_(user_ids), Tie.other_id == asker_id, Tie.kind.in_(("block", "mute"))),
                and_(Tie.user_id == asker_id, Tie.other_id.in_(user_ids), Tie.kind == "block"),
            )
        )
    )
    return {one for pair in rows for one in pair} - {asker_id}


async def was_put(session: AsyncSession, asker_id: int, user_id: int, kinds: Collection[str]) -> bool:
    """Whether a message with a person's question to another is still stored."""
    found = await session.scalar(
        select(Delivery.delivery_id)
        .where(
            Delivery.user_id == user_id,
            Delivery.kind.in_(kinds),
            Delivery.payload["about_user_id"].as_string() == str(asker_id),
        )
        .limit(1)
    )
    return found is not None


async def put_to(session: AsyncSession, user_id: int, kinds: Collection[str], since: datetime) -> Sequence[datetime]:
    """Return when questions were sent to a person, oldest first."""
    rows = await session.scalars(
        select(Delivery.sent_at)
        .where(
            Delivery.user_id == user_id,
            Delivery.kind.in_(kinds),
            Delivery.state == "sent",
            Delivery.sent_at > since,
        )
        .order_by(Delivery.sent_at)
    )
    return [at for at in rows if at is not None]
