from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.charts.year_map import STEPS, YearMap, year_map
from bot.domain.text.units import Units
from bot.localizer import Localizer
from tests.charts.pictures import image

FIRST, LAST = date(2025, 12, 1), date(2026, 11, 30)


def mapped(days: dict[date, tuple[int, int]], first: date = FIRST, last: date = LAST) -> YearMap:
    return year_map(days, first, last, Localizer("en", Units.METRIC))


def test_each_day_has_its_cell_and_each_week_its_column() -> None:
    cells = mapped({}).scene()["cells"]
    assert len(cells) == 365
    assert len({(cell["half"], cell["column"], cell["row"]) for cell in cells}) == 365
    assert cells[0] == {"half": 0, "column": 0, "row": 0, "step": 0, "backward": False}
    assert (cells[-1]["half"], cells[-1]["row"]) == (1, 0)


def test_a_day_with_some_backward_running_is_a_backward_day() -> None:
    shown = mapped({FIRST: (100, 9000), LAST: (0, 5000)})
    assert [(day.on, day.backward) for day in shown.days] == [(FIRST, True), (LAST, False)]
    assert shown.title == "2 days out"


def test_steps_are_round_and_one_long_day_does_not_hide_the_others() -> None:
    days = {FIRST + timedelta(days=n): (0, 2000 + n * 500) for n in range(20)}
    days[LAST] = (0, 100_000)
    shown = mapped(days)
    assert shown.steps == ("0–5", "5–10", "10–15", "15+")
    assert [day.step for day in shown.days][::6] == [1, 1, 2, 3]
    assert shown.days[-1].step == STEPS
    assert mapped({FIRST: (5000, 0), LAST: (20_000, 0)}).days[0].step == 1, "a limit belongs to the step below"


def test_what_is_outside_the_period_is_left_out() -> None:
    shown = mapped({FIRST - timedelta(days=1): (1, 1), LAST + timedelta(days=1): (1, 1), FIRST: (0, 0)})
    assert shown.days == ()
    assert shown.alt == "No days out between 1 Dec 2025 and 30 Nov 2026."


def test_the_names_of_months_do_not_overlap() -> None:
    assert [name for _, name in mapped({}, date(2026, 1, 28), date(2026, 4, 2)).months] == ["Feb", "Mar", "Apr"]
    assert [name for _, name in mapped({}, date(2026, 1, 5), date(2026, 1, 9)).months] == ["Jan"]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 370))
def test_any_period_of_a_year_fits(first: date, length: int) -> None:
    scene = mapped({first: (1, 0)}, first, first + timedelta(days=length)).scene()
    assert scene["columns"] <= 27
    assert {cell["half"] for cell in scene["cells"]} <= {0, 1}
    assert all(0 <= cell["column"] < scene["columns"] for cell in scene["cells"])
    assert sum(cell["step"] > 0 for cell in scene["cells"]) == 1


def test_short_and_empty_periods_are_drawn() -> None:
    image(mapped({}))
    image(mapped({FIRST: (10**9, 1)}, FIRST, FIRST))
