"""Limits on a member's calls for a partner: each call posts a card in the channel and may ask other members."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.outings.outing_rules import BEFORE
from bot.errors import Conflict
from db.queries.outings import partner_calls as queries

MOST_OPEN = 10
"""Open calls a member may have at a time."""
MOST_A_DAY = 15
"""Calls a member may make in a day, whatever their state."""


async def check_often(session: AsyncSession, user_id: int, now: datetime) -> None:
    """Check a member's limits on calls, with the new call already inserted.

    Raises:
        Conflict: too many calls are open, or were made in the last 24 h.
    """
    if await queries.count_calls(session, user_id, states=[state.value for state in BEFORE]) > MOST_OPEN:
        raise Conflict("partners.refused.too_many_open", count=MOST_OPEN)
    if await queries.count_calls(session, user_id, since=now - timedelta(days=1)) > MOST_A_DAY:
        raise Conflict("partners.refused.too_many_today", count=MOST_A_DAY)
