"""A rewind: a month or a year of one's runs, told from its end to its beginning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from bot.domain.runs.runs import Direction, Surface
from bot.domain.when.periods import Period, shifted, starts_on

_NIGHT_ENDS = time(5)
_TEN_MIN_MS = 600_000
"""Shorter durations are shown with tenths."""
_EVEN_M = 500
"""Least metres in each direction of a run that is as long backward as forward."""
_KNOWN_SURFACES = 5
"""Least runs with a surface among which a single one stands out."""
_SHORT_M = 1000
"""Most metres of a run that is odd for being short."""


@dataclass(frozen=True, slots=True)
class RewindRun:
    """A run of the period.

    Attributes:
        run_id: its id.
        ran_on: its local day.
        began: its local time of day.
        duration_ms: milliseconds in all.
        sums: (metres, milliseconds) by direction; unknown metres are 0.
        surface: where it was, if known.
        spotter_id: who faced forward; None for nobody, or somebody who declined.
        agreed: whether they agreed that they did.
        guild_id: the club on whose boards it counts, or None.
    """

    run_id: int
    ran_on: date
    began: time
    duration_ms: int
    sums: Mapping[Direction, tuple[int, int]]
    surface: Surface | None = None
    spotter_id: int | None = None
    agreed: bool = False
    guild_id: int | None = None

    @property
    def distance_m(self) -> int:
        """Metres in all."""
        return sum(metres for metres, _ in self.sums.values())


class Oddity(StrEnum):
    """Why a run is the oddest of its period, the oddest first."""

    PALINDROME = "palindrome"  # its time reads the same backward
    NIGHT = "night"
    EVEN = "even"  # as far backward as forward
    SURFACE = "surface"  # the only one on its surface
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class OddRun:
    """The oddest run, and why."""

    oddity: Oddity
    run: RewindRun


@dataclass(frozen=True, slots=True)
class Rewound:
    """The figures of a period.

    Attributes:
        behind: runs on which somebody faced forward for the runner.
        days: days with a run.
        runs: number of runs.
        sums: (metres, milliseconds) by direction.
        surfaces: surfaces with their runs, most first; runs without one are left out.
        longest: metres and day of the longest run in each direction; none without a distance.
        odd: the oddest run, if one is odd at all.
        parts: (first day, metres backward, metres forward) of each month of a year, or week of a month, latest first.
    """

    behind: int
    days: int
    runs: int
    sums: Mapping[Direction, tuple[int, int]]
    surfaces: tuple[tuple[Surface, int], ...]
    longest: Mapping[Direction, tuple[int, date]]
    odd: OddRun | None
    parts: tuple[tuple[date, int, int], ...]


def rewound(runs: Sequence[RewindRun], period: Period, first: date, last: date) -> Rewound:
    """Return the figures of a period, whose runs these are.

    Args:
        runs: its runs, oldest first.
        period: a month or a year.
        first: its first day.
        last: its last day, or today if it is not over.
    """
    sums = dict.fromkeys((Direction.BACKWARD, Direction.FORWARD), (0, 0))
    longest: dict[Direction, tuple[int, date]] = {}
    for run in runs:
        for direction, (metres, ms) in run.sums.items():
            sums[direction] = (sums[direction][0] + metres, sums[direction][1] + ms)
            if metres > longest.get(direction, (0, first))[0]:
                longest[direction] = (metres, run.ran_on)
    return Rewound(
        behind=sum(run.spotter_id is not None for run in runs),
        days=len({run.ran_on for run in runs}),
        runs=len(runs),
        sums=sums,
        surfaces=tuple(Counter(run.surface for run in runs if run.surface is not None).most_common()),
        longest=longest,
        odd=oddest(runs),
        parts=_parts(runs, period, first, last),
    )


def spotters(runs: Iterable[RewindRun], guild_id: int | None) -> list[tuple[int, int]]:
    """Return who agreed that they faced forward, and how often, most often first.

    Args:
        runs: runs of one runner.
        guild_id: count only the runs that this club sees; None for all.
    """
    return Counter(
        run.spotter_id for run in runs if run.spotter_id is not None and run.agreed and guild_id in (None, run.guild_id)
    ).most_common()


def oddest(runs: Sequence[RewindRun]) -> OddRun | None:
    """Return the oddest run, or None. Of several that are odd for the same reason, the longest in time."""
    known = Counter(run.surface for run in runs if run.surface is not None)
    odd = {
        Oddity.PALINDROME: [run for run in runs if reads_backward(run.duration_ms)],
        Oddity.NIGHT: [run for run in runs if run.began < _NIGHT_ENDS],
        Oddity.EVEN: [run for run in runs if _is_even(run)],
        Oddity.SURFACE: [
            run for run in runs if run.surface and known[run.surface] == 1 and known.total() >= _KNOWN_SURFACES
        ],
        Oddity.SHORT: [run for run in runs if 0 < run.distance_m <= _SHORT_M and len(runs) > 1],
    }
    for oddity, found in odd.items():
        if found:
            return OddRun(oddity, max(found, key=lambda run: run.duration_ms))
    return None


def reads_backward(duration_ms: int) -> bool:
    """Whether a duration from ten minutes on, as it is shown, has the same digits in reverse: 24:42, 1:23:21."""
    seconds = (duration_ms + 500) // 1000
    if duration_ms < _TEN_MIN_MS:
        return False
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    digits = f"{hours}{minutes:02d}{seconds:02d}" if hours else f"{minutes}{seconds:02d}"
    return digits == digits[::-1]


def _is_even(run: RewindRun) -> bool:
    backward, forward = (run.sums.get(one, (0, 0))[0] for one in (Direction.BACKWARD, Direction.FORWARD))
    return backward == forward >= _EVEN_M


def _parts(runs: Sequence[RewindRun], period: Period, first: date, last: date) -> tuple[tuple[date, int, int], ...]:
    part = Period.MONTH if period is Period.YEAR else Period.WEEK
    sums: dict[date, list[int]] = {}
    day = first
    while day <= last:
        sums[day] = [0, 0]
        day = shifted(part, starts_on(part, day), 1)
    for run in runs:
        found = sums.get(max(starts_on(part, run.ran_on), first))
        if found is not None:
            found[0] += run.sums.get(Direction.BACKWARD, (0, 0))[0]
            found[1] += run.sums.get(Direction.FORWARD, (0, 0))[0]
    return tuple((on, backward_m, forward_m) for on, (backward_m, forward_m) in reversed(sums.items()))
