"""An example of every picture, the same every time: for tests, and for `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot.charts.board_bars import BoardBar, board_bars
from bot.charts.burn_up import burn_up
from bot.charts.picture import Picture
from bot.charts.trend import pace_trend
from bot.charts.unit import length_unit
from bot.charts.weeks import weeks_chart
from bot.charts.year_map import year_map
from bot.domain.boards.metrics import BoardDirection, BoardKind, Metric
from bot.domain.runs.runs import Direction
from bot.localizer import Localizer

MONDAY = date(2026, 9, 14)
TODAY = date(2026, 11, 30)


def weeks(reader: Localizer) -> Picture:
    backward = (0, 4200, 8100, 6000, 9900, 12_400, 0, 11_200, 14_100, 9800, 15_300, 12_800)
    forward = (21_000, 18_400, 24_100, 15_000, 9900, 22_400, 8000, 31_200, 24_100, 19_800, 25_300, 12_800)
    figures = zip(range(12), backward, forward, strict=True)
    return weeks_chart([(MONDAY + timedelta(weeks=n), b, f) for n, b, f in figures], reader)


def year(reader: Localizer) -> Picture:
    """Training that grows, with a break of three weeks in spring."""
    first = date(2025, 12, 1)
    days = {}
    for n in range(365):
        often = 2 if n < 110 else 4 if n < 260 else 5
        if (n * 3 + n // 7) % 7 >= often or 110 <= n < 131 or n * 13 % 11 < 2:
            continue
        long = 9000 if n % 7 == 6 and n > 60 else 0
        days[first + timedelta(days=n)] = (0 if n * 7 % 5 < 2 else 1200 + n * 37 % 4100, 1500 + n * 53 % 6300 + long)
    return year_map(days, first, TODAY, reader)


def challenge(reader: Localizer) -> Picture:
    first, total, totals = date(2026, 11, 1), 0.0, []
    for n in range(18):
        total += (21_000, 8000, 31_000, 14_000, 0, 44_000, 52_000)[n % 7] * (0.7 if n < 8 else 1.1)
        totals.append(total)
    return burn_up(totals, first, date(2026, 11, 30), 1_000_000, length_unit(reader), reader)


def trend(reader: Localizer) -> Picture:
    first = date(2026, 3, 2)
    runs = [
        (first + timedelta(days=day), 432 - day * 0.21 + (n * 29 % 17 - 8) * 3.1 + (18 if 90 < day < 120 else 0))
        for n, day in enumerate(day for day in range(0, 272, 3) if day * 7 % 11 not in (1, 4, 8))
    ]
    return pace_trend(runs, Direction.BACKWARD, reader)


def board(reader: Localizer) -> Picture:
    metres = (61_200, 48_700, 48_700, 39_100, 33_800, 27_500, 21_000, 14_900, 13_200, 12_400)
    ranks = (1, 2, 2, 4, 5, 6, 7, 14, 15, 16)
    rows = [BoardBar(rank, value, mine=rank == 15) for rank, value in zip(ranks, metres, strict=True)]
    return board_bars(BoardKind(Metric.DISTANCE, BoardDirection.BACKWARD), rows, reader)


EXAMPLES: dict[str, Callable[[Localizer], Picture]] = {
    "weeks": weeks,
    "year": year,
    "challenge": challenge,
    "trend": trend,
    "board": board,
}
