"""Points of a recording as they come in, and what follows from them where the file does not say.

Coordinates live in here and in `clocks.py` only, until the metres between two points are known.
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
"""Points in one file: 83 hours at one a second."""
SERIES = 2_000
"""Points kept of a series, about."""
GAP_S = 10.0
"""A silence longer than this and than five usual intervals is a gap in the recording, not running time. A watch that
records only turns writes a point every few seconds, a phone in a pocket every half minute: hence the second half."""
GAP_INTERVALS = 5
LEAP_M_PER_S = 50.0
LEAP_M = 200.0
"""Places farther apart than both allow are a receiver's mistake; nothing that runs, rides or swims is so fast."""
MOVING_M_PER_S = 1.0
"""Slower than this is standing, as far as a GPS can tell."""


@dataclass(frozen=True, slots=True)
class Walked:
    """Running time and distance along a track: parallel lists, rising.

    Attributes:
        at_s: instants, in the track's own clock.
        running_s: seconds of running since the first.
        metres: since the first; all 0 when `measured` is false.
        measured: whether the track knows distances at all.
        left_out: points whose clock does not agree with the others'.
        longitude: of the first point that has a place, degrees, or None.
        agree: False when no set of points agrees; there are none then.
    """

    at_s: list[float] = field(default_factory=list)
    running_s: list[float] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    measured: bool = False
    left_out: int = 0
    longitude: float | None = None
    agree: bool = True

    def indexes(self, first_s: float | None, last_s: float | None) -> tuple[int, int]:
        """Places in the lists of the last points until two instants, or of the first and last point."""
        start = 0 if first_s is None else max(bisect_right(self.at_s, first_s) - 1, 0)
        end = len(self.at_s) - 1 if last_s is None else max(bisect_right(self.at_s, last_s) - 1, 0)
        return start, max(start, end)

    def moving_s(self, start: int, end: int) -> float:
        """Seconds of running between two points in which somebody got on."""
        times = pairwise(self.running_s[start : end + 1])
        ways = pairwise(self.metres[start : end + 1])
        steps = ((s - t, n - m) for (t, s), (m, n) in zip(times, ways, strict=True))
        return sum(seconds for seconds, metres in steps if metres >= MOVING_M_PER_S * seconds)

    def series(self) -> Series:
        """Time and distance, thinned evenly; the last point is always in it."""
        if not self.measured or not self.at_s:
            return ()
        count = len(self.at_s)
        step = max(1, -(-count // SERIES))
        kept = [*range(0, count - 1, step), count - 1]
        return tuple((round(self.running_s[at], 1), round(self.metres[at], 1)) for at in kept)


class Track:
    """Collects points as a file tells them, in any order; instants are seconds on any one clock."""

    def __init__(self) -> None:
        self._pieces = [Piece([])]
        self._count = 0
        self._left_out = 0

    def __len__(self) -> int:
        return self._count

    def add(self, at_s: float, metres: float | None = None, place: Place | None = None) -> None:
        """Take a point.

        Args:
            at_s: its instant.
            metres: total since the start as the device counts it, or None.
            place: where, or None.
        """
        known = metres is not None and isfinite(metres) and 0 <= metres < 1e7
        self._add(Point(at_s, metres if known else None, place if place and _on_earth(place) else None))

    def piece(self, *, paused: bool) -> None:
        """Another piece begins, which the file need not tell in order.

        Args:
            paused: what lies between the last point before it and its first is not running.
        """
        if not self._pieces[-1].points:
            self._pieces.pop()
        self._pieces.append(Piece([], paused))

    def stop(self, at_s: float) -> None:
        """The device's timer stops at an instant; points until `start` are not running."""
        self._add(Point(at_s, timer=False))

    def start(self, at_s: float) -> None:
        """The device's timer runs (again)."""
        self._add(Point(at_s, timer=True))

    def leave_out(self) -> None:
        """Count a point that has no time at all."""
        self._left_out += 1

    def _add(self, point: Point) -> None:
        if self._count >= POINTS:
            raise too_large("too_many_points")
        self._count += 1
        self._pieces[-1].points.append(point)

    def walked(self) -> Walked:
        """Running time and distance, by the device's distances where it wrote any, else by the places."""
        found = agreed(self._pieces)
        walk = _Walk(found)
        walk.go()
        left_out = found.left_out + self._left_out
        if not walk.at:
            return Walked(left_out=left_out, agree=not found.points)
        return Walked(walk.at, walk.running, walk.metres, walk.metres[-1] > 0, left_out, _longitude(found))


class _Walk:
    """Goes along the points whose clock agrees."""

    def __init__(self, found: Agreed) -> None:
        self._found = found
        self._counted = any(point.metres for point in found.points)
        self._usual_s = usual_interval_s([found.points[number].at_s for number in found.kept]) or 0.0
        self._gap_s = max(GAP_S, GAP_INTERVALS * self._usual_s)
        self._counter = Counter()
        self._read_s = 0.0  # running time at the counter's last reading
        self._rested = False  # the recording paused since
        self._here: Place | None = None
        self.at: list[float] = []
        self.running: list[float] = []
        self.metres: list[float] = []

    def go(self) -> None:
        """Fill the lists."""
        kept = set(self._found.kept)
        standing = broken = False  # the timer stands; a pause lies before the next point
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
        """Seconds of running in an interval; points left out show that the recording went on."""
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
        """Metres from one place to another, by way of those left out where that is no detour."""
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
    return -90 <= place[0] <= 90 and -180 <= place[1] <= 180  # False for NaN as well
