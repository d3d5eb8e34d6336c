from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.trend import RUNS_FOR_A_TREND, Trend, pace_trend
from bot.charts.trend_band import band
from bot.domain.runs.runs import Direction
from bot.domain.text.units import Units
from bot.localizer import Localizer
from tests.charts.pictures import image

FIRST = date(2026, 3, 2)


def drawn(*paces: float, units: Units = Units.METRIC, every: int = 3) -> Trend:
    runs = [(FIRST + timedelta(days=n * every), pace) for n, pace in enumerate(paces)]
    return pace_trend(runs, Direction.BACKWARD, Localizer("en", units))


def test_faster_is_higher() -> None:
    scene = drawn(400, 380, 360).scene()
    heights = [height for _, height in scene["runs"]]
    assert heights == sorted(heights)
    labels = [tick["label"] for tick in sorted(scene["ticks"], key=lambda tick: -tick["at"])]
    assert labels == sorted(labels)


def test_a_few_runs_have_no_trend() -> None:
    few = drawn(*[400.0] * (RUNS_FOR_A_TREND - 1))
    assert few.band == ()
    assert few.alt.endswith("between 6:40/km and 6:40/km; too few for a trend.")
    assert drawn(*[400.0] * RUNS_FOR_A_TREND).band
    assert drawn(400).alt == "Pace, backward: one run on 2 Mar 2026, at 6:40/km."


def test_the_trend_is_told_in_the_reader_s_unit() -> None:
    paces = [400 - n for n in range(60)]
    kilometres, miles = drawn(*paces), drawn(*paces, units=Units.IMPERIAL)
    assert "/km to " in kilometres.alt
    assert "/mi to " in miles.alt
    assert miles.runs[0].pace_s == pytest.approx(kilometres.runs[0].pace_s * 1.609344)
    assert miles.unit.startswith("min/mi")


def test_the_band_holds_two_thirds_of_what_does_not_change() -> None:
    values = [(float(n), 100.0 + n * 37 % 60) for n in range(300)]
    points = band(values)
    inside = [
        low_high.low <= value <= low_high.high for at, value in values for low_high in [points[int(at / 300 * 40)]]
    ]
    assert sum(inside) / len(inside) == pytest.approx(2 / 3, abs=0.06)


def test_one_odd_run_does_not_bend_the_line() -> None:
    values = [(float(n), 100.0) for n in range(40)]
    assert [point.middle for point in band([*values, (20.0, 900.0)])] == [100.0] * 40


@given(st.lists(st.tuples(st.floats(0, 3650), st.floats(60, 3600)), max_size=60))
def test_the_line_is_within_its_band_and_the_band_within_the_values(values: list[tuple[float, float]]) -> None:
    for point in band(values):
        assert min(value for _, value in values) - 1e-6 <= point.low <= point.middle + 1e-6
        assert point.middle <= point.high + 1e-6 <= max(value for _, value in values) + 1e-5


def test_runs_of_one_day_and_of_ten_years_are_drawn() -> None:
    image(drawn(*[360.0] * 8, every=0))
    image(drawn(*[60.0, 3600.0] * 20, every=90))
