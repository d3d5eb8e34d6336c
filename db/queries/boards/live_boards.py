"""Queries for the message of a club that shows its board and follows it. None of them commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from db.dialect import upsert
from db.models import Delivery, LiveBoard, Standing
from db.queries.messages import jobs


async def live_board(session: AsyncSession, guild_id: int, *, hold: bool = False) -> LiveBoard | None:
    """Return the live board of a club, locked for update if `hold`, or None."""
    return await session.get(LiveBoard, guild_id, populate_existing=True, with_for_update=hold)


async def put(session: AsyncSession, guild_id: int, **values: object) -> None:
    """Store a club's live board, or change it."""
    new = upsert(session, LiveBoard).values(guild_id=guild_id, **values)
    await session.execute(new.on_conflict_do_update(index_elements=["guild_id"], set_=values))


async def change(session: AsyncSession, guild_id: int, channel_id: int, **values: object) -> bool:
    """Change a club's live board, if it is in this channel; return whether it is."""
    here = update(LiveBoard).where(LiveBoard.guild_id == guild_id, LiveBoard.channel_id == channel_id)
    return bool((await session.execute(here.values(**values))).rowcount)  # type: ignore[attr-defined]


async def drop(session: AsyncSession, guild_id: int) -> None:
    """Delete a club's live board; its message stays."""
    await session.execute(delete(LiveBoard).where(LiveBoard.guild_id == guild_id))


async def forget_deliveries(session: AsyncSession, guild_id: int) -> None:
    """Delete the deliveries and the job of a club's live board."""
    occurrence = str(guild_id)
    await session.execute(
        delete(Delivery).where(Delivery.kind == StoredKind.BOARD_LIVE, Delivery.occurrence == occurrence)
    )
    await jobs.delete_due(session, [StoredKind.BOARD_LIVE], guild_id)


async def look_again(session: AsyncSession, guild_id: int, redraw_at: datetime) -> None:
    """Schedule the comparison of a live board with the standings, at the instant from which it may be redrawn."""
    row: dict[str, Any] = {
        "kind": StoredKind.BOARD_LIVE,
        "occurrence": str(guild_id),
        "priority": int(Priority.NUDGE),
        "fire_at": redraw_at,
        "subject_id": guild_id,
        "user_id": None,
        "payload": {},
    }
    await jobs.upsert_due(session, [row])


async def look_again_at(session: AsyncSession, guild_ids: Iterable[int]) -> None:
    """Run `look_again` for the clubs among these that have a live board."""
    rows: Iterable[Row[int, datetime]] = await session.execute(
        select(LiveBoard.guild_id, LiveBoard.redraw_at).where(
            LiveBoard.guild_id.in_(list(guild_ids)), LiveBoard.state == "there"
        )
    )
    for guild_id, redraw_at in rows:
        await look_again(session, guild_id, redraw_at)


async def clubs_with(session: AsyncSession, user_id: int) -> list[int]:
    """Return the clubs with a live board on which a person has standings."""
    found = await session.scalars(
        select(LiveBoard.guild_id).where(
            LiveBoard.guild_id.in_(select(Standing.guild_id).where(Standing.user_id == user_id))
        )
    )
    return list(found)
