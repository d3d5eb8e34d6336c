"""Checkers: each counts one thing over a member's events, as a fold of a few integers.

A checker's parameters come from `badges.toml`. `step` takes the counts so far and the next event in order, and returns
the new counts; `reached` never falls from one event to the next, so that each level belongs to the run that reached it.
The integers are stored (`db.models.badges`), so a checker that counts otherwise needs a new `VERSION` in
`badge_definitions`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from bot.domain.badges.badge_events import BadgeEvent, BadgeRun, BadgeSpotting, with_newcomer
from bot.domain.runs.runs import Surface

Counts: TypeAlias = tuple[int, ...]
Test: TypeAlias = Callable[[BadgeRun, Any], bool]
MINUTE_MS = 60_000
WEEK_DAYS = 7


class BadgeUnit(StrEnum):
    """The unit of a badge's levels."""

    COUNT = "count"
    METRES = "metres"
    MINUTES = "minutes"


def _faces(run: BadgeRun, way: str) -> bool:
    backward, forward = run.backward_ms > 0, run.forward_ms > 0
    if way == "even":
        return run.backward_m > 0 and abs(run.backward_m - run.forward_m) * 100 <= run.backward_m
    return {"backward": backward, "forward": forward, "mixed": backward and forward}[way]


def _is_slower(run: BadgeRun, s_per_km: int) -> bool:
    return not run.doubtful and 0 < run.distance_m * s_per_km < run.duration_ms


