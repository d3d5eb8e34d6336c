"""Build an activity from the totals and laps in a file and from its points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite

from bot.domain.limits import FILE_DISTANCE_M, FILE_DURATION_S
from bot.domain.runs.activity import Activity, Lap, Source, Sport
from bot.domain.runs.runs import Surface
from bot.files.refused import Refused
from bot.files.segments import fastest_segments
from bot.files.totals import ENOUGH, Shown
from bot.files.track import Walked

LAPS = 1_000
"""Maximum laps of one activity."""
ACTIVITIES = 50
"""Maximum activities in one file."""
SPORT_NAME = 40
"""Characters kept of the file's name for its sport."""
WIDEST_OFFSET_S = 14 * 3600
AHEAD_OF_SUN_H = (2.0, 3.5)
"""Most hours by which local clocks are behind, or ahead of, solar time: 1.7 behind in eastern Greenland; 3.4 ahead on
Saint Lawrence Island, 3.1 in western China."""
START_S = 3600.0
"""Most seconds between the start in the file and the first point."""
DOUBTFUL = 0.1
"""A run's time is doubtful if more than this share of its points was left out for an inconsistent clock…"""
CONFIRMED = 0.05
"""… unless the device's own total is within this share of what the remaining points show."""


@dataclass(frozen=True, slots=True)
class ToldLap:
    """A lap as stored in the file; None for absent values. Durations are running time, instants Unix time (seconds)."""

    start_s: float | None
    running_s: float | None
    metres: float | None


@dataclass(frozen=True, slots=True)
class ToldActivity:
    """An activity as stored in the file; None for absent values. `unread` holds examples of unparsable values."""

    source: Source
    sport: Sport
    start_s: float | None = None
    running_s: float | None = None
    elapsed_s: float | None = None
    metres: float | None = None
    laps: Sequence[ToldLap] = ()
    utc_offset_s: int | None = None
    wall_clock: bool = False
    surface: Surface | None = None
    sport_name: str = ""
    unread: Mapping[str, str] = field(default_factory=dict)


def build(told: ToldActivity, walked: Walked) -> Activity:
    """Build an activity. The file's totals come first, then the sums of its laps, then the values from its points.

    A total that the points clearly contradict is replaced by theirs (`Shown.believed`).

    Raises:
        Refused: it has no time of day, or no running time.
    """
    start_s = _start_s(told.start_s, walked)
    if start_s is None:
        raise _no_times(told.unread) if walked.agree else Refused("clocks")
    shown = Shown.of(walked)
    laps = _laps([_measured(told.laps, number, walked) for number in range(len(told.laps))], start_s)
    told_s, told_m = shown.believed(
        _seconds(told.running_s) or sum(lap.duration_ms for lap in laps) / 1000,
        _metres(told.metres) or sum(lap.distance_m or 0 for lap in laps),
    )
    running_ms, distance_m = _milliseconds(told_s or shown.running_s), _metres(told_m or shown.metres)
    if not 0 < running_ms <= FILE_DURATION_S * 1000:
        raise Refused("empty" if walked.agree and len(walked.at_s) < ENOUGH else "clocks")
    shown_ms = _milliseconds(walked.at_s[-1] - walked.at_s[0]) if walked.at_s else 0
    confirmed = told_s is not None and abs(told_s - shown.running_s) <= CONFIRMED * shown.running_s
    run = told.sport in (Sport.RUN, Sport.UNKNOWN)
    return Activity(
        source=told.source,
        sport=told.sport,
        started_at=_instant(start_s),
        utc_offset_s=told.utc_offset_s if _possible(told.utc_offset_s, walked.longitude) else None,
        wall_clock=told.wall_clock,
        distance_m=distance_m or None,
        duration_ms=running_ms,
        elapsed_ms=max(_milliseconds(told.elapsed_s) or shown_ms, running_ms),
        laps=laps,
        series=walked.series(),
        surface=told.surface,
        left_out=walked.left_out,
        sport_name=told.sport_name[:SPORT_NAME],
        unread=tuple(sorted(told.unread)),
        doubtful=not confirmed and walked.left_out > DOUBTFUL * (walked.left_out + len(walked.at_s)),
        segments=fastest_segments(walked, distance_m, [lap.started_at.timestamp() for lap in laps]) if run else (),
    )


def _no_times(unread: Mapping[str, str]) -> Refused:
    return Refused("times_unread", example=unread["times"]) if "times" in unread else Refused("no_times")


def _possible(offset_s: int | None, longitude: float | None) -> bool:
    """Whether a UTC offset is possible at this longitude; any realistic offset is if the longitude is unknown."""
    if offset_s is None or not abs(offset_s) <= WIDEST_OFFSET_S:
        return False
    if longitude is None:
        return True
    ahead = (offset_s / 3600 - longitude / 15 + 12) % 24 - 12
    return -AHEAD_OF_SUN_H[0] <= ahead <= AHEAD_OF_SUN_H[1]


def _measured(laps: Sequence[ToldLap], number: int, walked: Walked) -> ToldLap:
    """Return a lap whose missing or implausible values are replaced by those of its points, up to the next lap."""
    lap = laps[number]
    if lap.start_s is None or not walked.at_s:
        return lap
    shown = Shown.of(walked, lap.start_s, laps[number + 1].start_s if number + 1 < len(laps) else None)
    told_s, told_m = shown.believed(_seconds(lap.running_s), _metres(lap.metres))
    return ToldLap(lap.start_s, told_s or shown.running_s, told_m or shown.metres)


def _start_s(told_s: float | None, walked: Walked) -> float | None:
    """Return the start in the file, or the instant of the first point if it is absent or far from that point."""
    first_s = next(iter(walked.at_s), None)
    if told_s is None or (first_s is not None and abs(told_s - first_s) > START_S):
        return first_s
    return told_s


def _laps(told: Sequence[ToldLap], start_s: float) -> tuple[Lap, ...]:
    laps: list[Lap] = []
    next_s = start_s
    for lap in told[:LAPS]:
        duration_ms = _milliseconds(lap.running_s)
        if lap.start_s is not None:
            next_s = lap.start_s
        if duration_ms:
            laps.append(Lap(_metres(lap.metres) or None, duration_ms, _instant(next_s)))
            next_s += duration_ms / 1000
    return tuple(laps)


def _seconds(seconds: float | None) -> float:
    return _milliseconds(seconds) / 1000


def _milliseconds(seconds: float | None) -> int:
    """Return whole milliseconds; 0 for an absent or impossible value."""
    if seconds is None or not isfinite(seconds) or not 0 <= seconds <= FILE_DURATION_S:
        return 0
    return round(seconds * 1000)


def _metres(metres: float | None) -> int:
    """Return whole metres; 0 for an absent or impossible value."""
    return round(metres) if metres is not None and isfinite(metres) and 0 <= metres <= FILE_DISTANCE_M else 0


def _instant(unix_s: float) -> datetime:
    try:
        return datetime.fromtimestamp(unix_s, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused("no_times") from error
