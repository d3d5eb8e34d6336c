"""Who is reminded that a challenge ends in a few days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.challenges.challenge_rules import ChallengePhase
from bot.services.challenges.challenge_progress import ChallengeProgress, progress_in
from bot.services.challenges.challenges import view_of
from bot.services.nudges.nudging import DueNudge, NudgeTarget
from db.engine import Database
from db.queries.challenges import challenges as queries

LEFT = timedelta(days=2)
"""Days after the day of the nudge until the last one: a weekend's worth, in which a gap can still be closed."""
SKIPPED = timedelta(days=1)
"""Also a day later, if a change of zone skipped the hour; the key of the nudge prevents a second one."""


async def ending_soon(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return nudges for those who are in a challenge of their home club that ends in a few days."""
    days = [hour.on for one in reached for hour in one.hours]
    targets = {one.id: one for one in reached}
    rows = await queries.ending(session, list(targets), min(days) + LEFT - SKIPPED, max(days) + LEFT)
    nudges = []
    for user_id, challenge_id, guild_id, ends_on in rows:
        one = targets[user_id]
        hour = next((hour for hour in one.hours if LEFT - SKIPPED <= ends_on - hour.on <= LEFT), None)
        if hour is not None and guild_id == one.guild_id:
            payload = {"challenge_id": str(challenge_id)}
            nudges.append(DueNudge(one, str(challenge_id), hour.at, payload=payload))
    return nudges


async def still_running(
    database: Database, challenge_id: int, guild_id: int, user_id: int, now: datetime
) -> ChallengeProgress | None:
    """Return how a running challenge stands for a participant; None if there is nothing left to tell them."""
    async with database.read() as session:
        row = await queries.challenge(session, challenge_id, guild_id)
        if row is None or (view := view_of(row, now)).phase is not ChallengePhase.RUNNING:
            return None
        found = await progress_in(session, view, user_id)
    mine = found.mine
    return None if mine is None or mine.score.reached_on is not None or found.done else found
