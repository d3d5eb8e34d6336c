"""Badges: the data, what each checker counts, and that the order of counting does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.badges.badge_counting import tally
from bot.domain.badges.badge_definitions import BadgeGroup, badge, badges
from bot.domain.badges.badge_events import BadgeEvent, BadgeRun, BadgeSpotting, RunPartner
from bot.domain.runs.runs import Surface

MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)
MILE_MS = 15 * 60_000
NEW, OLD = RunPartner(5, MONDAY), RunPartner(6, MONDAY - timedelta(days=61))


def run(days: int = 0, number: int = 1, **values: Any) -> BadgeRun:
    """Return a kilometre backward at noon, so many days after a Monday."""
    at = MONDAY + timedelta(days=days)
    return replace(BadgeRun(number, at, at.date(), 720, backward_m=1000, backward_ms=360_000), **values)


def spotting(days: int = 0, number: int = 90, ms: int = 3_600_000, partner: RunPartner | None = None) -> BadgeSpotting:
    return BadgeSpotting(number, MONDAY + timedelta(days=days), ms, partner)


def reached(key: str, events: Sequence[BadgeEvent]) -> int:
    checker = badges()[key].checker
    return checker.reached(tally(events).counts.get(key, checker.start))


def test_there_are_many_badges_and_most_are_for_care_and_turning_up() -> None:
    groups = [one.group for one in badges().values()]
    assert len(groups) >= 25
    assert groups.count(BadgeGroup.UP) + groups.count(BadgeGroup.CARE) > len(groups) / 2
    assert any(one.secret for one in badges().values())
    assert all(len(key) <= 32 for key in badges()), "the column's length"


@pytest.mark.parametrize(
    ("key", "events", "expected"),
    [
        ("first_kilometre", [run(backward_m=400), run(1, 2, backward_m=700)], 1100),
        ("days_out", [run(), run(), run(1)], 2),
        ("weeks_in_a_row", [run(0), run(7), run(21), run(28), run(35), run(37)], 3),
        ("weeks_out", [run(0), run(6), run(7), run(28)], 3),
        ("tuesdays", [run(0), run(1), run(8), run(9)], 2),
        ("sundays", [run(6), run(13)], 2),
        ("every_month", [run(0), run(20), run(365)], 2),
        ("back_again", [run(0), run(27), run(55), run(120)], 2),
        ("dawn", [run(minute=240), run(minute=419), run(minute=420), run(minute=239)], 2),
        ("lunch", [run(minute=660), run(minute=840)], 1),
        ("evening", [run(minute=1200), run(minute=1439), run(minute=1199)], 2),
        ("with_spotter", [run(partner=OLD), run(), run(partner=NEW, backward_ms=0, forward_ms=5)], 1),
        ("faced_forward", [spotting(), spotting(1, ms=0), run()], 1),
        ("forward_minutes", [spotting(), spotting(1, ms=1_859_999)], 90),
        ("partners", [run(partner=NEW), run(1, partner=NEW), spotting(2, partner=OLD), spotting(3)], 2),
        ("newcomer", [run(partner=NEW), run(60, partner=NEW), run(61, partner=NEW), spotting(partner=OLD)], 2),
        ("soft_ground", [run(surface=Surface.TRACK), run(surface=Surface.GRASS), run(surface=Surface.ROAD), run()], 2),
        ("easy", [run(effort=0), run(effort=3), run(effort=4), run()], 2),
        ("short_bits", [run(forward_ms=9), run(forward_ms=9, backward_ms=600_001), run()], 1),
        (
            "slow_mile",
            [
                run(partner=OLD, backward_m=1609, backward_ms=MILE_MS),
                run(backward_m=1609, backward_ms=MILE_MS),
                run(partner=OLD, backward_m=1608, backward_ms=MILE_MS),
                run(partner=OLD, backward_m=1700, backward_ms=MILE_MS),
                run(partner=OLD, backward_m=1609, backward_ms=MILE_MS, doubtful=True),
            ],
            1,
        ),
        ("both_ways", [run(forward_ms=1), run()], 1),
        ("rain", [run(tags=frozenset({"rain"})), run(tags=frozenset({"wrong_way"}))], 1),
        ("wrong_way", [run(tags=frozenset({"rain"})), run(tags=frozenset({"wrong_way"}))], 1),
        ("surfaces", [run(surface=Surface.TRACK), run(surface=Surface.TRACK), run(surface=Surface.PATH), run()], 2),
        ("new_year", [run(46), run(46, 2), run(46 + 365), run()], 2),
        ("leap_day", [run(ran_on=date(2028, 2, 29)), run(ran_on=date(2028, 2, 28))], 1),
        ("mirror", [run(forward_m=1010), run(forward_m=1011), run(backward_m=900, forward_m=900), run()], 1),
        ("palindrome", [run(backward_ms=1552_900), run(backward_ms=1553_000), run(backward_ms=4_271_000)], 2),
        ("backward_distance", [run(), run(forward_m=500)], 2000),
        ("backward_minutes", [run(), run(backward_ms=59_999)], 6),
        ("longest_backward", [run(), run(backward_m=900)], 1000),
        ("longest_out", [run(), run(forward_ms=60_000)], 7),
    ],
)  # fmt: skip
def test_a_checker_counts_what_its_badge_is_for(key: str, events: Sequence[BadgeEvent], expected: int) -> None:
    assert reached(key, events) == expected


def test_each_badge_has_a_row_above() -> None:
    (parameters,) = test_a_checker_counts_what_its_badge_is_for.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in parameters.args[1]} == set(badges())


def test_the_run_that_reaches_a_level_earns_it() -> None:
    earned = tally([run(day, day + 1) for day in range(25)]).earned
    assert [(one.level, one.run_id) for one in earned if one.badge == "days_out"] == [(1, 10), (2, 25)]
    all_at_once = tally([run(backward_m=60_000)]).earned
    assert [one.level for one in all_at_once if one.badge == "backward_distance"] == [1, 2]


def test_a_row_of_weeks_that_ended_counts_for_no_next_level() -> None:
    checker = badges()["weeks_in_a_row"].checker
    counts = tally([run(0), run(7)]).counts["weeks_in_a_row"]
    on = [MONDAY.date() + timedelta(days=days) for days in (7, 20, 21)]
    assert [checker.towards_next(counts, day) for day in on] == [2, 2, 0]
    assert checker.reached(counts) == 2


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ({"checker": "luck"}, KeyError),
        ({"group": "speed"}, ValueError),
        ({"levels": [2, 2]}, ValueError),
        ({"levels": [0]}, ValueError),
        ({"distance": 5}, TypeError),
    ],
)
def test_a_mistake_in_the_data_is_found_when_it_is_read(table: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        badge("x", {"group": "up", "checker": "runs", "levels": [1], **table})


runs = st.builds(
    run,
    days=st.integers(0, 400),
    number=st.integers(1, 10**6),
    minute=st.integers(0, 1439),
    backward_ms=st.sampled_from([0, 360_000, 1_552_000]),
    forward_m=st.sampled_from([0, 1000, 20_000]),
    forward_ms=st.sampled_from([1, 6_000_000]),
    surface=st.sampled_from([None, *Surface]),
    effort=st.sampled_from([None, 2, 9]),
    tags=st.sampled_from([frozenset(), frozenset({"rain"})]),
)


@settings(max_examples=60, deadline=None)
@given(events=st.lists(runs, min_size=1, max_size=12, unique_by=lambda one: one.run_id), data=st.data())
def test_going_on_from_any_point_and_any_order_end_in_the_same(events: list[BadgeRun], data: st.DataObject) -> None:
    whole = tally(events)
    assert tally(data.draw(st.permutations(events))) == whole
    ordered = sorted(events, key=lambda one: (one.started_at, one.run_id))
    cut = data.draw(st.integers(1, len(events)))
    first = tally(ordered[:cut])
    rest = tally(ordered[cut:], first.counts)
    assert rest.counts == whole.counts
    assert (*first.earned, *rest.earned) == whole.earned
    for key, one in badges().items():
        held = [level.level for level in whole.earned if level.badge == key]
        now = one.checker.reached(whole.counts.get(key, one.checker.start))
        assert held == list(range(1, one.level(now) + 1)), "what is shown is what was earned"
