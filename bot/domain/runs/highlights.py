"""What a run was the first, the fastest or the longest of its runner, or the streak whose week it completed.

At most one thing, and for most runs nothing. A run can be the fastest over several distances; they are one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.domain.runs.personal_bests import Effort, outpaced
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
class NewBest:
    """A personal best that beat an earlier one.

    Attributes:
        direction: its direction.
        listed_m: its distance, in metres.
        duration_ms: its time, in milliseconds.
        faster_ms: how much faster than the best before, in milliseconds; None if the readers may not see that one.
        beaten_on: day of the best before; None likewise.
    """

    direction: Direction
    listed_m: int
    duration_ms: int
    faster_ms: int | None = None
    beaten_on: date | None = None


@dataclass(frozen=True, slots=True)
class EarlierBest:
    """A runner's best over a distance among the runs before one.

    Attributes:
        effort: what was measured.
        ran_on: day of its run.
        shown: whether the readers of the card may see that run.
    """

    effort: Effort
    ran_on: date
    shown: bool


@dataclass(frozen=True, slots=True)
class Highlight:
    """The line of a run's card.

    Attributes:
        feat: what it was.
        direction: of a longest run.
        bests: the bests it set, longest distance first.
        total_km: the round total that was passed.
        weeks: weeks of a streak.
    """

    feat: Feat
    direction: Direction | None = None
    bests: tuple[NewBest, ...] = ()
    total_km: int = 0
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A runner's earlier runs in one direction.

    Attributes:
        runs: number of runs with a part in this direction.
        distance_m: their metres in this direction.
        longest_m: most metres of one run in this direction.
        hidden: how many of the runs the readers of the card may not see.
    """

    runs: int = 0
    distance_m: int = 0
    longest_m: int = 0
    hidden: int = 0


def highlight(
    content: RunContent, earlier: Mapping[Direction, Earlier], bests: Sequence[NewBest] = ()
) -> Highlight | None:
    """Return what a run of known direction and reliable time was, or None.

    What follows from runs that the readers may not see is left out, unless it reveals none of their figures.

    Args:
        content: the run.
        earlier: the runner's earlier runs by direction.
        bests: the bests that it set among them, longest distance first.
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
    if bests:
        return Highlight(Feat.BEST, bests=tuple(bests))
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


def new_bests(
    own: Mapping[tuple[Direction, int], Effort], before: Mapping[tuple[Direction, int], EarlierBest]
) -> tuple[NewBest, ...]:
    """Return the bests that a run set, longest distance first.

    The first time over a distance beats nothing. A time slower than the average of a longer best is left out: the
    distance was run faster inside that one, though nobody measured it.

    Args:
        own: what the run measured, by direction and listed metres.
        before: the runner's bests before it.
    """
    found = []
    for (direction, listed_m), effort in sorted(own.items(), key=lambda item: (-item[0][1], item[0][0])):
        beaten = before.get((direction, listed_m))
        if beaten is None or effort.duration_ms >= beaten.effort.duration_ms:
            continue
        longer = {by: best.effort for (way, by), best in before.items() if way is direction and by > listed_m}
        if listed_m in outpaced({listed_m: effort, **longer}):
            continue
        best = NewBest(direction, listed_m, effort.duration_ms)
        if beaten.shown:
            best = replace(best, faster_ms=beaten.effort.duration_ms - effort.duration_ms, beaten_on=beaten.ran_on)
        found.append(best)
    return tuple(found)


def streak_highlight(weeks: int) -> Highlight | None:
    """Return the highlight of a run that completed a week of a streak of `weeks`, or None."""
    return Highlight(Feat.STREAK, weeks=weeks) if weeks in STREAK_WEEKS else None


def _metres(content: RunContent, direction: Direction) -> int:
    return sum(one.distance_m or 0 for one in content.stretches if one.direction is direction)
