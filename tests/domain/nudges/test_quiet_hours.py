"""Quiet hours: a night is one continuous span, also across a clock change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.nudges.quiet_hours import DEFAULT_QUIET, Quiet, quiet_until

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
BERLIN, SYDNEY = "Europe/Berlin", "Australia/Sydney"


@pytest.mark.parametrize(
    ("local", "zone", "quiet", "until"),
    [
        ("2026-11-18 20:59", BERLIN, DEFAULT_QUIET, None),
        ("2026-11-18 21:00", BERLIN, DEFAULT_QUIET, "2026-11-19 06:00"),
        ("2026-11-19 06:59", BERLIN, DEFAULT_QUIET, "2026-11-19 06:00"),
        ("2026-11-19 07:00", BERLIN, DEFAULT_QUIET, None),
        ("2026-11-19 03:00", BERLIN, Quiet(0, 0), None),
        ("2026-11-19 13:00", BERLIN, Quiet(13 * 60, 14 * 60 + 30), "2026-11-19 13:30"),
        ("2026-11-19 14:30", BERLIN, Quiet(13 * 60, 14 * 60 + 30), None),
        # In Berlin the night to 29 March is an hour shorter, the night to 25 October an hour longer.
        ("2026-03-28 22:00", BERLIN, DEFAULT_QUIET, "2026-03-29 05:00"),
        ("2026-10-24 22:00", BERLIN, DEFAULT_QUIET, "2026-10-25 06:00"),
        # In Sydney summer time ends on 5 April and begins on 4 October.
        ("2026-04-04 22:00", SYDNEY, DEFAULT_QUIET, "2026-04-04 21:00"),
        ("2026-10-03 22:00", SYDNEY, DEFAULT_QUIET, "2026-10-03 20:00"),
        # A skipped end time moves forward by the gap; of a repeated one the first occurrence counts.
        ("2026-03-28 22:00", BERLIN, Quiet(22 * 60, 150), "2026-03-29 01:30"),
        ("2026-10-24 22:00", BERLIN, Quiet(22 * 60, 150), "2026-10-25 00:30"),
    ],
)
def test_when_the_quiet_hours_end(local: str, zone: str, quiet: Quiet, until: str | None) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    expected = None if until is None else datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert quiet_until(now, zone, quiet) == expected


def test_of_the_repeated_hour_only_the_first_half_past_two_ends_the_night() -> None:
    quiet = Quiet(22 * 60, 150)
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # second occurrence of 2:10
    assert quiet_until(second, BERLIN, quiet) is None
    assert quiet_until(second - timedelta(hours=1), BERLIN, quiet) is not None


def test_what_is_no_minute_of_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no minutes"):
        Quiet(24 * 60, 0)


@given(
    st.sampled_from(sorted(available_timezones())),
    st.integers(0, 16 * 365 * 1440).map(lambda minutes: BEGINNING + timedelta(minutes=minutes)),
    st.builds(Quiet, st.integers(0, 1439), st.integers(0, 1439)),
)
def test_the_end_is_ahead_and_no_longer_quiet(zone: str, now: datetime, quiet: Quiet) -> None:
    end = quiet_until(now, zone, quiet)
    if end is None:
        # Not quiet: the wall time is outside the quiet hours, unless a clock change is near.
        wall = now.astimezone(ZoneInfo(zone))
        minute = wall.hour * 60 + wall.minute
        inside = (
            quiet.begins_min <= minute < quiet.ends_min
            if quiet.begins_min <= quiet.ends_min
            else minute >= quiet.begins_min or minute < quiet.ends_min
        )
        day = timedelta(days=1)
        changing = len({at.astimezone(ZoneInfo(zone)).utcoffset() for at in (now - day, now, now + day)}) > 1
        assert not inside or changing
        return
    assert timedelta(0) < end - now <= timedelta(hours=50)
    assert quiet_until(end, zone, quiet) is None or end - now > timedelta(hours=23)
    assert quiet_until(end - timedelta(microseconds=1), zone, quiet) == end
