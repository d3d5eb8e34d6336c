from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.energy import cost
from bot.domain.runs.runs import Direction, Stretch

B, F, U = Direction.BACKWARD, Direction.FORWARD, Direction.UNTOLD


def test_the_published_example() -> None:
    spent = cost([Stretch(B, 5000, 1_650_000)], 70)
    assert spent is not None
    assert spent.ratio == pytest.approx(1.35)
    assert (spent.ratio_low, spent.ratio_high) == pytest.approx((1.28, 1.45))
    assert (spent.kcal_low, spent.kcal_high) == (407, 508)
    assert spent.ratio * 70 * 5 == pytest.approx(472.5)


def test_without_a_weight_there_is_the_ratio_alone() -> None:
    spent = cost([Stretch(B, 5000, 1_650_000)])
    assert spent is not None
    assert (spent.kcal_low, spent.kcal_high) == (None, None)


def test_a_half_backward_run_costs_half_of_the_extra() -> None:
    spent = cost([Stretch(B, 2500, 825_000, True), Stretch(F, 2500, 825_000, True)], 70)
    assert spent is not None
    assert (spent.ratio_low, spent.ratio, spent.ratio_high) == pytest.approx((1.14, 1.175, 1.225))


@pytest.mark.parametrize(("duration_ms", "ratio"), [(613_496, 1.35), (613_497, 1.40)])
def test_below_163_cm_a_second_it_is_walked(duration_ms: int, ratio: float) -> None:
    spent = cost([Stretch(B, 1000, duration_ms)])
    assert spent is not None
    assert spent.ratio == pytest.approx(ratio)


def test_walking_costs_what_the_compendium_says() -> None:
    spent = cost([Stretch(B, 5633, 3_600_000)], 70)  # 3.5 mph for an hour: 5 MET above rest, within 20 %
    assert spent is not None
    assert (spent.kcal_low, spent.kcal_high) == (280, 420)


@pytest.mark.parametrize(
    "stretches",
    [
        [],
        [Stretch(F, 5000, 1_500_000)],
        [Stretch(B, None, 1_500_000)],
        [Stretch(B, 1000, 300_000), Stretch(F, None, 300_000)],
        [Stretch(B, 1000, 300_000), Stretch(U, 1000, 300_000)],
    ],
)
def test_nothing_is_said_of_what_is_not_known(stretches: list[Stretch]) -> None:
    assert cost(stretches, 70) is None


stretch = st.builds(Stretch, st.sampled_from([B, F]), st.integers(1, 100_000), st.integers(1, 36_000_000))


@given(st.lists(stretch, min_size=1, max_size=6), st.floats(30, 200))
def test_the_ends_hold_the_middle(stretches: list[Stretch], weight_kg: float) -> None:
    spent = cost(stretches, weight_kg)
    if spent is None:
        assert all(s.direction is F for s in stretches)
        return
    assert 1 <= spent.ratio_low <= spent.ratio <= spent.ratio_high <= 1.48 + 1e-9
    assert spent.kcal_low is not None
    assert spent.kcal_high is not None
    assert spent.kcal_low <= spent.kcal_high
