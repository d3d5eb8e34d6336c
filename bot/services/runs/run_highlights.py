"""What a run was the first, fastest or longest of, or whose week it completed, from its runner's runs before it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.nudges.streaks import monday_of
from bot.domain.runs.activity import Source
from bot.domain.runs.highlights import (
    Earlier,
    EarlierBest,
    Highlight,
    NewBest,
    highlight,
    new_bests,
    streak_highlight,
)
from bot.domain.runs.personal_bests import Effort, Measured, efforts
from bot.domain.runs.runs import Direction, Review, RunContent
from bot.services.habits import streaks
from db import models
from db.queries.records import best_efforts
from db.queries.runs.earlier_runs import earlier_runs


async def highlight_of(
    session: AsyncSession, run: models.Run, content: RunContent, shown_to: int | None
) -> Highlight | None:
    """Return the highlight of a run, or None.

    A run that is deleted, held or rejected in review, or without a direction has none.

    Args:
        session: the transaction.
        run: the run.
        content: its content.
        shown_to: the club whose members read it; None for the runner alone.
    """
    if run.deleted_at is not None or not content.told or Review(run.review) not in (Review.NONE, Review.AGREED):
        return None
    sums = {
        Direction(one.direction): one for one in await earlier_runs(session, run, shown_to, monday_of(content.ran_on))
    }
    earlier: dict[Direction, Earlier] = {
        direction: Earlier(one.runs, one.distance_m, one.longest_m, one.hidden)
        for direction, one in sums.items()
        if direction is not Direction.UNTOLD
    }
    found = highlight(content, earlier, await _new_bests(session, run, content, shown_to))
    if found is not None or content.doubtful or any(one.hidden for one in earlier.values()):
        return found
    partly = sums.get(Direction.BACKWARD)
    before = sum(one.starting_in_week for one in sums.values()), partly.in_week if partly is not None else 0
    backward = Direction.BACKWARD in content.directions
    return streak_highlight(
        await streaks.weeks_completed(session, run.user_id, content.ran_on, before, backward=backward)
    )


async def _new_bests(
    session: AsyncSession, run: models.Run, content: RunContent, shown_to: int | None
) -> tuple[NewBest, ...]:
    """Return the bests a run set. What they beat is left out for a club that does not see that run."""
    if run.source in tuple(Source):  # may have segments
        own = {
            (Direction(row.direction), row.listed_m): _effort(row)
            for row in await best_efforts.efforts_of_run(session, run.run_id)
        }
    else:
        own = efforts(content.stretches)
    if not own:
        return ()
    before = {
        (Direction(row.direction), row.listed_m): EarlierBest(
            _effort(row), row.ran_on, shown_to is None or (row.counted and row.guild_id == shown_to)
        )
        for row in await best_efforts.bests_before(session, run.user_id, content.started_at, run.run_id)
    }
    return new_bests(own, before)


def _effort(row: best_efforts.BestRow) -> Effort:
    return Effort(row.distance_m, row.duration_ms, Measured(row.measured))
