"""Find the points of a recording with consistent timestamps.

A watch may write wrong timestamps: before its GPS fix, after a correction, or for no apparent reason. The largest set
of consistent points is kept. Points are consistent if, in the order of recording,

- timestamps never fall, and rise by at least about the shortest usual interval for each point in between (otherwise a
  block stamped minutes ahead in the middle would look like a pause), and
- no two neighbours are more than `LONGEST_PAUSE_S` apart.

This is a longest non-decreasing subsequence, found by patience sorting in O(n log n). The order of recording is that of
the file; a piece (a segment or lap) with falling timestamps is reversed, and pieces may come in any order. Points in no
order at all are sorted by timestamp, provided that they are then regular and match their distances.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from operator import eq, itemgetter, sub
from statistics import median, median_low
from typing import NamedTuple

LONGEST_PAUSE_S = 12 * 3600.0
"""Seconds. If two parts of a file are farther apart, only the larger is the activity. Even in the longest races runners
sleep for less."""
STUCK = 5
"""Consecutive points with one timestamp that suggest a stopped clock; several points a second give fewer."""
LONE_S = 60.0
LONE_INTERVALS = 5
"""A single point at either end is isolated if the gap beside it is longer than both limits."""
EARLY, LATE, FASTER = 0.4, 2.5, 2
"""Points are regular if their intervals are between the first two, as multiples of the usual interval, and their speeds
at most the third, as a multiple of the usual speed."""
HARDLY = 0.95
"""Share of the steps that must be possible when points are in no order."""
FEW = 10
"""With fewer points than this, none is treated as isolated."""
FASTEST_M_PER_S = 12.5
"""Upper limit of running speed; see `bot.domain.runs.run_measures`."""
SLACK_M = 10.0
"""Error of a position or distance counter, in metres."""
EARTH_M = 6_371_008.8
"""Mean radius of the earth.

Source: Moritz 2000, Geodetic Reference System 1980, https://doi.org/10.1007/s001900050278
"""

Place = tuple[float, float]
"""Latitude and longitude, degrees."""


class Point(NamedTuple):
    """A point as stored in the file.

    Attributes:
        at_s: instant in seconds, on the file's clock.
        metres: the device's total distance since the start, or None.
        place: position, or None.
        timer: True if the device's timer starts here, False if it stops, None for an ordinary point.
    """

    at_s: float
    metres: float | None = None
    place: Place | None = None
    timer: bool | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Points recorded without a break.

    Attributes:
        points: in file order.
        paused: whether the recording paused before them.
    """

    points: list[Point]
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """Points in the order of recording.

    Attributes:
        points: all of them.
        kept: ascending indexes of the consistent points; empty if at most half of the points are consistent.
        paused: indexes of points preceded by a pause.
        left_out: number of ordinary points that are not consistent, not counting duplicates.
    """

    points: list[Point]
    kept: Sequence[int]
    paused: frozenset[int] = frozenset()
    left_out: int = 0


def agreed(pieces: Sequence[Piece]) -> Agreed:
    """Find the largest set of consistent points."""
    best = _joined(pieces)
    if _flawless([point.at_s for point in best.points]):
        return best
    turned = [_turned(piece) for piece in pieces if piece.points]
    best = _joined(turned)
    if _flawless([point.at_s for point in best.points]):
        return best
    if not best.paused and all(point.timer is None for point in best.points):
        regular = _sorted(best.points, regular=True)
        if regular.kept:
            return regular
    best = _chosen(turned)
    sorted_pieces = sorted(turned, key=lambda piece: median_low(point.at_s for point in piece.points))
    if sorted_pieces != turned:
        best = max(best, _chosen(sorted_pieces), key=lambda one: len(one.kept))
    return _trimmed(best if best.kept else _sorted(best.points, regular=False))


def usual_interval_s(stamps: Sequence[float]) -> float | None:
    """Return the median of the intervals above 0, or None if there are none."""
    rising = [later - earlier for earlier, later in pairwise(stamps[:5_000]) if later > earlier]
    return median_low(rising) if rising else None


