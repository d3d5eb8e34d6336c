"""Whom a person follows on the boards. Nobody is told, and nobody else can see it."""

from __future__ import annotations

from bot.errors import Conflict, NotFound
from db.engine import Database
from db.queries.boards import follows as queries

MOST_FOLLOWED = 200
"""Most people that one person follows: their rows are looked up one by one for a board."""


async def follow(database: Database, user_id: int, guild_id: int, followed_id: int, *, following: bool) -> None:
    """Follow a member, or stop doing so; nothing happens if that is so already.

    Args:
        database: database to write to.
        user_id: the person.
        guild_id: a club of both.
        followed_id: the member.
        following: whether to follow them.

    Raises:
        NotFound: the club does not know that member.
        Conflict: the person follows `MOST_FOLLOWED` people.
    """
    async with database.write() as session:
        if not following:
            await queries.drop(session, user_id, followed_id)
            return
        if not await queries.is_member(session, guild_id, followed_id):
            raise NotFound("board.follow.unknown")
        if await queries.count(session, user_id) >= MOST_FOLLOWED:
            raise Conflict("board.follow.too_many", limit=MOST_FOLLOWED)
        await queries.put(session, user_id, followed_id)


async def is_followed(database: Database, user_id: int, followed_id: int) -> bool:
    """Whether a person follows another."""
    async with database.read() as session:
        return await queries.is_followed(session, user_id, followed_id)
