"""Convert an imported activity to a run: its zone and day, its stretches, and its duplicates among logged runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.limits import RUN_DISTANCE_M, RUN_DURATION_MS
from bot.domain.runs.activity import Activity, Lap, Segment
from bot.domain.runs.run_measures import FASTEST_M_PER_S
from bot.domain.runs.runs import Direction, Stretch

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Earliest start of an imported run. The clock of an unset watch starts at the end of 1989 (FIT) or 1970 (GPX, TCX)."""
AHEAD = timedelta(minutes=10)
"""How far a watch's clock may be ahead of the server's."""
ROUNDED = 0.1
"""Share of the shorter run's time by which two runs may overlap because of rounded starts."""
SAME_DISTANCE = 0.02
"""Overlapping runs are duplicates when their distances (or else their times) differ by less than this share."""
MOST = 0.5
"""Runs that share this much of the shorter one's time may be one run recorded by two devices."""
LONGEST_APART = timedelta(days=2)
"""Runs that start farther apart are not compared."""
MISSING = 0.02
"""When the laps lack more than this share of the running time, the rest becomes a lap of its own."""

CLOCKS_DIFFER_S = 120
"""Seconds by which the two clocks of a watch may differ."""
_ZONES = (
    "Africa/Abidjan", "Africa/Addis_Ababa", "Africa/Algiers", "Africa/Maputo", "America/Adak", "America/Anchorage",
    "America/Araguaina", "America/Asuncion", "America/Belize", "America/Caracas", "America/Dawson", "America/Noronha",
    "America/Panama", "America/Phoenix", "America/Puerto_Rico", "America/St_Johns", "Asia/Almaty", "Asia/Anadyr",
    "Asia/Aqtau", "Asia/Aqtobe", "Asia/Bangkok", "Asia/Barnaul", "Asia/Dubai", "Asia/Jayapura", "Asia/Kabul",
    "Asia/Kathmandu", "Asia/Kolkata", "Asia/Pyongyang", "Asia/Sakhalin", "Asia/Singapore", "Asia/Tehran",
    "Asia/Vladivostok", "Asia/Yangon", "Atlantic/Cape_Verde", "Australia/Adelaide", "Australia/Darwin",
    "Australia/Eucla", "Australia/Lord_Howe", "Indian/Chagos", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Chuuk",
    "Pacific/Efate", "Pacific/Fakaofo", "Pacific/Honolulu", "Pacific/Kiritimati", "Pacific/Kwajalein",
    "Pacific/Marquesas", "Pacific/Midway", "Pacific/Norfolk", "Pacific/Pitcairn", "Pacific/Tongatapu",
)  # fmt: skip
"""Zones that together had every offset of any inhabited zone since 1990, at the time it was in use. A test compares
them with all zones."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a run took place: start, metres or None, milliseconds of running and, if known, of elapsed time."""

    started_at: datetime
    distance_m: int | None
    duration_ms: int
    elapsed_ms: int | None = None

    @property
    def lasted(self) -> timedelta:
        """Time from start to end: elapsed time if known, else running time."""
        return timedelta(milliseconds=max(self.elapsed_ms or 0, self.duration_ms))


@dataclass(frozen=True, slots=True)
class When:
    """An activity's start: instant, IANA zone and local date there; `told` when the zone comes from the file."""

    started_at: datetime
    zone: str
    ran_on: date
    told: bool = False


def when(activity: Activity, home: str) -> When:
    """Return the start, zone and local date of an activity.

    The file's own offset wins over the runner's zone if some zone had that offset at that instant. An offset of 0 is
    ignored, because many devices write UTC for both of their clocks.

    Args:
        activity: as read.
        home: the runner's zone. It is kept where its offset equals the file's, so that most runs have a named zone; a
            run elsewhere gets a fixed offset (or, for offsets of a part of an hour, a place that has it).
    """
    if activity.wall_clock:
        started_at = activity.started_at.replace(tzinfo=ZoneInfo(home)).astimezone(UTC)
        return When(started_at, home, activity.started_at.date())
    started_at = activity.started_at
    at_home = started_at.astimezone(ZoneInfo(home))
    offset = _quarter_hours(activity.utc_offset_s)
    if not offset:
        return When(started_at, home, at_home.date())
    if at_home.utcoffset() == offset:
        return When(started_at, home, at_home.date(), told=True)
    zone = _zone_with(offset, started_at)
    if zone is None:
        return When(started_at, home, at_home.date())
    return When(started_at, zone, started_at.astimezone(ZoneInfo(zone)).date(), told=True)


def _quarter_hours(offset_s: int | None) -> timedelta | None:
    """Return an offset rounded to quarter hours, or None if it is more than `CLOCKS_DIFFER_S` from one."""
    if offset_s is None:
        return None
    quarters = round(offset_s / 900)
    return timedelta(minutes=15) * quarters if abs(offset_s - quarters * 900) <= CLOCKS_DIFFER_S else None


