"""Parse search words for runs: `tue`, `nov`, `5.00 km`, `27:30`, `rückwärts`.

A word matches by prefix what a run's line shows, in the words of all languages, because it may still be incomplete. A
number matches as a whole: `5` is a day of the month, 5.00 to 5.99 km (or miles), or a time from 5:00 to 5:59.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.text.units import METRES_PER_MILE, Units
from bot.domain.text.words import WORDS
from bot.domain.text.words.plain import plain
from bot.errors import BadInput

MOST_WORDS = 12
"""Most words in a search; a run's line has at most ten."""

_SECOND, _MINUTE, _HOUR = 1000, 60_000, 3_600_000
_NUMBER = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2})?)?(k|km|mi|m|s)?")
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})[-./]([0-9]{1,2})\.?")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-9]{0,2})(?::([0-9]{0,2}))?(?:[.,][0-9])?")
_SILENT = frozenset({"k", "km", "mi", "m", "s"})
"""Units that do not narrow a search by themselves."""

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Clue:
    """The meanings of one search word. A run matches if any of them applies; an empty clue matches no run.

    Attributes:
        days: of the month.
        months: January is 1.
        weekdays: Monday is 0.
        dates: (month, day).
        ways: direction of a whole run: backward, forward, mixed, untold.
        metres: half-open ranges of distances.
        milliseconds: half-open ranges of durations.
    """

    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    dates: frozenset[tuple[int, int]] = frozenset()
    ways: frozenset[str] = frozenset()
    metres: Spans = ()
    milliseconds: Spans = ()


def read_clues(typed: str, units: Units, ways: Mapping[str, str]) -> tuple[Clue, ...] | None:
    """Return one clue per word, or None if the words are too many or too long to match a run's line.

    Args:
        typed: as typed.
        units: the reader's, for a distance without a unit.
        ways: the reader's names of directions, by direction.
    """
    try:
        words = re.findall(r"[^\s()·]+", plain(typed))
        named = {way: plain(name).split() for way, name in ways.items()}
    except BadInput:
        return None
    spoken = [bare for word in words if (bare := word.strip(".,·-…")) and bare not in _SILENT]
    return None if len(spoken) > MOST_WORDS else tuple(_clue(word, units, named) for word in spoken)


def _clue(word: str, units: Units, named: Mapping[str, list[str]]) -> Clue:
    if word[0].isdigit():
        return _of_figures(word, units)
    return Clue(
        months=_begun(word, WORDS.month_names),
        weekdays=_begun(word, WORDS.weekdays),
        ways=frozenset(way for way, names in named.items() if any(name.startswith(word) for name in names)),
    )


def _begun(word: str, names: Mapping[str, int]) -> frozenset[int]:
    return frozenset(number for name, number in names.items() if name.startswith(word))


def _of_figures(word: str, units: Units) -> Clue:
    clock = _CLOCK.fullmatch(word)
    if clock:
        return Clue(milliseconds=_of_clock(clock))
    date, number = _DATE.fullmatch(word), _NUMBER.fullmatch(word)
    dates: set[tuple[int, int]] = set()
    if date:
        first, second = int(date[2]), int(date[3])
        dates = {(first, second)} if date[1] or "/" in word else {(second, first)}
        dates |= {(second, first)} if "/" in word else set()
    if number is None:
        return Clue(dates=frozenset(dates))
    whole, decimals, unit = int(number[1]), number[2] or "", number[3]
    return Clue(
        days=frozenset({whole} if not decimals and unit is None else ()),
        dates=frozenset(dates),
        metres=_lengths(whole, decimals, unit, units),
        milliseconds=_bare_times(whole, decimals, unit),
    )


def _lengths(whole: int, decimals: str, unit: str | None, units: Units) -> Spans:
    if unit == "s":
        return ()
    if unit == "m":
        return ((whole, whole + 1),)
    value, step = float(f"{whole}.{decimals or 0}"), 10.0 ** -len(decimals)
    sizes = []
    if unit in ("k", "km") or (unit is None and units is not Units.IMPERIAL):
        sizes.append(1000.0)
    if unit == "mi" or (unit is None and units is not Units.METRIC):
        sizes.append(METRES_PER_MILE)
    # Distances are shown rounded to hundredths, so that the range begins half a hundredth lower.
    spans = [(round((value - 0.005) * size), round((value + step - 0.005) * size)) for size in sizes]
    if unit is None and not decimals:  # distances below a kilometre are shown in metres
        spans.append((whole, whole + 1))
    return tuple(spans)


def _bare_times(whole: int, decimals: str, unit: str | None) -> Spans:
    """Return durations that a number can begin: `27` begins `27:30`, `1` begins `1:05:00`, `45` is `45 s`."""
    if unit not in (None, "s") or (decimals and unit is None):
        return ()
    seconds = ((whole * _SECOND - 50, (whole + 1) * _SECOND - 50),) if whole < 60 else ()
    if unit == "s":
        return seconds
    hours = ((whole * _HOUR, (whole + 1) * _HOUR),) if 0 < whole < 200 else ()
    minutes = ((whole * _MINUTE, (whole + 1) * _MINUTE),) if 0 < whole < 60 else ()
    return (*minutes, *hours, *seconds)


def _of_clock(clock: re.Match[str]) -> Spans:
    """Return durations that a clock can begin: `27:3` begins 27:30 to 27:39, `1:05` is 1:05 or begins 1:05:00."""
    first, second, third = int(clock[1]), clock[2], clock[3]
    if third is not None:
        begins, step = _places(third)
        at = first * _HOUR + int(second or 0) * _MINUTE + begins * _SECOND
        return ((at - 500, at + step * _SECOND),)
    begins, step = _places(second)
    at = first * _MINUTE + begins * _SECOND
    spans = [(at - 500, at + step * _SECOND)] if first < 60 else []
    at = first * _HOUR + begins * _MINUTE
    return (*spans, (at - 500, at + step * _MINUTE))


def _places(typed: str) -> tuple[int, int]:
    """Return the first of the two-digit numbers below 60 with this prefix, and their count: `3` is 30 to 39."""
    if not typed:
        return 0, 60
    return (int(typed), 1) if len(typed) == 2 else (int(typed) * 10, 10)
