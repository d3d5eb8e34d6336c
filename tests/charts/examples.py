"""An example of every picture, the same every time: for tests, and for `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot.charts.picture import Picture
from bot.charts.weeks import weeks_chart
from bot.localizer import Localizer

MONDAY = date(2026, 9, 14)


def weeks(reader: Localizer) -> Picture:
    backward = (0, 4200, 8100, 6000, 9900, 12_400, 0, 11_200, 14_100, 9800, 15_300, 12_800)
    forward = (21_000, 18_400, 24_100, 15_000, 9900, 22_400, 8000, 31_200, 24_100, 19_800, 25_300, 12_800)
    figures = zip(range(12), backward, forward, strict=True)
    return weeks_chart([(MONDAY + timedelta(weeks=n), b, f) for n, b, f in figures], reader)


EXAMPLES: dict[str, Callable[[Localizer], Picture]] = {"weeks": weeks}
