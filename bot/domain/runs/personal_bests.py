"""Personal bests over the distances runners compare.

A stretch counts for a listed distance when it is at least that long and at most 3 % longer, and its whole duration
is taken: a best is never better than what was run. A run of several laps in one direction counts as a whole too.
Estimated and doubtful durations make no best.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.runs.runs import Direction

LISTED_M = (100, 200, 400, 800, 1000, 1500, 1609, 3000, 5000, 10_000, 21_097, 42_195)
"""Metres: the mile is 1609, the half marathon 21097, as typed ones are stored."""

OVER = 1.03
"""How much longer than the listed distance a stretch may be, as a factor."""


@dataclass(frozen=True, slots=True)
class Effort:
    """A measured stretch of one direction: metres, milliseconds, and the run it was part of."""

    direction: Direction
    distance_m: int
    duration_ms: int
    ran_on: date
    run_id: int


SPANS = tuple((listed, int(listed * OVER)) for listed in LISTED_M)
"""Each listed distance, and the most metres that still count for it."""


def listed_for(distance_m: int) -> int | None:
    """The listed distance a stretch of `distance_m` counts for, or None."""
    return next((listed for listed, longest in SPANS if listed <= distance_m <= longest), None)


def bests(efforts: Iterable[Effort]) -> dict[Direction, dict[int, Effort]]:
    """The fastest effort per direction and listed distance; the earlier one when two took the same time.

    Returns:
        Listed metres to effort, shortest first, for each direction that has any.
    """
    found: dict[Direction, dict[int, Effort]] = {}
    for effort in efforts:
        listed = listed_for(effort.distance_m)
        if listed is None or effort.direction is Direction.UNTOLD:
            continue
        held = found.setdefault(effort.direction, {})
        if listed not in held or _order(effort) < _order(held[listed]):
            held[listed] = effort
    return {direction: dict(sorted(held.items())) for direction, held in found.items()}


def _order(effort: Effort) -> tuple[int, date, int]:
    return effort.duration_ms, effort.ran_on, effort.run_id
