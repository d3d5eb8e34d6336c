"""Occurrences of a local hour in a span, compared with the local time at every quarter of an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.local_hours import Hour, Struck, next_struck, struck

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
FRIDAY = Hour(18, 4)
BERLIN = "Europe/Berlin"


def test_an_hour_of_the_week_is_struck_once_where_it_is_on_the_wall() -> None:
    five = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert struck(FRIDAY, BERLIN, five - QUARTER, five) == (Struck(FRIDAY, date(2026, 11, 20), five),)
    assert struck(FRIDAY, BERLIN, five, five + QUARTER) == ()
    assert struck(FRIDAY, "Europe/London", five - QUARTER, five) == ()
    assert struck(Hour(18), "Asia/Kathmandu", five - timedelta(hours=5), five - timedelta(hours=4.75))


def test_hours_missed_in_an_absence_are_all_found() -> None:
    since = datetime(2026, 10, 20, tzinfo=UTC)
    assert [one.at for one in struck(FRIDAY, BERLIN, since, since + timedelta(days=21))] == [
        datetime(2026, 10, 23, 16, tzinfo=UTC),
        datetime(2026, 10, 30, 17, tzinfo=UTC),  # after the end of summer time
        datetime(2026, 11, 6, 17, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 3, 29), "01:00"),  # 2:00 is skipped in Berlin: it occurs at the change to 3:00
        (date(2026, 10, 25), "00:00"),  # 2:00 is repeated: the first occurrence counts
        (date(2026, 10, 26), "01:00"),
    ],
)
def test_a_missing_hour_moves_and_a_repeated_one_is_struck_once(day: date, instant: str) -> None:
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
    spans = [(begins + n * QUARTER, begins + (n + 1) * QUARTER) for n in range(-8, 110)]
    seen = [one.at for since, until in spans for one in struck(Hour(2), BERLIN, since, until) if one.on == day]
    assert [f"{at:%H:%M}" for at in seen] == [instant]


@given(
    st.sampled_from(sorted(available_timezones())),
    st.integers(0, 15 * 365 * 96).map(lambda quarters: BEGINNING + quarters * QUARTER),
    st.builds(Hour, st.integers(0, 23), st.sampled_from([None, 0, 6])),
)
def test_the_next_time_is_the_first_that_the_clock_shows(zone: str, after: datetime, hour: Hour) -> None:
    found = next_struck(hour, zone, after)
    assert struck(hour, zone, after, found)[-1].at == found
    assert struck(hour, zone, after, found - timedelta(microseconds=1)) == ()
    walls = [(after + n * QUARTER).astimezone(ZoneInfo(zone)) for n in range(1, (found - after) // QUARTER + 1)]
    shown = [
        w for w in walls if (w.hour, w.minute, w.fold) == (hour.hour, 0, 0) and hour.weekday in (None, w.weekday())
    ]
    assert [w.astimezone(UTC) for w in shown] in ([found], [])
    if not shown:  # skipped by a clock change
        before, later = (found + timedelta(hours=h) for h in (-3, 3))
        assert before.astimezone(ZoneInfo(zone)).utcoffset() != later.astimezone(ZoneInfo(zone)).utcoffset()
