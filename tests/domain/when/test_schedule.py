"""Next occurrences of each kind of schedule on edge cases; `test_schedule_zones.py` covers every zone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.domain.when import moment_parser
from bot.domain.when import schedule as schedules
from bot.domain.when.schedule import (
    LAST,
    WORKDAY,
    Daily,
    In,
    Interval,
    Monthly,
    MonthlyWeekday,
    Once,
    Schedule,
    Weekly,
    Yearly,
    from_json,
    is_series,
    next_after,
    to_json,
    upcoming,
)

BERLIN, SANTIAGO, APIA = "Europe/Berlin", "America/Santiago", "Pacific/Apia"
DAY = date(2026, 1, 31)
SEVEN = (time(7),)
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walls(schedule: Schedule, after: str, count: int = 4, zone: str = BERLIN) -> str:
    """Return the next local times after `after`."""
    since = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    local = (at.astimezone(ZoneInfo(zone)) for at in upcoming(schedule, zone, since, count))
    return ", ".join(f"{at:%y-%m-%d %H:%M}" for at in local)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (Once(DAY, time(7)), "2026-01-31 06:59", "26-01-31 07:00"),
        (Once(DAY, time(7)), "2026-01-31 07:00", ""),
        (Daily(1, SEVEN, DAY), "2020-01-01", "26-01-31 07:00, 26-02-01 07:00, 26-02-02 07:00, 26-02-03 07:00"),
        (Daily(3, SEVEN, DAY), "2026-12-01", "26-12-03 07:00, 26-12-06 07:00, 26-12-09 07:00, 26-12-12 07:00"),
        (Daily(1, (time(7), time(19)), DAY, DAY), "2026-01-31 07:00", "26-01-31 19:00"),
        (Weekly(1, (1, 3), SEVEN, DAY), "2026-02-03 06:59", "26-02-03 07:00, 26-02-05 07:00, 26-02-10 07:00, 26-02-12 07:00"),
        (Weekly(2, (5,), SEVEN, DAY), "2026-02-01", "26-02-14 07:00, 26-02-28 07:00, 26-03-14 07:00, 26-03-28 07:00"),
        # Anchored on a Saturday: the Tuesday of that week lies before it.
        (Weekly(2, (1, 5), SEVEN, DAY), "2026-01-01", "26-01-31 07:00, 26-02-10 07:00, 26-02-14 07:00, 26-02-24 07:00"),
        (Monthly(1, (31,), SEVEN, DAY), "2028-01-30", "28-01-31 07:00, 28-02-29 07:00, 28-03-31 07:00, 28-04-30 07:00"),
        (Monthly(1, (30, 31), SEVEN, DAY), "2026-02-01", "26-02-28 07:00, 26-03-30 07:00, 26-03-31 07:00, 26-04-30 07:00"),
        (Monthly(3, (1, 15), SEVEN, DAY), "2026-01-01", "26-04-01 07:00, 26-04-15 07:00, 26-07-01 07:00, 26-07-15 07:00"),
        (MonthlyWeekday(1, (1,), 6, SEVEN, DAY), "2026-01-01", "26-02-01 07:00, 26-03-01 07:00, 26-04-05 07:00, 26-05-03 07:00"),
        (MonthlyWeekday(1, (LAST,), 4, SEVEN, DAY), "2026-03-01", "26-03-27 07:00, 26-04-24 07:00, 26-05-29 07:00, 26-06-26 07:00"),
        # The fourth Friday of April is the last.
        (MonthlyWeekday(1, (5,), 6, SEVEN, DAY), "2026-01-01", "26-03-29 07:00, 26-05-31 07:00, 26-08-30 07:00, 26-11-29 07:00"),
        (MonthlyWeekday(1, (4, 5, LAST), 4, SEVEN, DAY), "2026-04-01", "26-04-24 07:00, 26-05-22 07:00, 26-05-29 07:00, 26-06-26 07:00"),
        (MonthlyWeekday(1, (4, LAST), 4, SEVEN, DAY), "2026-04-01", "26-04-24 07:00, 26-05-22 07:00, 26-05-29 07:00, 26-06-26 07:00"),
        # 28 February 2026 and 31 May are Saturday and Sunday.
        (MonthlyWeekday(1, (LAST,), WORKDAY, SEVEN, DAY), "2026-02-01", "26-02-27 07:00, 26-03-31 07:00, 26-04-30 07:00, 26-05-29 07:00"),
        (MonthlyWeekday(1, (1, 3), WORKDAY, SEVEN, DAY), "2026-02-01", "26-02-02 07:00, 26-02-04 07:00, 26-03-02 07:00, 26-03-04 07:00"),
        (Yearly(1, 2, 29, SEVEN, DAY), "2026-01-01", "26-02-28 07:00, 27-02-28 07:00, 28-02-29 07:00, 29-02-28 07:00"),
        (Yearly(2, 12, 24, SEVEN, DAY), "2027-01-01", "28-12-24 07:00, 30-12-24 07:00, 32-12-24 07:00, 34-12-24 07:00"),
        (Daily(1, SEVEN, DAY, date(2026, 2, 1)), "2026-01-31 12:00", "26-02-01 07:00"),
        # 02:30 is skipped on 29 March 2026 and repeated on 25 October.
        (Daily(1, (time(2, 30),), DAY), "2026-03-28", "26-03-28 02:30, 26-03-29 03:30, 26-03-30 02:30, 26-03-31 02:30"),
        (Daily(1, (time(2, 30),), DAY), "2026-10-24", "26-10-24 02:30, 26-10-25 02:30, 26-10-26 02:30, 26-10-27 02:30"),
        # 02:30 and 03:30 are one instant, and 03:00 comes before 02:30.
        (Daily(1, (time(2, 30), time(3), time(3, 30)), DAY), "2026-03-29", "26-03-29 03:00, 26-03-29 03:30, 26-03-30 02:30, 26-03-30 03:00"),
    ],
)  # fmt: skip
def test_the_next_local_times(schedule: Schedule, after: str, expected: str) -> None:
    assert walls(schedule, after) == expected


def test_repeated_hours_occur_once_though_one_asks_in_between() -> None:
    schedule = Daily(1, (time(2, 30),), DAY)
    assert upcoming(schedule, BERLIN, utc("2026-10-25 00:29"), 1) == (utc("2026-10-25 00:30"),)
    assert upcoming(schedule, BERLIN, utc("2026-10-25 00:30"), 1) == (utc("2026-10-26 01:30"),)
    assert upcoming(schedule, BERLIN, utc("2026-10-25 01:10"), 1) == (utc("2026-10-26 01:30"),)


def test_a_midnight_and_a_whole_day_that_the_clock_skips() -> None:
    midnight = Daily(1, (time(0, 15),), date(2011, 1, 1))
    assert walls(midnight, "2026-09-05 12:00", 2, SANTIAGO) == "26-09-06 01:15, 26-09-07 00:15"
    # Samoa skipped 30 December 2011: its 00:15 falls on the 31st.
    assert walls(midnight, "2011-12-29 00:00", 3, APIA) == "11-12-29 00:15, 11-12-31 00:15, 12-01-01 00:15"


def test_a_week_of_every_ten_minutes_asks_the_clock_once_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []

    def at_wall(day: date, hour: time, zone: str) -> datetime:
        asked.append(moment_parser.at_wall(day, hour, zone))
        return asked[-1]

    monkeypatch.setattr(schedules, "at_wall", at_wall)
    hours = tuple(time(minute // 60, minute % 60) for minute in range(3, 24 * 60, 10))
    since = datetime(2026, 3, 1, tzinfo=UTC)
    found = upcoming(Daily(1, hours, since.date()), "Europe/Berlin", since, 7 * 144)
    assert len(found) == 7 * 144 == len(set(found))
    assert len(asked) <= 11 * 144  # including the adjacent days


def test_intervals_and_instants_are_not_moved_by_a_clock_or_a_zone() -> None:
    every = Interval(120, utc("2026-03-28 23:00"), date(2026, 3, 29))
    for zone in (BERLIN, SANTIAGO):
        assert upcoming(every, zone, utc("2026-03-28 22:00"), 3) == tuple(
            utc("2026-03-28 23:00") + timedelta(hours=2 * n) for n in range(3)
        )
    assert next_after(every, BERLIN, utc("2026-03-29 21:00")) is None  # 23:00 UTC is the 30th in Berlin
    assert next_after(every, BERLIN, utc("2026-03-29 20:59")) == utc("2026-03-29 21:00")
    assert next_after(every, SANTIAGO, utc("2026-03-29 21:00")) == utc("2026-03-29 23:00")
    assert next_after(In(AT), BERLIN, AT - timedelta(microseconds=1)) == AT
    assert next_after(In(AT), BERLIN, AT) is None


def test_wall_times_move_with_the_zone() -> None:
    schedule = Weekly(1, (1,), SEVEN, DAY)
    assert next_after(schedule, BERLIN, AT) == utc("2026-12-01 06:00")
    assert next_after(schedule, SANTIAGO, AT) == utc("2026-12-01 10:00")


SHAPES: list[Schedule] = [
    In(AT),
    Once(DAY, time(7, 5)),
    Interval(90, AT),
    Interval(10, AT, date(2026, 12, 1)),
    Daily(3, (time(7), time(19, 30)), DAY),
    Weekly(2, (0, 5), SEVEN, DAY, date(2027, 6, 1)),
    Monthly(1, (1, 31), SEVEN, DAY),
    MonthlyWeekday(1, (1, LAST), 6, SEVEN, DAY),
    Yearly(1, 2, 29, SEVEN, DAY),
]


@pytest.mark.parametrize("schedule", SHAPES, ids=lambda shape: type(shape).__name__)
def test_kept_and_read_again(schedule: Schedule) -> None:
    assert from_json(json.loads(json.dumps(to_json(schedule)))) == schedule
    assert is_series(schedule) == (type(schedule) not in (In, Once))


@pytest.mark.parametrize("schedule", SHAPES, ids=lambda shape: type(shape).__name__)
def test_total_at_the_ends_of_time(schedule: Schedule) -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"):
        for offset in (timezone(timedelta(hours=14)), UTC, timezone(-timedelta(hours=12))):
            assert next_after(schedule, zone, datetime.max.replace(tzinfo=offset)) is None
            assert next_after(schedule, zone, datetime(9999, 1, 1, tzinfo=UTC)) is None
            assert next_after(schedule, zone, datetime.min.replace(tzinfo=offset)) is not None
        late = next_after(schedule, zone, datetime(9998, 12, 31, 23, 59, tzinfo=UTC))
        assert late is None or late.year <= 9999


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"kind": "hourly"},
        {"kind": "in", "at": 5},
        {"kind": "in", "at": "soon"},
        {"kind": "once", "on": "2026-02-30", "hour": "07:00"},
        {"kind": "once", "on": "2026-02-20", "hour": "07:00:30"},
        {"kind": "once", "on": "2626-02-20", "hour": "07:00"},
        {"kind": "daily", "every": 0, "hours": ["07:00"], "anchor": "2026-01-01"},
        {"kind": "daily", "every": 1, "hours": [], "anchor": "2026-01-01"},
        {"kind": "daily", "every": 1, "hours": ["07:00", "06:00"], "anchor": "2026-01-01"},
        {"kind": "daily", "every": 1, "hours": ["07:00"]},
        {"kind": "daily", "every": True, "hours": ["07:00"], "anchor": "2026-01-01"},
        {"kind": "weekly", "every": 1, "weekdays": [7], "hours": ["07:00"], "anchor": "2026-01-01"},
        {"kind": "weekly", "every": 1, "weekdays": [1, 1], "hours": ["07:00"], "anchor": "2026-01-01"},
        {"kind": "monthly", "every": 1, "days": [0], "hours": ["07:00"], "anchor": "2026-01-01"},
        {
            "kind": "monthly_weekday",
            "every": 1,
            "nths": [LAST, 1],
            "weekday": 1,
            "hours": ["07:00"],
            "anchor": "2026-01-01",
        },
        {"kind": "yearly", "every": 1, "month": 2, "day": 30, "hours": ["07:00"], "anchor": "2026-01-01"},
        {"kind": "interval", "minutes": 9, "start": "2026-01-01T00:00:00+00:00"},
        {"kind": "interval", "minutes": 10**12, "start": "2026-01-01T00:00:00+00:00"},
        {"kind": "interval", "minutes": 10, "start": "2026-01-01T00:00:00+00:00", "more": 1},
    ],
)
def test_what_is_no_schedule_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any message
        from_json(kept)
