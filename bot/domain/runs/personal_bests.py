"""Personal bests over listed distances: what a run measured over them, and which best is contradicted by a longer one.

A whole run, a lap or a stretch in one direction, or a segment of a recording counts for a listed distance when it is at
least that long and at most 3 % longer. Its whole duration is taken, so that a best is never better than what was run.
Estimated and doubtful durations do not count, and neither do runs that an organiser has not agreed to.

Speed falls with distance: fits of T = a·D^b give b between 1.06 (forward) and 1.11 (backward), never below 1. A best
that is slower than the average of a longer one is therefore not the fastest that was run over its distance, only the
fastest that was measured (`outpaced`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.runs.activity import Segment
from bot.domain.runs.runs import Direction, Review, RunContent, Stretch
from bot.domain.runs.world_bests import beyond_best

LISTED_M = (100, 200, 400, 800, 1000, 1500, 1609, 3000, 5000, 10_000, 21_097, 42_195)
"""Listed distances in metres. The mile is 1609 and the half marathon 21097, as runs are stored."""

OVER = 1.03
"""Factor by which a stretch may be longer than the listed distance."""

SPANS = tuple((listed, int(listed * OVER)) for listed in LISTED_M)
"""Each listed distance with the greatest distance that counts for it, in metres."""


class Measured(StrEnum):
    """How an effort was measured; of two equal times the first of these counts. The value is stored."""

    WHOLE = "whole"
    LAP = "lap"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Effort:
    """What was run in one direction over about a listed distance.

    Attributes:
        distance_m: metres, at most 3 % above the listed distance.
        duration_ms: milliseconds.
        measured: how it was measured.
    """

    distance_m: int
    duration_ms: int
    measured: Measured


@dataclass(frozen=True, slots=True)
class RecordedParts:
    """What an imported file says about the parts of its run.

    Attributes:
        laps: metres or None, and milliseconds, of each stretch as it was imported.
        segments: fastest segments; the laps they name are indexes of `laps`.
    """

    laps: tuple[tuple[int | None, int], ...]
    segments: tuple[Segment, ...]


def listed_for(distance_m: int) -> int | None:
    """Return the listed distance for which a stretch of `distance_m` counts, or None."""
    return next((listed for listed, longest in SPANS if listed <= distance_m <= longest), None)


def is_eligible(content: RunContent, review: Review, *, deleted: bool) -> bool:
    """Whether a run can set personal bests."""
    return not deleted and content.told and not content.doubtful and review in (Review.NONE, Review.AGREED)


def efforts(stretches: Sequence[Stretch], recorded: RecordedParts | None = None) -> dict[tuple[Direction, int], Effort]:
    """Return the fastest effort of a run of known direction, by direction and listed distance in metres.

    Args:
        stretches: of the run.
        recorded: of an imported run. Its segments count while the run has the laps of the file; a runner who corrects
            a distance or time says that the recording is wrong. A segment across laps of both directions counts for
            neither, and one faster than the best known mark is an error of the recording.
    """
    found: dict[tuple[Direction, int], Effort] = {}
    for direction, effort in (*_stretches(stretches), *_segments(stretches, recorded)):
        listed = listed_for(effort.distance_m)
        if listed is None:
            continue
        held = found.get((direction, listed))
        if held is None or _order(effort) < _order(held):
            found[direction, listed] = effort
    return found


def _order(effort: Effort) -> tuple[int, int]:
    return effort.duration_ms, tuple(Measured).index(effort.measured)


def _stretches(stretches: Sequence[Stretch]) -> Iterator[tuple[Direction, Effort]]:
    """Yield the measured stretches of a run, and the run itself if it is all in one direction."""
    measured = [one for one in stretches if one.distance_m is not None and not one.estimated]
    if len(measured) == len(stretches) and len({one.direction for one in stretches}) == 1:
        metres = sum(one.distance_m or 0 for one in measured)
        yield stretches[0].direction, Effort(metres, sum(one.duration_ms for one in measured), Measured.WHOLE)
    if len(stretches) > 1:
        for one in measured:
            yield one.direction, Effort(one.distance_m or 0, one.duration_ms, Measured.LAP)


def _segments(stretches: Sequence[Stretch], recorded: RecordedParts | None) -> Iterator[tuple[Direction, Effort]]:
    """Yield the segments within laps of one direction."""
    if recorded is None or tuple((one.distance_m, one.duration_ms) for one in stretches) != recorded.laps:
        return
    turns = list(_turns(stretches))
    for segment in recorded.segments:
        if turns[segment.first_lap] != turns[segment.last_lap]:
            continue
        direction = stretches[segment.first_lap].direction
        if beyond_best(Stretch(direction, segment.distance_m, segment.duration_ms)) is None:
            yield direction, Effort(segment.distance_m, segment.duration_ms, Measured.SEGMENT)


def _turns(stretches: Sequence[Stretch]) -> Iterator[int]:
    """Yield, for each stretch, how often the runner had turned round until then."""
    turned = 0
    for number, stretch in enumerate(stretches):
        turned += number > 0 and stretch.direction is not stretches[number - 1].direction
        yield turned


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

    Averages are those a reader can work out, of listed distances. Only a segment counts with its own length, since it
    is longer by as much as was run until the clock's next tick; else an even run would contradict itself. What is
    proven: a run of `n` times the distance has
    `n` parts of it that do not overlap, of which the fastest took at most an `n`-th of the time.

    Args:
        held: the best of each listed distance.
    """
    found = {}
    for listed, best in held.items():
        ran_m = best.distance_m + 1 if best.measured is Measured.SEGMENT else listed  # its metres are rounded down
        longer = {by: other for by, other in held.items() if by > listed}
        faster = [by for by, other in longer.items() if other.duration_ms * ran_m < best.duration_ms * by]
        if faster:
            by_m = min(faster, key=lambda by: (held[by].duration_ms / by, by))
            proven = min(-(-other.duration_ms // (other.distance_m // listed)) for other in longer.values())
            found[listed] = Outpaced(by_m, proven if proven < best.duration_ms else None)
    return found
