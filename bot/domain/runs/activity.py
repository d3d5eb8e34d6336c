"""The content of an activity file as plain values, without bytes, coordinates or personal data.

Distances are whole metres, durations whole milliseconds. The file's own distance and moving time are used unless its
points clearly contradict them; missing values are computed from the points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.runs.runs import Surface
from bot.domain.runs.tables import TableHead

Series = tuple[tuple[float, float], ...]
"""(seconds of running time since the start, metres since the start), ascending, at most about 2,000 points."""


class Sport(StrEnum):
    """The sport a file declares. A file without one counts as a run; `UNKNOWN` is a sport that cannot be identified."""

    RUN = "run"
    WALK = "walk"
    RIDE = "ride"
    SWIM = "swim"
    OTHER = "other"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """The format of a file, detected from its content."""

    FIT = "fit"
    GPX = "gpx"
    TCX = "tcx"
    CSV = "csv"


class Refusal(StrEnum):
    """Why a file was not accepted as a run. With `NOT_RUN` the file was read, and the report contains its activity."""

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


class Segment(NamedTuple):
    """The fastest part of a recording over a listed distance, among those within a span of laps.

    Attributes:
        listed_m: the listed distance, in metres (`personal_bests.LISTED_M`).
        first_lap: number, from 0, of the lap in which it begins.
        last_lap: number of the lap in which it ends.
        distance_m: metres from its first point to its last, at least `listed_m`.
        duration_ms: milliseconds between the two on the recording's clock, pauses included.
    """

    listed_m: int
    first_lap: int
    last_lap: int
    distance_m: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity.

    Attributes:
        source: the format.
        sport: the declared sport.
        started_at: the start, aware UTC.
        utc_offset_s: seconds by which the file's local clock is ahead of UTC, or None when unknown.
        wall_clock: the file has a time of day without a zone: `started_at` is that time of day written as UTC, to be
            read in the runner's zone.
        distance_m: metres, or None when not recorded.
        duration_ms: milliseconds of running, from the device's timer, or without gaps in the recording.
        elapsed_ms: milliseconds from start to end.
        laps: in order; none, or one for the whole run, when the runner recorded no laps.
        series: time and distance.
        surface: derived from the device's profile (treadmill, track, trail, …), or None.
        left_out: number of points whose clock contradicts the others; they are not used.
        doubtful: so many points were left out that the time is unreliable; no personal best is taken from it.
        sport_name: the sport's name in the file, not escaped. Empty when there is none.
        unread: parts of the file that could not be read: `times`, `distances`, `places`.
        segments: its fastest parts over listed distances; a lap's number is its index in `laps`, or 0 without laps.
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
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """The result of reading one file, or one activity of a file that contains several.

    Attributes:
        filename: the name of the attachment or of the archive's entry; never a path.
        sha256: of the unpacked file, in hexadecimal; the second and later runs of a file have a digest of their own,
            so that it identifies one recording. Empty when nothing could be digested.
        activity: what was read, or None.
        refusal: None exactly when `activity` is or may be a run, or `table` may hold runs.
        reason: catalogue key (`files.reason.*`) of the refusal, or None.
        params: its placeholders.
        warnings: catalogue keys (`files.warning.*`) of warnings about an accepted file.
        table: what the file is about, if it is a table of runs.
        content: the packed bytes of the table.
    """

    filename: str
    sha256: str
    activity: Activity | None = None
    refusal: Refusal | None = None
    reason: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    table: TableHead | None = None
    content: bytes = field(default=b"", repr=False)
