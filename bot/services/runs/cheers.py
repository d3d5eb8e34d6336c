"""Cheers: a member's applause for another's run, counted on its card and told to its runner once a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.runs import Review
from bot.errors import Conflict, NotFound
from bot.services.nudges.nudging import DueNudge, NudgeTarget
from bot.services.runs.runs import RunView, run_for_card
from db import models
from db.engine import Database
from db.queries.partners import trust_and_blocks
from db.queries.runs import cheers as queries

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayOfCheers:
    """What a runner is told of one day.

    Attributes:
        names: of those who cheered, as last seen, unescaped; each once, first ones first.
        cheers: number of cheers.
        runs: number of runs.
        run: the run, if it is one; None if it is no longer shown.
    """

    names: tuple[str, ...]
    cheers: int
    runs: int
    run: RunView | None


async def toggle(database: Database, run_id: int, user_id: int, guild_id: int | None, now: datetime) -> bool:
    """Cheer for a run, or take the cheer back; return whether it is cheered now.

    Args:
        database: database to write to.
        run_id: the run.
        user_id: who cheers.
        guild_id: the club in which they are; None outside of one.
        now: current time.

    Raises:
        NotFound: no such run in that club, it is not shared or not approved, or a block separates the two.
        Conflict: it is their own run.
    """
    async with database.write() as session:
        run = await session.get(models.Run, run_id)
        if run is None or guild_id is None or run.guild_id != guild_id or not run.counted:
            raise NotFound("cheers.refused.gone")
        if run.user_id == user_id:
            raise Conflict("cheers.refused.own")
        if await trust_and_blocks.blocked_with(session, user_id, [run.user_id]):
            raise NotFound("cheers.refused.gone")
        if await queries.put(session, run_id, user_id, now):
            return True
        await queries.drop(session, run_id, user_id)
        return False


def takes_cheers(view: RunView) -> bool:
    """Whether a run's public card has the button."""
    return view.public and view.review in (Review.NONE, Review.AGREED)


async def cheered(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return nudges for members whose runs were cheered for in the day before their hour."""
    spans = {one.id: (one.hours[0].at - DAY, one.hours[-1].at) for one in reached}
    since, until = min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    found = {
        row.runner_id
        for row in await queries.for_runners(session, list(spans), since, until)
        if spans[row.runner_id][0] < row.cheered_at <= spans[row.runner_id][1]
    }
    return [
        DueNudge(
            one,
            one.hours[-1].on.isoformat(),
            one.hours[-1].at,
            payload={"since": spans[one.id][0].isoformat(), "until": spans[one.id][1].isoformat()},
        )
        for one in reached
        if one.id in found
    ]


async def day_of_cheers(database: Database, user_id: int, since: datetime, until: datetime) -> DayOfCheers | None:
    """Return the cheers of a day for a runner's runs as they are now; None if none are left."""
    async with database.read() as session:
        rows = await queries.for_runners(session, [user_id], since, until)
    if not rows:
        return None
    runs = {row.run_id for row in rows}
    run = await run_for_card(database, min(runs)) if len(runs) == 1 else None
    return DayOfCheers(tuple(dict.fromkeys(row.display_name for row in rows)), len(rows), len(runs), run)
