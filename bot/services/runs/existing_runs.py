"""The runs a runner has around some days, with which the lines of a table are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.imported_runs import Span, known, near
from bot.domain.runs.runs import RunContent
from db import models
from db.queries.runs import table_imports as queries


@dataclass(frozen=True, slots=True)
class _Existing:
    """A run of the runner; `timeless` if its time of day may not be known, `new` if this import made it."""

    span: Span
    timeless: bool
    new: bool


class ExistingRuns:
    """The runs of a runner around some days, to find duplicates.

    Runs that overlap and are equally long are one. Where a time of day is missing, on the line or for a typed run, so
    are runs of one day that are equally long.
    """

    def __init__(self) -> None:
        self._on: defaultdict[date, list[_Existing]] = defaultdict(list)

    @classmethod
    async def near(cls, session: AsyncSession, row: models.TableImport, days: Sequence[date]) -> ExistingRuns:
        """Return the runs around these days."""
        there, margin = cls(), timedelta(days=2)
        for ran_on, started_at, distance_m, duration_ms, source, interaction_id in await queries.runs_on(
            session, row.user_id, min(days) - margin, max(days) + margin
        ):
            span = Span(started_at, distance_m, duration_ms)
            there._on[ran_on].append(_Existing(span, source == "typed", interaction_id == row.interaction_id))
        return there

    def count(self, day: date) -> int:
        """Return how many runs there are on a day."""
        return len(self._on.get(day, ()))

    def moved(self, run: RunContent) -> RunContent:
        """Return a run without a time of day, behind the others of its day that it would overlap."""
        start, length = run.started_at, timedelta(milliseconds=run.duration_ms)
        for one in sorted(self._on.get(run.ran_on, ()), key=lambda one: one.span.started_at):
            end = one.span.started_at + one.span.lasted
            if one.span.started_at < start + length and start < end:
                start = end
        same_day = start.astimezone(ZoneInfo(run.zone)).date() == run.ran_on
        return replace(run, started_at=start) if same_day else run

    def add(self, run: RunContent, *, dated_only: bool) -> None:
        """Add a run of this import."""
        span = Span(run.started_at, run.distance_m, run.duration_ms)
        self._on[run.ran_on].append(_Existing(span, dated_only, new=True))

    def has(self, run: RunContent, *, dated_only: bool, besides_new: bool) -> bool:
        """Whether a run is there; with `besides_new`, runs of this import do not count."""
        span = Span(run.started_at, run.distance_m, run.duration_ms)
        day = timedelta(days=1)
        around = [
            (on, one)
            for on in (run.ran_on - day, run.ran_on, run.ran_on + day)
            for one in self._on.get(on, ())
            if not (besides_new and one.new)
        ]
        if any(on == run.ran_on and (dated_only or one.timeless) and near(span, one.span) for on, one in around):
            return True
        return known(span, [one.span for _, one in around]) is not None
