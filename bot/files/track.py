"""Collect the points of a recording, and compute running time and distance from them.

Only this module and `clocks` hold coordinates, and only until the metres between two points are known.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite

from bot.domain.runs.activity import Series
from bot.files.clocks import FASTEST_M_PER_S, Agreed, Piece, Place, Point, agreed, metres_between, usual_interval_s
from bot.files.counters import Counter
from bot.files.refused import too_large

POINTS = 300_000
"""Maximum points in one file: 83 hours at one a second."""
SERIES = 2_000
"""Approximate number of points kept in a series."""
GAP_S = 10.0
"""A gap is longer than both limits; it does not count as running time. The second limit exists because a watch that
records only turns writes a point every few seconds, and a phone in a pocket every half minute."""
GAP_INTERVALS = 5
LEAP_M_PER_S = 50.0
LEAP_M = 200.0
"""A step larger than both limits allow is a GPS error; no runner, rider or swimmer is that fast."""
MOVING_M_PER_S = 1.0
"""A lower speed counts as standing, given the accuracy of GPS."""


@dataclass(frozen=True, slots=True)
class Walked:
    """Running time and distance along a track: parallel lists of ascending values.

    Attributes:
        at_s: instants in seconds, on the track's own clock.
        running_s: running time in seconds since the first point.
        metres: distance since the first point; all 0 if `measured` is false.
        measured: whether the track has distances at all.
        left_out: number of points with inconsistent timestamps.
        longitude: of the first point with a position, in degrees, or None.
        agree: False if no set of points is consistent; the lists are empty then.
    """

    at_s: list[float] = field(default_factory=list)
    running_s: list[float] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    measured: bool = False
    left_out: int = 0
    longitude: float | None = None
    agree: bool = True

    def indexes(self, first_s: float | None, last_s: float | None) -> tuple[int, int]:
        """Return the indexes of the last points at or before two instants; None means the first and the last point."""
        start = 0 if first_s is None else max(bisect_right(self.at_s, first_s) - 1, 0)
        end = len(self.at_s) - 1 if last_s is None else max(bisect_right(self.at_s, last_s) - 1, 0)
        return start, max(start, end)

    def moving_s(self, start: int, end: int) -> float:
        """Return the running time in seconds between two indexes during which the position changed."""
        times = pairwise(self.running_s[start : end + 1])
        ways = pairwise(self.metres[start : end + 1])
        steps = ((s - t, n - m) for (t, s), (m, n) in zip(times, ways, strict=True))
        return sum(seconds for seconds, metres in steps if metres >= MOVING_M_PER_S * seconds)

    def series(self) -> Series:
        """Return time and distance, thinned evenly; the last point is always included."""
        if not self.measured or not self.at_s:
            return ()
        count = len(self.at_s)
        step = max(1, -(-count // SERIES))
        kept = [*range(0, count - 1, step), count - 1]
        return tuple((round(self.running_s[at], 1), round(self.metres[at], 1)) for at in kept)


class Track:
    """Collects points in file order; instants are seconds on any single clock."""

    def __init__(self) -> None:
        self._pieces = [Piece([])]
        self._count = 0
        self._left_out = 0

    def __len__(self) -> int:
        return self._count

    def add(self, at_s: float, metres: float | None = None, place: Place | None = None) -> None:
        """Add a point.

        Args:
            at_s: its instant.
            metres: the device's total distance since the start, or None.
            place: position, or None.
        """
        known = metres is not None and isfinite(metres) and 0 <= metres < 1e7
        self._add(Point(at_s, metres if known else None, place if place and _on_earth(place) else None))

    def piece(self, *, paused: bool) -> None:
        """Begin another piece; pieces need not be in chronological order.

        Args:
            paused: whether the time between the previous point and its first point is a pause.
        """
        if not self._pieces[-1].points:
            self._pieces.pop()
        self._pieces.append(Piece([], paused))

    def stop(self, at_s: float) -> None:
        """Record that the device's timer stops; points until `start` do not count as running."""
        self._add(Point(at_s, timer=False))

    def start(self, at_s: float) -> None:
        """Record that the device's timer starts or restarts."""
        self._add(Point(at_s, timer=True))

    def leave_out(self) -> None:
        """Count a point without a timestamp."""
        self._left_out += 1

    def _add(self, point: Point) -> None:
        if self._count >= POINTS:
            raise too_large("too_many_points")
        self._count += 1
        self._pieces[-1].points.append(point)

    def walked(self) -> Walked:
        """Compute running time and distance, from the device's distances if there are any, else from positions."""
        found = agreed(self._pieces)
        walk = _Walk(found)
        walk.go()
        left_out = found.left_out + self._left_out
        if not walk.at:
            return Walked(left_out=left_out, agree=not found.points)
        return Walked(walk.at, walk.running, walk.metres, walk.metres[-1] > 0, left_out, _longitude(found))


