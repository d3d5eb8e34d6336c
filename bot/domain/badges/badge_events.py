"""What badges are counted from: a member's own runs, and those on which they faced forward for another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.domain.runs.runs import Direction, RunContent, SpotterState, Surface

NEWCOMER = timedelta(days=60)
"""Time after the bot first met a person in which they are a newcomer to others."""


@dataclass(frozen=True, slots=True)
class RunPartner:
    """Somebody with whom a member ran; a spotter, or a runner they spotted for.

    Attributes:
        user_id: who.
        met_at: when the bot first met them; None if it never did.
    """

    user_id: int
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class BadgeRun:
    """A member's own run.

    Attributes:
        run_id: the run.
        started_at: the start, aware UTC.
        ran_on: local day of the start.
        minute: local minute of the day of the start, 0 to 1439.
        backward_m: metres backward; unknown ones are 0.
        backward_ms: milliseconds backward.
        forward_m: the same forward.
        forward_ms: the same forward.
        surface: or None.
        effort: RPE 0-10, or None if unknown to the readers.
        tags: names of the lists of words (`badges.words`) of which the note has one.
        doubtful: whether its time is unreliable.
        partner: the spotter who confirmed, or None.
        first_with: whether it is the first event with this partner; set by `badge_counting`.
    """

    run_id: int
    started_at: datetime
    ran_on: date
    minute: int
    backward_m: int = 0
    backward_ms: int = 0
    forward_m: int = 0
    forward_ms: int = 0
    surface: Surface | None = None
    effort: int | None = None
    tags: frozenset[str] = frozenset()
    doubtful: bool = False
    partner: RunPartner | None = None
    first_with: bool = field(default=False)

    @property
    def duration_ms(self) -> int:
        """Milliseconds in both directions."""
        return self.backward_ms + self.forward_ms

    @property
    def distance_m(self) -> int:
        """Metres in both directions."""
        return self.backward_m + self.forward_m


@dataclass(frozen=True, slots=True)
class BadgeSpotting:
    """A run on which the member faced forward for another.

    Attributes:
        run_id: the run: the other's, or the member's own from an outing.
        started_at: its start, aware UTC.
        duration_ms: milliseconds faced forward; 0 if another event has them.
        partner: the runner, or None if the run is the member's own.
        first_with: whether it is the first event with this partner; set by `badge_counting`.
    """

    run_id: int
    started_at: datetime
    duration_ms: int
    partner: RunPartner | None = None
    first_with: bool = field(default=False)


BadgeEvent: TypeAlias = BadgeRun | BadgeSpotting


def with_newcomer(event: BadgeEvent) -> bool:
    """Whether the partner was new to the bot at the time of the run."""
    met_at = event.partner.met_at if event.partner else None
    return met_at is not None and event.started_at <= met_at + NEWCOMER


def order_of(event: BadgeEvent) -> tuple[datetime, int, bool]:
    """Return the key by which events are counted: the start, the run, one's own run first."""
    return event.started_at, event.run_id, isinstance(event, BadgeSpotting)


def minute_of(started_at: datetime, zone: str) -> int:
    """Return the local minute of the day of an instant."""
    local = started_at.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


def event_of(run_id: int, content: RunContent, tags: frozenset[str], effort: int | None) -> BadgeRun | None:
    """Return the event of a run whose spotter, if it has one, did not confirm; None if its directions are unknown.

    Args:
        run_id: the run.
        content: its content.
        tags: see `BadgeRun`.
        effort: see `BadgeRun`.
    """
    if not content.told:
        return None
    sums = dict.fromkeys(Direction, (0, 0))
    for stretch in content.stretches:
        metres, ms = sums[stretch.direction]
        sums[stretch.direction] = metres + (stretch.distance_m or 0), ms + stretch.duration_ms
    return BadgeRun(
        run_id,
        content.started_at,
        content.ran_on,
        minute_of(content.started_at, content.zone),
        *sums[Direction.BACKWARD],
        *sums[Direction.FORWARD],
        surface=content.surface,
        effort=effort,
        tags=tags,
        doubtful=content.doubtful,
    )


def confirmed(content: RunContent) -> bool:
    """Whether a spotter confirmed that they faced forward."""
    return content.spotter_id is not None and content.spotter_state is SpotterState.AGREED
