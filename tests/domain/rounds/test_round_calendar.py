"""When a week's round is announced and matched."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.domain.rounds.round_calendar import Occasion, next_occasion, seed_of

WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)


def test_the_next_round_is_the_first_that_can_still_be_announced() -> None:
    thursday = datetime(2026, 11, 19, 17, tzinfo=UTC)  # 18:00 in Berlin
    found = next_occasion(WEDNESDAY, "Europe/Berlin", 3, 18, 24)
    assert found == Occasion(date(2026, 11, 23), thursday.replace(day=18), thursday)
    later = next_occasion(WEDNESDAY, "Europe/Berlin", 3, 18, 30)
    assert (later.monday, later.match_at) == (date(2026, 11, 30), thursday.replace(day=26))
    after = next_occasion(WEDNESDAY, "Europe/Berlin", 3, 18, 24, date(2026, 11, 23))
    assert after.monday == date(2026, 11, 30)


@pytest.mark.parametrize(("weekday", "monday"), [(0, date(2026, 11, 30)), (6, date(2026, 11, 23))])
def test_the_week_matched_for_begins_after_the_match(weekday: int, monday: date) -> None:
    assert next_occasion(WEDNESDAY, "UTC", weekday, 6, 1).monday == monday


@pytest.mark.parametrize(
    ("zone", "now", "hour_utc"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC), 5),  # Sunday 29 March: summer time begins
        ("Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC), 6),
        ("Australia/Sydney", datetime(2026, 4, 3, tzinfo=UTC), 21),  # Sunday 5 April: summer time ends
    ],
)
def test_the_hour_on_the_wall_is_the_same_on_a_day_the_clock_changes(zone: str, now: datetime, hour_utc: int) -> None:
    found = next_occasion(now, zone, 6, 7, 12)
    assert found.match_at.hour == hour_utc
    assert (found.match_at - found.notice_at).total_seconds() == 12 * 3600


def test_each_draw_has_a_seed_of_its_own() -> None:
    first = seed_of(900, date(2026, 11, 23))
    again = seed_of(900, date(2026, 11, 23), first)
    assert len({first, again, seed_of(901, date(2026, 11, 23)), seed_of(900, date(2026, 11, 30))}) == 4
    assert first == seed_of(900, date(2026, 11, 23))
    assert 0 <= first < 2**63
