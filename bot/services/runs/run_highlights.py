"""What a run was the first, fastest or longest of, or whose week it completed, from its runner's runs before it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.nudges.streaks import monday_of
from bot.domain.runs.highlights import Earlier, Highlight, contested, highlight, streak_highlight
from bot.domain.runs.runs import Direction, Review, RunContent
from bot.services.habits import streaks
from db import models
from db.queries.runs.earlier_runs import earlier_runs, runs_before_in_week


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
    earlier = {}
    for row in await earlier_runs(session, run, contested(content), shown_to):
        direction, runs, distance_m, longest_m, lap_ms, whole_ms, lap_pace, whole_pace, hidden = row
        best_ms = min((int(ms) for ms in (lap_ms, whole_ms) if ms is not None), default=None)
        quickest = min((float(pace) for pace in (lap_pace, whole_pace) if pace is not None), default=None)
        earlier[Direction(direction)] = Earlier(
            int(runs), int(distance_m), int(longest_m), best_ms, quickest, int(hidden)
        )
    found = highlight(content, earlier)
    if found is not None or content.doubtful or any(one.hidden for one in earlier.values()):
        return found
    before = await runs_before_in_week(session, run, monday_of(content.ran_on))
    backward = Direction.BACKWARD in content.directions
    return streak_highlight(
        await streaks.weeks_completed(session, run.user_id, content.ran_on, before, backward=backward)
    )
