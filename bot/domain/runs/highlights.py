"""What a run was the first, the fastest or the longest of its runner, or the streak whose week it completed.

At most one thing, and for most runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.runs.personal_bests import SPANS, listed_for
from bot.domain.runs.runs import Direction, RunContent

KILOMETRE_M = 1000
ROUND_KM = (100, 250, 500, *range(1000, 100_001, 1000))
"""Totals worth a line, in kilometres."""
STREAK_WEEKS = (3, 5, 10, 15, 20, 26, 39, *range(52, 5200, 26))
"""Streaks worth a line, in weeks: rarer as they get longer."""
LONGEST_AFTER = 3
"""Earlier runs in a direction from which the longest one is worth a line."""


class Feat(StrEnum):
    """What a run was, most important first."""

    FIRST_RUN = "first_run"
    FIRST_BACKWARD = "first_backward"
    BEST = "best"
    ROUND = "round"
    LONGEST = "longest"
    STREAK = "streak"


@dataclass(frozen=True, slots=True)
class Highlight:
    """The line of a run's card.

    Attributes:
        feat: what it was.
        direction: of a best or longest run.
        listed_m: distance of a best, in metres.
        faster_ms: how much faster than the best before, in milliseconds.
        total_km: the round total that was passed.
        weeks: weeks of a streak.
    """

    feat: Feat
    direction: Direction | None = None
    listed_m: int = 0
    faster_ms: int = 0
    total_km: int = 0
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A runner's earlier runs in one direction.

    Attributes:
        runs: number of runs with a part in this direction.
        distance_m: their metres in this direction.
        longest_m: most metres of one run in this direction.
        best_ms: fastest measured time over the distance asked for, or None.
        quickest_ms_per_m: quickest measured average over more than that distance, or None.
        hidden: how many of the runs the readers of the card may not see.
    """

    runs: int = 0
    distance_m: int = 0
    longest_m: int = 0
    best_ms: int | None = None
    quickest_ms_per_m: float | None = None
    hidden: int = 0


def contested(content: RunContent) -> tuple[int, int] | None:
    """Return the longest listed distance that a run can set a best for, with the greatest distance that counts for it.

    Both in metres; None if there is none, or the time is estimated.
    """
    measured = [distance_m for distance_m, _ in _efforts(content)]
    listed = max((found for metres in measured if (found := listed_for(metres)) is not None), default=None)
    return next(((first, last) for first, last in SPANS if first == listed), None)


def highlight(content: RunContent, earlier: Mapping[Direction, Earlier]) -> Highlight | None:
    """Return what a run of known direction and reliable time was, or None.

    What follows from runs that the readers may not see is left out, unless it reveals none of their figures.

    Args:
        content: the run.
        earlier: the runner's earlier runs by direction, with the best over `contested`.
    """
    if content.doubtful:
        return None
    known = {direction: earlier.get(direction, Earlier()) for direction in (Direction.BACKWARD, Direction.FORWARD)}
    hidden = sum(one.hidden for one in known.values())
    if not any(one.runs for one in known.values()):
        return Highlight(Feat.FIRST_RUN)
    metres = {direction: _metres(content, direction) for direction in known}
    back = known[Direction.BACKWARD].distance_m
    if back < KILOMETRE_M <= back + metres[Direction.BACKWARD] and not hidden:
        return Highlight(Feat.FIRST_BACKWARD)
    best = _best(content, known, bool(hidden))
    if best is not None:
        return best
    before_m = sum(one.distance_m for one in known.values())
    after_m = before_m + sum(metres.values())
    passed = [km for km in ROUND_KM if before_m < km * KILOMETRE_M <= after_m]
    if passed and not hidden:
        return Highlight(Feat.ROUND, total_km=passed[-1])
    if len(content.directions) == 1:
        (direction,) = content.directions
        if known[direction].runs >= LONGEST_AFTER and metres[direction] > known[direction].longest_m > 0:
            return Highlight(Feat.LONGEST, direction)
    return None


def streak_highlight(weeks: int) -> Highlight | None:
    """Return the highlight of a run that completed a week of a streak of `weeks`, or None."""
    return Highlight(Feat.STREAK, weeks=weeks) if weeks in STREAK_WEEKS else None


def _best(content: RunContent, known: Mapping[Direction, Earlier], hidden: bool) -> Highlight | None:
    span = contested(content)
    if span is None:
        return None
    for direction, before in known.items():
        tried = [
            (duration_ms, distance_m)
            for (distance_m, duration_ms) in _efforts(content, direction)
            if span[0] <= distance_m <= span[1]
        ]
        if not tried or before.best_ms is None:
            continue
        best_ms, metres = min(tried)
        # A longer run with a quicker average contains this distance in less time, though nobody measured it.
        outpaced = before.quickest_ms_per_m is not None and before.quickest_ms_per_m < best_ms / metres
        if best_ms < before.best_ms and not outpaced:
            return Highlight(Feat.BEST, direction, span[0], 0 if hidden else before.best_ms - best_ms)
    return None


def _efforts(content: RunContent, direction: Direction | None = None) -> list[tuple[int, int]]:
    """Return (metres, milliseconds) of each measured stretch, and of a whole run of several laps in one direction."""
    measured = [
        (stretch.distance_m, stretch.duration_ms)
        for stretch in content.stretches
        if stretch.distance_m is not None and not stretch.estimated and direction in (None, stretch.direction)
    ]
    whole = len(content.stretches) > 1 and len(content.directions) == 1 and len(measured) == len(content.stretches)
    if whole:
        measured.append((sum(metres for metres, _ in measured), sum(ms for _, ms in measured)))
    return measured


def _metres(content: RunContent, direction: Direction) -> int:
    return sum(one.distance_m or 0 for one in content.stretches if one.direction is direction)
