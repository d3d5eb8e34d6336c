"""What is due, and messages on their way. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import upsert
from db.models import Delivery, Due


async def upsert_due(session: AsyncSession, **values: object) -> None:
    """Write what is due, or move it to its new instant."""
    statement = upsert(session, Due).values(attempts=0, **values)
    moved = {name: statement.excluded[name] for name in ("fire_at", "priority", "payload", "subject_id", "user_id")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["kind", "occurrence"], set_={**moved, "attempts": 0})
    )


async def delete_due(session: AsyncSession, kinds: Sequence[str], subject_id: int) -> None:
    """Take back what is due of some kinds about a subject."""
    await session.execute(delete(Due).where(Due.kind.in_(kinds), Due.subject_id == subject_id))


async def insert_delivery(session: AsyncSession, *, again: bool, **values: object) -> None:
    """Write a message to be sent; one of the same key is left alone, or with `again` waits anew."""
    statement = upsert(session, Delivery).values(state="waiting", attempts=0, **values)
    key = ["kind", "occurrence", "destination", "user_id", "channel_id"]
    if again:
        moved = {name: statement.excluded[name] for name in ("next_try_at", "due_at", "payload", "state", "attempts")}
        statement = statement.on_conflict_do_update(index_elements=key, set_=moved)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    await session.execute(statement)
