"""Parse and format distances, durations and paces.

Typed text is read with the words of all languages (`bot.domain.text.words`). The member's language only decides whether
`.` or `,` groups thousands; their units decide what a bare number or pace means. Ambiguous text is refused with both
readings.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.domain.limits import RUN_DISTANCE_M, RUN_DURATION_MS, TYPED_PACE_SLOWEST_S_PER_KM
from bot.domain.text.words import WORDS, any_of, with_halves
from bot.domain.text.words.plain import NUMBER, number, plain
from bot.errors import BadInput
from bot.languages import DEFAULT, decimal_sign, group_sign

METRES_PER_MILE = 1609.344
METRES_PER_YARD = 0.9144
TRACK_M = frozenset({100, 200, 400, 800})
"""Distances that are named in metres wherever there is a track, in metres."""
QUICKEST_S_PER_KM = 60

_SECOND, _MINUTE, _HOUR = 1000, 60_000, 3_600_000


class Units(StrEnum):
    """Units in which distances and paces are shown. `BOTH` is for a club's public messages."""

    METRIC = "metric"
    IMPERIAL = "imperial"
    BOTH = "both"


# ── formatting ──


def format_distance(distance_m: int, units: Units, language: str) -> str:
    """Format a distance: `5.00 km`, `3.11 mi`, `5,00 km` in German, `400 m`; both: `5.00 km (3.11 mi)`.

    Below 0.1 mi, yards are used instead of miles. Track events (`TRACK_M`) are always in metres, also for runners who
    think in miles.
    """
    metric = f"{distance_m} m" if distance_m < 1000 else _decimal((distance_m + 5) // 10 / 100, 2, language) + " km"
    if units is Units.METRIC:
        return metric
    if distance_m in TRACK_M:
        return metric
    if distance_m < METRES_PER_MILE / 10:
        imperial = f"{round(distance_m / METRES_PER_YARD)} yd"
    else:
        imperial = _decimal(distance_m / METRES_PER_MILE, 2, language) + " mi"
    return imperial if units is Units.IMPERIAL else f"{metric} ({imperial})"


def format_duration(duration_ms: int, language: str = DEFAULT) -> str:
    """Format a duration: `27:30`, `1:05:00`, `45 s`; below ten minutes with tenths if any: `45.2 s`, `4:02.5`."""
    tenths = (duration_ms + 50) // 100
    if tenths >= 6000:
        tenths = (duration_ms + 500) // 1000 * 10
    seconds, tenth = divmod(tenths, 10)
    fraction = f"{decimal_sign(language)}{tenth}" if tenth else ""
    if seconds < 60:
        return f"{seconds}{fraction} s"
    return _colons(seconds) + fraction


def format_pace(pace_s_per_km: float, units: Units, language: str) -> str:
    """Format a pace: `5:30/km`, `8:51/mi`; both: `5:30/km (8:51/mi)`. The format is the same in every language."""
    metric = f"{_colons(round(pace_s_per_km))}/km"
    imperial = f"{_colons(round(pace_s_per_km * METRES_PER_MILE / 1000))}/mi"
    if units is Units.BOTH:
        return f"{metric} ({imperial})"
    return imperial if units is Units.IMPERIAL else metric


def _decimal(value: float, digits: int, language: str) -> str:
    shown = f"{value:,.{digits}f}"
    return shown.translate({ord(","): group_sign(language), ord("."): decimal_sign(language)})


def _colons(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{second:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


# ── distances ──

_PLUS = re.compile(rf"\s*\+\s*|\s+{any_of(WORDS.plus)}\s+|(?<=km)\s+(?=[0-9]+\s?m\b)")
_ABOUT = re.compile(rf"(?:~|{any_of(WORDS.about)}(?=\s|[0-9]))\s*")
_REPEATS = re.compile(rf"([0-9]{{1,3}})\s*{any_of(WORDS.times)}\s*(?=[0-9a-z])(.+)")
_LENGTH = re.compile(rf"({NUMBER})\s*({any_of(WORDS.metres)})?\.?")
_BRACKET = re.compile(r"([^()]+)\(([^()]+)\)")


def parse_distance(text: str, units: Units, language: str) -> int:
    """Return the metres of `5k`, `3,1 Meilen`, `half`, `8x400m`, `2 km + 4x200`, or a bare number.

    A bare number is in metres from 400 on (from 50 in repeats), and in the member's units below 100.

    Args:
        text: as typed.
        units: the member's; with BOTH a small bare number is ambiguous.
        language: the member's; decides which sign groups thousands in `1.500`.

    Raises:
        BadInput: unreadable; ambiguous (`low_m`, `high_m`); zero; too far (`distance_m`).
    """
    words = _ABOUT.sub("", plain(text), count=1) if _ABOUT.match(plain(text)) else plain(text)
    if re.match(r"-\s*[0-9.,]", words):
        raise BadInput("entry.distance.zero", typed=text)
    bracket = _BRACKET.fullmatch(words)
    if bracket:
        # The format of `format_distance` for `Units.BOTH`.
        metres, again = (_sum_of_metres(part.strip(), text, units, language) for part in bracket.groups())
        if abs(metres - again) > max(10, metres * 0.01):
            raise BadInput("entry.distance.unclear", typed=text)
    else:
        metres = _sum_of_metres(words, text, units, language)
    if metres > RUN_DISTANCE_M:
        raise BadInput("entry.distance.too_far", typed=text, distance_m=round(metres))
    if round(metres) < 1:
        raise BadInput("entry.distance.zero", typed=text)
    return round(metres)


def _sum_of_metres(words: str, typed: str, units: Units, language: str) -> float:
    return sum(_metres(part, typed, units, language) for part in _PLUS.split(words))


def _metres(words: str, typed: str, units: Units, language: str, *, repeated: bool = False) -> float:
    if words in WORDS.courses:
        return WORDS.courses[words]
    repeats = _REPEATS.fullmatch(words)
    if repeats:
        return int(repeats[1]) * _metres(repeats[2], typed, units, language, repeated=True)
    length = _LENGTH.fullmatch(words)
    if length is None:
        raise BadInput("entry.distance.unclear", typed=typed)
    unit = length[2]
    # A distance in metres has no decimals, so that both signs group thousands.
    in_metres = unit is not None and WORDS.metres[unit] == 1
    value = number(length[1], ".," if in_metres else "." if decimal_sign(language) == "," else ",")
    if value is None:
        raise BadInput("entry.distance.unclear", typed=typed)
    if unit is None:
        return _bare_metres(value, typed, units, repeated)
    if unit == "m" and not repeated and 0 < value <= 30:
        raise BadInput("entry.distance.metres_or_miles", typed=typed, low_m=value, high_m=value * METRES_PER_MILE)
    return value * WORDS.metres[unit]


def _bare_metres(value: float, typed: str, units: Units, repeated: bool) -> float:
    if value >= (50 if repeated else 400):
        return value
    if value >= 100:
        long_m = METRES_PER_MILE if units is Units.IMPERIAL else 1000
        raise BadInput("entry.distance.metres_or_more", typed=typed, low_m=value, high_m=value * long_m)
    if units is Units.BOTH and value > 0:
        raise BadInput("entry.distance.km_or_mi", typed=typed, low_m=value * 1000, high_m=value * METRES_PER_MILE)
    return value * (METRES_PER_MILE if units is Units.IMPERIAL else 1000)


# ── durations ──

_CLOCK = re.compile(
    rf"(?:([0-9]{{1,4}})\s?:\s?)?([0-9]{{1,5}})\s?:\s?([0-9]{{2}})(?:[.,]([0-9]{{1,3}}))?\s*({any_of(WORDS.milliseconds)})?"
)
_PIECE = re.compile(
    rf"\s*({NUMBER}|{any_of(WORDS.numbers)}(?=\s|{any_of(WORDS.own_amounts)}))?\s*({any_of(WORDS.milliseconds)})(?![a-z])\s*,?"
)
_REST = re.compile(r"\s*([0-9]{1,2})")


def parse_duration(text: str, language: str) -> int:
    """Return the milliseconds of `27:30`, `1:05:00`, `1h05`, `90 min`, `13,2 s`, `6x1min`, `eine halbe Stunde`.

    Two numbers with a colon are minutes and seconds, unless `h` follows.

    Args:
        text: as typed.
        language: the member's; without effect, since durations have no thousands separator.

    Raises:
        BadInput: unreadable; ambiguous (`low_ms`, `high_ms`); 60 or more minutes or seconds where a larger unit
            precedes them; zero; over seven days (`duration_ms`).
    """
    words = with_halves(plain(text))
    words = _ABOUT.sub("", words, count=1) if _ABOUT.match(words) else words
    if re.match(r"-\s*[0-9.,]", words):
        raise BadInput("entry.duration.zero", typed=text)
    duration_ms = round(sum(_milliseconds(part, text) for part in _PLUS.split(words)))
    if duration_ms > RUN_DURATION_MS:
        raise BadInput("entry.duration.too_long", typed=text, duration_ms=duration_ms)
    if duration_ms < 1:
        raise BadInput("entry.duration.zero", typed=text)
    return duration_ms


def _milliseconds(words: str, typed: str) -> float:
    repeats = _REPEATS.fullmatch(words)
    if repeats:
        return int(repeats[1]) * _milliseconds(repeats[2], typed)
    clock = _CLOCK.fullmatch(words)
    if clock:
        return _clock(clock, typed)
    if re.fullmatch(NUMBER, words):
        value = number(words)
        if value is None:
            raise BadInput("entry.duration.unclear", typed=typed)
        if value == 0:
            raise BadInput("entry.duration.zero", typed=typed)
        if dotted := re.fullmatch(r"([0-9]{1,3})[.,]([0-5][0-9])", words):
            minutes_and_seconds = int(dotted[1]) * _MINUTE + int(dotted[2]) * _SECOND
            raise BadInput(
                "entry.duration.dotted", typed=typed, low_ms=round(value * _MINUTE), high_ms=minutes_and_seconds
            )
        raise BadInput("entry.duration.bare", typed=typed, low_ms=value * _SECOND, high_ms=value * _MINUTE)
    return _pieces(words, typed)


def _clock(clock: re.Match[str], typed: str) -> float:
    """Return the milliseconds of `27:30`, `1:05:00` or `1:05 h`."""
    hours, minutes, seconds, fraction, unit = clock.groups()
    size = WORDS.milliseconds[unit] if unit else None
    if size == _HOUR and hours is None and fraction is None:
        hours, minutes, seconds = minutes, seconds, "0"
    elif size not in (None, _MINUTE if hours is None else _HOUR):
        raise BadInput("entry.duration.unclear", typed=typed)
    if int(seconds) >= 60 or (hours is not None and int(minutes) >= 60):
        raise BadInput("entry.duration.sixty", typed=typed)
    whole = int(hours or 0) * _HOUR + int(minutes) * _MINUTE + int(seconds) * _SECOND
    return whole + float(f"0.{fraction or 0}") * 1000


def _pieces(words: str, typed: str) -> float:
    """Return the milliseconds of `1h05`, `1 Std 5 min`, `5m30s`.

    Units must descend. A trailing bare number is in the next smaller unit.
    """
    total, position, size = 0.0, 0, 0
    while piece := _PIECE.match(words, position):
        amount, unit = piece.groups()
        smaller = WORDS.milliseconds[unit]
        value = 1 if amount is None else WORDS.numbers.get(amount) or number(amount)
        if value is None or (amount is None and unit not in WORDS.own_amounts) or (size and smaller >= size):
            raise BadInput("entry.duration.unclear", typed=typed)
        if size and value * smaller >= size:
            raise BadInput("entry.duration.sixty", typed=typed)
        if smaller in (_MINUTE, _HOUR):
            _one_reading(amount, value, smaller, typed)
        total, position, size = total + value * smaller, piece.end(), smaller
    rest = _REST.fullmatch(words, position)
    if rest and size in (_HOUR, _MINUTE):
        if int(rest[1]) >= 60:
            raise BadInput("entry.duration.sixty", typed=typed)
        return total + int(rest[1]) * size / 60
    if not size or position != len(words):
        raise BadInput("entry.duration.unclear", typed=typed)
    return total


def _one_reading(amount: str | None, value: float, size_ms: int, typed: str) -> None:
    """Refuse `1.30 h`, which can be 1 h 30 min or 1.3 h. Quarters (`.25`, `.50`) are read as decimals."""
    sixtieths = re.fullmatch(r"[0-9]+[.,]([0-5][0-9])", amount or "")
    if sixtieths and sixtieths[1] not in ("00", "25", "50"):
        other = int(value) + int(sixtieths[1]) / 60
        low, high = sorted((value * size_ms, other * size_ms))
        raise BadInput("entry.duration.decimals", typed=typed, low_ms=round(low), high_ms=round(high))


# ── paces ──

_STROKE = re.compile(rf"\s*/\s*|(?<=[a-z0-9'\"])\s+{any_of(WORDS.per)}\s+")
_SPEED = re.compile(rf"({NUMBER})\s*({any_of(WORDS.speeds)}|{any_of(WORDS.metres)})")
_OVER = re.compile(rf"({NUMBER})?\s*({any_of(WORDS.metres)})")


def parse_pace(text: str, units: Units, language: str) -> float:
    """Return the seconds per kilometre of `5:30/km`, `8:50 min/mi`, `12 km/h`, `7.5 mph`, `90s/400m`.

    Args:
        text: as typed.
        units: the member's, for a pace without a unit such as `5:30`; with BOTH that is ambiguous.
        language: as for `parse_duration`.

    Raises:
        BadInput: unreadable; ambiguous (`low_s_per_km`, `high_s_per_km`); faster than 1:00/km or slower than
            60:00/km (`pace_s_per_km`).
    """
    words = plain(text)
    bracket = _BRACKET.fullmatch(words)
    if bracket:
        pace, again = (_pace(part.strip(), text, units, language) for part in bracket.groups())
        if abs(pace - again) > max(1, pace * 0.01):
            raise BadInput("entry.pace.unclear", typed=text)
    else:
        pace = _pace(words, text, units, language)
    if pace < QUICKEST_S_PER_KM:
        raise BadInput("entry.pace.too_quick", typed=text, pace_s_per_km=pace)
    if pace > TYPED_PACE_SLOWEST_S_PER_KM:
        raise BadInput("entry.pace.too_slow", typed=text, pace_s_per_km=pace)
    return pace


def _pace(words: str, typed: str, units: Units, language: str) -> float:
    over, *per = _STROKE.split(words)
    if not per:
        return _bare_pace(over, typed, units, language)
    if len(per) > 1:
        raise BadInput("entry.pace.unclear", typed=typed)
    time_ms = WORDS.milliseconds.get(per[0])
    if time_ms is not None:
        speed = _SPEED.fullmatch(over)
        metres = number(speed[1]) if speed and speed[2] in WORDS.metres else None
        return _s_per_km(metres and metres * WORDS.metres[speed[2]] / time_ms * 1000 if speed else None, typed)
    # `5:30 min/km`, `5:30/km`, `330 s/km`, `90s/400m`; a bare number is in minutes.
    length = _OVER.fullmatch(per[0])
    metres = WORDS.metres[length[2]] * (number(length[1]) or 0 if length[1] else 1) if length else 0
    if not metres:
        raise BadInput("entry.pace.unclear", typed=typed)
    return _pace_time(f"{over} min" if re.fullmatch(NUMBER, over) else over, typed, language, metres)


def _bare_pace(words: str, typed: str, units: Units, language: str) -> float:
    speed = _SPEED.fullmatch(words)
    if speed and speed[2] in WORDS.speeds:
        return _s_per_km((number(speed[1]) or 0) * WORDS.speeds[speed[2]], typed)
    if re.fullmatch(NUMBER, words):
        raise BadInput("entry.pace.bare", typed=typed)
    if units is Units.BOTH:
        low, high = (_pace_time(words, typed, language, metres) for metres in (METRES_PER_MILE, 1000))
        raise BadInput("entry.pace.km_or_mi", typed=typed, low_s_per_km=low, high_s_per_km=high)
    return _pace_time(words, typed, language, METRES_PER_MILE if units is Units.IMPERIAL else 1000)


def _s_per_km(metres_per_s: float | None, typed: str) -> float:
    if not metres_per_s:
        raise BadInput("entry.pace.unclear", typed=typed)
    return 1000 / metres_per_s


def _pace_time(words: str, typed: str, language: str, metres: float) -> float:
    """Return the pace of a duration over a distance. Errors of the duration become errors of the pace."""
    try:
        return parse_duration(words, language) / metres
    except BadInput as error:
        if error.key == "entry.duration.decimals":
            low_ms, high_ms = error.params["low_ms"], error.params["high_ms"]
            assert isinstance(low_ms, int)
            assert isinstance(high_ms, int)
            told = {"low_s_per_km": low_ms / metres, "high_s_per_km": high_ms / metres}
            raise BadInput("entry.pace.decimals", typed=typed, **told) from error
        sixty = error.key == "entry.duration.sixty"
        raise BadInput("entry.duration.sixty" if sixty else "entry.pace.unclear", typed=typed) from error
