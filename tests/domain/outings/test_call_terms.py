"""Parsing of a call's terms, free places by role, and how long an offered place is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.outings.call_terms import (
    can_then,
    evening_before,
    free_places,
    offer_ends,
    read_start,
    read_wanted,
    same_place,
)
from bot.domain.outings.outing_rules import Wish
from bot.domain.runs.run_input import Manner
from bot.domain.text.units import Units
from bot.errors import BadInput

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
MANNER = Manner(Units.METRIC, "en", "Europe/Berlin")
START = datetime(2026, 11, 20, 17, tzinfo=UTC)  # a Friday, 18:00 in Berlin


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("yesterday 18:00", "partners.starts.past"),
        ("friday", "partners.refused.no_hour"),
        ("2027-01-17 13:01", "partners.refused.too_far_ahead"),
        ("soonish", "partners.starts.unclear"),
    ],
)
def test_a_start_that_can_not_be_is_refused(typed: str, key: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_start(typed, MANNER, NOW)
    assert raised.value.key == key


def test_a_start_is_read_ahead_in_the_caller_s_zone() -> None:
    assert read_start("fri 18:00", MANNER, NOW) == START


@pytest.mark.parametrize(
    ("distance", "minutes", "metres", "duration_ms"),
    [
        ("5k", None, 5000, None),
        ("40 min", None, None, 2_400_000),
        (None, 30, None, 1_800_000),
        ("5k", 30, 5000, 1_800_000),
    ],
)
def test_a_length_is_a_distance_or_a_time(
    distance: str | None, minutes: int | None, metres: int | None, duration_ms: int | None
) -> None:
    wanted = read_wanted("fri 18:00", distance, minutes, None, MANNER, NOW)
    assert (wanted.distance_m, wanted.duration_ms) == (metres, duration_ms)


@pytest.mark.parametrize("units", list(Units)[:2])
def test_a_number_alone_that_may_be_minutes_is_asked_about(units: Units) -> None:
    manner = Manner(units, "en", "Europe/Berlin")
    for typed in ("40", " 15 ", "90.0"):
        with pytest.raises(BadInput) as raised:
            read_wanted("fri 18:00", typed, None, None, manner, NOW)
        assert raised.value.key == "partners.refused.bare"
    assert raised.value.params["duration_ms"] == 90 * 60_000
    for typed in ("14", "40 km", "40 min", "400", "8 x 400 m"):
        read_wanted("fri 18:00", typed, None, None, manner, NOW)


@pytest.mark.parametrize(("distance", "key"), [(None, "partners.refused.no_length"), ("far", "entry.distance.unclear")])
def test_without_a_length_there_is_no_call(distance: str | None, key: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_wanted("fri 18:00", distance, None, None, MANNER, NOW)
    assert raised.value.key == key


@pytest.mark.parametrize(
    ("wishes", "per_spotter", "places", "free"),
    [
        ([Wish.BACKWARD], 2, 3, {Wish.BACKWARD: 1, Wish.SPOTTER: 2, Wish.SWAP: 2}),
        ([Wish.SPOTTER], 2, 3, {Wish.BACKWARD: 2, Wish.SPOTTER: 1, Wish.SWAP: 2}),
        ([Wish.BACKWARD], 1, 2, {Wish.BACKWARD: 0, Wish.SPOTTER: 1, Wish.SWAP: 0}),
        ([Wish.SWAP], 1, 2, {Wish.BACKWARD: 0, Wish.SPOTTER: 1, Wish.SWAP: 1}),
        ([Wish.BACKWARD, Wish.SPOTTER], 1, 2, dict.fromkeys(Wish, 0)),
    ],
)
def test_places_are_free_by_role(wishes: list[Wish], per_spotter: int, places: int, free: dict[Wish, int]) -> None:
    assert free_places(wishes, per_spotter, places, solo=False) == free


@pytest.mark.parametrize(("ahead", "kept"), [(2880, 30), (120, 30), (60, 15), (20, 5), (4, 5)])
def test_a_place_is_kept_at_most_half_an_hour_or_a_quarter_of_what_is_left(ahead: int, kept: int) -> None:
    assert offer_ends(NOW, NOW + timedelta(minutes=ahead)) - NOW == timedelta(minutes=kept)


@pytest.mark.parametrize(
    ("starts_at", "zone", "evening"),
    [
        (datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Berlin", datetime(2026, 10, 24, 16, tzinfo=UTC)),
        (datetime(2026, 4, 5, 0, tzinfo=UTC), "Australia/Sydney", datetime(2026, 4, 4, 7, tzinfo=UTC)),
    ],
)
def test_the_evening_before_is_at_six_local_on_either_side_of_a_clock_change(
    starts_at: datetime, zone: str, evening: datetime
) -> None:
    assert evening_before(starts_at, zone) == evening


@pytest.mark.parametrize(
    ("windows", "minutes", "can"),
    [
        ([[4, 17 * 60, 19 * 60]], 60, True),
        ([[4, 17 * 60, 19 * 60]], 61, False),
        ([[3, 0, 1440]], 60, False),
        ([[4, 0, 1440]], 360, True),
        ([[4, 0, 1440], [5, 0, 1440]], 361, False),
    ],
)
def test_a_window_holds_an_outing_whole_in_its_own_zone(windows: list[list[int]], minutes: int, can: bool) -> None:
    assert can_then(windows, START, START + timedelta(minutes=minutes), "Europe/Berlin") is can


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("River road", "river  ROAD!", True), ("Straße", "STRASSE", True), ("Café", "Cafe\u0301", True),
        ("Park", "Park 2", False), ("🏟️", "🌳", False), ("🏟️", "🏟️ ", True), ("Bahn 1", "Bahn I", False),
    ],
)  # fmt: skip
def test_two_names_of_one_place(one: str, other: str, same: bool) -> None:
    assert same_place(one, other) is same