def metres_between(one: Place, other: Place) -> float:
    """Return the great-circle distance in metres between two positions in degrees.

    Source: Sinnott 1984, Virtues of the Haversine, Sky and Telescope 68(2), 159
    """
    north, east = radians(other[0] - one[0]), radians(other[1] - one[1])
    chord = sin(north / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def _turned(piece: Piece) -> Piece:
    """Return the piece, reversed if most of its timestamps fall."""
    steps = [later.at_s - earlier.at_s for earlier, later in pairwise(piece.points)]
    falling = sum(step < 0 for step in steps)
    return Piece(piece.points[::-1], piece.paused) if falling * 2 > len(steps) else piece


def _joined(pieces: Sequence[Piece]) -> Agreed:
    points: list[Point] = []
    paused = set()
    for piece in pieces:
        if piece.paused and points:
            paused.add(len(points))
        points += piece.points
    return Agreed(points, range(len(points)), frozenset(paused))


def _flawless(stamps: list[float]) -> bool:
    """Whether all timestamps are consistent by a quick check."""
    if sorted(stamps) != stamps:
        return False
    steps = list(map(sub, stamps[1:], stamps))
    if any(step > LONGEST_PAUSE_S for step in steps) or any(map(eq, stamps, stamps[STUCK:])):
        return False
    return len(stamps) < FEW or max(steps[0], steps[-1]) <= LONE_S


def _chosen(pieces: Sequence[Piece]) -> Agreed:
    """Return the largest consistent set of points in this order. Duplicates count once."""
    joined = _joined(pieces)
    fresh = sorted({point: number for number, point in reversed(list(enumerate(joined.points)))}.values())
    stamps = [point.at_s for point in joined.points]
    kept: list[int] = []
    for group in _together(fresh, stamps):
        if len(group) > len(kept):
            kept = max(kept, _longest(stamps, group), key=len)
    most = len(kept) * 2 > len(fresh)
    left_out = sum(joined.points[number].timer is None for number in set(fresh).difference(kept))
    return Agreed(joined.points, kept if most else [], joined.paused, left_out)


def _together(numbers: Sequence[int], stamps: Sequence[float]) -> list[list[int]]:
    """Group point indexes separated by more than `LONGEST_PAUSE_S`; each group keeps its order."""
    groups: list[list[int]] = []
    last_s = float("-inf")
    for number in sorted(numbers, key=stamps.__getitem__):
        if stamps[number] - last_s > LONGEST_PAUSE_S:
            groups.append([])
        groups[-1].append(number)
        last_s = stamps[number]
    return [sorted(group) for group in groups]


def _longest(stamps: Sequence[float], numbers: Sequence[int]) -> list[int]:
    """Return the longest subsequence whose timestamps rise by at least the shortest usual interval per point."""
    step_s = _shortest_usual_s([stamps[number] for number in numbers])
    ends: list[float] = []  # index: length - 1; value: the smallest last value of a sequence of that length
    at_end: list[int] = []  # the last point of that sequence
    before: dict[int, int | None] = {}
    for number in numbers:
        value = stamps[number] - number * step_s
        length = bisect_right(ends, value)
        before[number] = at_end[length - 1] if length else None
        if length == len(ends):
            ends.append(value)
            at_end.append(number)
        else:
            ends[length] = value
            at_end[length] = number
    found: list[int] = []
    number_: int | None = at_end[-1] if at_end else None
    while number_ is not None:
        found.append(number_)
        number_ = before[number_]
    return found[::-1]


def _shortest_usual_s(stamps: Sequence[float]) -> float:
    steps = sorted(later - earlier for earlier, later in pairwise(stamps) if 0 <= later - earlier <= LONGEST_PAUSE_S)
    rising = steps[bisect_right(steps, 0.0) :]
    if not rising:
        return 0.0
    return 0.9 * min(rising[len(rising) // 20], median(steps))


def _sorted(points: Sequence[Point], *, regular: bool) -> Agreed:
    """Sort points by timestamp. Keep them only if almost no step is then faster than anybody runs.

    Args:
        points: in no order, possibly with duplicates.
        regular: also require that all intervals are about the usual one, and all speeds about the usual speed.
    """
    ordered = sorted(dict.fromkeys(points), key=itemgetter(0))
    groups = _together(range(len(ordered)), [point.at_s for point in ordered])
    kept = max(groups, key=len, default=[])
    steps = [(other.at_s - one.at_s, _metres(one, other)) for one, other in _pairs(ordered, kept)]
    usual_s = median_low([interval_s for interval_s, _ in steps] or [0.0])
    told = [(interval_s, metres) for interval_s, metres in steps if metres is not None]
    if len(kept) * 2 <= len(ordered) or len(told) * 2 <= len(kept):
        return Agreed(ordered, [], left_out=len(ordered))
    fastest = FASTEST_M_PER_S
    if regular:
        if len(kept) < len(ordered) or not all(EARLY * usual_s < step[0] <= LATE * usual_s for step in steps):
            return Agreed(ordered, [], left_out=len(ordered))
        fastest = min(fastest, FASTER * median(metres / interval_s for interval_s, metres in told))
    possible = sum(0 <= metres <= fastest * interval_s + SLACK_M for interval_s, metres in told)
    agree = possible >= (1.0 if regular else HARDLY) * len(told)
    return Agreed(ordered, kept if agree else [], left_out=len(ordered) - len(kept))


def _pairs(points: Sequence[Point], numbers: Sequence[int]) -> Iterable[tuple[Point, Point]]:
    return pairwise([points[number] for number in numbers])


def _metres(one: Point, other: Point) -> float | None:
    """Return the metres from one point to the other, or None if unknown."""
    if one.metres is not None and other.metres is not None:
        return other.metres - one.metres
    return metres_between(one.place, other.place) if one.place and other.place else None


def _trimmed(found: Agreed) -> Agreed:
    """Drop an isolated point at either end: no running was recorded with it, and its timestamp may be wrong."""
    kept = list(found.kept)
    usual_s = usual_interval_s([found.points[number].at_s for number in kept]) or 0.0
    for end, next_ in ((0, 1), (-1, -2)):
        if len(kept) < FEW:
            break
        if abs(kept[end] - kept[next_]) > 1:  # points were left out in between, so there was no gap
            continue
        lone, other = found.points[kept[end]], found.points[kept[next_]]
        if lone.timer is None and abs(other.at_s - lone.at_s) > max(LONE_S, LONE_INTERVALS * usual_s):
            del kept[end]
    return Agreed(found.points, kept, found.paused, found.left_out)
