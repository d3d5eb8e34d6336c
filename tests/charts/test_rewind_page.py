from datetime import date

import pytest

from bot.charts.rewind_page import Fact, PageFormat, RewindPage, rewind_page
from bot.localizer import Localizer
from tests.charts.pictures import image

FACTS = tuple(Fact(str(n), "km backward") for n in range(9))
MONTHS = [(date(2026, month, 1), month * 1000, 500) for month in range(12, 0, -1)]


def page(
    page_format: PageFormat, *, lead: str = "times someone faced forward for you", months: bool = True
) -> RewindPage:
    return rewind_page(page_format, "2026", Fact("41", lead), FACTS, MONTHS if months else (), Localizer())


@pytest.mark.parametrize(
    ("page_format", "size"),
    [(PageFormat.SQUARE, (1080, 1080)), (PageFormat.PORTRAIT, (1080, 1350)), (PageFormat.STORY, (1080, 1920))],
)
def test_three_formats(page_format: PageFormat, size: tuple[int, int]) -> None:
    assert image(page(page_format)).size == size


def test_the_year_is_played_backward() -> None:
    assert [month["name"] for month in page(PageFormat.STORY).scene()["months"]][::11] == ["Dec", "Jan"]


def test_what_is_in_the_picture_is_in_the_words() -> None:
    for page_format in PageFormat:
        shown = page(page_format)
        assert len(shown.scene()["facts"]) == page_format.facts
        assert shown.alt.count("km backward") == page_format.facts
    assert shown.alt.startswith("2026. 41 times someone faced forward for you. 0 km backward.")
    assert shown.alt.endswith("The biggest month was December with 12.50 km.")


def test_the_formats_differ_in_their_file_names() -> None:
    assert len({page(page_format).filename for page_format in PageFormat}) == 3


@pytest.mark.parametrize("page_format", PageFormat)
def test_long_words_and_no_months_are_drawn(page_format: PageFormat) -> None:
    image(page(page_format, lead="Mal hat jemand für dich nach vorn geschaut und gewartet " * 3, months=False))
    nothing = rewind_page(page_format, "", Fact("", ""), (), [(date(2026, 1, 1), 0, 0)], Localizer())
    image(nothing)
