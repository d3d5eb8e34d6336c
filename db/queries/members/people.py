"""Locks on people. None of the functions commits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import User


async def hold(session: AsyncSession, user_ids: Collection[int]) -> None:
    """Lock people by id until the transaction ends; lock an outing before its people.

    FOR NO KEY UPDATE is used because FOR UPDATE would also block all inserts with a foreign key to them.
    """
    people = select(User.user_id).where(User.user_id.in_(user_ids)).order_by(User.user_id)
    await session.execute(people.with_for_update(key_share=True))
