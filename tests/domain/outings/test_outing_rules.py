"""Roles in each half, the spotter rule, and the times of an outing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.outings.outing_rules import (
    Role,
    Roles,
    Wish,
    arrange,
    completing,
    eyes_kept,
    free_wishes,
    half_time,
    is_filled,
    overdue_at,
    planned_ms,
    planned_return,
    without_eyes,
)
from bot.domain.outings.spotter_calls import SpokenCall, calls_on
from bot.domain.runs.runs import Surface
from bot.domain.safety.escalation_steps import Recipients, pause_until
from bot.languages import LANGUAGES
from bot.localizer import Localizer

B, S, W = Wish.BACKWARD, Wish.SPOTTER, Wish.SWAP
wishes = st.lists(st.sampled_from(list(Wish)), max_size=4)
limits = st.integers(1, 3)


@pytest.mark.parametrize(
    ("asked", "limit", "filled"),
    [
        ([B], 2, False), ([S], 2, False), ([W], 2, False), ([B, B], 2, False), ([S, S], 2, False),
        ([B, S], 1, True), ([B, W], 1, False), ([W, S], 1, True), ([W, W], 1, True),
        ([B, B, S], 1, False), ([B, B, S], 2, True), ([B, B, B, S], 2, False), ([B, B, B, S], 3, True),
        ([W, W, W], 1, False), ([W, W, W], 2, True), ([B, W, W], 1, False), ([B, W, W], 2, True), ([B, W, S], 1, False),
        ([B, W, S], 2, True),
    ],
)  # fmt: skip
def test_an_outing_is_filled_when_everybody_backward_has_eyes_in_both_halves(
    asked: list[Wish], limit: int, filled: bool
) -> None:
    assert is_filled(asked, limit, solo=False) is filled


def test_two_who_swap_on_a_track_face_different_ways_in_each_half() -> None:
    first, second = arrange([Wish.SWAP, Wish.SWAP], 2, solo=True) or ()
    assert (first.first, second.first) == (Role.BACKWARD, Role.SPOTTER)
    assert (first.second, second.second) == (Role.SPOTTER, Role.BACKWARD)
    # Without enough spotters, members may still run because the track is solo.
    assert arrange([Wish.BACKWARD, Wish.SWAP], 2, solo=True) is not None


@pytest.mark.parametrize(
    ("inside", "lacking"),
    [
        ([Wish.BACKWARD], {Wish.SPOTTER}),
        ([Wish.SPOTTER], {Wish.BACKWARD, Wish.SWAP}),
        ([Wish.SWAP], {Wish.SPOTTER, Wish.SWAP}),
        ([Wish.BACKWARD, Wish.BACKWARD, Wish.BACKWARD], set()),
    ],
)
def test_what_one_more_would_have_to_come_as(inside: list[Wish], lacking: set[Wish]) -> None:
    assert completing(inside, 2) == lacking


BB, SS = Roles(Role.BACKWARD, Role.BACKWARD), Roles(Role.SPOTTER, Role.SPOTTER)
BS, SB = Roles(Role.BACKWARD, Role.SPOTTER), Roles(Role.SPOTTER, Role.BACKWARD)


@pytest.mark.parametrize(
    ("roles", "limit", "swapped", "alone"),
    [
        ([BB], 2, False, {0}), ([SS], 2, False, set()), ([BB, SS], 1, False, set()), ([BB, BB, SS], 1, False, {0, 1}),
        ([BS], 2, False, {0}), ([BS], 2, True, set()), ([SB], 2, False, {0}), ([SB], 2, True, {0}),
        ([BS, SB], 1, False, set()), ([BS, BS, SB], 2, False, set()), ([BS, BS], 2, False, {0, 1}),
        ([BS, BS], 2, True, set()), ([BB, SB], 2, False, {0, 1}), ([BB, BS, SS], 1, False, {0, 1}),
        ([BB, BS, SS], 1, True, set()), ([], 2, False, set()),
    ],
)  # fmt: skip
def test_who_of_those_still_out_has_no_eyes_in_a_half_that_lies_ahead(
    roles: list[Roles], limit: int, swapped: bool, alone: set[int]
) -> None:
    assert without_eyes(roles, limit, swapped=swapped) == alone


@given(st.lists(st.sampled_from([BB, SS, BS, SB]), max_size=6), limits, st.booleans())
def test_one_more_who_only_faces_forward_takes_eyes_from_nobody(roles: list[Roles], limit: int, swapped: bool) -> None:
    assert without_eyes([*roles, SS], limit, swapped=swapped) <= without_eyes(roles, limit, swapped=swapped)


def test_alone_is_fine_only_where_the_club_allows_it() -> None:
    alone = [Roles(Role.BACKWARD, Role.BACKWARD)]
    assert eyes_kept(alone, 2, solo=True)
    assert not eyes_kept(alone, 2, solo=False)


@given(wishes, limits, st.booleans())
def test_what_is_arranged_keeps_the_rule_and_gives_everybody_what_they_wished(
    asked: list[Wish], limit: int, solo: bool
) -> None:
    roles = arrange(asked, limit, solo=solo)
    if roles is None:
        return
    for half in (0, 1):
        backward = sum(r.at(half) is Role.BACKWARD for r in roles)
        assert solo or backward <= limit * (len(roles) - backward)
    for wish, role in zip(asked, roles, strict=True):
        assert role.swaps is (wish is Wish.SWAP)
        assert wish is Wish.SWAP or role.first.value == wish.value


@given(wishes, limits, st.integers(2, 4), st.booleans())
def test_a_free_place_is_one_with_which_the_outing_can_still_be_filled(
    asked: list[Wish], limit: int, places: int, solo: bool
) -> None:
    found = free_wishes(asked, limit, places, solo=solo)
    for wish in Wish:
        left = places - len(asked) - 1
        fillable = left >= 0 and any(
            is_filled([*asked, wish, *more], limit, solo=solo)
            for size in range(left + 1)
            for more in product((B, S), repeat=size)
        )
        assert (wish in found) is fillable


@pytest.mark.parametrize(("minutes", "reserve"), [(10, 10), (40, 10), (60, 15), (120, 30)])
def test_the_planned_return_has_a_quarter_and_at_least_ten_minutes_more(minutes: int, reserve: int) -> None:
    start = datetime(2026, 11, 20, 18, tzinfo=UTC)
    back = planned_return(start, minutes * 60_000, extended_min=15)
    assert back - start == timedelta(minutes=minutes + reserve + 15)
    assert half_time(start, minutes * 60_000) - start == timedelta(minutes=minutes / 2)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
@pytest.mark.parametrize("month", [3, 4, 10, 11])
def test_clocks_that_change_during_an_outing_change_no_length(zone: str, month: int) -> None:
    for day in range(1, 29):
        start = datetime(2026, month, day, 1, 45, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        back = planned_return(start, 60 * 60_000)
        assert back.timestamp() - start.timestamp() == 75 * 60
        organisers_at = overdue_at(back, 15) + pause_until(Recipients.ORGANISERS)
        assert organisers_at.timestamp() - back.timestamp() == 30 * 60


def test_five_kilometres_at_eight_minutes_take_forty() -> None:
    assert planned_ms(5000, 480.0) == 40 * 60_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("surface", [None, *Surface])
def test_no_call_is_a_bare_left_or_right(language: str, surface: Surface | None) -> None:
    reader = Localizer(language)
    bare = {"left", "right", "links", "rechts"}
    for call in calls_on(surface, swapping=True):
        shouted = reader.t(f"course.calls.{call}").split("**")[1]
        for part in shouted.split("·"):
            assert part.strip().lower() not in bare


def test_the_calls_of_a_track_steer_in_and_out() -> None:
    assert SpokenCall.IN_OUT in calls_on(Surface.TRACK, swapping=False)
    assert SpokenCall.YOUR_SIDE in calls_on(Surface.ROAD, swapping=False)
    assert SpokenCall.SWAP not in calls_on(Surface.ROAD, swapping=False)
