"""Personal bests over standard distances.

A stretch counts for a listed distance when it is at least that long and at most 3 % longer. Its whole duration is
taken, so that a best is never better than what was run. A run of several laps in one direction also counts as a whole.
Estimated and doubtful durations do not count.

Speed falls with distance: fits of T = a·D^b give b between 1.06 (forward) and 1.11 (backward), never below 1. A best
that is slower than the average of a longer one is therefore not the fastest that was run over its distance, only the
fastest that was measured (`outpaced`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.runs.runs import Direction

LISTED_M = (100, 200, 400, 800, 1000, 1500, 1609, 3000, 5000, 10_000, 21_097, 42_195)
"""Listed distances in metres. The mile is 1609 and the half marathon 21097, as runs are stored."""

OVER = 1.03
"""Factor by which a stretch may be longer than the listed distance."""


@dataclass(frozen=True, slots=True)
class Effort:
    """A measured stretch in one direction: metres, milliseconds, and the run it belongs to."""

    direction: Direction
    distance_m: int
    duration_ms: int
    ran_on: date
    run_id: int


SPANS = tuple((listed, int(listed * OVER)) for listed in LISTED_M)
"""Each listed distance with the greatest distance that counts for it, in metres."""


def listed_for(distance_m: int) -> int | None:
    """Return the listed distance for which a stretch of `distance_m` counts, or None."""
    return next((listed for listed, longest in SPANS if listed <= distance_m <= longest), None)


def bests(efforts: Iterable[Effort]) -> dict[Direction, dict[int, Effort]]:
    """Return the fastest effort per direction and listed distance, the earlier one of two equal times.

    Returns:
        For each direction with an effort, listed metres to effort, shortest first.
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


@dataclass(frozen=True, slots=True)
class Outpaced:
    """How a longer best contradicts a shorter one.

    Attributes:
        by_m: listed metres of the longer best, the one with the fastest average.
        proven_ms: milliseconds in which the shorter distance was certainly run inside the longer one, or None if that
            is not less than what was measured.
    """

    by_m: int
    proven_ms: int | None


def outpaced(held: Mapping[int, Effort]) -> dict[int, Outpaced]:
    """Return the bests of one direction that are slower than the average of a longer one, by listed metres.

    Averages are those a reader can work out, of listed distances. What is proven: a run of `n` times the distance has
    `n` parts of it that do not overlap, of which the fastest took at most an `n`-th of the time.

    Args:
        held: the best effort of each listed distance.
    """
    found = {}
    for listed, effort in held.items():
        longer = {by: other for by, other in held.items() if by > listed}
        faster = [by for by, other in longer.items() if other.duration_ms * listed < effort.duration_ms * by]
        if faster:
            by_m = min(faster, key=lambda by: (held[by].duration_ms / by, by))
            proven = min(-(-other.duration_ms // (other.distance_m // listed)) for other in longer.values())
            found[listed] = Outpaced(by_m, proven if proven < effort.duration_ms else None)
    return found


def _order(effort: Effort) -> tuple[int, date, int]:
    return effort.duration_ms, effort.ran_on, effort.run_id
