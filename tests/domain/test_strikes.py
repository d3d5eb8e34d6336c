"""Hours struck in a span, against a walk through it that asks every zone for its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.strikes import GRID, Hour, Struck, every_zone, on_grid, struck

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
FRIDAY = Hour(18, 4)


def zones_of(found: dict[tuple[Struck, ...], list[str]]) -> set[str]:
    return {zone for zones in found.values() for zone in zones}


def test_an_hour_of_the_week_is_struck_zone_by_zone() -> None:
    five = datetime(2026, 11, 20, 17, tzinfo=UTC)
    found = struck(FRIDAY, five - GRID, five)
    ((hours, zones),) = found.items()
    assert hours == (Struck(date(2026, 11, 20), 18, five),)
    assert {"Europe/Berlin", "Africa/Lagos"} <= set(zones)
    assert "Europe/London" not in zones
    assert struck(FRIDAY, five, five + GRID / 3) == {}
    assert "Asia/Kathmandu" in zones_of(struck(FRIDAY, five - timedelta(hours=5), five - timedelta(hours=4.75)))


def test_hours_missed_in_an_absence_are_all_found_once_each() -> None:
    since = datetime(2026, 10, 20, tzinfo=UTC)
    found = struck(FRIDAY, since, since + timedelta(days=21), ["Europe/Berlin"])
    ((hours, _),) = found.items()
    assert [one.at for one in hours] == [
        datetime(2026, 10, 23, 16, tzinfo=UTC),
        datetime(2026, 10, 30, 17, tzinfo=UTC),  # the clock went back in between
        datetime(2026, 11, 6, 17, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("day", "instants"),
    [
        ("2026-03-29", ["01:00"]),  # 2:00 is missing in Berlin: it is struck as the clock jumps to 3:00
        ("2026-10-25", ["00:00"]),  # and here the first of two
        ("2026-10-26", ["01:00"]),
    ],
)
def test_a_missing_hour_moves_and_a_repeated_one_is_struck_once(day: str, instants: list[str]) -> None:
    begins = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    times = [begins + quarter * GRID for quarter in range(100)]
    seen = [
        one.at
        for since, until in pairwise(times)
        for hours in struck(Hour(2), since.astimezone(UTC), until.astimezone(UTC), ["Europe/Berlin"])
        for one in hours
        if one.on.isoformat() == day
    ]
    assert [f"{at:%H:%M}" for at in seen] == instants


@settings(max_examples=25)
@given(
    st.integers(0, 15 * 365 * 1440).map(lambda minutes: BEGINNING + timedelta(minutes=minutes)),
    st.integers(1, 8),
    st.integers(0, 23),
    st.sampled_from([None, 0, 6]),
)
def test_zones_that_are_looked_at_together_strike_as_each_alone(
    at: datetime, quarters: int, hour: int, weekday: int | None
) -> None:
    since = on_grid(at)
    until = since + quarters * GRID
    together = {zone: hours for hours, zones in struck(Hour(hour, weekday), since, until).items() for zone in zones}
    for zone in every_zone()[::7]:
        alone = struck(Hour(hour, weekday), since, until, [zone])
        assert together.get(zone, ()) == next(iter(alone), ())
        walls = [(since + n * GRID).astimezone(ZoneInfo(zone)) for n in range(1, quarters + 1)]
        shown = [w for w in walls if (w.hour, w.minute, w.fold) == (hour, 0, 0) and weekday in (None, w.weekday())]
        if shown:
            assert [one.at for one in together[zone]] == shown


def test_the_grid_is_quarters_of_an_hour() -> None:
    assert on_grid(datetime(2026, 11, 20, 18, 14, 59, 999, tzinfo=ZoneInfo("Asia/Kathmandu"))) == datetime(
        2026, 11, 20, 12, 15, tzinfo=UTC
    )
