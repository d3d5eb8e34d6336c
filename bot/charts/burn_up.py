"""Progress of a challenge day by day, beside the even pace, and the pace that is needed from now on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from bot.charts.picture import Picture
from bot.charts.scale import amount, from_zero
from bot.charts.unit import AxisUnit
from bot.localizer import Localizer


@dataclass(frozen=True, slots=True)
class BurnUp(Picture):
    """Progress towards a goal.

    Attributes:
        title: such as `412 of 1000 km`.
        unit: the unit of the vertical axis.
        whole: whether only whole numbers of it make sense.
        totals: the sum at the end of each day from the first one to today, in the unit.
        days: number of days of the challenge.
        goal: the sum to be reached, in the unit; None if there is none.
        labels: (day counted from 0, date) of the horizontal axis.
        goal_words: the goal, as written at its line.
        so_far: legend of the sum.
        even: legend of the even pace from the first day to the last.
        needed: legend of the pace that is needed from today on, with its amount; empty if none is.
        decimal: the reader's decimal separator.
    """

    template: ClassVar[str] = "burn_up"

    title: str
    unit: str
    whole: bool
    totals: tuple[float, ...]
    days: int
    goal: float | None
    labels: tuple[tuple[int, str], ...]
    goal_words: str
    so_far: str
    even: str
    needed: str
    decimal: str = "."

    def scene(self) -> dict[str, Any]:
        """Return the lines as fractions of the plot; day 0 is its left side, the end of the last day its right."""
        total = self.totals[-1] if self.totals else 0.0
        scale = from_zero(max(self.goal or 0.0, total), self.decimal, whole=self.whole)
        line = [(0.0, 0.0), *((day / self.days, scale.at(value)) for day, value in enumerate(self.totals, 1))]
        return {
            "title": self.title,
            "unit": self.unit,
            "ticks": scale.ticks(),
            "line": line,
            "goal": None if self.goal is None else scale.at(self.goal),
            "goal_words": self.goal_words,
            "labels": [{"at": day / self.days, "text": text} for day, text in self.labels],
            "total": amount(total, self.decimal),
            "so_far": self.so_far,
            "even": self.even if self.goal is not None else "",
            "needed": self.needed,
        }


def burn_up(
    totals: Sequence[float], first: date, last: date, goal: float | None, unit: AxisUnit, reader: Localizer
) -> BurnUp:
    """Return the picture of a challenge.

    Args:
        totals: the sum at the end of each day, from the first day to today or the last day; empty before the start.
        first: first day of the challenge.
        last: its last day.
        goal: the sum to be reached, None if there is none.
        unit: the unit of all three (`bot.charts.unit.unit_for`).
        reader: whose language.
    """
    days = (last - first).days + 1
    totals = list(totals)[:days]
    total, left = totals[-1] if totals else 0.0, days - len(totals)
    decimal = reader.decimal
    rate = (goal - total) / left if goal is not None and left and total < goal else None
    needed = "" if rate is None else reader.t("charts.burn.needed", amount=unit.worded(rate, decimal))
    done, name = amount(unit.of(total), decimal), unit.name
    if goal is None:
        title = reader.t("charts.burn.title_open", done=done, unit=name)
    else:
        title = reader.t("charts.burn.title", done=done, goal=amount(unit.of(goal), decimal), unit=name)
    marks = sorted({0, days // 2, days - 1})
    return BurnUp(
        alt=_in_words(total, goal, rate, left, last, unit, reader),
        title=title,
        unit=name,
        whole=unit.whole,
        totals=tuple(unit.of(value) for value in totals),
        days=days,
        goal=None if goal is None else unit.of(goal),
        labels=tuple((day, reader.short_day(first + timedelta(days=day))) for day in marks),
        goal_words="" if goal is None else reader.t("charts.burn.goal", amount=unit.worded(goal, decimal)),
        so_far=reader.t("charts.burn.so_far"),
        even=reader.t("charts.burn.even"),
        needed=needed,
        decimal=decimal,
    )


def _in_words(
    total: float, goal: float | None, rate: float | None, left: int, last: date, unit: AxisUnit, reader: Localizer
) -> str:
    done, until = unit.worded(total, reader.decimal), reader.full_day(last)
    if goal is None:
        return reader.t("charts.burn.alt_open", done=done, last=until, count=left)
    told = {"done": done, "goal": unit.worded(goal, reader.decimal), "last": until}
    if total >= goal:
        return reader.t("charts.burn.alt_reached", **told)
    if rate is None:
        return reader.t("charts.burn.alt_missed", **told)
    return reader.t("charts.burn.alt", **told, count=left, amount=unit.worded(rate, reader.decimal))
