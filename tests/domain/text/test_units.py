"""Distances, times and paces as runners write them, each with its value or its error key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.units import (
    Units,
    format_distance,
    format_duration,
    format_pace,
    parse_distance,
    parse_duration,
    parse_pace,
)
from bot.errors import BadInput
from bot.languages import LANGUAGES
from tests.domain.tables import lines

DISTANCES = """
5k = 5000 | 5 k = 5000 | 5K = 5000 | 5 km = 5000 | 5km = 5000 | 5 KM = 5000 | 5 kilometres = 5000 | 5 kilometers = 5000
5000 = 5000 | 5000m = 5000 | 5000 m = 5000 | 800m = 800 | 800 metres = 800 | 400 = 400 | 10 = 10000 | 5 = 5000
5.2k = 5200 | 5,2 km = 5200 | 5.25 km = 5250 | 0.4 km = 400 | .5 km = 500 | 42.195 km = 42195 | 5,000 m = 5000
5.000 m = 5000 | 10 000 m = 10000 | 10'000 m = 10000 | 3.1mi = 4989 | 3.1 miles = 4989 | 1 mile = 1609 | a mile = 1609
mile = 1609 | half mile = 805 | half = 21097 | half marathon = 21097 | HM = 21097 | marathon = 42195 | Marathon = 42195
8x400m = 3200 | 8 x 400 m = 3200 | 8×400m = 3200 | 8*400 = 3200 | 10x100 = 1000 | 4 times 1 km = 4000
2 km + 4x200m = 2800 | 5 km 200 m = 5200 | 2k and 800m = 2800 | ~5k = 5000 | about 5 km = 5000 | ５ｋ = 5000
5.00 km (3.11 mi) = 5000 | 100m = 100 | 440 yards = 402
5 Kilometer = 5000 | 5,5 Kilometer = 5500 | 3,1 Meilen = 4989 | 800 Meter = 800 | halbmarathon = 21097
Halb-Marathon = 21097 | halber = 21097 | eine Meile = 1609 | eine halbe Meile = 805 | ca. 7 km = 7000 | etwa 7 km = 7000
8 mal 400 m = 3200 | 2 km und 800 m = 2800 | rund 12 km = 12000 | ein Marathon = 42195
"""

DISTANCES_REFUSED = """
five = unclear | fünf = unclear | 5 kn = unclear | = unclear | km = unclear | 5k5 = unclear | 5..2 km = unclear
1,2,3 km = unclear | 5 apples = unclear | 8x = unclear | x400m = unclear | 8x8x = unclear | @everyone = unclear
<@123> = unclear | 5² km = unclear | half a = unclear | zwei halbe = unclear | 27:30 = unclear | NaN km = unclear
inf = unclear | 1e3 m = unclear | 5 km/h = unclear
0 = zero | 0 km = zero | 0.0001 km = zero | -5 km = zero | -5 = zero | 0x400m = zero | 0x10 km = zero
1001 km = too_far | 999999999 = too_far | 99x42 km = too_far | 640 mi = too_far
5 m = metres_or_miles | 10 m = metres_or_miles | 26.2 m = metres_or_miles
100 = metres_or_more | 200 = metres_or_more | 399 = metres_or_more
"""

DURATIONS = """
27:30 = 1650 | 1:05:00 = 3900 | 0:45 = 45 | 1:05 h = 3900 | 1h05 = 3900 | 1 h 05 = 3900 | 1h 5min = 3900
90min = 5400 | 90 min = 5400 | 90 minutes = 5400 | 45s = 45 | 45 sec = 45 | 1h = 3600 | 1.5 h = 5400 | 1,5h = 5400
5m30s = 330 | 5 min 30 = 330 | 5'30" = 330 | 6x1min = 360 | 6 x 1 min = 360 | 8x90s = 720 | 27:30.5 = 1650.5 | 13.2s = 13.2
half an hour = 1800 | an hour = 3600 | twenty minutes = 1200 | 90:00 = 5400 | 100:00 = 6000
about 30 min = 1800 | 2 hours 10 minutes = 7800 | １：０５：００ = 3900 | 1 day = 86400
1 Std 5 = 3900 | 1 Std 5 Min = 3900 | 1 Stunde = 3600 | 90 Minuten = 5400 | 45 Sek = 45 | eine halbe Stunde = 1800
anderthalb Stunden = 5400 | eine Viertelstunde = 900 | dreiviertelstunde = 2700 | 1,5 Stunden = 5400 | 13,2 s = 13.2
zwanzig Minuten = 1200 | 6 mal 1 min = 360 | eine Stunde und 5 Minuten = 3900
"""

DURATIONS_REFUSED = """
soon = unclear | bald = unclear | = unclear | 27:3 = unclear | 27:30:30:30 = unclear | 1h 1h = unclear | min = unclear
5 min 1 h = unclear | 27;30 = unclear | @here = unclear | :30 = unclear | 5k = unclear | 1:2:3 = unclear | x1min = unclear
1:65:00 = sixty | 27:60 = sixty | 1h65 = sixty | 1:60 h = sixty
0:00 = zero | 0 = zero | -27:30 = zero | 0 min = zero | 0s = zero
27 = bare | 90 = bare | 27.5 = bare | 27.30 = dotted | 27,30 = dotted | 5.05 = dotted | 27.90 = bare | 127.15 = dotted
200 h = too_long | 8 days = too_long | 9 Tage = too_long
1.30 h = decimals | 1,30 Stunden = decimals | 5.30 min = decimals
"""

PACES = """
5:30/km = 330 | 5:30 /km = 330 | 5:30 min/km = 330 | 5:30 = 330 | 5:30 per km = 330 | 5'30"/km = 330 | 330 s/km = 330
8:50/mi = 329.33 | 8:50 min/mi = 329.33 | 8:50 per mile = 329.33 | 12 km/h = 300 | 12 kmh = 300 | 12 kph = 300
12,5 km/h = 288 | 7.5 mph = 298.26 | 90s/400m = 225 | 6 min/km = 360 | 6/km = 360 | 3 m/s = 333.33
5:30/km (8:51/mi) = 330 | 5:30 pro km = 330 | 5:30 je Kilometer = 330 | 12 Stundenkilometer = 300 | 8:50/Meile = 329.33
"""

PACES_REFUSED = """
fast = unclear | schnell = unclear | = unclear | 5:30/ = unclear | /km = unclear | 5:30/km/km = unclear | 5:30/banana = unclear
0 km/h = unclear | 5:30/0 km = unclear | -5:30/km = unclear | 12 = bare | 5.5 = bare | 5:65/km = sixty | 5.30/km = decimals
0:30/km = too_quick | 80 km/h = too_quick | 61:00/km = too_slow | 0.5 km/h = too_slow
"""


@pytest.mark.parametrize(("typed", "metres"), lines(DISTANCES))
def test_distances(typed: str, metres: str) -> None:
    assert parse_distance(typed, Units.METRIC, "en") == int(metres)


@pytest.mark.parametrize(("typed", "ms"), lines(DURATIONS))
def test_durations(typed: str, ms: str) -> None:
    assert parse_duration(typed, "en") == round(float(ms) * 1000)


@pytest.mark.parametrize(("typed", "pace"), lines(PACES))
def test_paces(typed: str, pace: str) -> None:
    assert parse_pace(typed, Units.METRIC, "de") == pytest.approx(float(pace), abs=0.01)


@pytest.mark.parametrize(("typed", "why"), lines(DISTANCES_REFUSED))
def test_distances_refused(typed: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_distance(typed, Units.METRIC, "en")
    assert refused.value.key == f"entry.distance.{why}"


@pytest.mark.parametrize(("typed", "why"), lines(DURATIONS_REFUSED))
def test_durations_refused(typed: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_duration(typed, "de")
    assert refused.value.key == f"entry.duration.{why}"


@pytest.mark.parametrize(("typed", "why"), lines(PACES_REFUSED))
def test_paces_refused(typed: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_pace(typed, Units.METRIC, "en")
    assert refused.value.key == ("entry.duration.sixty" if why == "sixty" else f"entry.pace.{why}")


@pytest.mark.parametrize(
    ("typed", "units", "language", "metres"),
    [
        ("5", Units.METRIC, "en", 5000),
        ("5", Units.IMPERIAL, "en", 8047),
        ("1.500", Units.METRIC, "en", 1500),
        ("1.500 km", Units.METRIC, "en", 1500),
        ("1.500 km", Units.METRIC, "de", None),
        ("1,500 km", Units.METRIC, "de", 1500),
    ],
)
def test_units_and_language_settle_what_differs(typed: str, units: Units, language: str, metres: int | None) -> None:
    if metres is None:
        with pytest.raises(BadInput):
            parse_distance(typed, units, language)
    else:
        assert parse_distance(typed, units, language) == metres


def test_who_reads_both_units_has_to_name_one() -> None:
    with pytest.raises(BadInput) as refused:
        parse_distance("5", Units.BOTH, "en")
    assert refused.value.key == "entry.distance.km_or_mi"
    with pytest.raises(BadInput) as refused:
        parse_pace("5:30", Units.BOTH, "en")
    assert refused.value.key == "entry.pace.km_or_mi"


def test_a_text_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadInput) as refused:
        parse_distance("8x" * 5000, Units.METRIC, "en")
    assert refused.value.key == "entry.text.too_long"


LANGUAGE = st.sampled_from(LANGUAGES)
ONE_UNIT = st.sampled_from([Units.METRIC, Units.IMPERIAL])


@given(st.integers(31, 499_000), ONE_UNIT, LANGUAGE)
def test_a_distance_reads_back_to_what_it_shows(distance_m: int, units: Units, language: str) -> None:
    shown = format_distance(distance_m, units, language)
    again = parse_distance(shown, units, language)
    assert format_distance(again, units, language) == shown
    assert abs(again - distance_m) <= (5 if units is Units.METRIC else 9)


@given(st.integers(1, 50_000), LANGUAGE)
def test_whole_tens_of_metres_are_kept_to_the_metre(tens: int, language: str) -> None:
    distance_m = tens * 10 + 30 if tens * 10 <= 30 else tens * 10
    assert parse_distance(format_distance(distance_m, Units.METRIC, language), Units.METRIC, language) == distance_m


@given(st.integers(1, 7 * 24 * 3600 * 10), LANGUAGE)
def test_a_duration_reads_back_to_what_it_shows(tenths: int, language: str) -> None:
    duration_ms = tenths * 100
    shown = format_duration(duration_ms, language)
    again = parse_duration(shown, language)
    assert format_duration(again, language) == shown
    assert abs(again - duration_ms) <= (0 if duration_ms < 600_000 else 500)


@given(st.integers(61, 3590), ONE_UNIT, LANGUAGE)
def test_a_pace_reads_back_to_what_it_shows(pace_s: int, units: Units, language: str) -> None:
    again = parse_pace(format_pace(pace_s, units, language), units, language)
    assert abs(again - pace_s) <= 0.5


def answered(read: Callable[[], float]) -> str:
    """Return the key of the raised `BadInput`, or `read`."""
    try:
        return "read" if read() > 0 else "nothing"
    except BadInput as refused:
        return refused.key


@given(st.text(max_size=60), st.sampled_from(Units), LANGUAGE)
def test_any_text_is_read_or_refused_in_words(text: str, units: Units, language: str) -> None:
    assert answered(lambda: parse_distance(text, units, language)).startswith(("read", "entry."))
    assert answered(lambda: parse_duration(text, language)).startswith(("read", "entry."))
    assert answered(lambda: parse_pace(text, units, language)).startswith(("read", "entry."))
