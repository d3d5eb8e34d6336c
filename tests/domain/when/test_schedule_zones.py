"""Recurrence in every zone at every clock change from 2020 to 2035, compared with UTC minute by minute.

About 80 of some 600 zones differ: zones whose files give the same offset changes are tested once, and the first test
verifies that they are the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.when.schedule import (
    LAST,
    Calendar,
    Daily,
    Interval,
    Monthly,
    MonthlyWeekday,
    Weekly,
    Yearly,
    next_after,
    upcoming,
)
from tests.domain.when.clocks import DAY, changes, expected, instant, offset_s, on_wall, quarters, walked, zones_alike
from tests.domain.when.series import SERIES

ALIKE = zones_alike()


@pytest.mark.long
def test_zones_that_are_walked_once_show_the_same_and_none_is_left_out() -> None:
    assert {zone for alike in ALIKE for zone in alike.zones} == available_timezones()
    for alike in ALIKE:
        # Daily samples find every change: listed changes, and the two a year of a rule, are further apart.
        assert all(two[0] - one[0] > 2 * 24 * 3600 for one, two in pairwise(alike.listed)), alike
        found = changes(alike.zones[0])
        assert bool(found) == alike.change, alike
        edges = [1_577_836_800, *(second for at, _ in found for second in (at - 1, at)), 2_082_758_399]
        seen = {tuple(offset_s(clock, second) for second in edges) for clock in map(ZoneInfo, alike.zones)}
        assert len(seen) == 1, alike


@pytest.mark.long
@pytest.mark.parametrize("zone", [alike.zones[0] for alike in ALIKE if alike.change])
def test_around_every_clock_change(zone: str) -> None:
    for at, _ in changes(zone):
        clock, minute = ZoneInfo(zone), at // 60
        moved = (offset_s(clock, at) - offset_s(clock, at - 1)) // 60
        margin = abs(moved) + 150
        first, end = minute - margin, minute + margin
        shown = walked(zone, first, end)
        wall = minute + offset_s(clock, at - 1) // 60  # the wall time without the clock change
        window = (instant(first), instant(end))
        edges = {wall - 1, wall + abs(moved) - 1, wall - abs(moved) - 1, wall + 7}
        for told in {*range(wall - 120, wall + 121, 30), *edges}:
            compare(Daily(1, (hour_of(told),), on_wall(told).date()), zone, window, shown)
        hours = tuple(sorted({hour_of(wall + by) for by in (-moved - 10, -30, 0, moved // 2, moved, moved + 10)}))
        day = on_wall(wall).date()
        for schedule in shapes(hours, day):
            compare(schedule, zone, window, shown)
        asked_throughout(Daily(1, hours, day - timedelta(days=1)), zone, shown, range(first, end, 11))


def hour_of(wall: int) -> time:
    return time(wall % DAY // 60, wall % 60)


def compare(schedule: Calendar, zone: str, window: tuple[datetime, datetime], shown: dict[int, int]) -> None:
    """Assert that exactly the expected occurrences lie in the window."""
    within = []
    at = next_after(schedule, zone, window[0] - timedelta(minutes=1))
    while at is not None and at < window[1]:
        within.append(at)
        at = next_after(schedule, zone, at)
    assert within == expected(schedule, shown), (zone, schedule)


def asked_throughout(schedule: Calendar, zone: str, shown: dict[int, int], minutes: range) -> None:
    """Assert the next occurrence after many instants, not only after an occurrence."""
    occurs = expected(schedule, shown)
    for after in map(instant, minutes):
        ahead = [at for at in occurs if at > after]
        if ahead:
            assert next_after(schedule, zone, after) == ahead[0], (zone, schedule, after)


def shapes(hours: tuple[time, ...], day: date) -> list[Calendar]:
    """Return one schedule of each kind that occurs on this day, most of them anchored long before it."""
    nth = (day.day - 1) // 7 + 1
    month_before = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    return [
        Daily(3, hours, day - timedelta(days=300)),
        Weekly(2, tuple(sorted({day.weekday(), (day.weekday() + 2) % 7})), hours, day - timedelta(weeks=20)),
        Monthly(1, (day.day, *((31,) if day.day < 31 else ())), hours, month_before),
        MonthlyWeekday(1, (nth if nth < 5 else LAST,), day.weekday(), hours, month_before),
        Yearly(1, day.month, day.day, hours, day.replace(year=day.year - 9, day=min(day.day, 28))),
        Daily(1, hours, day, day),
    ]


# ── any series, over a winter with 29 February; one zone changes forward, one back, one both ways ──

FIRST, END = date(2027, 12, 1), date(2028, 5, 1)
WALKED = st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])


@pytest.mark.long
@given(SERIES, WALKED, st.integers(0, 140 * DAY))
@settings(max_examples=200, deadline=None)  # the first examples fill the cache of `quarters`
def test_any_series_occurs_as_the_walk_says(schedule: Calendar, zone: str, minutes: int) -> None:
    shown = quarters(zone, FIRST, END)
    after = datetime(2027, 12, 2, tzinfo=UTC) + timedelta(minutes=minutes)
    ahead = [at for at in expected(schedule, shown) if at > after][:5]
    found = upcoming(schedule, zone, after, 5)
    assert list(found[: len(ahead)]) == ahead
    assert all(at > datetime(2028, 4, 30, tzinfo=UTC) - timedelta(hours=11) for at in found[len(ahead) :])


@given(st.integers(10, 3000), st.integers(-(10**7), 10**6), st.integers(0, 10**6), WALKED)
def test_an_interval_is_counted_from_its_start(minutes: int, start: int, later: int, zone: str) -> None:
    now = datetime(2027, 6, 1, tzinfo=UTC)
    schedule = Interval(minutes, now + timedelta(minutes=start))
    after = now + timedelta(minutes=later)
    at = next_after(schedule, zone, after)
    assert at is not None
    assert at > after
    assert (at - schedule.start) % timedelta(minutes=minutes) == timedelta()
    assert at - after <= timedelta(minutes=minutes) or at == schedule.start
