"""Convert a member's figures to stretches: derive the third of distance, time and pace, and split a mixed run.

The figures are parsed in `bot.domain.text.units`; this module combines them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.limits import RUN_DISTANCE_M, RUN_DURATION_MS, RUN_SLOWEST_S_PER_KM
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.text.units import Units, parse_distance
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import plain
from bot.errors import BadInput

AGREE_WITHIN = 0.02
"""How far distance, time and pace may disagree, as a share of the time."""

FASTEST_M_PER_S = 12.5
"""Upper bound of any average speed, in metres per second.

Source: the fastest moment measured in a 100 m race is 12.34 m/s (Bolt, Berlin 2009; Graubner & Nixdorf 2011, New
Studies in Athletics 26)."""


class Way(StrEnum):
    """The direction of a run as its member states it."""

    BACKWARD = "backward"
    FORWARD = "forward"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Backward:
    """How much of a run was backward: metres, or a share in (0, 1]. Exactly one of them is set."""

    distance_m: int | None = None
    share: float | None = None


def resolve(distance_m: int | None, duration_ms: int | None, pace_s_per_km: float | None) -> tuple[int | None, int]:
    """Return distance and time of a run from two of distance, time and pace, or from the time alone.

    Returns:
        (metres or None when only the time is known, milliseconds).

    Raises:
        BadInput: too few values, three that disagree by more than 2 % of the time, or an impossible speed.
    """
    if duration_ms is None:
        if distance_m is None and pace_s_per_km is None:
            raise BadInput("rules.entry.nothing")
        if distance_m is None:
            raise BadInput("rules.entry.pace_alone", pace_s_per_km=pace_s_per_km)
        if pace_s_per_km is None:
            raise BadInput("rules.entry.distance_alone", distance_m=distance_m)
        duration_ms = round(distance_m * pace_s_per_km)
    elif distance_m is None and pace_s_per_km is not None:
        distance_m = round(duration_ms / pace_s_per_km)
    elif distance_m is not None and pace_s_per_km is not None:
        implied_ms = distance_m * pace_s_per_km
        if abs(implied_ms - duration_ms) > AGREE_WITHIN * duration_ms:
            raise BadInput(
                "rules.entry.disagree",
                distance_m=distance_m,
                duration_ms=duration_ms,
                pace_s_per_km=pace_s_per_km,
                implied_ms=round(implied_ms),
            )
    _plausible(distance_m, duration_ms)
    return distance_m, duration_ms


def is_plausible(distance_m: int | None, duration_ms: int) -> bool:
    """Whether `resolve` accepts a run of this distance and time."""
    try:
        _plausible(distance_m, duration_ms)
    except BadInput:
        return False
    return True


def _plausible(distance_m: int | None, duration_ms: int) -> None:
    if duration_ms > RUN_DURATION_MS:
        raise BadInput("rules.entry.too_long", duration_ms=duration_ms)
    if duration_ms < 1 or (distance_m is not None and distance_m < 1):
        raise BadInput("rules.entry.nothing")
    if distance_m is None:
        return
    if distance_m > RUN_DISTANCE_M:
        raise BadInput("rules.entry.too_far", distance_m=distance_m)
    pace_s_per_km = duration_ms / distance_m
    told = {"distance_m": distance_m, "duration_ms": duration_ms, "pace_s_per_km": pace_s_per_km}
    if pace_s_per_km * FASTEST_M_PER_S < 1000:
        raise BadInput("rules.entry.too_fast", **told)
    if pace_s_per_km > RUN_SLOWEST_S_PER_KM:
        raise BadInput("rules.entry.too_slow", **told)


_PERCENT = re.compile(rf"(\d{{1,3}}(?:[.,]\d+)?)\s*(?:%|{any_of(WORDS.percent)})")
_BARE = re.compile(r"\d{1,2}(?:[.,]\d+)?|100")
_BARE_PERCENT = 20
"""From here on a bare number is a percentage; a smaller one could also be kilometres or miles."""


def parse_backward(typed: str, units: Units, language: str) -> Backward:
    """Return how much was backward: `40%`, `40 percent`, `40` (20 to 100 is a percentage), `half`, or a distance.

    Args:
        typed: as typed.
        units: the member's, for distances.
        language: likewise.

    Raises:
        BadInput: neither, ambiguous, or not between 0 and 100 percent.
    """
    words = plain(typed)
    if words in WORDS.half_share:
        return Backward(share=0.5)
    percent = _PERCENT.fullmatch(words)
    if percent is None and not _BARE.fullmatch(words):
        return Backward(distance_m=parse_distance(typed, units, language))
    share = float((percent.group(1) if percent else words).replace(",", ".")) / 100
    if not 0 < share <= 1:
        raise BadInput("rules.backward.percent", typed=typed)
    if percent is None and share * 100 < _BARE_PERCENT:
        low_m = parse_distance(typed, units, language)
        raise BadInput("rules.backward.percent_or_distance", typed=typed, low_m=low_m)
    return Backward(share=share)


def split(way: Way, distance_m: int | None, duration_ms: int, backward: Backward | None = None) -> tuple[Stretch, ...]:
    """Return the stretches of a run. The time of a mixed run is split by distance and marked estimated.

    Args:
        way: the stated direction. An amount of backward running makes any run a mixed one.
        distance_m: metres, or None when only the time is known; then a share splits the time.
        duration_ms: milliseconds.
        backward: how much was backward.

    Returns:
        One stretch, or the backward one and the forward one.

    Raises:
        BadInput: a mixed run without an amount, an amount greater than the run, or an amount in metres for a run
            without a distance.
    """
    if backward is None:
        if way is Way.MIXED:
            raise BadInput("rules.backward.missing")
        return (Stretch(Direction(way.value), distance_m, duration_ms),)
    back_m = _metres(backward, distance_m)
    whole = duration_ms if distance_m is None else distance_m
    part = back_m if back_m is not None else max(round((backward.share or 0) * whole), 1)
    if part >= whole:
        return (Stretch(Direction.BACKWARD, distance_m, duration_ms),)
    back_ms = min(max(round(duration_ms * part / whole), 1), duration_ms - 1)
    back, forward = (None, None) if distance_m is None else (part, distance_m - part)
    return (
        Stretch(Direction.BACKWARD, back, back_ms, estimated=True),
        Stretch(Direction.FORWARD, forward, duration_ms - back_ms, estimated=True),
    )


def _metres(backward: Backward, distance_m: int | None) -> int | None:
    """Return the backward distance in metres, or None when a share was given."""
    if backward.distance_m is None:
        return None
    if distance_m is None:
        raise BadInput("rules.backward.needs_distance", backward_m=backward.distance_m)
    if backward.distance_m > distance_m:
        raise BadInput("rules.backward.beyond", backward_m=backward.distance_m, distance_m=distance_m)
    return backward.distance_m
