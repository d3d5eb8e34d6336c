"""Find the fastest parts of a recording over the listed distances, while all of its points are at hand.

A segment goes from one recorded point to another. Nothing is interpolated and pauses count, so that its time is a
difference of two timestamps, never shorter than the file's clock shows, and its distance at least the listed one. By
`personal_bests.OVER` it is at most 3 % longer, as a whole run or a lap may be. Of points with the same timestamp only
the first is used: the clock cannot tell how far apart they are.

Which way the runner faced is asked later, for each lap. So the result has, for each distance, the fastest segment of
every span of laps that is faster than those of the spans inside it.

A segment never contains a GPS jump, which makes a distance longer than what was run: see `_jumps`.

Source: Strava measures best efforts in elapsed time too, "as these are similar to races"
    (https://support.strava.com/hc/en-us/articles/115001188684)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple, TypeAlias

from bot.domain.runs.activity import Segment
from bot.domain.runs.personal_bests import SPANS
from bot.files.clocks import FASTEST_M_PER_S
from bot.files.track import Walked

ACCURACY_M = 5.0
"""Error of a position in metres: phones are accurate to 4.9 m under open sky.

Source: van Diggelen & Enge 2015, The World's First GPS MOOC and Worldwide Laboratory Using Smartphones, ION GNSS+,
    quoted by https://www.gps.gov/systems/gps/performance/accuracy/
"""
SUDDEN = 2.0
"""A step is a jump if it is faster than this multiple of the usual speed around it, by more than `ACCURACY_M`. Runners
who sprint take several points to double their speed."""
AROUND = 2
"""Steps on either side whose median, with the step itself, is the usual speed around it. The median of five ignores a
jump away and the jump back.

Source: Pearson, Neuvo, Astola, Gabbouj 2016, Generalized Hampel Filters, https://doi.org/10.1186/s13634-016-0383-6
"""
ROUNDING_M = 1e-6
"""Error of sums of decimal fractions, in metres."""
POINTS = 20_000
"""Points that are compared: five and a half hours at one a second. Of a longer recording every second, third or later
point is taken, so that a day takes a tenth of the worker's time; its segments are a few metres longer for it."""
KEPT = 50
"""Segments kept of each distance, fastest first. The fastest of a direction is missing only if 50 faster ones were in
the other direction."""

_Fastest: TypeAlias = dict[tuple[int, int], tuple[float, int]]
"""Seconds and metres of the fastest segment by its first and last lap."""


def fastest_segments(walked: Walked, total_m: int | None, lap_starts_s: Sequence[float]) -> tuple[Segment, ...]:
    """Return the fastest segments of a recording, by distance and then by time.

    Args:
        walked: its points.
        total_m: its total distance, if known. If the points add up to more, their distances are reduced to it.
        lap_starts_s: starts of its laps, on the clock of the points. If they are not in order, every segment spans all
            laps.
    """
    if not walked.measured:
        return ()
    at_s, metres = _ticks(walked)
    if total_m and total_m < metres[-1]:
        scale = total_m / metres[-1]
        metres = [each * scale for each in metres]
    ordered = all(one < other for one, other in pairwise(lap_starts_s))
    starts, last_lap = (lap_starts_s, 0) if ordered else ((), len(lap_starts_s) - 1)
    found: dict[int, _Fastest] = {listed: {} for listed, _ in SPANS}
    step = -(-len(at_s) // POINTS)
    for begin, end in _parts(at_s, metres):
        part_s = at_s[begin : end + 1 : step]
        part = _Unbroken(
            part_s,
            metres[begin : end + 1 : step],
            [max(bisect_right(starts, at) - 1, 0) for at in part_s],
            [max(bisect_left(starts, at) - 1, last_lap) for at in part_s],
        )
        for listed, longest in SPANS:
            part.search(listed, longest, found[listed])
    return tuple(segment for listed, fastest in found.items() for segment in _kept(listed, fastest))


class _Unbroken(NamedTuple):
    """Points without a jump: time, distance, and the laps of segments that begin and end at each."""

    at_s: list[float]
    metres: list[float]
    first_laps: list[int]
    last_laps: list[int]

    def search(self, listed: int, longest: int, fastest: _Fastest) -> None:
        """Update the fastest segments over a distance. Each step of the loop counts: there may be 20,000."""
        at_s, first_laps, last_laps = self.at_s, self.first_laps, self.last_laps
        metres = [*self.metres, inf]
        gap_m, over_m, end = listed - ROUNDING_M, longest + 1, len(at_s)
        to, begin_lap, end_lap, best_s = 0, -1, -1, inf
        for here in range(end):
            wanted_m = metres[here] + gap_m
            while metres[to] < wanted_m:
                to += 1
            if to == end:
                break
            if first_laps[here] != begin_lap or last_laps[to] != end_lap:
                begin_lap, end_lap = first_laps[here], last_laps[to]
                best_s = fastest.get((begin_lap, end_lap), (inf, 0))[0]
            if at_s[to] - at_s[here] < best_s and metres[to] - metres[here] < over_m:
                best_s = at_s[to] - at_s[here]
                fastest[begin_lap, end_lap] = best_s, max(int(metres[to] - metres[here]), listed)


def _ticks(walked: Walked) -> tuple[list[float], list[float]]:
    """Return time and distance of the first point at each instant."""
    numbers = [0, *(number for number, (one, other) in enumerate(pairwise(walked.at_s), 1) if other > one)]
    return [walked.at_s[number] for number in numbers], [walked.metres[number] for number in numbers]


def _parts(at_s: Sequence[float], metres: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Yield first and last index of each part without a jump."""
    begin = 0
    for number in _jumps(at_s, metres):
        yield begin, number
        begin = number + 1
    yield begin, len(at_s) - 1


def _jumps(at_s: Sequence[float], metres: Sequence[float]) -> Iterator[int]:
    """Yield the index of the point before each jump.

    A step is a jump if nobody runs that fast, or if it is suddenly faster than the steps around it, as when a position
    is found again after a tunnel.
    """
    seconds = [other - one for one, other in pairwise(at_s)]
    ways = [other - one for one, other in pairwise(metres)]
    speeds = [way / took for way, took in zip(ways, seconds, strict=True)]
    for number, way in enumerate(ways):
        if way <= ACCURACY_M and speeds[number] <= FASTEST_M_PER_S:
            continue
        around = sorted(speeds[max(number - AROUND, 0) : number + AROUND + 1])
        usual = around[(len(around) - 1) // 2]
        if speeds[number] > FASTEST_M_PER_S or way > SUDDEN * usual * seconds[number] + ACCURACY_M:
            yield number


def _kept(listed: int, fastest: _Fastest) -> list[Segment]:
    """Return the fastest segments of one distance, without those of a span that contains the span of a faster one."""
    kept: list[Segment] = []
    in_order = sorted((*one, first, last) for (first, last), one in fastest.items())
    for took_s, distance_m, first, last in in_order:
        if len(kept) == KEPT:
            break
        if not any(first <= other.first_lap and other.last_lap <= last for other in kept):
            kept.append(Segment(listed, first, last, distance_m, round(took_s * 1000)))
    return kept
