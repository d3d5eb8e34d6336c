"""Whether a run is held for an organiser's review, by its own figures and by the runner's other runs that count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.review_reasons import CountedRun, ReviewReason, reason_beside, review_reason
from bot.domain.runs.runs import Review, RunContent, counts
from db.queries.runs import reviews as queries

UNTIMED = ("typed", "csv")
"""Sources of runs whose time of day is often left out, so that they are not compared by it. A table is one of them: the
export of typed runs, imported again, gives the same runs."""
AROUND = timedelta(days=2)
"""How far from a run's day another run can start that is still under way."""


class RunsBeside:
    """The runs of a member that count on a club's boards around some days."""

    def __init__(self) -> None:
        self._on: defaultdict[date, dict[int, CountedRun]] = defaultdict(dict)

    @classmethod
    async def around(cls, session: AsyncSession, user_id: int, guild_id: int, days: Iterable[date]) -> RunsBeside:
        """Return the runs around these days, at least one."""
        found, wanted = cls(), sorted(days)
        for run_id, ran_on, started_at, distance_m, duration_ms, source, review in await queries.counted_runs(
            session, user_id, guild_id, wanted[0] - AROUND, wanted[-1] + AROUND
        ):
            run = CountedRun(
                ran_on, started_at, distance_m, duration_ms, source not in UNTIMED, review == Review.AGREED
            )
            found._on[ran_on][run_id] = run
        return found

    def add(self, run_id: int, run: CountedRun) -> None:
        """Add a run that counts from now on."""
        self._on[run.ran_on][run_id] = run

    def beside(self, ran_on: date, run_id: int | None = None) -> list[CountedRun]:
        """Return the runs around a day, except one."""
        days = [ran_on + timedelta(days=offset) for offset in range(-AROUND.days, AROUND.days + 1)]
        return [run for day in days for one, run in self._on.get(day, {}).items() if one != run_id]


def counted_run(content: RunContent, source: str) -> CountedRun:
    """Return a run as it is compared with others."""
    started_at: datetime = content.started_at
    return CountedRun(content.ran_on, started_at, content.distance_m, content.duration_ms, source not in UNTIMED)


async def reason_to_hold(
    session: AsyncSession,
    content: RunContent,
    source: str,
    user_id: int,
    guild_id: int | None,
    *,
    run_id: int | None = None,
    others: RunsBeside | None = None,
) -> ReviewReason | None:
    """Return why a run is held, or None if it is not.

    Args:
        session: the transaction that writes it.
        content: the run.
        source: where it came from.
        user_id: its runner.
        guild_id: the club whose boards it may count on.
        run_id: its id; None for a new run.
        others: the runner's other runs; None to read them.
    """
    reason, run = review_reason(content.stretches), counted_run(content, source)
    if reason is not None or guild_id is None or not counts(content, Review.NONE, deleted=False):
        return reason
    if not run.timed and run.distance_m is None:
        return None
    if others is None:
        others = await RunsBeside.around(session, user_id, guild_id, [run.ran_on])
    return reason_beside(run, others.beside(run.ran_on, run_id))
