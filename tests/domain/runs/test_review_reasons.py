from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.runs.review_reasons import (
    CountedRun,
    ReviewReason,
    at_once_with,
    day_total_m,
    reason_beside,
    review_reason,
)
from bot.domain.runs.runs import Direction, Stretch

B, F = Direction.BACKWARD, Direction.FORWARD
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def test_one_stretch_is_enough_to_hold_a_run() -> None:
    slow, fast = Stretch(B, 5000, 1_650_000), Stretch(B, 400, 60_000)
    assert review_reason([slow, fast]) is ReviewReason.OUTPACED
    assert review_reason([slow]) is None
    assert review_reason([]) is None


@pytest.mark.parametrize(
    ("distance_m", "hours", "reason"),
    [
        (100_000, 20, None),
        (100_001, 20, ReviewReason.FAR),
        (199_000, 48, None),
        (201_000, 48, ReviewReason.FAR),
        (120_000, 5, ReviewReason.OUTPACED),
    ],
)
def test_more_than_a_hundred_kilometres_a_day_are_held(
    distance_m: int, hours: int, reason: ReviewReason | None
) -> None:
    halves = [Stretch(way, distance_m // 2 + extra, hours * 1_800_000) for way, extra in ((B, distance_m % 2), (F, 0))]
    assert review_reason(halves) is reason


def a_run(
    metres: int | None, *, at: float = 0, hours: float = 1, timed: bool = True, approved: bool = False
) -> CountedRun:
    """Return a run that starts `at` hours after noon."""
    start = NOON + timedelta(hours=at)
    return CountedRun(start.date(), start, metres, round(hours * 3_600_000), timed, approved)


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([], None),
        ([a_run(40_000, at=-5)], None),
        ([a_run(40_000, at=-5), a_run(1, at=-7)], ReviewReason.DAY),
        ([a_run(40_001, at=-5, timed=False)], ReviewReason.DAY),
        ([a_run(50_000, at=-5, approved=True)], None),
        ([a_run(50_000, at=-13)], None),  # the day before
        ([a_run(80_000, at=-11, hours=48)], ReviewReason.AT_ONCE),
        ([a_run(80_000, at=-12, hours=48, timed=False)], None),  # 40 km of them in 24 hours
        ([a_run(5000, at=1)], None),
        ([a_run(5000, at=0.95)], None),  # starts are rounded
        ([a_run(5000, at=0.85)], ReviewReason.AT_ONCE),
        ([a_run(None, at=0.5, hours=0.1)], ReviewReason.AT_ONCE),
        ([a_run(5000, at=0.5, timed=False)], None),
        ([a_run(5000, at=0.5, approved=True)], ReviewReason.AT_ONCE),
    ],
)
def test_a_run_is_held_for_others_of_its_day_and_for_others_of_its_time(
    others: list[CountedRun], reason: ReviewReason | None
) -> None:
    assert reason_beside(a_run(60_000), others) is reason


def test_a_typed_run_is_compared_by_its_day_only() -> None:
    run, other = a_run(60_000, timed=False), a_run(40_001, at=0.5)
    assert at_once_with(run, [other]) is None
    assert reason_beside(run, [other]) is ReviewReason.DAY
    assert day_total_m(run, [other]) == 100_001
