"""Whatever can stand in a picture has its letters in the fonts."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from babel import Locale
from babel.dates import get_day_names, get_month_names
from fontTools.ttLib import TTFont
from PIL import Image

from bot.charts.drawing import FOLDER
from bot.charts.weeks import WeekBar, WeeksChart
from bot.i18n import catalogue
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from tests.charts.pictures import image

FONTS = FOLDER / "fonts"
KANJI = re.compile("[\u3000-\u9fff\uff00-\uffef]")
DRAWN = (
    "charts.", "board.title.", "board.span.", "badges.name.", "badges.progress.", "rewind.picture.", "runs.surface.",
)  # fmt: skip
"""Beginnings of the keys of texts that stand in pictures."""


@cache
def characters(weight: str) -> set[str]:
    return {chr(code) for code in TTFont(FONTS / f"BIZUDPGothic-{weight}.ttf").getBestCmap()}


def missing(text: str) -> set[str]:
    """Return the characters that would be boxes; bold is used for lines without kana and kanji."""
    bold = set() if KANJI.search(text) else set(text) - characters("Bold")
    return (set(text) - characters("Regular") | bold) - {"\n"}


def texts(language: str) -> list[str]:
    """Return the texts of the catalogue that can stand in a picture, each plural form by itself."""
    messages = [message for key, message in catalogue(language).items() if key.startswith(DRAWN)]
    found = [text for message in messages for text in ([message] if isinstance(message, str) else message.values())]
    reader = Localizer(language)
    days = [date(2026, month, day) for month in range(1, 13) for day in range(1, 8)]
    return found + [write(day) for day in days for write in (reader.short_day, reader.month, reader.weekday)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_its_letters(language: str) -> None:
    assert {text: missing(text) for text in texts(language) if missing(text)} == {}


@pytest.mark.parametrize("language", ["cs", "el", "es", "fr", "hu", "it", "ja", "pl", "pt", "ru", "sv", "tr"])
def test_a_new_language_has_the_letters_of_its_calendar(language: str) -> None:
    locale = Locale.parse(language)
    names = [*get_month_names("wide", locale=locale).values(), *get_day_names("wide", locale=locale).values()]
    assert {name: missing(name) for name in names if missing(name)} == {}


def titled(title: str) -> Image.Image:
    return image(WeeksChart("", title, "km", (), "", "")).crop((0, 0, 1120, 110))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_drawn(language: str) -> None:
    nothing = titled("").tobytes()
    for text in dict.fromkeys(texts(language)[: -12 * 7 * 3]):
        assert titled(text).tobytes() != nothing, text


def test_kanji_and_umlauts_are_no_boxes() -> None:
    box = titled("가").tobytes()  # Hangul, which the fonts lack
    drawn = [titled(character).tobytes() for character in "走向会äöüßÄéñłőşЖΩ▲→≤"]
    assert box not in drawn
    assert len(set(drawn)) == len(drawn)


def test_bars_are_labelled_in_kanji_as_well() -> None:
    labelled = image(WeeksChart("", "週", "キロ", (WeekBar("11月", 1, 1),), "後ろ向き", "前向き"))
    boxed = image(WeeksChart("", "週", "キロ", (WeekBar("11가", 1, 1),), "後ろ向き", "前向き"))
    assert labelled.tobytes() != boxed.tobytes()


def test_the_fonts_are_small_and_licensed() -> None:
    assert sum(file.stat().st_size for file in FONTS.glob("*.ttf")) <= 1_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
