"""How often one member may call for a partner: each call is a card in the channel, and may ask others."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.outings.outing_rules import BEFORE
from bot.errors import Conflict
from db.queries.outings import partner_calls as queries

MOST_OPEN = 10
"""Calls that may stand at a time."""
MOST_A_DAY = 15
"""Calls in a day, whatever became of them."""


async def check_often(session: AsyncSession, user_id: int, now: datetime) -> None:
    """Refuse one call more than a member may have; the new one is written already.

    Raises:
        Conflict: too many stand, or were made today.
    """
    if await queries.count_calls(session, user_id, states=[state.value for state in BEFORE]) > MOST_OPEN:
        raise Conflict("partners.refused.too_many_open", count=MOST_OPEN)
    if await queries.count_calls(session, user_id, since=now - timedelta(days=1)) > MOST_A_DAY:
        raise Conflict("partners.refused.too_many_today", count=MOST_A_DAY)
