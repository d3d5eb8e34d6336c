from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.period_parser import ReadPeriod, read_period
from bot.domain.when.periods import Period, starts_on

TODAY = date(2026, 11, 24)  # a Tuesday, in ISO week 48


@pytest.mark.parametrize(
    ("typed", "period", "first"),
    [
        ("this week", Period.WEEK, date(2026, 11, 23)),
        ("week", Period.WEEK, date(2026, 11, 23)),
        ("Last week", Period.WEEK, date(2026, 11, 16)),
        ("the week before last", Period.WEEK, date(2026, 11, 9)),
        ("3 weeks ago", Period.WEEK, date(2026, 11, 2)),
        ("two months ago", Period.MONTH, date(2026, 9, 1)),
        ("last month", Period.MONTH, date(2026, 10, 1)),
        ("last quarter", Period.QUARTER, date(2026, 7, 1)),
        ("last year", Period.YEAR, date(2025, 1, 1)),
        ("2025", Period.YEAR, date(2025, 1, 1)),
        ("in 2024", Period.YEAR, date(2024, 1, 1)),
        ("march", Period.MONTH, date(2026, 3, 1)),
        ("November", Period.MONTH, date(2026, 11, 1)),
        ("last november", Period.MONTH, date(2025, 11, 1)),
        ("dec", Period.MONTH, date(2025, 12, 1)),
        ("march 2024", Period.MONTH, date(2024, 3, 1)),
        ("2024-03", Period.MONTH, date(2024, 3, 1)),
        ("3/2024", Period.MONTH, date(2024, 3, 1)),
        ("q3", Period.QUARTER, date(2026, 7, 1)),
        ("Q1 2025", Period.QUARTER, date(2025, 1, 1)),
        ("third quarter", Period.QUARTER, date(2026, 7, 1)),
        ("2nd quarter 2025", Period.QUARTER, date(2025, 4, 1)),
        ("week 47", Period.WEEK, date(2026, 11, 16)),
        ("week 50", Period.WEEK, date(2025, 12, 8)),
        ("2025-W01", Period.WEEK, date(2024, 12, 30)),
        ("all time", Period.ALL, date(1970, 1, 1)),
        ("diese Woche", Period.WEEK, date(2026, 11, 23)),
        ("letzte Woche", Period.WEEK, date(2026, 11, 16)),
        ("vorletzte Woche", Period.WEEK, date(2026, 11, 9)),
        ("vor 2 Wochen", Period.WEEK, date(2026, 11, 9)),
        ("letzten Monat", Period.MONTH, date(2026, 10, 1)),
        ("im letzten Monat", Period.MONTH, date(2026, 10, 1)),
        ("voriges Quartal", Period.QUARTER, date(2026, 7, 1)),
        ("3. Quartal 2025", Period.QUARTER, date(2025, 7, 1)),
        ("letztes Jahr", Period.YEAR, date(2025, 1, 1)),
        ("im März", Period.MONTH, date(2026, 3, 1)),
        ("Dezember 2024", Period.MONTH, date(2024, 12, 1)),
        ("KW 47", Period.WEEK, date(2026, 11, 16)),
        ("KW 1/2026", Period.WEEK, date(2025, 12, 29)),
        ("insgesamt", Period.ALL, date(1970, 1, 1)),
    ],
)
def test_a_period_in_words(typed: str, period: Period, first: date) -> None:
    found = read_period(typed, TODAY)
    assert found is not None
    assert found.day is not None
    assert (found.period, starts_on(period, found.day)) == (period, first)


@pytest.mark.parametrize("typed", ["last 30 days", "30 days", "past 30 days", "letzte 30 Tage", "die letzten 30 Tage"])
def test_the_last_days(typed: str) -> None:
    assert read_period(typed, TODAY) == ReadPeriod(None, last_days=30)


@pytest.mark.parametrize("typed", ["", "soon", "week 54", "2025-13", "q5", "32", "0 of", "monday", "9999999 years ago"])
def test_what_names_no_period(typed: str) -> None:
    assert read_period(typed, TODAY) is None


@given(st.text(max_size=100), st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_any_text_is_read_or_refused(typed: str, today: date) -> None:
    read_period(typed, today)
