"""Stored rules of a zone, and instants that move when the rules change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.zone_rules import differing, moved, offset_by, rules_of

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=3 * 366)
ZONES = ("Europe/Berlin", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Tokyo")
KEPT = {zone: rules_of(zone, SINCE, UNTIL) for zone in ZONES}


@given(st.sampled_from(ZONES), st.datetimes(SINCE.replace(tzinfo=None), UNTIL.replace(tzinfo=None)))
def test_the_offset_kept_is_the_zone_s_at_every_instant(zone: str, when: datetime) -> None:
    at = when.replace(tzinfo=UTC)
    assert offset_by(KEPT[zone], at) == at.astimezone(ZoneInfo(zone)).utcoffset()
    assert moved(at, KEPT[zone], zone) in (at, at - timedelta(hours=1), at - timedelta(minutes=30)), "a repeated hour"


def test_the_second_of_a_change_is_known() -> None:
    october = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp())
    assert (october, 3600) in KEPT["Europe/Berlin"]


@pytest.mark.parametrize(
    ("change", "differs"),
    [(lambda r: r, False), (lambda r: r[:2], True), (lambda r: [(r[0][0], r[0][1] + 3600), *r[1:]], True)],
)
def test_zones_whose_clocks_will_differ(change: object, differs: bool) -> None:
    before = {"Europe/Berlin": change(KEPT["Europe/Berlin"]), "Nowhere/Else": [(0, 0)]}  # type: ignore[operator]
    assert differing(before, KEPT, SINCE, UNTIL) == ({"Europe/Berlin"} if differs else set())


def test_a_wall_time_stays_what_it_was() -> None:
    new_york = [(int(SINCE.timestamp()), -5 * 3600)]  # assumed abolition of summer time
    at = datetime(2026, 7, 1, 22, tzinfo=UTC)  # 17:00
    assert moved(at, new_york, "America/New_York") == datetime(2026, 7, 1, 21, tzinfo=UTC)
