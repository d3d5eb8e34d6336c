from __future__ import annotations

from datetime import date

import pytest

from bot.domain.runs.personal_bests import Effort, bests, listed_for
from bot.domain.runs.runs import Direction

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("distance_m", "listed"),
    [
        (99, None),
        (100, 100),
        (103, 100),
        (104, None),
        (1500, 1500),
        (1545, 1500),
        (1546, None),
        (1609, 1609),
        (4999, None),
        (5000, 5000),
        (5150, 5000),
        (5151, None),
        (21_097, 21_097),
        (21_098, 21_097),
        (42_195, 42_195),
        (43_460, 42_195),
        (43_461, None),
    ],
)
def test_a_stretch_counts_for_a_distance_it_covers_and_hardly_passes(distance_m: int, listed: int | None) -> None:
    assert listed_for(distance_m) == listed


def test_the_fastest_wins_in_its_own_direction_and_whole() -> None:
    slow = Effort(Direction.BACKWARD, 5000, 1_700_000, DAY, 1)
    longer = Effort(Direction.BACKWARD, 5100, 1_650_000, DAY, 2)
    forward = Effort(Direction.FORWARD, 5000, 1_200_000, DAY, 3)
    mile = Effort(Direction.BACKWARD, 1609, 500_000, DAY, 4)
    untold = Effort(Direction.UNTOLD, 5000, 900_000, DAY, 5)
    found = bests([slow, longer, forward, untold, mile])
    assert found == {Direction.BACKWARD: {1609: mile, 5000: longer}, Direction.FORWARD: {5000: forward}}
    assert list(found[Direction.BACKWARD]) == [1609, 5000]


def test_the_earlier_of_two_equal_bests_stands() -> None:
    first = Effort(Direction.BACKWARD, 400, 100_000, date(2026, 1, 1), 9)
    later = Effort(Direction.BACKWARD, 400, 100_000, DAY, 1)
    assert bests([later, first]) == bests([first, later]) == {Direction.BACKWARD: {400: first}}
