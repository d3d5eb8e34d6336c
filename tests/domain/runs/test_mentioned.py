"""Extraction of distance, time and direction from a sentence; ambiguous values are left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.run_input import Manner, Typed, mentioned
from bot.domain.runs.run_measures import Way
from bot.domain.text.units import Units
from bot.languages import LANGUAGES

B, F = Way.BACKWARD, Way.FORWARD


@pytest.mark.parametrize(
    ("said", "distance", "time", "way"),
    [
        ("5k backward", "5k", None, B),
        ("run 5 km backwards with Mia, 20 min", "5 km", "20 min", B),
        ("8x400m retro on the track", "8x400m", None, B),
        ("be there 18:30, 3.1 miles", "3.1 miles", None, None),
        ("20 Minuten rückwärts", None, "20 minuten", B),
        ("3,5 km vorwärts neben Ben", "3,5 km", None, F),
        ("8 x 200 m rw", "8 x 200 m", None, B),
        ("1.5 h long run", None, "1.5 h", None),
        ("5k, yes 5k", "5k", None, None),
        # minutes and seconds, but not times of day
        ("5k in 27:30", "5k", "27:30", None),
        ("5k 27:30 backward", "5k", "27:30", B),
        ("27:30", None, "27:30", None),
        ("10k in 1:05:00", "10k", "1:05:00", None),
        ("5k sub 22:30", "5k", "22:30", None),
        ("5k unter 22:30 rückwärts", "5k", "22:30", B),
        ("5k at 18:30", "5k", None, None),
        ("um 18:30 zum Stadion", None, None, None),
        ("track 18:30-20:00", None, None, None),
        ("5k in 27:30 or 26:00", "5k", None, None),
        ("5k, 27:30, then 20 min easy", "5k", None, None),
        # two values: ambiguous
        ("5k or 10k", None, None, None),
        ("backward and forward 2km", "2km", None, None),
        ("10 min warm-up and 20 min hard", None, None, None),
        ("2 km + 4x200", None, None, None),
        # "m" may be metres or minutes; dates and unrelated numbers
        ("10 m backward", None, None, B),
        ("calf raises 3x15", None, None, None),
        ("Wettkampf am 5. Mai", None, None, None),
        ("call 0151 234 5678", None, None, None),
        ("v2.5km5", None, None, None),
        # words with another meaning
        ("back exercises", None, None, None),
        ("both of us, 3 km", "3 km", None, None),
        ("calf raises", None, None, None),
        ("", None, None, None),
    ],
)
def test_it_takes_what_is_named_once(said: str, distance: str | None, time: str | None, way: Way | None) -> None:
    language = "de" if any(word in said for word in ("Min", "wärts", "rw", "Mai")) else "en"
    assert mentioned(said, Manner(Units.METRIC, language, "UTC")) == Typed(distance=distance, time=time, direction=way)


@given(st.text(max_size=200), st.sampled_from(Units), st.sampled_from(LANGUAGES))
def test_no_text_is_too_odd(said: str, units: Units, language: str) -> None:
    mentioned(said, Manner(units, language, "UTC"))