class _Walk:
    """Iterates over the consistent points and adds up time and distance."""

    def __init__(self, found: Agreed) -> None:
        self._found = found
        self._counted = any(point.metres for point in found.points)
        self._usual_s = usual_interval_s([found.points[number].at_s for number in found.kept]) or 0.0
        self._gap_s = max(GAP_S, GAP_INTERVALS * self._usual_s)
        self._counter = Counter()
        self._read_s = 0.0  # running time at the counter's last reading
        self._rested = False  # whether the recording has paused since
        self._here: Place | None = None
        self.at: list[float] = []
        self.running: list[float] = []
        self.metres: list[float] = []

    def go(self) -> None:
        """Fill the lists."""
        kept = set(self._found.kept)
        standing = broken = False  # the timer is stopped; a pause precedes the next point
        left_out: list[Point] = []  # since the last point taken
        for number, point in enumerate(self._found.points):
            broken = broken or number in self._found.paused
            if point.timer and standing:
                standing, broken = False, True
            elif point.timer or standing:
                continue
            if number in kept:
                self._take(point, broken, left_out)
                broken, left_out = False, []
            else:
                left_out.append(point)
            standing = point.timer is False

    def _take(self, point: Point, broken: bool, left_out: list[Point]) -> None:
        if not self.at:
            self._append(point.at_s, 0.0, 0.0)
            if point.metres is not None:
                self._counter.take(0.0, point.metres)
            self._here = point.place
            return
        interval_s = point.at_s - self.at[-1]
        ran_s = self._ran_s(interval_s, broken, len(left_out))
        now_s = self.running[-1] + ran_s
        ran_m = self.metres[-1]
        if self._counted:
            self._rested = self._rested or ran_s < interval_s
            if point.metres is not None:
                ran_m = self._read(now_s, point.metres)
        elif point.place and self._here and ran_s:
            ran_m += self._way_m(self._here, point.place, left_out, interval_s)
        self._here = point.place or self._here
        self._append(point.at_s, now_s, ran_m)

    def _append(self, at_s: float, running_s: float, metres: float) -> None:
        self.at.append(at_s)
        self.running.append(running_s)
        self.metres.append(metres)

    def _ran_s(self, interval_s: float, broken: bool, left_out: int) -> float:
        """Return the running seconds in an interval; points left out show that the recording continued."""
        recorded_s = (left_out + (not broken)) * self._usual_s
        if not broken and interval_s <= self._gap_s + (1.5 * recorded_s if left_out else 0.0):
            return interval_s
        return min(interval_s, recorded_s) if left_out else 0.0

    def _read(self, now_s: float, metres: float) -> float:
        if self._rested:
            speed = self.metres[-1] / self._read_s if self._read_s else FASTEST_M_PER_S
            ran_m = self._counter.rest(now_s, metres, usual_m=speed * (now_s - self._read_s))
        else:
            ran_m = self._counter.take(now_s, metres)
        self._read_s, self._rested = now_s, False
        return ran_m

    def _way_m(self, here: Place, there: Place, left_out: list[Point], interval_s: float) -> float:
        """Return the metres between two positions, through the points left out unless that is impossibly fast."""
        straight_m = metres_between(here, there)
        if straight_m > LEAP_M and straight_m > LEAP_M_PER_S * interval_s:
            return 0.0
        if not left_out:
            return straight_m
        places = [here, *(point.place for point in left_out if point.place), there]
        way_m = sum(metres_between(one, other) for one, other in pairwise(places))
        return way_m if way_m <= FASTEST_M_PER_S * interval_s else straight_m


def _longitude(found: Agreed) -> float | None:
    places = (found.points[number].place for number in found.kept)
    return next((place[1] for place in places if place), None)


def _on_earth(place: Place) -> bool:
    return -90 <= place[0] <= 90 and -180 <= place[1] <= 180  # also False for NaN
