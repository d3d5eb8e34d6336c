"""An example of every picture, the same every time: for tests, and for `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot.charts.badge_sheet import BadgeTile, badge_sheet
from bot.charts.board_bars import BoardBar, board_bars
from bot.charts.burn_up import burn_up
from bot.charts.picture import Picture
from bot.charts.rewind_page import Fact, PageFormat, rewind_page
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


WORDS = {
    "en": (
        "2026, played backward", "times someone faced forward for you",
        ("days out", "km backward", "km forward", "longest backward run", "partners", "of it on the track"),
        ("First kilometre back", "Eyes for others", "Ten dawns", "Back again", "A year of Tuesdays", "Wrong way round"),
    ),
    "de": (
        "2026, rückwärts gespielt", "Mal hat jemand für dich nach vorn geschaut",
        ("Lauftage", "km rückwärts", "km vorwärts", "längster Lauf rückwärts", "Leute dabei", "davon auf der Bahn"),
        (
            "Erster Kilometer zurück", "Augen für andere", "Zehn Sonnenaufgänge", "Wieder da", "Ein Jahr Dienstage",
            "Linksherum",
        ),
    ),
}  # fmt: skip
"""Texts that their own subjects will have in the catalogue."""


def rewind(page_format: PageFormat) -> Callable[[Localizer], Picture]:
    def page(reader: Localizer) -> Picture:
        heading, lead, words, _ = WORDS[reader.language]
        figures = ("154", reader.number(412), reader.number(1108), reader.distance(12_400), "23", "38 %")
        facts = [Fact(figure, told) for figure, told in zip(figures, words, strict=True)]
        months = [
            (date(2026, month, 1), (0, 8, 14, 0, 31, 38, 44, 52, 41, 60, 66, 58)[month - 1] * 1000,
             (90, 84, 71, 22, 96, 110, 104, 91, 120, 108, 118, 94)[month - 1] * 1000)
            for month in range(12, 0, -1)
        ]  # fmt: skip
        return rewind_page(page_format, heading, Fact("41", lead), facts, months, reader)

    return page


def badges(reader: Localizer) -> Picture:
    names = WORDS[reader.language][3]
    levels = (
        (1, 1, 1.0, ""),
        (2, 3, 0.7, ""),
        (1, 3, 0.4, "14 / 25"),
        (1, 1, 1.0, ""),
        (0, 1, 0.62, "32 / 52"),
        (0, 1, 0.0, "0 / 1"),
    )
    return badge_sheet(9, [BadgeTile(name, *level) for name, level in zip(names, levels, strict=True)], reader)


EXAMPLES: dict[str, Callable[[Localizer], Picture]] = {
    "weeks": weeks,
    "year": year,
    "challenge": challenge,
    "trend": trend,
    "board": board,
    "rewind-square": rewind(PageFormat.SQUARE),
    "rewind-portrait": rewind(PageFormat.PORTRAIT),
    "rewind-story": rewind(PageFormat.STORY),
    "badges": badges,
}
