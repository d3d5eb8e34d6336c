from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.periods import Period, ends_on, shifted, starts_on, today_in


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (Period.WEEK, date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 29)),
        (Period.WEEK, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)),
        (Period.WEEK, date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 3)),  # ISO week 53 of 2026
        (Period.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Period.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (Period.QUARTER, date(2026, 11, 24), date(2026, 10, 1), date(2026, 12, 31)),
        (Period.QUARTER, date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31)),
        (Period.QUARTER, date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (Period.YEAR, date(2026, 11, 24), date(2026, 1, 1), date(2026, 12, 31)),
        (Period.ALL, date(2026, 11, 24), date(1970, 1, 1), date(9999, 12, 31)),
    ],
)
def test_a_period_begins_and_ends(period: Period, day: date, first: date, last: date) -> None:
    assert (starts_on(period, day), ends_on(period, day)) == (first, last)


@given(st.sampled_from(Period), st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_a_day_is_in_its_period_and_both_ends_belong_to_it(period: Period, day: date) -> None:
    first, last = starts_on(period, day), ends_on(period, day)
    assert first <= day <= last
    assert starts_on(period, first) == starts_on(period, last) == first


@given(st.sampled_from(Period), st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_the_next_period_begins_on_the_day_after_the_last(period: Period, day: date) -> None:
    first = starts_on(period, day)
    after = shifted(period, first, 1)
    assert after == (first if period is Period.ALL else ends_on(period, day) + timedelta(days=1))
    assert shifted(period, after, -1) == first


def test_today_is_the_local_date() -> None:
    now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert today_in("Europe/Berlin", now) == date(2026, 11, 24)
    assert today_in("America/New_York", now) == date(2026, 11, 23)
