"""A run typed as one sentence: which words are its distance, time, pace, direction and start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs import run_sentence
from bot.domain.runs.run_input import Manner, Typed
from bot.domain.runs.run_sentence import as_sentence, read_sentence
from bot.domain.text.units import Units

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def read(text: str, language: str = "en") -> Typed:
    return read_sentence(text, Manner(Units.METRIC, language, "UTC"), NOON)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("5k in 27:30 backward yesterday 7am", Typed("5k", "27:30", None, "backward", None, "yesterday 7am")),
        ("yesterday 7am backward 27:30 5k", Typed("5k", "27:30", None, "backward", None, "yesterday 7am")),
        ("backward, 5 km, 27:30", Typed("5 km", "27:30", None, "backward")),
        ("5k 18:30", Typed("5k", "18:30")),
        ("5k 18:30 yesterday", Typed("5k", "18:30", when="yesterday")),
        ("yesterday 18:30 5k 22:10", Typed("5k", "22:10", when="yesterday 18:30")),
        ("5k 27:30 18:30", Typed("5k", "27:30", when="18:30")),
        ("5k 27:30 at 6:30 pm", Typed("5k", "27:30", when="at 6:30 pm")),
        ("10k 1:05:00 forwards", Typed("10k", "1:05:00", None, "forwards")),
        ("half marathon in 1:45:00", Typed("half marathon", "1:45:00")),
        ("8x400m 20 min retro", Typed("8x400m", "20 min", None, "retro")),
        ("2 km + 4x200m in 18:00", Typed("2 km + 4x200m", "18:00")),
        ("5k at 5:30/km", Typed("5k", None, "5:30/km")),
        ("3 mi 8:50/mi forward", Typed("3 mi", None, "8:50/mi", "forward")),
        ("12 km/h for 30 min", Typed(None, "30 min", "12 km/h")),
        ("1h05 backward", Typed(None, "1h05", None, "backward")),
        ("5k in 27", Typed("5k", "27")),
        ("5k 27 yesterday", Typed("5k", "27", when="yesterday")),
        ("5 27:30", Typed("5", "27:30")),
        ("45 min", Typed(None, "45 min")),
        ("45 min backward", Typed(None, "45 min", None, "backward")),
        ("5 min 30 s", Typed(None, "5 min 30 s")),
        ("10k in 60:00 mixed 40 %", Typed("10k", "60:00", None, None, "40 %")),
        ("10k 60:00 mixed 2 km", Typed("10k", "60:00", None, "mixed", "2 km")),
        ("10k 60:00 both ways", Typed("10k", "60:00", None, "mixed")),
        ("10k 60:00, 2k backward", Typed("10k", "60:00", None, None, "2k")),
        ("2k backward 3k forward 30:00", Typed("2k + 3k", "30:00", None, None, "2k")),
        ("10k 60:00 half backward", Typed("10k", "60:00", None, None, "50%")),
        ("5k 30 min 2 hours ago", Typed("5k", "30 min", when="2 hours ago")),
        ("5k 27:30 20.11. 6:15", Typed("5k", "27:30", when="20.11. 6:15")),
        ("5k 27:30 2026-11-16 07:00", Typed("5k", "27:30", when="2026-11-16 07:00")),
        # an unknown word goes to the field that is missing
        ("5k 27:30 bakward", Typed("5k", "27:30", None, "bakward")),
        ("5k 27:30 bakward yesterday 7am", Typed("5k", "27:30", None, "bakward", None, "yesterday 7am")),
        ("five k 27:30 backward", Typed("five k", "27:30", None, "backward")),
        ("5k 27:30 backward yesterdya", Typed("5k", "27:30", None, "backward", None, "yesterdya")),
        ("", Typed()),
    ],
)  # fmt: skip
def test_its_words_are_the_texts_of_the_fields(text: str, typed: Typed) -> None:
    assert read(text) == typed


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("5 km in 27:30 rückwärts gestern 18 Uhr", Typed("5 km", "27:30", None, "rueckwaerts", None, "gestern 18 uhr")),
        ("gestern 18:30 Uhr 5,2 km rw 25:00", Typed("5,2 km", "25:00", None, "rw", None, "gestern 18:30 uhr")),
        ("27:30 am Montag 5 km", Typed("5 km", "27:30", when="am montag")),
        ("vor 2 Stunden 5k 30 Minuten", Typed("5k", "30 minuten", when="vor 2 stunden")),
        ("10 km 60:00 gemischt 40 %", Typed("10 km", "60:00", None, None, "40 %")),
    ],
)  # fmt: skip
def test_it_reads_german(text: str, typed: Typed) -> None:
    assert read(text, "de") == typed


@pytest.mark.parametrize(
    "typed",
    [
        Typed("5k", "27:30"),
        Typed("5k", None, "5:30/km"),
        Typed("five", "27:30"),
        Typed("5k", "27"),
        Typed("10k", "60:00", None, None, "40 %"),
        Typed("10k", "60:00", None, None, "2 km"),
        Typed("5k", "27:30", "4:00/km"),
    ],
)
def test_texts_of_fields_make_a_sentence_that_reads_the_same(typed: Typed) -> None:
    again = read(as_sentence(typed, Units.METRIC))
    assert (again.distance, again.time, again.pace, again.backward) == (
        typed.distance, typed.time, typed.pace, typed.backward
    )  # fmt: skip


def test_a_bare_pace_in_a_sentence_keeps_the_units_it_was_meant_in() -> None:
    assert as_sentence(Typed("5k", None, "5:30"), Units.IMPERIAL) == "5k 5:30/mi"


@given(st.text(max_size=100))
def test_it_reads_anything(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", ["1 " * 50, "x " * 50, "at 1 " * 20, "in in 1:1 " * 10])
def test_many_words_do_not_hold_the_loop(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    parse = run_sentence.parse_moment
    monkeypatch.setattr(run_sentence, "parse_moment", lambda text, **how: parsed.append(text) or parse(text, **how))
    read(text[:100])
    assert len(parsed) <= 60
