from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.burn_up import BurnUp, burn_up
from bot.charts.unit import KILOMETRE, AxisUnit, unit_for
from bot.domain.boards.metrics import MetricUnit
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from tests.charts.pictures import image

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DAYS = AxisUnit("days", 1, whole=True)


def burnt(totals: list[float], goal: float | None = 300_000, unit: AxisUnit = KILOMETRE) -> BurnUp:
    return burn_up(totals, FIRST, LAST, goal, unit, Localizer())


def test_the_pace_needed_is_what_is_missing_by_the_days_left() -> None:
    shown = burnt([10_000.0 * n for n in range(1, 11)])
    assert shown.title == "100 of 300 km"
    assert shown.needed == "needed: 10 km a day"
    assert shown.alt == "100 km of 300 km, with 20 days left until 30 Nov 2026: it takes 10 km a day."
    scene = shown.scene()
    assert scene["line"][0] == (0.0, 0.0)
    assert scene["line"][-1][0] == pytest.approx(1 / 3)
    assert scene["line"][-1][1] == pytest.approx(scene["goal"] / 3)


def test_no_pace_is_needed_when_it_is_reached_or_over() -> None:
    reached = burnt([300_000.0])
    assert reached.needed == ""
    assert reached.alt == "300 km of 300 km: reached before the end on 30 Nov 2026."
    over = burnt([1000.0] * 30)
    assert over.needed == ""
    assert over.alt == "1 km of 300 km when it ended on 30 Nov 2026."


def test_the_last_day_has_a_sentence_of_its_own() -> None:
    assert burnt([1000.0] * 29).alt == "1 km of 300 km. The last day is 30 Nov 2026: 299 km to go."


def test_without_a_goal_there_is_only_the_sum() -> None:
    shown = burnt([5000.0], goal=None)
    assert (shown.title, shown.needed, shown.scene()["goal"], shown.scene()["even"]) == ("5 km so far", "", None, "")
    assert shown.alt == "5 km so far, with 29 days left until 30 Nov 2026."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_legend_fits(language: str) -> None:
    reader = Localizer(language)
    unit = unit_for(MetricUnit.DAYS, 0, reader)
    drawn = image(burn_up([1.0], FIRST, LAST, 28_000, unit, reader))
    assert len(drawn.crop((1085, 100, 1120, 200)).getcolors() or []) == 1


def test_days_are_counted_whole() -> None:
    assert [tick["label"] for tick in burnt([1.0], goal=3, unit=DAYS).scene()["ticks"]] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("totals", [[], [0.0], [1e9] * 30, [1.0] * 90])
@pytest.mark.parametrize("goal", [None, 1, 10**9])
def test_figures_of_any_size_are_drawn(totals: list[float], goal: float | None) -> None:
    image(burnt(totals, goal))


@given(st.lists(st.floats(0, 1e8), max_size=40), st.none() | st.floats(1, 1e9), st.integers(1, 4000))
def test_everything_stays_on_the_plot(steps: list[float], goal: float | None, days: int) -> None:
    totals = [sum(steps[: n + 1]) for n in range(len(steps))]
    last = date.fromordinal(FIRST.toordinal() + days - 1)
    scene = burn_up(totals, FIRST, last, goal, KILOMETRE, Localizer()).scene()
    points = [*scene["line"], (1.0, scene["goal"] or 0.0)]
    assert all(-1e-9 <= part <= 1 + 1e-9 for point in points for part in point)
    assert all(0 <= label["at"] < 1 for label in scene["labels"])
