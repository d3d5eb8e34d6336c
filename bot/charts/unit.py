"""The units of axes, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from bot.charts.scale import amount
from bot.domain.boards.metrics import MetricUnit
from bot.domain.text.units import METRES_PER_MILE, Units
from bot.localizer import Localizer

_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
HOURS_FROM_MS = 10 * _HOUR_MS
"""Times are in hours when the largest is at least this, else in minutes."""


@dataclass(frozen=True, slots=True)
class AxisUnit:
    """A unit in which amounts are drawn.

    Attributes:
        name: as written behind a number.
        size: the amount that is one of it, in what services count: metres, milliseconds, days.
        whole: whether only whole numbers make sense.
        one: the name behind the number 1, if it differs.
    """

    name: str
    size: float
    whole: bool = False
    one: str = ""

    def of(self, value: float) -> float:
        """Return an amount in this unit."""
        return value / self.size

    def worded(self, value: float, decimal: str) -> str:
        """Return an amount with its unit: `12 km`."""
        number = amount(self.of(value), decimal)
        return f"{number} {self.one if self.one and number == '1' else self.name}".rstrip()


KILOMETRE = AxisUnit("km", 1000)
MILE = AxisUnit("mi", METRES_PER_MILE)


def length_unit(reader: Localizer) -> AxisUnit:
    """Return miles for readers who use only those, else kilometres: a picture has one scale."""
    return MILE if reader.units is Units.IMPERIAL else KILOMETRE


def unit_for(kind: MetricUnit, highest: float, reader: Localizer) -> AxisUnit:
    """Return the unit for amounts of a kind, of which `highest` is the largest."""
    if kind is MetricUnit.METRES:
        return length_unit(reader)
    if kind is MetricUnit.MILLISECONDS:
        return AxisUnit("h", _HOUR_MS) if highest >= HOURS_FROM_MS else AxisUnit("min", _MINUTE_MS)
    if kind is MetricUnit.DAYS:
        return AxisUnit(reader.t("charts.days"), 1, whole=True, one=reader.t("charts.day"))
    return AxisUnit("", 1)
