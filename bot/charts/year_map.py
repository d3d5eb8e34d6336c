"""Days of running in up to a year, as a map: a column a week, a row a weekday, in two halves that fit a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, ClassVar

from bot.charts.picture import Picture
from bot.charts.scale import amount, round_up
from bot.charts.unit import length_unit
from bot.localizer import Localizer

STEPS = 4
"""Steps of a day's distance, each with a colour."""
_TYPICAL = 0.9
"""Share of the days that are below the last step, so that one long day does not make all others look short."""


@dataclass(frozen=True, slots=True)
class MapDay:
    """A day with a run.

    Attributes:
        on: the date.
        step: how far, 1 to `STEPS`.
        backward: whether any of it was backward.
    """

    on: date
    step: int
    backward: bool


@dataclass(frozen=True, slots=True)
class YearMap(Picture):
    """A map of days.

    Attributes:
        title: such as `148 days out`.
        first: the first day of the period.
        last: its last day; at most a year later.
        days: the days with a run.
        months: name of each month of the period, by its first day; of the first one by `first`.
        weekdays: names of Monday to Sunday.
        backward: legend of days with backward running.
        forward: legend of days without.
        steps: legend of the steps, such as `3–6`.
        unit: their unit.
    """

    template: ClassVar[str] = "year_map"

    title: str
    first: date
    last: date
    days: tuple[MapDay, ...]
    months: tuple[tuple[date, str], ...]
    weekdays: tuple[str, ...]
    backward: str
    forward: str
    steps: tuple[str, ...]
    unit: str

    def scene(self) -> dict[str, Any]:
        """Return a cell for each day, by half, column and row."""
        known = {day.on: day for day in self.days}
        monday = self.first - timedelta(days=self.first.weekday())
        columns = ((self.last - monday).days // 7 + 2) // 2  # of a half

        def place(on: date) -> dict[str, int]:
            half, column = divmod((on - monday).days // 7, columns)
            return {"half": half, "column": column, "row": on.weekday()}

        everyday = (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))
        return {
            "title": self.title,
            "columns": columns,
            "cells": [
                {
                    **place(on),
                    "step": known[on].step if on in known else 0,
                    "backward": on in known and known[on].backward,
                }
                for on in everyday
            ],
            "months": [{**place(on), "name": name} for on, name in self.months],
            "weekdays": self.weekdays,
            "backward": self.backward,
            "forward": self.forward,
            "steps": self.steps,
            "unit": self.unit,
        }


def year_map(days: Mapping[date, tuple[int, int]], first: date, last: date, reader: Localizer) -> YearMap:
    """Return the map of a period of up to a year.

    Args:
        days: (metres backward, metres forward) of each day with a run; days outside the period are left out.
        first: the first day of the period.
        last: its last day.
        reader: whose language and units.
    """
    unit = length_unit(reader)
    out = {on: figures for on, figures in sorted(days.items()) if first <= on <= last and sum(figures) > 0}
    far = sorted(unit.of(sum(figures)) for figures in out.values())
    step = round_up(far[int(len(far) * _TYPICAL)] / STEPS) if far else 1.0
    starts = [first, *(on for n in range(1, 13) if first < (on := _month_after(first, n)) <= last)]
    if len(starts) > 1 and (starts[1] - first).days < 14:
        del starts[0]  # two names would overlap
    limits = [amount(step * number, reader.decimal) for number in range(1, STEPS)]
    return YearMap(
        alt=_in_words(out, first, last, reader),
        title=reader.t("charts.map.title", count=len(out)),
        first=first,
        last=last,
        days=tuple(
            MapDay(on, min(STEPS, int(unit.of(sum(figures)) / step * (1 - 1e-9)) + 1), figures[0] > 0)
            for on, figures in out.items()
        ),
        months=tuple((on, reader.month(on)) for on in starts),
        weekdays=tuple(reader.weekday(date(2024, 1, 1) + timedelta(days=n)) for n in range(7)),
        backward=reader.t("charts.map.backward"),
        forward=reader.t("charts.map.forward"),
        steps=(*(f"{low}–{high}" for low, high in pairwise(["0", *limits])), f"{limits[-1]}+"),
        unit=unit.name,
    )


def _month_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _in_words(out: Mapping[date, tuple[int, int]], first: date, last: date, reader: Localizer) -> str:
    if not out:
        return reader.t("charts.map.none", first=reader.full_day(first), last=reader.full_day(last))
    backward = sum(figures[0] > 0 for figures in out.values())
    farthest = max(out, key=lambda on: sum(out[on]))
    return reader.t(
        "charts.map.alt",
        count=len(out),
        first=reader.full_day(first),
        last=reader.full_day(last),
        backward=backward,
        forward=len(out) - backward,
        far_m=sum(out[farthest]),
        farthest=reader.full_day(farthest),
    )
