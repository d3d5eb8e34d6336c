"""Typed texts that can mean two things: which meaning is taken, and what is said about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.runs.run_measures import is_plausible
from bot.domain.text.units import Units, parse_distance, parse_duration, parse_pace
from bot.domain.text.words.plain import NUMBER, plain
from bot.errors import BadInput

QUICKEST_S_PER_KM = 95
"""Quickest pace of a bare number, in seconds per kilometre.

Source: the world record over 100 m, 9.58 s (Bolt, Berlin 2009)."""
SLOWEST_S_PER_KM = 1800
"""Slowest pace of a bare number: 2 km/h, slower than any walk without stops."""


class ReadingKind(StrEnum):
    """Why a text was read as it was."""

    TIME = "time"
    """A bare number is minutes or seconds, because only one of them is plausible for the distance."""
    PER_MILE = "per_mile"
    """A pace without a unit, by the member's units."""
    MILES = "miles"
    """A distance without a unit, by the member's units."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text that can mean two things was read.

    Attributes:
        kind: why.
        typed: the text.
        value: as it was read, in milliseconds, seconds per kilometre or metres.
        other: (metres, milliseconds, milliseconds per kilometre) of the other meaning, 0 for what stays; or None.
    """

    kind: ReadingKind
    typed: str
    value: float
    other: tuple[int, int, int] | None = None


def plausible_duration(text: str, distance_m: int | None, language: str) -> int:
    """Return a duration; a bare number is minutes or seconds if only one of them is plausible for the distance."""
    try:
        return parse_duration(text, language)
    except BadInput as error:
        if error.key != "entry.duration.bare" or distance_m is None:
            raise
        meant = [round(ms) for name in ("low_ms", "high_ms") if isinstance(ms := error.params[name], int | float)]
        plausible = [ms for ms in meant if _is_running_pace(distance_m, ms)]
        if len(plausible) != 1:
            raise
        return plausible[0]


def _is_running_pace(distance_m: int, duration_ms: int) -> bool:
    return QUICKEST_S_PER_KM <= duration_ms / distance_m <= SLOWEST_S_PER_KM


def other_readings(
    distance: str | None,
    time: str | None,
    pace: str | None,
    measured: tuple[int | None, int | None, float | None],
    units: Units,
    language: str,
) -> Iterator[Reading]:
    """Yield the texts that were read by plausibility, or by the units of a member who thinks in miles.

    Args:
        distance: as typed, as are `time` and `pace`.
        time: see `distance`.
        pace: see `distance`.
        measured: how they were read, in metres, milliseconds and seconds per kilometre.
        units: the member's.
        language: the member's.
    """
    distance_m, duration_ms, s_per_km = measured
    if time and duration_ms is not None and re.fullmatch(NUMBER, plain(time)):
        yield Reading(ReadingKind.TIME, time, duration_ms)
    if units is not Units.IMPERIAL or (distance_m and duration_ms and s_per_km):
        return
    if distance and distance_m:
        other_m = parse_distance(distance, Units.METRIC, language)
        if other_m != distance_m and is_plausible(other_m, duration_ms or round(other_m * (s_per_km or 0))):
            yield Reading(ReadingKind.MILES, distance, distance_m, (other_m, 0, round((s_per_km or 0) * 1000)))
    if pace and s_per_km:
        other = _per_km(pace, language)
        if other is not None and other != s_per_km:
            yield Reading(ReadingKind.PER_MILE, pace, s_per_km, (0, duration_ms or 0, round(other * 1000)))


def _per_km(pace: str, language: str) -> float | None:
    """Return a pace as read by a member who thinks in kilometres, or None if nobody runs or walks at it."""
    try:
        return parse_pace(pace, Units.METRIC, language)
    except BadInput:
        return None
