"""Why a run is held for an organiser's review: its own figures, or the runner's other runs beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.limits import DAY_DISTANCE_M
from bot.domain.runs.imported_runs import ROUNDED
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.runs.world_bests import beyond_best

_DAY_MS = 24 * 3600 * 1000


class ReviewReason(StrEnum):
    """Why a run is held. The value is stored, and is a part of catalogue keys."""

    OUTPACED = "outpaced"  # faster than the best known mark
    FAR = "far"  # more than `DAY_DISTANCE_M` in 24 hours
    DAY = "day"  # the same together with other runs of its day
    AT_ONCE = "at_once"  # another run of the runner was under way at the same time


def review_reason(stretches: Sequence[Stretch]) -> ReviewReason | None:
    """Return why a run is held for its own figures, or None if it is not."""
    if any(beyond_best(stretch) for stretch in stretches):
        return ReviewReason.OUTPACED
    told = [stretch for stretch in stretches if stretch.direction is not Direction.UNTOLD]
    distance_m = sum(stretch.distance_m or 0 for stretch in told)
    duration_ms = max(_DAY_MS, sum(stretch.duration_ms for stretch in told))
    return ReviewReason.FAR if distance_m * _DAY_MS > DAY_DISTANCE_M * duration_ms else None


@dataclass(frozen=True, slots=True)
class CountedRun:
    """A run that counts on a club's boards, or is about to.

    Attributes:
        ran_on: local day of the start.
        started_at: aware UTC.
        distance_m: metres, or None if unknown.
        duration_ms: milliseconds of running.
        timed: whether its start is known; many runs are typed without a time of day.
        approved: whether an organiser has approved it, whatever else was run on its day.
    """

    ran_on: date
    started_at: datetime
    distance_m: int | None
    duration_ms: int
    timed: bool
    approved: bool = False

    @property
    def day_m(self) -> float:
        """Metres per 24 hours of a run of several days, else its metres."""
        return (self.distance_m or 0) * min(1.0, _DAY_MS / self.duration_ms)


def at_once_with(run: CountedRun, others: Iterable[CountedRun]) -> CountedRun | None:
    """Return another run that was under way at the same time, by more than what rounded starts explain, or None."""
    if not run.timed:
        return None
    ends_at = run.started_at + timedelta(milliseconds=run.duration_ms)
    for other in others:
        other_ends_at = other.started_at + timedelta(milliseconds=other.duration_ms)
        shared = min(ends_at, other_ends_at) - max(run.started_at, other.started_at)
        shorter = timedelta(milliseconds=min(run.duration_ms, other.duration_ms))
        if other.timed and shared > ROUNDED * shorter:
            return other
    return None


def day_total_m(run: CountedRun, others: Iterable[CountedRun]) -> int:
    """Return the metres of a run's day, without other runs that an organiser has approved."""
    return round(run.day_m + sum(one.day_m for one in others if one.ran_on == run.ran_on and not one.approved))


def reason_beside(run: CountedRun, others: Sequence[CountedRun]) -> ReviewReason | None:
    """Return why a run is held for the runner's other runs around its day that count, or None if it is not."""
    if at_once_with(run, others) is not None:
        return ReviewReason.AT_ONCE
    alone_m = round(run.day_m)  # more than the limit in one run is `review_reason`'s
    return ReviewReason.DAY if alone_m < day_total_m(run, others) > DAY_DISTANCE_M else None
