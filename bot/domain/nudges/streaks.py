"""Streaks: consecutive weeks in which a member met their goal.

Weeks instead of days, so that rest days do not break a streak. A week that was repaired or overlaps a pause is
protected: it neither extends nor breaks a streak. The current week counts as soon as its goal is met, and cannot break
the streak before it is over.

A missed week of a streak worth keeping uses a reserve by itself, if there is one: it is protected too. Everyone begins
with two, eight kept weeks bring one back, and there are never more than two. A reserve is given before the miss; a
repair is for what happened while away. Source: M. A. Sharif and S. B. Shu, "The Benefits of Emergency Reserves",
Journal of Marketing Research 54 (2017): a hard goal with a reserve is reached more often than a hard or an easy one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from operator import itemgetter

from bot.domain.when.periods import Period, starts_on

WEEK = timedelta(weeks=1)
MOST_RUNS = 7
"""Most runs a week of a goal."""
WORTH = 2
"""Weeks from which a streak is worth a warning and a repair."""
REPAIRABLE = 2
"""How many weeks back a missed week can be repaired."""
MOST_RESERVES = 2
"""Reserves at the start, and at most: with three or more, missing a week becomes the habit."""
WEEKS_A_RESERVE = 8
"""Weeks with the goal met that bring a reserve."""
LONGEST_PAUSE = timedelta(days=366)


class GoalCounts(StrEnum):
    """Which runs count towards a goal."""

    BACKWARD = "backward"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Goal:
    """A number of runs a week; 0 means no goal and no streak."""

    runs: int = 1
    counts: GoalCounts = GoalCounts.BACKWARD


DEFAULT_GOAL = Goal()


class PauseReason(StrEnum):
    """Reason of a pause."""

    INJURY = "injury"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A pause from `from_on` until before `until_on`."""

    from_on: date
    until_on: date
    why: PauseReason

    def on(self, day: date) -> bool:
        """Whether a day is in the pause."""
        return self.from_on <= day < self.until_on


@dataclass(frozen=True, slots=True)
class Past:
    """The data from which a streak is computed.

    Attributes:
        runs: (all runs, runs with a backward part) by local day, or for a whole week by its Monday.
        goals: (first Monday, goal), oldest first; `DEFAULT_GOAL` applies before the first.
        pauses: of the member.
        repaired: Mondays of repaired weeks.
    """

    runs: Mapping[date, tuple[int, int]]
    goals: Sequence[tuple[date, Goal]] = ()
    pauses: Sequence[DaysOff] = ()
    repaired: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class Streak:
    """The state of a member's streak.

    Attributes:
        weeks: consecutive weeks with the goal met, including the current one once it is met.
        done: counted runs of the current week.
        goal: of the current week.
        protected: whether the current week is protected.
        repair: Monday of the week whose repair would save the streak, or None.
        saved: weeks of the streak after that repair.
        undecided: the streak may be longer, because earlier weeks, or the reserves left, are unknown.
        reserves: reserves left; 0 if earlier weeks are unknown.
        reserved: Mondays of the weeks of this streak that used a reserve, oldest first.
    """

    weeks: int
    done: int
    goal: Goal
    protected: bool
    repair: date | None = None
    saved: int = 0
    undecided: bool = False
    reserves: int = 0
    reserved: tuple[date, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the current week still needs a run."""
        return not self.protected and self.done < self.goal.runs

    @property
    def in_danger(self) -> bool:
        """Whether a streak of at least `WORTH` weeks ends, or costs a reserve, without a run this week."""
        return self.open and self.weeks >= WORTH


def monday_of(day: date) -> date:
    """Return the Monday of a day's ISO week."""
    return starts_on(Period.WEEK, day)


def streak(past: Past, today: date, since: date | None = None) -> Streak:
    """Return the state of a streak.

    Args:
        past: the complete data, or the data from `since` on.
        today: local date of the member.
        since: first day of `past`; earlier weeks are unknown. None: `past` is complete.
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
    now_met = met(this)
    if not goal.runs:
        return Streak(0, done, goal, this in protected)
    if since is not None:
        weeks, broken = _walk(this - WEEK, first, met, protected)
        undecided = broken is None or goal_in(past.goals, broken).runs > 0
        return Streak(weeks + now_met, done, goal, this in protected, undecided=undecided)
    row = _play(first, this, met, protected, past.goals)
    repair, saved = None, 0
    if row.broken is not None and row.broken >= this - REPAIRABLE * WEEK and row.before >= WORTH:
        repair, saved = row.broken, row.weeks + row.before + now_met
    reserves = _with_kept_week(row).reserves if now_met else row.reserves
    return Streak(
        row.weeks + now_met, done, goal, this in protected, repair, saved, reserves=reserves, reserved=row.reserved
    )


def goal_in(goals: Sequence[tuple[date, Goal]], monday: date) -> Goal:
    """Return the goal that applied in a week."""
    held = bisect_right(goals, monday, key=itemgetter(0))
    return goals[held - 1][1] if held else DEFAULT_GOAL


def paused_on(pauses: Iterable[DaysOff], day: date) -> DaysOff | None:
    """Return the pause that contains a day, or None."""
    return next((pause for pause in pauses if pause.on(day)), None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A streak at the end of a week.

    Attributes:
        weeks: consecutive weeks with the goal met.
        reserves: reserves left.
        kept: weeks with the goal met since the last reserve they brought.
        reserved: weeks of this streak that used a reserve.
        broken: the last week that broke a streak with a goal, if any.
        before: weeks of the streak that it broke.
    """

    weeks: int = 0
    reserves: int = MOST_RESERVES
    kept: int = 0
    reserved: tuple[date, ...] = ()
    broken: date | None = None
    before: int = 0


def _play(
    first: date,
    end: date,
    met: Callable[[date], bool],
    protected: Collection[date],
    goals: Sequence[tuple[date, Goal]],
) -> _Row:
    """Return the streak after all weeks from `first` until before `end`."""
    row, monday = _Row(), first
    while monday < end:
        if met(monday):
            row = _with_kept_week(row)
        elif monday not in protected:
            row = _with_missed_week(row, monday, has_goal=goal_in(goals, monday).runs > 0)
        monday += WEEK
    return row


def _with_kept_week(row: _Row) -> _Row:
    kept, reserves = row.kept + 1, row.reserves
    if kept == WEEKS_A_RESERVE:
        kept, reserves = 0, min(MOST_RESERVES, reserves + 1)
    return replace(row, weeks=row.weeks + 1, kept=kept, reserves=reserves)


def _with_missed_week(row: _Row, monday: date, *, has_goal: bool) -> _Row:
    if has_goal and row.reserves and row.weeks >= WORTH:
        return replace(row, reserves=row.reserves - 1, reserved=(*row.reserved, monday))
    return replace(row, weeks=0, reserved=(), broken=monday if has_goal else None, before=row.weeks)


def _walk(
    monday: date, first: date, met: Callable[[date], bool], protected: Collection[date]
) -> tuple[int, date | None]:
    """Count met weeks from `monday` backwards; also return the week that breaks the row, or None at `first`."""
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
    """Return the Mondays from `first` to `last` of weeks that were repaired or overlap a pause."""
    found = {monday for monday in past.repaired if first <= monday <= last}
    for pause in past.pauses:
        if pause.until_on <= pause.from_on:
            continue
        monday = max(monday_of(pause.from_on), first)
        while monday <= last and monday < pause.until_on:
            found.add(monday)
            monday += WEEK
    return found
