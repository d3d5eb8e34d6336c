"""The pace of single runs over time, with a line through their middle and a band that holds two thirds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from bot.charts.picture import Picture
from bot.charts.scale import around_times
from bot.charts.trend_band import BandPoint, band
from bot.domain.runs.runs import Direction
from bot.domain.text.units import METRES_PER_MILE, Units
from bot.localizer import Localizer

RUNS_FOR_A_TREND = 6
"""Fewer runs are only dots: a band through less says nothing."""
_LABELS = 4


@dataclass(frozen=True, slots=True)
class TrendRun:
    """A run.

    Attributes:
        at: days since the beginning of the axis.
        pace_s: seconds per kilometre or mile, whichever the reader uses.
    """

    at: float
    pace_s: float


@dataclass(frozen=True, slots=True)
class Trend(Picture):
    """Paces over time; faster is higher.

    Attributes:
        title: such as `Pace, backward`.
        unit: the unit of the vertical axis, with the words that say which way is faster.
        days: length of the horizontal axis in days.
        runs: the runs.
        band: the trend, empty if there are too few runs.
        labels: (day, date) of the horizontal axis.
        direction: for the colour.
        run: legend of a dot.
        middle: legend of the line.
        most: legend of the band.
    """

    template: ClassVar[str] = "trend"

    title: str
    unit: str
    days: int
    runs: tuple[TrendRun, ...]
    band: tuple[BandPoint, ...]
    labels: tuple[tuple[int, str], ...]
    direction: Direction
    run: str
    middle: str
    most: str

    def scene(self) -> dict[str, Any]:
        """Return dots, line and band as fractions of the plot from its bottom left; less time is higher."""
        scale = around_times([run.pace_s for run in self.runs])
        days = max(self.days, 1)
        return {
            "title": self.title,
            "unit": self.unit,
            "direction": self.direction.value,
            "ticks": [{**tick, "at": 1 - tick["at"]} for tick in scale.ticks()],
            "runs": [(run.at / days, 1 - scale.at(run.pace_s)) for run in self.runs],
            "middle": [(point.at / days, 1 - scale.at(point.middle)) for point in self.band],
            "low": [(point.at / days, 1 - scale.at(point.low)) for point in self.band],
            "high": [(point.at / days, 1 - scale.at(point.high)) for point in self.band],
            "labels": [{"at": day / days, "text": text} for day, text in self.labels],
            "legend": {"run": self.run, "middle": self.middle, "most": self.most},
        }


def pace_trend(runs: Sequence[tuple[date, float]], direction: Direction, reader: Localizer) -> Trend:
    """Return the picture of the paces of one direction.

    Args:
        runs: (date, seconds per kilometre), oldest first; at least one.
        direction: their direction.
        reader: whose language and units.
    """
    miles = reader.units is Units.IMPERIAL
    factor = METRES_PER_MILE / 1000 if miles else 1.0
    first, last = runs[0][0], runs[-1][0]
    days = max((last - first).days, 1)
    dots = tuple(TrendRun((on - first).days, pace * factor) for on, pace in runs)
    line = band([(run.at, run.pace_s) for run in dots]) if len(dots) >= RUNS_FOR_A_TREND else ()
    marks = sorted({round(days * part / (_LABELS - 1)) for part in range(_LABELS)})
    return Trend(
        alt=_in_words(runs, [(point.low / factor, point.middle / factor, point.high / factor) for point in line],
                      direction, reader),
        title=reader.t(f"charts.trend.title_{direction.value}"),
        unit=reader.t("charts.trend.unit_mi" if miles else "charts.trend.unit_km"),
        days=days,
        runs=dots,
        band=line,
        labels=tuple((day, reader.short_day(first + timedelta(days=day))) for day in marks),
        direction=direction,
        run=reader.t("charts.trend.run"),
        middle=reader.t("charts.trend.middle"),
        most=reader.t("charts.trend.most"),
    )  # fmt: skip


def _in_words(
    runs: Sequence[tuple[date, float]],
    line: Sequence[tuple[float, float, float]],
    direction: Direction,
    reader: Localizer,
) -> str:
    told = {
        "title": reader.t(f"charts.trend.title_{direction.value}"),
        "count": len(runs),
        "first": reader.full_day(runs[0][0]),
        "last": reader.full_day(runs[-1][0]),
    }
    if not line:
        paces = [pace for _, pace in runs]
        return reader.t("charts.trend.alt_few", **told, fast_s_per_km=min(paces), slow_s_per_km=max(paces))
    return reader.t(
        "charts.trend.alt",
        **told,
        before_s_per_km=line[0][1],
        now_s_per_km=line[-1][1],
        fast_s_per_km=line[-1][0],
        slow_s_per_km=line[-1][2],
    )