def _is_palindrome(run: BadgeRun, wanted: bool) -> bool:
    minutes, seconds = divmod(run.duration_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    digits = f"{hours}{minutes:02d}{seconds:02d}" if hours else f"{minutes}{seconds:02d}"
    return (len(digits) > 2 and digits == digits[::-1]) is wanted


_TESTS: Mapping[str, Test] = {
    "way": _faces,
    "hours": lambda run, hours: hours[0] * 60 <= run.minute < hours[1] * 60,
    "weekday": lambda run, weekday: run.ran_on.weekday() == weekday,
    "day": lambda run, day: run.ran_on.isoformat()[5:] == day,
    "surfaces": lambda run, surfaces: run.surface is not None and run.surface.value in surfaces,
    "least_m": lambda run, metres: run.distance_m >= metres,
    "least_backward_m": lambda run, metres: run.backward_m >= metres,
    "most_backward_min": lambda run, minutes: 0 < run.backward_ms <= minutes * MINUTE_MS,
    "slower_s_per_km": _is_slower,
    "spotter": lambda run, wanted: (run.partner is not None) is wanted,
    "newcomer": lambda run, wanted: with_newcomer(run) is wanted,
    "most_effort": lambda run, effort: run.effort is not None and run.effort <= effort,
    "note": lambda run, tag: tag in run.tags,
    "palindrome": _is_palindrome,
}


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs count; what is None does not matter.

    Attributes:
        way: backward or forward (some of it), mixed (both), or even (as far backward as forward, to 1 %).
        hours: first local hour of the start, and the hour before which it is.
        weekday: Monday is 0.
        day: day of any year, as `MM-DD`.
        surfaces: names of surfaces.
        least_m: metres in both directions, at least.
        least_backward_m: metres backward, at least.
        most_backward_min: minutes backward, at most, of some.
        slower_s_per_km: pace slower than this; never of a run of doubtful time.
        spotter: whether a spotter confirmed.
        newcomer: whether that spotter was a newcomer.
        most_effort: RPE, at most.
        note: name of a list of words of which the note has one.
        palindrome: whether the time reads the same backward, with at least three digits.
    """

    way: str | None = None
    hours: tuple[int, int] | None = None
    weekday: int | None = None
    day: str | None = None
    surfaces: tuple[str, ...] | None = None
    least_m: int | None = None
    least_backward_m: int | None = None
    most_backward_min: int | None = None
    slower_s_per_km: int | None = None
    spotter: bool | None = None
    newcomer: bool | None = None
    most_effort: int | None = None
    note: str | None = None
    palindrome: bool | None = None

    _tests: tuple[tuple[Test, Any], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Choose the tests once: a recount asks for each run and badge."""
        wanted = ((test, getattr(self, name)) for name, test in _TESTS.items())
        object.__setattr__(self, "_tests", tuple((test, value) for test, value in wanted if value is not None))

    def takes(self, run: BadgeRun) -> bool:
        """Whether a run counts."""
        return not self._tests or all(test(run, wanted) for test, wanted in self._tests)


@dataclass(frozen=True, slots=True)
class Checker(ABC):
    """Counts one thing. Its fields are the parameters; its counts begin with what was reached, by default.

    Attributes:
        where: which runs count.
    """

    where: RunFilter = RunFilter()

    @property
    def unit(self) -> BadgeUnit:
        """The unit of its levels."""
        return BadgeUnit.COUNT

    @property
    def start(self) -> Counts:
        """The counts before the first event."""
        return (0,)

    @abstractmethod
    def step(self, counts: Counts, event: BadgeEvent) -> Counts:
        """Return the counts after one more event."""

    def reached(self, counts: Counts) -> int:
        """Return the most that was reached."""
        return counts[0]

    def towards_next(self, counts: Counts, today: date) -> int:
        """Return how much counts towards the next level on a day."""
        return self.reached(counts)


@dataclass(frozen=True, slots=True)
class _OfRuns(Checker):
    """Counts one's own runs that fit."""

    def step(self, counts: Counts, event: BadgeEvent) -> Counts:
        """Return the counts after one more event."""
        return self._count(counts, event) if isinstance(event, BadgeRun) and self.where.takes(event) else counts

    @abstractmethod
    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        """Return the counts after one more run that fits."""


@dataclass(frozen=True, slots=True)
class RunsChecker(_OfRuns):
    """Runs."""

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        return (counts[0] + 1,)


@dataclass(frozen=True, slots=True)
class DaysChecker(_OfRuns):
    """Days, or weeks, with a run: their number, and the last one."""

    days: int = 1

    @property
    def start(self) -> Counts:
        """The counts before the first event."""
        return (0, 0)

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        at = (run.ran_on.toordinal() - 1) // self.days
        return (counts[0] + 1, at) if at > counts[1] else counts


@dataclass(frozen=True, slots=True)
class RowChecker(_OfRuns):
    """The longest row of weeks with a run, and the current one: weeks of the longest, of the current, its last week."""

    @property
    def start(self) -> Counts:
        """The counts before the first event."""
        return (0, 0, 0)

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        longest, current, last = counts
        week = _week(run.ran_on)
        if week <= last:
            return counts
        current = current + 1 if week == last + 1 else 1
        return max(longest, current), current, week

    def towards_next(self, counts: Counts, today: date) -> int:
        """Return the weeks of the current row, which last week or this one belongs to."""
        return counts[1] if counts[2] >= _week(today) - 1 else 0


@dataclass(frozen=True, slots=True)
class SumChecker(_OfRuns):
    """Metres, or milliseconds, in a direction."""

    of: str = "backward_m"

    @property
    def unit(self) -> BadgeUnit:
        """The unit of its levels."""
        return BadgeUnit.METRES if self.of.endswith("_m") else BadgeUnit.MINUTES

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        return (counts[0] + int(getattr(run, self.of)),)

    def reached(self, counts: Counts) -> int:
        """Return metres, or whole minutes."""
        return counts[0] // MINUTE_MS if self.unit is BadgeUnit.MINUTES else counts[0]


@dataclass(frozen=True, slots=True)
class LongestChecker(SumChecker):
    """Most metres, or milliseconds, of one run."""

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        return (max(counts[0], int(getattr(run, self.of))),)


@dataclass(frozen=True, slots=True)
class ReturnsChecker(_OfRuns):
    """Runs after a break: their number, and the last day with a run."""

    days: int = 28

    @property
    def start(self) -> Counts:
        """The counts before the first event."""
        return (0, 0)

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        back, last = counts
        day = run.ran_on.toordinal()
        return back + (last > 0 and day - last >= self.days), max(day, last)


@dataclass(frozen=True, slots=True)
class _Variety(_OfRuns):
    """Different things, as bits of one number."""

    def reached(self, counts: Counts) -> int:
        """Return how many."""
        return counts[0].bit_count()

    @abstractmethod
    def _bit(self, run: BadgeRun) -> int | None:
        """Return the number of what a run has, or None."""

    def _count(self, counts: Counts, run: BadgeRun) -> Counts:
        bit = self._bit(run)
        return counts if bit is None else (counts[0] | 1 << bit,)


@dataclass(frozen=True, slots=True)
class SurfacesChecker(_Variety):
    """Different surfaces."""

    def _bit(self, run: BadgeRun) -> int | None:
        return None if run.surface is None else list(Surface).index(run.surface)


@dataclass(frozen=True, slots=True)
class MonthsChecker(_Variety):
    """Different months of the year."""

    def _bit(self, run: BadgeRun) -> int | None:
        return run.ran_on.month


@dataclass(frozen=True, slots=True)
class SpottedChecker(Checker):
    """Runs on which one faced forward for another, or the minutes of it."""

    minutes: bool = False

    @property
    def unit(self) -> BadgeUnit:
        """The unit of its levels."""
        return BadgeUnit.MINUTES if self.minutes else BadgeUnit.COUNT

    def step(self, counts: Counts, event: BadgeEvent) -> Counts:
        """Count a run faced forward."""
        if not isinstance(event, BadgeSpotting) or not event.duration_ms:
            return counts
        return (counts[0] + (event.duration_ms if self.minutes else 1),)

    def reached(self, counts: Counts) -> int:
        """Return runs, or whole minutes."""
        return counts[0] // MINUTE_MS if self.minutes else counts[0]


@dataclass(frozen=True, slots=True)
class PartnersChecker(Checker):
    """People one ran with, as runner or spotter; or runs with a newcomer."""

    newcomers: bool = False

    def step(self, counts: Counts, event: BadgeEvent) -> Counts:
        """Count a new partner, or a run with a newcomer."""
        found = with_newcomer(event) if self.newcomers else event.first_with
        return (counts[0] + found,)


CHECKERS: Mapping[str, type[Checker]] = {
    "runs": RunsChecker,
    "days": DaysChecker,
    "row": RowChecker,
    "sum": SumChecker,
    "longest": LongestChecker,
    "returns": ReturnsChecker,
    "surfaces": SurfacesChecker,
    "months": MonthsChecker,
    "spotted": SpottedChecker,
    "partners": PartnersChecker,
}
"""Every checker by its name in `badges.toml`."""


def _week(day: date) -> int:
    """Return the number of a day's week; weeks begin on Monday."""
    return (day.toordinal() - 1) // WEEK_DAYS
