"""The middle and the spread of scattered values over time, without assuming a shape.

At each point of time, values are weighted by how near they are (a normal curve). The line is their weighted median, the
band lies between their sixths, so that two thirds of what was measured around that time are in it. It describes what
was measured; it is no interval of confidence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

POINTS = 40
_NEAR = 0.12
"""Standard deviation of the weights, as a share of the whole time."""
_LOW, _MIDDLE, _HIGH = 1 / 6, 1 / 2, 5 / 6


@dataclass(frozen=True, slots=True)
class BandPoint:
    """The trend at one time.

    Attributes:
        at: the time.
        low: a sixth of the values near it are below.
        middle: half of them are.
        high: five sixths of them are.
    """

    at: float
    low: float
    middle: float
    high: float


def band(values: Sequence[tuple[float, float]]) -> tuple[BandPoint, ...]:
    """Return the trend of (time, value) pairs, at `POINTS` times from the first to the last; empty without values."""
    if not values:
        return ()
    first, last = min(at for at, _ in values), max(at for at, _ in values)
    width = (last - first) * _NEAR or 1.0
    ordered = sorted(values, key=lambda pair: pair[1])
    points = []
    for number in range(POINTS):
        now = first + (last - first) * number / (POINTS - 1)
        weighted = [(value, math.exp(-(((at - now) / width) ** 2) / 2)) for at, value in ordered]
        points.append(BandPoint(now, *(_quantile(weighted, share) for share in (_LOW, _MIDDLE, _HIGH))))
    return tuple(points)


def _quantile(weighted: Sequence[tuple[float, float]], share: float) -> float:
    """Return the value below which a share of the weight lies, between neighbours by their weights' centres."""
    wanted = sum(weight for _, weight in weighted) * share
    passed, before = 0.0, None
    for value, weight in weighted:
        centre = passed + weight / 2
        if centre >= wanted:
            if before is None:
                return value
            known, at = before
            return known + (value - known) * (wanted - at) / ((centre - at) or 1.0)
        before, passed = (value, centre), passed + weight
    return weighted[-1][0]
