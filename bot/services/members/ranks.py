"""Whether a member is ranked in a club: present, and not hidden by choice. Projections are told of each change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import MemberFacts
from bot.services.projections import run_projections
from db.queries.clubs import memberships as queries


async def set_hidden(session: AsyncSession, guild_id: int, user_id: int, hidden: bool) -> None:
    """Hide a member from the ranks of a club by choice, or show them again; who has left stays out."""
    if await queries.hide(session, guild_id, user_id, hidden):
        await _tell(session, guild_id, user_id, ranked=not hidden)


async def set_left(session: AsyncSession, guild_id: int, user_id: int, left_at: datetime | None) -> None:
    """Record that a member left the club, or with None that they returned; then only their own choice hides them."""
    if await queries.mark_left(session, guild_id, user_id, left_at):
        await _tell(session, guild_id, user_id, ranked=left_at is None)


async def _tell(session: AsyncSession, guild_id: int, user_id: int, *, ranked: bool) -> None:
    before, after = (MemberFacts(guild_id, user_id, each) for each in (not ranked, ranked))
    await run_projections.apply(session, before, after)
