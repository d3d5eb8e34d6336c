"""Locks on people. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import User


async def hold(session: AsyncSession, user_ids: Collection[int]) -> None:
    """Lock people, by id, until the transaction ends; an outing that is locked too is locked before.

    FOR NO KEY UPDATE: FOR UPDATE would also block every insert that refers to one of them by a foreign key.
    """
    people = select(User.user_id).where(User.user_id.in_(user_ids)).order_by(User.user_id)
    await session.execute(people.with_for_update(key_share=True))
