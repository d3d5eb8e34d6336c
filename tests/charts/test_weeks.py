import io
import math

import pytest
from PIL import Image

from bot.charts.weeks import WeekBar, WeeksChart
from bot.charts.weeks_figure import draw_weeks

BACKWARD, FORWARD = (0x8B, 0x5C, 0xF6), (0x14, 0xB8, 0xA6)


def drawn(*bars: WeekBar, title: str = "Kilometres a week") -> Image.Image:
    png = draw_weeks(WeeksChart(title, bars, "backward", "forward"))
    assert len(png) < 150_000
    return Image.open(io.BytesIO(png)).convert("RGB")


def pixels(image: Image.Image, colour: tuple[int, int, int]) -> int:
    data = image.tobytes()
    return sum(data[at : at + 3] == bytes(colour) for at in range(0, len(data), 3))


def test_bars_are_as_high_as_the_weeks_were_far() -> None:
    even = drawn(WeekBar("16 Nov", 6, 6), WeekBar("23 Nov", 6, 6))
    assert even.size == (1120, 660)
    uneven = drawn(WeekBar("16 Nov", 6, 0), WeekBar("23 Nov", 6, 12))
    legend = pixels(drawn(WeekBar("23 Nov", 0, 0)), FORWARD)
    assert pixels(even, BACKWARD) / pixels(even, FORWARD) == pytest.approx(1, abs=0.05)
    backward, forward = pixels(uneven, BACKWARD) - legend, pixels(uneven, FORWARD) - legend
    assert backward / forward == pytest.approx(1, abs=0.05)
    assert legend < backward / 20


def test_a_picture_owes_nothing_to_the_one_before() -> None:
    chart = WeeksChart("Miles a week", (WeekBar("23 Nov", 1, 2),), "backward", "forward")
    first = draw_weeks(chart)
    drawn(*(WeekBar(str(n), n, n) for n in range(12)))
    assert draw_weeks(chart) == first


@pytest.mark.parametrize("title", ["今週 🏃 أسبوع", "$", "$x^$ \\frac{", "x" * 300, ""])
def test_words_of_any_kind(title: str) -> None:
    drawn(WeekBar(title[:20], 1, 1), title=title)


@pytest.mark.parametrize(
    "bars",
    [(), (WeekBar("a", 0, 0),), (WeekBar("a", 1e7, 1e-9),), tuple(WeekBar("23. Nov.", n, math.e) for n in range(60))],
)
def test_figures_of_any_size(bars: tuple[WeekBar, ...]) -> None:
    drawn(*bars)
