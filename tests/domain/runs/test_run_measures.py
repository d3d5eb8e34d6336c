from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.run_measures import Backward, Way, parse_backward, resolve, split
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.text.units import Units
from bot.errors import BadInput

B, F = Direction.BACKWARD, Direction.FORWARD


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ((5000, 1_650_000, None), (5000, 1_650_000)),
        ((5000, None, 330.0), (5000, 1_650_000)),
        ((None, 1_650_000, 330.0), (5000, 1_650_000)),
        ((5000, 1_650_000, 330.0), (5000, 1_650_000)),
        ((5000, 1_500_000, 306.0), (5000, 1_500_000)),  # 2 % off agrees; distance and time take precedence
        ((5000, 1_500_000, 294.0), (5000, 1_500_000)),
        ((None, 1_650_000, None), (None, 1_650_000)),
    ],
)
def test_two_give_the_third(told: tuple[int | None, int | None, float | None], found: tuple[int | None, int]) -> None:
    assert resolve(*told) == found


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ((None, None, None), "nothing"),
        ((5000, None, None), "distance_alone"),
        ((None, None, 330.0), "pace_alone"),
        ((5000, 1_500_000, 306.1), "disagree"),
        ((5000, 1_500_000, 293.9), "disagree"),
        ((5000, 27_300, None), "too_fast"),
        ((100, 7_999, None), "too_fast"),
        ((5000, None, 5.5), "too_fast"),
        ((5, 99_000_000, None), "too_slow"),
        ((5_000_000, 90_000_000, None), "too_far"),
        ((None, 700_000_000, None), "too_long"),
        ((0, 1000, None), "nothing"),
        ((None, 0, None), "nothing"),
        ((None, 100, 300.0), "nothing"),
    ],
)
def test_too_little_too_much_or_impossible_is_refused(
    told: tuple[int | None, int | None, float | None], key: str
) -> None:
    with pytest.raises(BadInput) as refused:
        resolve(*told)
    assert refused.value.key == f"rules.entry.{key}"


def test_a_disagreement_says_what_the_pace_implies() -> None:
    with pytest.raises(BadInput) as refused:
        resolve(5000, 1_650_000, 300.0)
    assert refused.value.params == {
        "distance_m": 5000,
        "duration_ms": 1_650_000,
        "pace_s_per_km": 300.0,
        "implied_ms": 1_500_000,
    }


@given(st.integers(100, 200_000), st.floats(120, 3000))
def test_what_pace_gives_agrees_with_that_pace(distance_m: int, pace_s_per_km: float) -> None:
    _, duration_ms = resolve(distance_m, None, pace_s_per_km)
    assert resolve(distance_m, duration_ms, pace_s_per_km) == (distance_m, duration_ms)
    assert resolve(None, duration_ms, pace_s_per_km)[0] == distance_m


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("40%", Backward(share=0.4)),
        ("40 %", Backward(share=0.4)),
        (" 40 ", Backward(share=0.4)),
        ("20", Backward(share=0.2)),
        ("40 Prozent", Backward(share=0.4)),
        ("12,5%", Backward(share=0.125)),
        ("100", Backward(share=1.0)),
        ("half", Backward(share=0.5)),
        ("die Hälfte", Backward(share=0.5)),
        ("2 km", Backward(distance_m=2000)),
        ("800m", Backward(distance_m=800)),
        ("1,5 km", Backward(distance_m=1500)),
        ("5x200m", Backward(distance_m=1000)),
    ],
)
def test_how_much_was_backward(typed: str, amount: Backward) -> None:
    assert parse_backward(typed, Units.METRIC, "de" if "," in typed else "en") == amount


@pytest.mark.parametrize("typed", ["0%", "0", "101 %", "900%", "some", "", "-5%", "40 % 50", "2", "12,5"])
def test_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        parse_backward(typed, Units.METRIC, "de" if "," in typed else "en")


def test_a_small_bare_number_is_refused_with_both_readings() -> None:
    with pytest.raises(BadInput) as refused:
        parse_backward("2", Units.METRIC, "en")
    assert refused.value.key == "rules.backward.percent_or_distance"
    assert refused.value.params == {"typed": "2", "low_m": 2000}


@pytest.mark.parametrize(
    ("way", "distance_m", "duration_ms", "backward", "stretches"),
    [
        (Way.BACKWARD, 5000, 1_650_000, None, [Stretch(B, 5000, 1_650_000)]),
        (Way.FORWARD, None, 1_650_000, None, [Stretch(F, None, 1_650_000)]),
        (
            Way.MIXED,
            5000,
            1_500_000,
            Backward(distance_m=2000),
            [Stretch(B, 2000, 600_000, True), Stretch(F, 3000, 900_000, True)],
        ),
        (
            Way.MIXED,
            5000,
            1_500_000,
            Backward(share=0.4),
            [Stretch(B, 2000, 600_000, True), Stretch(F, 3000, 900_000, True)],
        ),
        (
            Way.MIXED,
            None,
            1_500_000,
            Backward(share=0.4),
            [Stretch(B, None, 600_000, True), Stretch(F, None, 900_000, True)],
        ),
        (Way.MIXED, 5000, 1_500_000, Backward(distance_m=5000), [Stretch(B, 5000, 1_500_000)]),
        (Way.MIXED, 5000, 1_500_000, Backward(share=1.0), [Stretch(B, 5000, 1_500_000)]),
        (
            Way.BACKWARD,  # a backward share makes it mixed
            5000,
            1_500_000,
            Backward(share=0.5),
            [Stretch(B, 2500, 750_000, True), Stretch(F, 2500, 750_000, True)],
        ),
    ],
)
def test_a_run_becomes_stretches(
    way: Way, distance_m: int | None, duration_ms: int, backward: Backward | None, stretches: list[Stretch]
) -> None:
    assert list(split(way, distance_m, duration_ms, backward)) == stretches


@pytest.mark.parametrize(
    ("distance_m", "backward", "key"),
    [
        (5000, None, "missing"),
        (None, None, "missing"),
        (5000, Backward(distance_m=5001), "beyond"),
        (None, Backward(distance_m=2000), "needs_distance"),
    ],
)
def test_a_mixed_run_without_a_sensible_amount_is_refused(
    distance_m: int | None, backward: Backward | None, key: str
) -> None:
    with pytest.raises(BadInput) as refused:
        split(Way.MIXED, distance_m, 1_500_000, backward)
    assert refused.value.key == f"rules.backward.{key}"


@given(st.none() | st.integers(1, 100_000), st.integers(2, 40_000_000), st.floats(0.0001, 1))
def test_a_split_loses_nothing(distance_m: int | None, duration_ms: int, share: float) -> None:
    stretches = split(Way.MIXED, distance_m, duration_ms, Backward(share=share))
    assert sum(s.duration_ms for s in stretches) == duration_ms
    assert all(s.duration_ms > 0 for s in stretches)
    assert all((s.distance_m is None) == (distance_m is None) for s in stretches)
    if distance_m is not None:
        assert sum(s.distance_m or 0 for s in stretches) == distance_m
        assert all(s.distance_m for s in stretches)
