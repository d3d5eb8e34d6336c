from __future__ import annotations

from itertools import pairwise

import pytest

from bot.domain.runs.runs import Direction, Stretch
from bot.domain.runs.world_bests import (
    BACKWARD,
    BACKWARD_WOMEN,
    FORWARD,
    Mark,
    best_for,
    beyond_best,
)

B, F, U = Direction.BACKWARD, Direction.FORWARD, Direction.UNTOLD


@pytest.mark.parametrize("marks", [BACKWARD, FORWARD])
def test_marks_go_from_short_to_long_and_slow_down(marks: tuple[Mark, ...]) -> None:
    assert sorted(marks, key=lambda m: m.distance_m) == list(marks)
    speeds = [m.distance_m / m.duration_ms for m in marks[1:]]  # not 100 m: the start weighs more than over 200 m
    assert all(faster > slower for faster, slower in pairwise(speeds))
    assert all(m.who and m.when and m.source for m in marks)


@pytest.mark.parametrize(
    ("direction", "distance_m", "duration_ms", "held"),
    [
        (B, 5000, 1_650_000, None),  # 27:30, an ordinary time
        (B, 5000, 1_147_130, None),  # equal to the mark, not faster
        (B, 5000, 1_147_129, 5000),
        (F, 5000, 1_147_129, None),
        (F, 5000, 755_359, 5000),
        (B, 5500, 1_261_843, None),  # the pace of the 5 km mark over a longer distance
        (B, 5500, 1_261_842, 5000),
        (B, 9_999, 2_290_000, 5000),
        (B, 10_000, 2_330_000, 10_000),
        (B, 1609, 330_000, None),
        (B, 1609, 329_999, 1609),
        (B, 21_097, 5_748_999, 21_097),
        (B, 42_195, 12_324_000, None),
        (B, 42_195, 12_323_999, 42_195),
        (B, 120_000, 50_000_000, 100_000),
        (B, 200, 30_230, None),  # the fastest of several lists; another has 30.33
        (B, 60, 7_902, None),  # below 100 m the speed of the 100 m mark applies
        (B, 60, 7_901, 100),
        (B, None, 1, None),
        (U, 5000, 600_000, None),
    ],
)
def test_faster_than_the_best_at_the_longest_listed_distance_not_above(
    direction: Direction, distance_m: int | None, duration_ms: int, held: int | None
) -> None:
    mark = beyond_best(Stretch(direction, distance_m, duration_ms))
    assert (mark and mark.distance_m) == held


def test_marks_of_women_are_slower_and_each_has_a_source() -> None:
    fastest = {mark.distance_m: mark.duration_ms for mark in BACKWARD}
    assert [mark.distance_m for mark in BACKWARD_WOMEN] == sorted(mark.distance_m for mark in BACKWARD_WOMEN)
    assert all(mark.duration_ms > fastest[mark.distance_m] for mark in BACKWARD_WOMEN)
    assert all(mark.source.startswith("http") and mark.when for mark in (*BACKWARD, *BACKWARD_WOMEN))


def test_an_untold_direction_has_no_mark() -> None:
    assert best_for(U, 5000) is None
