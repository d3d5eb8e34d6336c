from __future__ import annotations

import pytest

from bot.domain.runs.retro_grades import IndexLevel, level_of, retro_grade, retro_index
from bot.domain.runs.runs import Direction
from bot.domain.runs.world_bests import mark_over


def ms(minutes: int, seconds: float, hours: int = 0) -> int:
    return round(((hours * 60 + minutes) * 60 + seconds) * 1000)


@pytest.mark.parametrize(
    ("forward_ms", "backward_ms", "shown"),
    [
        (ms(4, 10), ms(5, 1.02), 0.83),  # Dold, 1500 m
        (ms(31, 27), ms(39, 20), 0.80),  # Dold, 10 km
        (ms(57, 33, 2), ms(42, 41, 3), 0.80),  # Aretz, marathon
        (ms(33, 0, 2), ms(25, 24, 3), 0.74),  # de Lustrac, marathon: 0.74 to 0.75
        (12_200, 17_800, 0.69),  # S. Kühn, 100 m
        (ms(1, 40.91), ms(2, 31.30), 0.67),  # records over 800 m: 0.65 to 0.68
    ],
)
def test_the_index_of_known_runners(forward_ms: int, backward_ms: int, shown: float) -> None:
    assert round(retro_index(forward_ms, backward_ms), 2) == shown


@pytest.mark.parametrize(
    ("index", "level"),
    [
        (0.83, IndexLevel.OUTSTANDING),
        (0.80, IndexLevel.OUTSTANDING),
        (0.796, IndexLevel.OUTSTANDING),  # shown as 0.80
        (0.794, IndexLevel.TRAINED),
        (0.70, IndexLevel.TRAINED),
        (0.69, IndexLevel.PRACTISED),
        (0.55, IndexLevel.PRACTISED),
        (0.54, IndexLevel.LEARNING),
    ],
)
def test_the_level_follows_the_index_as_it_is_shown(index: float, level: IndexLevel) -> None:
    assert level_of(index) is level


@pytest.mark.parametrize(
    ("distance_m", "duration_ms", "percent"),
    [
        (5000, ms(19, 7.13), 100.0),
        (5000, ms(27, 30), 69.5),
        (1500, ms(6, 0), 83.6),
        (42_195, ms(0, 0, 6), 57.1),
    ],
)
def test_the_grade_compares_with_the_best_mark_found(distance_m: int, duration_ms: int, percent: float) -> None:
    mark = mark_over(Direction.BACKWARD, distance_m)
    assert mark
    assert round(retro_grade(mark, duration_ms), 1) == percent


def test_forward_and_backward_times_have_marks_of_their_own() -> None:
    back, ahead = (mark_over(direction, 5000) for direction in (Direction.BACKWARD, Direction.FORWARD))
    assert back
    assert ahead
    assert (back.duration_ms, ahead.duration_ms) == (1_147_130, 755_360)
    assert mark_over(Direction.BACKWARD, 5001) is None
