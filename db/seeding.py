"""Bulk inserts for the demo club of the preview. None of the functions commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.models import Delivery, Guild, Outing, User


@dataclass(frozen=True, slots=True)
class SeededCards:
    """The cards that have to be posted again: the partners card and outings."""

    partners_channel_id: int | None
    outing_ids: Sequence[int]


async def is_empty(session: AsyncSession) -> bool:
    """Whether the database has no club."""
    return not await session.scalar(select(func.count()).select_from(Guild))


async def insert_rows(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with explicit primary keys; all rows have the same columns."""
    if rows:
        # On the connection, because a session's bulk insert takes twice as long, for defaults and returned keys.
        connection = await session.connection()
        await connection.execute(insert(table.metadata.tables[table.__tablename__]), list(rows))


async def forget_messages(session: AsyncSession, guild_id: int, states: Sequence[str]) -> SeededCards:
    """Clear the message ids of a club's cards and everybody's DM channel; return the cards to post again.

    Args:
        session: the transaction in which the cards are posted.
        guild_id: the club.
        states: of outings with a card.
    """
    await session.execute(update(User).values(dm_channel_id=None, dm_closed_at=None))
    await session.execute(delete(Delivery).where(Delivery.guild_id == guild_id, Delivery.destination == "card"))
    channel_id = await session.scalar(
        update(Guild)
        .where(Guild.guild_id == guild_id)
        .values(partners_card_id=None)
        .returning(Guild.partners_channel_id)
    )
    ids = await session.scalars(
        update(Outing)
        .where(Outing.guild_id == guild_id, Outing.state.in_(states))
        .values(message_id=None)
        .returning(Outing.outing_id)
    )
    return SeededCards(channel_id, sorted(ids))