def _zone_with(offset: timedelta, at: datetime) -> str | None:
    """Return a zone that had this offset at an instant, preferring a fixed offset, or None when no zone had it."""
    place = next((zone for zone in _ZONES if at.astimezone(ZoneInfo(zone)).utcoffset() == offset), None)
    hours, rest = divmod(offset, timedelta(hours=1))
    # These names have POSIX signs: east of Greenwich is negative.
    return place if place is None or rest else f"Etc/GMT{-hours:+d}"


def impossible(activity: Activity, started_at: datetime, now: datetime) -> str | None:
    """Return why an activity cannot be a run, as the last part of a catalogue key (`imports.reason.*`), or None."""
    if not EARLIEST <= started_at <= now + AHEAD:
        return "clock"
    if activity.duration_ms < 1:
        return "empty"
    metres = activity.distance_m or 0
    if activity.duration_ms > RUN_DURATION_MS or metres > RUN_DISTANCE_M:
        return "beyond"
    if metres * 1000 > activity.duration_ms * FASTEST_M_PER_S:
        return "beyond"
    return None


def known(span: Span, others: Iterable[Span]) -> Span | None:
    """Return the logged or imported run among `others` that overlaps this one and is equally long, or None."""
    return next((other for other in others if _same(span, other)), None)


def overlap(one: Span, other: Span) -> bool:
    """Whether two runs share most of the shorter one's time, as recordings of one run by two devices do."""
    shared = min(one.started_at + one.lasted, other.started_at + other.lasted) - max(one.started_at, other.started_at)
    return shared >= MOST * min(one.lasted, other.lasted)


def _same(one: Span, other: Span) -> bool:
    lengths = [timedelta(milliseconds=span.duration_ms) for span in (one, other)]
    first = max(one.started_at, other.started_at)
    last = min(one.started_at + lengths[0], other.started_at + lengths[1])
    if last - first < ROUNDED * min(lengths):
        return False
    if one.distance_m and other.distance_m:
        return _near(one.distance_m, other.distance_m)
    return _near(one.duration_ms, other.duration_ms)


def near(one: Span, other: Span) -> bool:
    """Whether two runs are equally long, in distance and time; for runs of one day whose time of day is not known."""
    if one.distance_m and other.distance_m and not _near(one.distance_m, other.distance_m):
        return False
    return _near(one.duration_ms, other.duration_ms)


def _near(one: int, other: int) -> bool:
    return abs(one - other) <= SAME_DISTANCE * max(one, other)


def untold(activity: Activity) -> tuple[Stretch, ...]:
    """Return the laps, or the whole run, as stretches of unknown direction that add up to the file's totals."""
    laps = _laps(activity)
    times = _shared(activity.duration_ms, [lap.duration_ms for lap in laps])
    if len(laps) < 2 or min(times) < 1:
        return (Stretch(Direction.UNTOLD, activity.distance_m or None, activity.duration_ms),)
    metres: Sequence[int | None] = [None] * len(laps)
    if activity.distance_m:
        metres = [part or None for part in _shared(activity.distance_m, [lap.distance_m or 0 for lap in laps])]
    return tuple(Stretch(Direction.UNTOLD, m, ms) for m, ms in zip(metres, times, strict=True))


def segments_of(activity: Activity, stretches: Sequence[Stretch]) -> tuple[Segment, ...]:
    """Return the segments of an activity, with the stretches of `untold` in place of its laps.

    If those are not the laps, each segment spans the whole run: nobody could tell in which stretch it was.
    """
    if len(stretches) == len(activity.laps):
        return activity.segments
    fastest: dict[int, Segment] = {}
    for segment in activity.segments:
        held = fastest.get(segment.listed_m)
        if held is None or segment.duration_ms < held.duration_ms:
            fastest[segment.listed_m] = segment._replace(first_lap=0, last_lap=len(stretches) - 1)
    return tuple(fastest.values())


def _laps(activity: Activity) -> list[Lap]:
    """Return the laps, plus one for running time outside all laps, or none if they have no distances."""
    laps = [lap for lap in activity.laps if lap.duration_ms > 0]
    if activity.distance_m and not any(lap.distance_m for lap in laps):
        return []
    rest_ms = activity.duration_ms - sum(lap.duration_ms for lap in laps)
    if laps and rest_ms > MISSING * activity.duration_ms:
        rest_m = max((activity.distance_m or 0) - sum(lap.distance_m or 0 for lap in laps), 0)
        last = laps[-1]
        laps.append(Lap(rest_m or None, rest_ms, last.started_at + timedelta(milliseconds=last.duration_ms)))
    return laps


def _shared(whole: int, weights: Sequence[int]) -> list[int]:
    """Split `whole` into integers proportional to `weights` that add up to it exactly."""
    total, seen, given = sum(weights), 0, 0
    parts = []
    for weight in weights:
        seen += weight
        upto = round(whole * seen / total)
        parts.append(upto - given)
        given = upto
    return parts
