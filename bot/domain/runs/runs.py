"""The content of a run: stretches with a direction, and who may see which part of it.

Distances are whole metres (`distance_m`) and durations whole milliseconds (`duration_ms`). Integers keep incrementally
updated sums equal to sums computed from scratch.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Direction(StrEnum):
    """Which way the runner faced. An imported run is `UNTOLD` until its runner answers."""

    BACKWARD = "backward"
    FORWARD = "forward"
    UNTOLD = "untold"


class Surface(StrEnum):
    """The surface of a run."""

    TRACK = "track"
    TREADMILL = "treadmill"
    PATH = "path"
    ROAD = "road"
    GRASS = "grass"
    TRAIL = "trail"
    INDOOR = "indoor"


class Sharing(StrEnum):
    """Who sees a run: its club (distance, time, pace, direction, surface), or its runner alone."""

    CLUB = "club"
    ME = "me"


class Extra(StrEnum):
    """Details that a club card shows only if the runner selects them (a confirmed spotter is always shown)."""

    NOTE = "note"
    EFFORT = "effort"
    SPOTTER = "spotter"


class SpotterState(StrEnum):
    """Whether the named spotter has confirmed that they faced forward."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"


class Review(StrEnum):
    """An organiser's decision on a run faster than the best known mark; `NONE` when none is needed."""

    NONE = "none"
    HELD = "held"
    AGREED = "agreed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a run in one direction.

    Attributes:
        direction: which way the runner faced.
        distance_m: metres, or None when only the time is known.
        duration_ms: milliseconds of running.
        estimated: the duration was split by distance instead of measured; it counts for no personal best.
    """

    direction: Direction
    distance_m: int | None
    duration_ms: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class RunContent:
    """Everything of a run that its runner may change and that a revision keeps.

    Attributes:
        started_at: the start, aware UTC.
        zone: IANA name of the zone of the run; later changes of settings do not affect it.
        ran_on: local date of the start in `zone`.
        stretches: at least one, in order.
        surface: or None when unknown.
        spotter_id: Discord user id of the named spotter, or None.
        spotter_name: the spotter's name when they were named; shown until the club knows a newer one.
        spotter_state: None exactly when there is no spotter.
        effort: RPE 0-10, or None.
        note: at most 500 characters, as typed and not escaped, or None.
        sharing: who sees the run.
        extras: what a club card shows beyond the default.
        doubtful: the time is unreliable because the recording's clock jumped; it counts for no personal best.
    """

    started_at: datetime
    zone: str
    ran_on: date
    stretches: tuple[Stretch, ...]
    surface: Surface | None = None
    spotter_id: int | None = None
    spotter_name: str | None = None
    spotter_state: SpotterState | None = None
    effort: int | None = None
    note: str | None = None
    sharing: Sharing = Sharing.CLUB
    extras: frozenset[Extra] = frozenset()
    doubtful: bool = False

    @property
    def distance_m(self) -> int | None:
        """Total distance in metres, or None when no stretch has a distance."""
        known = [s.distance_m for s in self.stretches if s.distance_m is not None]
        return sum(known) if known else None

    @property
    def duration_ms(self) -> int:
        """Total duration in milliseconds."""
        return sum(s.duration_ms for s in self.stretches)

    @property
    def told(self) -> bool:
        """Whether the direction of every stretch is known."""
        return all(s.direction is not Direction.UNTOLD for s in self.stretches)

    @property
    def directions(self) -> frozenset[Direction]:
        """The directions of all stretches."""
        return frozenset(s.direction for s in self.stretches)


def counts(content: RunContent, review: Review, *, deleted: bool) -> bool:
    """Whether a run counts on its club's boards."""
    return not deleted and content.told and content.sharing is Sharing.CLUB and review in (Review.NONE, Review.AGREED)


def breaks_the_rule(content: RunContent, solo_surfaces: Collection[Surface]) -> bool:
    """Whether a run was backward without a spotter on a surface on which the club does not allow that.

    An unknown surface counts as not allowed; the reply then explains the rule and how to name the surface.
    """
    return (
        Direction.BACKWARD in content.directions
        and (content.spotter_id is None or content.spotter_state is SpotterState.DECLINED)
        and content.surface not in solo_surfaces
    )
