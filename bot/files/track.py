"""Points of a recording as they come in, and what follows from them where the file does not say.

Coordinates live in here only, until the metres between two points are known.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, isfinite, radians, sin, sqrt
from statistics import median_low

from bot.domain.activity import Series
from bot.files.refused import too_large

POINTS = 300_000
"""Points in one file: 83 hours at one a second."""
SERIES = 2_000
"""Points kept of a series, about."""
GAP_S = 10.0
"""A silence longer than this and than five usual intervals is a gap in the recording, not running time. A watch that
records only turns writes a point every few seconds, a phone in a pocket every half minute: hence the second half."""
GAP_INTERVALS = 5
EARTH_M = 6_371_008.8
"""Mean radius of the earth.

Source: Moritz 2000, Geodetic Reference System 1980, https://doi.org/10.1007/s001900050278
"""

Place = tuple[float, float]
"""Latitude and longitude, degrees."""


@dataclass(frozen=True, slots=True)
class Walked:
    """Running time and distance along a track: parallel lists, rising.

    Attributes:
        at_s: instants, in the track's own clock.
        running_s: seconds of running since the first.
        metres: since the first; all 0 when `measured` is false.
        measured: whether the track knows distances at all.
    """

    at_s: list[float]
    running_s: list[float]
    metres: list[float]
    measured: bool

    def between(self, first_s: float, last_s: float) -> tuple[float, float]:
        """Seconds of running and metres from one instant to another."""
        start, end = self._index(first_s), self._index(last_s)
        return self.running_s[end] - self.running_s[start], self.metres[end] - self.metres[start]

    def _index(self, at_s: float) -> int:
        return max(bisect_right(self.at_s, at_s) - 1, 0)

    def series(self) -> Series:
        """Time and distance, thinned evenly; the last point is always in it."""
        if not self.measured or not self.at_s:
            return ()
        count = len(self.at_s)
        step = max(1, -(-count // SERIES))
        kept = [*range(0, count - 1, step), count - 1]
        return tuple((round(self.running_s[at], 1), round(self.metres[at], 1)) for at in kept)


class Track:
    """Collects points in order; instants are seconds on any one clock.

    A point whose clock runs backward is dropped. While paused nothing is recorded.
    """

    def __init__(self) -> None:
        self._points: list[tuple[float, float | None, Place | None]] = []
        self._breaks: set[int] = set()  # numbers of the points that a pause lies before
        self._paused = False

    def __len__(self) -> int:
        return len(self._points)

    @property
    def first_s(self) -> float:
        """Instant of the first point."""
        return self._points[0][0]

    @property
    def last_s(self) -> float:
        """Instant of the last point."""
        return self._points[-1][0]

    def add(self, at_s: float, metres: float | None = None, place: Place | None = None) -> None:
        """Take a point.

        Args:
            at_s: its instant.
            metres: total since the start as the device counts it, or None.
            place: where, or None.
        """
        if self._paused or (self._points and at_s < self.last_s):
            return
        if len(self._points) >= POINTS:
            raise too_large("too_many_points")
        known = metres is not None and isfinite(metres) and 0 <= metres < 1e7
        self._points.append((at_s, metres if known else None, place if place and _on_earth(place) else None))

    def pause(self) -> None:
        """The recording stops: what lies between the last point and the next is not running."""
        self._breaks.add(len(self._points))

    def stop(self, at_s: float) -> None:
        """The device's timer stops at an instant; points until `start` are not running."""
        if not self._paused:
            self.add(at_s)
            self._paused = True

    def start(self, at_s: float) -> None:
        """The device's timer runs (again)."""
        if self._paused:
            self._paused = False
            self.pause()
            self.add(at_s)

    def walked(self) -> Walked:
        """Running time and distance, by the device's distances where it wrote any, else by the places."""
        counted = any(metres for _, metres, _ in self._points)
        gap_s = self._gap_s()
        at: list[float] = []
        running: list[float] = []
        ran: list[float] = []
        now_s = total = held = 0.0
        here: Place | None = None
        for number, (at_s, metres, place) in enumerate(self._points):
            if number:
                interval = at_s - at[-1]
                paused = number in self._breaks or interval > gap_s
                now_s += 0.0 if paused else interval
                if counted and metres is not None:
                    # A counter that falls has begun anew: take it from there.
                    total += max(metres - held, 0.0)
                elif place and here and not (counted or paused):
                    total += metres_between(here, place)
            held = metres if metres is not None else held
            here = place or here
            at.append(at_s)
            running.append(now_s)
            ran.append(total)
        return Walked(at, running, ran, total > 0)

    def _gap_s(self) -> float:
        times = [point[0] for point in self._points[:5_000]]
        intervals = [later - earlier for earlier, later in pairwise(times) if later > earlier]
        return max(GAP_S, GAP_INTERVALS * median_low(intervals)) if intervals else GAP_S


def metres_between(one: Place, other: Place) -> float:
    """Great-circle distance between two places given in degrees, in metres.

    Source: Sinnott 1984, Virtues of the Haversine, Sky and Telescope 68(2), 159
    """
    north, east = radians(other[0] - one[0]), radians(other[1] - one[1])
    chord = sin(north / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def _on_earth(place: Place) -> bool:
    return -90 <= place[0] <= 90 and -180 <= place[1] <= 180  # False for NaN as well
