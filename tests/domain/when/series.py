"""Hypothesis strategies for reminder series."""

from __future__ import annotations

from datetime import date, time

from hypothesis import strategies as st

from bot.domain.when.schedule import (
    LAST,
    WORKDAY,
    Calendar,
    Daily,
    Monthly,
    MonthlyWeekday,
    Weekly,
    Yearly,
)

QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
HOURS = st.sets(QUARTERS, min_size=1, max_size=3).map(lambda hours: tuple(sorted(hours)))
EVERY = st.integers(1, 5)
ANCHOR = st.dates(date(2019, 1, 1), date(2028, 1, 1))
UNTIL = st.none() | st.dates(date(2028, 1, 1), date(2028, 12, 31))
BIRTHDAYS = st.dates(date(2000, 1, 1), date(2000, 12, 31)) | st.just(date(2000, 2, 29))
NTHS = st.sampled_from([(1,), (2,), (1, 3), (2, 4), (5,), (LAST,), (4, LAST), (5, LAST), (1, 2, 3, 4, 5, LAST)])


def some_of(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(numbers, min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))


SERIES: st.SearchStrategy[Calendar] = st.one_of(
    st.builds(Daily, EVERY, HOURS, ANCHOR, UNTIL),
    st.builds(Weekly, EVERY, some_of(st.integers(0, 6)), HOURS, ANCHOR, UNTIL),
    st.builds(Monthly, EVERY, some_of(st.integers(1, 31)), HOURS, ANCHOR, UNTIL),
    st.builds(MonthlyWeekday, EVERY, NTHS, st.integers(0, WORKDAY), HOURS, ANCHOR, UNTIL),
    st.builds(
        lambda every, on, hours, anchor, until: Yearly(every, on.month, on.day, hours, anchor, until),
        EVERY, BIRTHDAYS, HOURS, ANCHOR, UNTIL,
    ),
)  # fmt: skip
