from __future__ import annotations

import random
from datetime import date

import pytest

from bot.domain.runs.personal_bests import LISTED_M, Effort, Outpaced, bests, listed_for, outpaced
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


def held(*efforts: tuple[int, int]) -> dict[int, Effort]:
    return {metres: Effort(Direction.BACKWARD, metres, ms, DAY, metres) for metres, ms in efforts}


def test_a_best_slower_than_the_average_of_a_longer_one_is_outpaced() -> None:
    found = outpaced(held((1000, 318_000), (3000, 1_200_000), (5000, 1_368_000)))
    assert found == {
        1000: Outpaced(5000, 273_600),  # one of five kilometres in 22:48 took at most 4:33.6
        3000: Outpaced(5000, None),  # 3 km fit once into 5 km, and could all be slower
    }
    assert outpaced(held((1000, 270_000), (5000, 1_368_000))) == {}


def test_a_faster_average_proves_nothing_where_the_distance_does_not_fit_often_enough() -> None:
    assert outpaced(held((1500, 450_000), (5000, 1_490_000))) == {1500: Outpaced(5000, None)}
    assert outpaced(held((1500, 450_000), (3000, 890_000))) == {1500: Outpaced(3000, 445_000)}


CHANCE = random.Random(7)


@pytest.mark.parametrize("_", range(200))
def test_no_best_without_a_word_is_slower_than_a_longer_one_s_average(_: int) -> None:
    some = CHANCE.sample(LISTED_M, CHANCE.randint(2, len(LISTED_M)))
    efforts = {
        listed: Effort(
            Direction.BACKWARD,
            CHANCE.randint(listed, int(listed * 1.03)),
            int(listed * CHANCE.uniform(240, 400)),
            DAY,
            listed,
        )
        for listed in sorted(some)
    }
    slower = outpaced(efforts)
    plain = [listed for listed in efforts if listed not in slower]
    assert plain, "the fastest average is never outpaced"
    averages = [efforts[listed].duration_ms / listed for listed in plain]
    assert averages == sorted(averages)
    for listed, found in slower.items():
        longer = efforts[found.by_m]
        assert longer.duration_ms / found.by_m < efforts[listed].duration_ms / listed
        if found.proven_ms is not None:
            assert found.proven_ms < efforts[listed].duration_ms
            assert any(
                found.proven_ms * (one.distance_m // listed) >= one.duration_ms
                for one in efforts.values()
                if one.distance_m // listed and one is not efforts[listed]
            )
