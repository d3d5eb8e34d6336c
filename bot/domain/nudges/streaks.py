"""Streaks: weeks in a row in which somebody met their own goal.

Weeks, not days, so that rest belongs to it. A week that a pause touches, or that was repaired, is protected: it adds
nothing and breaks nothing. The current week adds once its goal is met, and breaks nothing until it is over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import itemgetter

from bot.domain.when.periods import Period, starts_on

WEEK = timedelta(weeks=1)
MOST_RUNS = 7
"""Runs a week that a goal may ask for."""
WORTH = 2
"""Weeks from which on a row of them is worth a word when it is in danger, and worth a repair."""
REPAIRABLE = 2
"""Weeks back that a missed week can still be repaired."""
LONGEST_PAUSE = timedelta(days=366)


class GoalCounts(StrEnum):
    """Which runs a goal counts."""

    BACKWARD = "backward"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Goal:
    """So many runs a week; 0 is no goal, and no streak."""

    runs: int = 1
    counts: GoalCounts = GoalCounts.BACKWARD


DEFAULT_GOAL = Goal()


class PauseReason(StrEnum):
    """Why somebody pauses."""

    INJURY = "injury"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days off: from `from_on`, back on `until_on`."""

    from_on: date
    until_on: date
    why: PauseReason

    def on(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.from_on <= day < self.until_on


@dataclass(frozen=True, slots=True)
class Past:
    """What a streak is made of.

    Attributes:
        runs: runs, all and those with a backward part, by local day or, for all of a week, by its Monday.
        goals: (the Monday from which on it held, goal), oldest first; before the first `DEFAULT_GOAL` held.
        pauses: of this person.
        repaired: Mondays of weeks that were repaired.
    """

    runs: Mapping[date, tuple[int, int]]
    goals: Sequence[tuple[date, Goal]] = ()
    pauses: Sequence[DaysOff] = ()
    repaired: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class Streak:
    """How somebody stands.

    Attributes:
        weeks: whose goal was met, in a row; this one among them once it is.
        done: runs of this week that count.
        goal: of this week.
        protected: whether this week is.
        repair: the Monday of a week that a repair would save the streak by; None where there is none.
        saved: weeks the streak would then have.
        undecided: all that was looked at is protected or met: more may lie before it.
    """

    weeks: int
    done: int
    goal: Goal
    protected: bool
    repair: date | None = None
    saved: int = 0
    undecided: bool = False

    @property
    def open(self) -> bool:
        """Whether this week asks for a run still."""
        return not self.protected and self.done < self.goal.runs

    @property
    def in_danger(self) -> bool:
        """Whether a streak worth a word ends with this week."""
        return self.open and self.weeks >= WORTH


def monday_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return starts_on(Period.WEEK, day)


def streak(past: Past, today: date, since: date | None = None) -> Streak:
    """How somebody stands today.

    Args:
        past: all of it, or what there is of it from `since` on.
        today: in their zone.
        since: where `past` was cut off: weeks before are not known. None: it is whole.
    """
    this = monday_of(today)
    sums = _by_week(past.runs)
    first = min([*sums, this]) if since is None else monday_of(since)
    protected = _protected(past, first, this)

    def met(monday: date) -> bool:
        goal = goal_in(past.goals, monday)
        return goal.runs > 0 and _counted(sums, monday, goal) >= goal.runs

    goal = goal_in(past.goals, this)
    done = _counted(sums, this, goal)
    weeks, broken = _walk(this - WEEK, first, met, protected)
    now_met = met(this)
    undecided = broken is None and since is not None
    repair, saved = None, 0
    if broken is not None and broken >= this - REPAIRABLE * WEEK and goal_in(past.goals, broken).runs > 0:
        before, _ = _walk(broken - WEEK, first, met, protected)
        if before >= WORTH:
            repair, saved = broken, weeks + before + now_met
    if not goal.runs:
        return Streak(0, done, goal, this in protected)
    return Streak(weeks + now_met, done, goal, this in protected, repair, saved, undecided)


def goal_in(goals: Sequence[tuple[date, Goal]], monday: date) -> Goal:
    """The goal that held in a week."""
    held = bisect_right(goals, monday, key=itemgetter(0))
    return goals[held - 1][1] if held else DEFAULT_GOAL


def paused_on(pauses: Iterable[DaysOff], day: date) -> DaysOff | None:
    """The pause a day lies in."""
    return next((pause for pause in pauses if pause.on(day)), None)


def _walk(
    monday: date, first: date, met: Callable[[date], bool], protected: Collection[date]
) -> tuple[int, date | None]:
    """Weeks met in a row from `monday` back, and the one that ends the row; None where the row reaches `first`."""
    weeks = 0
    while monday >= first:
        if met(monday):
            weeks += 1
        elif monday not in protected:
            return weeks, monday
        monday -= WEEK
    return weeks, None


def _by_week(runs: Mapping[date, tuple[int, int]]) -> dict[date, tuple[int, int]]:
    sums: dict[date, tuple[int, int]] = {}
    for day, (every, backward) in runs.items():
        before = sums.get(monday_of(day), (0, 0))
        sums[monday_of(day)] = (before[0] + every, before[1] + backward)
    return sums


def _counted(sums: Mapping[date, tuple[int, int]], monday: date, goal: Goal) -> int:
    every, backward = sums.get(monday, (0, 0))
    return backward if goal.counts is GoalCounts.BACKWARD else every


def _protected(past: Past, first: date, last: date) -> set[date]:
    """Mondays from `first` to `last` of weeks that were repaired or that a pause touches."""
    found = {monday for monday in past.repaired if first <= monday <= last}
    for pause in past.pauses:
        if pause.until_on <= pause.from_on:
            continue
        monday = max(monday_of(pause.from_on), first)
        while monday <= last and monday < pause.until_on:
            found.add(monday)
            monday += WEEK
    return found
