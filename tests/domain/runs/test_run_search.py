"""Parsing of the words of a run search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.run_search import MOST_WORDS, Clue, read_clues
from bot.domain.text.units import Units

WAYS = {"backward": "rückwärts", "forward": "vorwärts", "mixed": "gemischt", "untold": "Richtung fehlt"}


def clue(word: str, units: Units = Units.METRIC) -> Clue:
    clues = read_clues(word, units, WAYS)
    assert clues is not None
    (one,) = clues
    return one


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("tue", {"weekdays": {1}}),
        ("Di.,", {"weekdays": {1}}),
        ("november", {"months": {11}}),
        ("ma", {"months": {3, 5}}),
        ("rückw", {"ways": {"backward"}}),
        ("fehlt", {"ways": {"untold"}}),
        ("2026-11-17", {"dates": {(11, 17)}}),
        ("17.11.", {"dates": {(11, 17)}, "metres": ((17_105, 17_115),)}),
        ("17/11", {"dates": {(11, 17), (17, 11)}}),
        ("5km", {"metres": ((4995, 5995),)}),
        ("5,00km", {"metres": ((4995, 5005),)}),
        ("400m", {"metres": ((400, 401),)}),
        ("1:02:03", {"milliseconds": ((3_722_500, 3_724_000),)}),
        ("77:30", {"milliseconds": ((279_000_000 - 500, 279_060_000),)}),
        ("45s", {"milliseconds": ((44_950, 45_950),)}),
        ("x", {}),
    ],
)
def test_a_word_says(word: str, wanted: dict[str, object]) -> None:
    assert clue(word) == Clue(**wanted)  # type: ignore[arg-type]


def test_a_bare_number_is_a_day_a_length_and_a_time() -> None:
    five = clue("5")
    assert five.days == {5}
    assert five.metres == ((4995, 5995), (5, 6))
    assert (300_000, 360_000) in five.milliseconds
    assert clue("5", Units.IMPERIAL).metres == ((8039, 9648), (5, 6))
    assert len(clue("5", Units.BOTH).metres) == 3


def test_signs_of_a_line_say_nothing() -> None:
    assert read_clues(" · (km) … ", Units.METRIC, WAYS) == ()


def test_more_words_than_a_line_has_fit_nothing() -> None:
    assert read_clues("x " * (MOST_WORDS + 1), Units.METRIC, WAYS) is None
    assert read_clues("x " * 3000, Units.METRIC, WAYS) is None


@given(st.text(max_size=120), st.sampled_from(Units))
def test_whatever_is_typed_is_read(typed: str, units: Units) -> None:
    clues = read_clues(typed, units, WAYS)
    assert clues is None or len(clues) <= MOST_WORDS
