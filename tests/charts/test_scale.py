import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.scale import amount, around, around_times, clock, from_zero


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (0, ["0", "0,5", "1"]),
        (7, ["0", "2", "4", "6"]),
        (42.4, ["0", "10", "20", "30", "40"]),
        (180, ["0", "50", "100", "150", "200"]),
        (25_000, ["0", "10k", "20k"]),
    ],
)
def test_ticks_are_round_numbers(highest: float, labels: list[str]) -> None:
    assert [tick["label"] for tick in from_zero(highest, ",").ticks()] == labels


def test_days_have_no_halves() -> None:
    assert [tick["label"] for tick in from_zero(2, ".", whole=True).ticks()] == ["0", "1", "2"]


def test_times_have_ticks_at_round_minutes() -> None:
    assert [tick["label"] for tick in around_times([300, 355, 410]).ticks()] == ["5:00", "5:30", "6:00", "6:30"]


@given(st.lists(st.floats(0.01, 1e7), min_size=1, max_size=20))
def test_every_value_is_on_its_axis(values: list[float]) -> None:
    for scale in (from_zero(max(values), "."), around(values, "."), around_times(values)):
        assert all(-1e-9 <= scale.at(value) <= 1 + 1e-9 for value in values)
        assert all(-1e-9 <= tick["at"] <= 1 + 1e-9 for tick in scale.ticks())
        assert len(scale.ticks()) <= 400
    assert 2 <= len(from_zero(max(values), ".").ticks()) <= 7


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (9.94, "9,9"), (9.96, "10"), (12.4, "12"), (9999, "9999"), (12_345, "12k")]
)
def test_amounts_are_short(value: float, shown: str) -> None:
    assert amount(value, ",") == shown


def test_a_clock_has_hours_from_sixty_minutes_on() -> None:
    assert [clock(s) for s in (59.6, 330, 3600)] == ["1:00", "5:30", "1:00:00"]
