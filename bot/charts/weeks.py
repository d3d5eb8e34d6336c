"""Recent weeks as bars: distance backward, and forward above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any, ClassVar, TypeAlias

from bot.charts.picture import Picture
from bot.charts.scale import amount, from_zero
from bot.charts.unit import length_unit
from bot.localizer import Localizer

Weeks: TypeAlias = Sequence[tuple[date, int, int]]
"""(Monday, metres backward, metres forward), oldest first."""

_PLOT_PX = 976
_LABEL_PX = 190
_TOTAL_PX = 66
"""Width of the plot, and of a label and a sum with their distance to the next."""


@dataclass(frozen=True, slots=True)
class WeekBar:
    """One week, in the reader's unit.

    Attributes:
        label: the week, as short as `17 Nov`.
        backward: kilometres or miles, whichever the reader uses; not negative.
        forward: likewise.
    """

    label: str
    backward: float
    forward: float


@dataclass(frozen=True, slots=True)
class WeeksChart(Picture):
    """Weeks as bars.

    Attributes:
        title: such as `Kilometres a week`.
        unit: the unit of the vertical axis, such as `km`.
        bars: oldest first, the current week last.
        backward: legend of the backward part.
        forward: likewise.
        decimal: the reader's decimal separator.
    """

    template: ClassVar[str] = "weeks"

    title: str
    unit: str
    bars: tuple[WeekBar, ...]
    backward: str
    forward: str
    decimal: str = "."

    def scene(self) -> dict[str, Any]:
        """Return the bars as fractions of the plot's height, and a label wherever there is room for one."""
        count = len(self.bars)
        scale = from_zero(max((bar.backward + bar.forward for bar in self.bars), default=0.0), self.decimal)
        labelled = ceil(count * _LABEL_PX / _PLOT_PX)
        totalled = ceil(count * _TOTAL_PX / _PLOT_PX)
        return {
            "title": self.title,
            "unit": self.unit,
            "backward": self.backward,
            "forward": self.forward,
            "ticks": scale.ticks(),
            "bars": [
                {
                    "label": bar.label if (count - 1 - at) % labelled == 0 else "",
                    "backward": bar.backward / scale.high,
                    "forward": bar.forward / scale.high,
                    "total": amount(total, self.decimal) if total and (count - 1 - at) % totalled == 0 else "",
                    "newest": at == count - 1,
                }
                for at, bar in enumerate(self.bars)
                for total in [bar.backward + bar.forward]
            ],
        }


def weeks_chart(weeks: Weeks, reader: Localizer) -> WeeksChart:
    """Return the chart in the reader's language and units."""
    unit = length_unit(reader)
    return WeeksChart(
        alt=weeks_in_words(weeks, reader),
        title=reader.t(f"charts.weeks.title_{unit.name}"),
        unit=unit.name,
        bars=tuple(
            WeekBar(reader.short_day(monday), unit.of(backward_m), unit.of(forward_m))
            for monday, backward_m, forward_m in weeks
        ),
        backward=reader.t("charts.backward"),
        forward=reader.t("charts.forward"),
        decimal=reader.decimal,
    )


def weeks_in_words(weeks: Weeks, reader: Localizer) -> str:
    """Return the alternative text: this week beside the last one, then all of them."""
    _, backward_m, forward_m = weeks[-1]
    return reader.t(
        "charts.weeks.alt",
        count=len(weeks),
        backward_m=sum(week[1] for week in weeks),
        forward_m=sum(week[2] for week in weeks),
        week_backward_m=backward_m,
        week_forward_m=forward_m,
        most_m=max(week[1] + week[2] for week in weeks),
        change=_change(weeks, reader),
    )


def _change(weeks: Weeks, reader: Localizer) -> str:
    """Return how this week's distance compares with last week's: `up 12 % on last week`."""
    last, this = (backward_m + forward_m for _, backward_m, forward_m in weeks[-2:])
    if not last:
        return reader.t("charts.weeks.after_none")
    percent = round(100 * (this - last) / last)
    if not percent:
        return reader.t("charts.weeks.same")
    return reader.t("charts.weeks.up" if percent > 0 else "charts.weeks.down", percent=abs(percent))
