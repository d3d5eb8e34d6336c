import math

import pytest
from PIL import Image

from bot.charts.palette import BACKWARD, FORWARD
from bot.charts.weeks import WeekBar, WeeksChart
from tests.charts.pictures import image, pixels, png


def drawn(*bars: WeekBar, title: str = "Kilometres a week") -> Image.Image:
    return image(WeeksChart("", title, "km", bars, "backward", "forward"))


def test_bars_are_as_high_as_the_weeks_were_far() -> None:
    empty = drawn(WeekBar("23 Nov", 0, 0))
    backward, forward = pixels(empty, BACKWARD), pixels(empty, FORWARD)  # those of the legend
    even = drawn(WeekBar("16 Nov", 6, 6), WeekBar("23 Nov", 6, 6))
    assert even.size == (1120, 660)
    assert (pixels(even, BACKWARD) - backward) / (pixels(even, FORWARD) - forward) == pytest.approx(1, abs=0.05)
    uneven = drawn(WeekBar("16 Nov", 6, 0), WeekBar("23 Nov", 6, 12))
    assert (pixels(uneven, BACKWARD) - backward) / (pixels(uneven, FORWARD) - forward) == pytest.approx(1, abs=0.05)
    assert backward < (pixels(uneven, BACKWARD) - backward) / 20


def test_a_picture_owes_nothing_to_the_one_before() -> None:
    chart = WeeksChart("", "Miles a week", "mi", (WeekBar("23 Nov", 1, 2),), "backward", "forward")
    first = png(chart)
    drawn(*(WeekBar(str(n), n, n) for n in range(12)))
    assert png(chart) == first


@pytest.mark.parametrize(
    "title", ["今週 🏃 أسبوع", "$", "$x^$ \\frac{", "#panic()", '"+sys.inputs', "*_`@<a>", "x" * 5000, ""]
)
def test_words_of_any_kind(title: str) -> None:
    drawn(WeekBar(title[:20], 1, 1), title=title)


def test_words_that_look_like_code_are_drawn_as_they_are() -> None:
    assert drawn(title="#3").tobytes() != drawn(title="3").tobytes()
    assert drawn(title="*a*").tobytes() != drawn(title="a").tobytes()


@pytest.mark.parametrize(
    "bars",
    [(), (WeekBar("a", 0, 0),), (WeekBar("a", 1e7, 1e-9),), tuple(WeekBar("23. Nov.", n, math.e) for n in range(60))],
)
def test_figures_of_any_size(bars: tuple[WeekBar, ...]) -> None:
    drawn(*bars)
