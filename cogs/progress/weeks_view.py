"""Weeks of running as a bar chart, and its alt text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

from babel.dates import format_skeleton
from babel.numbers import get_decimal_symbol

from bot.charts.weeks import WeekBar, WeeksChart
from bot.domain.text.units import METRES_PER_MILE, Units
from bot.languages import locale_of
from bot.localizer import Localizer

Weeks: TypeAlias = Sequence[tuple[date, int, int]]
"""(Monday, metres backward, metres forward), oldest first."""


def weeks_chart(weeks: Weeks, reader: Localizer) -> WeeksChart:
    """Return the chart in the reader's language and units."""
    miles = reader.units is Units.IMPERIAL
    unit_m = METRES_PER_MILE if miles else 1000
    locale = locale_of(reader.language)
    return WeeksChart(
        title=reader.t("me.chart.title_miles" if miles else "me.chart.title"),
        bars=tuple(
            WeekBar(format_skeleton("MMMd", monday, locale=locale), backward_m / unit_m, forward_m / unit_m)
            for monday, backward_m, forward_m in weeks
        ),
        backward=reader.t("me.chart.backward"),
        forward=reader.t("me.chart.forward"),
        decimal=get_decimal_symbol(locale),
    )


def weeks_in_words(weeks: Weeks, reader: Localizer) -> str:
    """Return the chart's alt text: this week beside the last one, then all of them."""
    _, backward_m, forward_m = weeks[-1]
    return reader.t(
        "me.chart.alt",
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
        return reader.t("me.chart.after_none")
    percent = round(100 * (this - last) / last)
    if not percent:
        return reader.t("me.chart.same")
    return reader.t("me.chart.up" if percent > 0 else "me.chart.down", percent=abs(percent))
