"""What an activity file held, as plain values: no bytes, no coordinates, nothing of who ran.

Distances are whole metres, durations whole milliseconds. What the file says of distance and moving time is believed,
unless its points contradict it beyond reason; what it leaves out is computed from its points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.runs.runs import Surface

Series = tuple[tuple[float, float], ...]
"""(seconds of running time since the start, metres since the start), rising, at most about 2,000 of them."""


class Sport(StrEnum):
    """What the device says it was. A file that does not say is taken for a run; `UNKNOWN` says what nobody knows."""

    RUN = "run"
    WALK = "walk"
    RIDE = "ride"
    SWIM = "swim"
    OTHER = "other"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """The format it came in, told by its content."""

    FIT = "fit"
    GPX = "gpx"
    TCX = "tcx"


class Refusal(StrEnum):
    """Why a file brought no run. `NOT_RUN` was read, and its activity is in the report all the same."""

    NOT_RUN = "not_run"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Lap:
    """A lap of the device, in running time.

    Attributes:
        distance_m: metres, or None when not recorded.
        duration_ms: milliseconds of running, above 0.
        started_at: aware UTC.
    """

    distance_m: int | None
    duration_ms: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity.

    Attributes:
        source: the format.
        sport: what it was.
        started_at: the start, aware UTC.
        utc_offset_s: seconds the file's own clock was ahead of UTC, or None when it does not tell.
        wall_clock: the file tells the time of day but not its zone: `started_at` is that time of day written as
            UTC, to be read in the runner's zone.
        distance_m: metres, or None when not recorded.
        duration_ms: milliseconds of running: the device's timer, else recording gaps left out.
        elapsed_ms: milliseconds from start to end.
        laps: in order; a device that was never asked for laps writes none, or one for the whole.
        series: time and distance.
        surface: what the device's profile implies (treadmill, track, trail, …), or None.
        left_out: points whose clock does not agree with the others'; nothing is computed from them.
        doubtful: so many of them that the time is in doubt; it makes no best.
        sport_name: what the file calls it; escape it. Empty when it does not say.
        unread: what of the file could not be read: `times`, `distances`, `places`.
    """

    source: Source
    sport: Sport
    started_at: datetime
    utc_offset_s: int | None
    wall_clock: bool
    distance_m: int | None
    duration_ms: int
    elapsed_ms: int
    laps: tuple[Lap, ...] = ()
    series: Series = ()
    surface: Surface | None = None
    left_out: int = 0
    doubtful: bool = False
    sport_name: str = ""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file, or of one activity in a file that holds several.

    Attributes:
        filename: the attachment's name, or that of the entry in its archive; never a path.
        sha256: of the unpacked file, in hexadecimal; a file's second and later runs have one of their own, so that
            it names a recording. Empty when there was nothing to digest.
        activity: what was read, or None.
        refusal: None exactly when `activity` is a run, or may be one.
        reason: catalogue key (`files.reason.*`) of the refusal, or None.
        params: its placeholders.
        warnings: catalogue keys (`files.warning.*`) of what is worth telling about a file that came in.
    """

    filename: str
    sha256: str
    activity: Activity | None = None
    refusal: Refusal | None = None
    reason: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
