"""Reference implementation of local times: every zone from 2020 to 2035, minute by minute.

Independent of `bot.domain.when.schedule`, which converts wall times to instants; this module converts instants to wall
times. Both are minutes since 1970-01-01 00:00, instants in UTC and wall times in local time.
"""

from __future__ import annotations

import re
import struct
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from bot.domain.when.schedule import LAST, WORKDAY, Calendar, Daily, Monthly, MonthlyWeekday, Weekly, Yearly

DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SINCE, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)

Shift = tuple[int, int]
"""Seconds since 1970 and the offset from then on, in seconds."""


def instant(minute: int) -> datetime:
    return _EPOCH + timedelta(minutes=minute)


def on_wall(minute: int) -> datetime:
    return instant(minute).replace(tzinfo=None)


def offset_s(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None
    return offset.days * 86_400 + offset.seconds


def walked(zone: str, first: int, end: int) -> dict[int, int]:
    """Map each wall minute to the UTC minute of its first occurrence, for UTC minutes in `range(first, end)`.

    A wall minute skipped by a forward clock change maps to the instant it would have had without the change.
    """
    clock, shown = ZoneInfo(zone), {}
    last: int | None = None
    for minute in range(first, end):
        wall = minute + offset_s(clock, minute * 60) // 60
        if last is not None:
            for left_out in range(last + 1, wall):
                shown.setdefault(left_out, minute + left_out - last - 1)
        shown.setdefault(wall, minute)
        last = wall
    return shown


@cache
def changes(zone: str) -> tuple[Shift, ...]:
    """Return the clock changes from 2020 to 2035, to the second, by bisecting between daily samples."""
    clock, step = ZoneInfo(zone), 24 * 3600
    low, end = int(_SINCE.timestamp()), int(_UNTIL.timestamp())
    offset = offset_s(clock, low)
    found = []
    while low < end:
        following = offset_s(clock, low + step)
        if following != offset:
            before, after = low, low + step
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if offset_s(clock, middle) == offset else (before, middle)
            found.append((after, following))
            offset = following
        low += step
    return tuple(found)


# ── zones with the same offsets ──


@dataclass(frozen=True)
class Alike:
    """Zones with the same offsets since 2020: the shifts listed in their files, and the rule for later years."""

    zones: tuple[str, ...]
    listed: tuple[Shift, ...]
    rule: str

    @property
    def change(self) -> bool:
        return bool(self.listed) or "," in self.rule


def zones_alike() -> tuple[Alike, ...]:
    """Group all zones whose files are the same since 2020, ignoring the names of the offsets."""
    alike = defaultdict(list)
    for zone in sorted(available_timezones()):
        shifts, first, rule = _read(zone)
        offset = next((to for at, to in reversed(shifts) if at < _SINCE.timestamp()), first)
        listed: list[Shift] = []
        begun = offset
        for at, to in shifts:
            if at >= _SINCE.timestamp() and to != offset:
                listed.append((at, to))
                offset = to
        alike[begun, tuple(listed), re.sub("<[^>]*>|[A-Za-z]{3,}", "", rule)].append(zone)
    return tuple(Alike(tuple(zones), listed, rule) for (_, listed, rule), zones in alike.items())


def _file(zone: str) -> bytes:
    """Return the file that `ZoneInfo` reads: the system's, or that of the tzdata package."""
    for root in TZPATH:
        path = Path(root, zone)
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


def _read(zone: str) -> tuple[list[Shift], int, str]:
    """Return the shifts listed in a zone's file, the offset before them in seconds, and the rule after them.

    Source: RFC 9636, The Time Zone Information Format (TZif), 2024: the second block and the footer.
    """
    data = _file(zone)
    utc, standard, leaps, count, types, letters = struct.unpack(">6L", data[20:44])
    at = 44 + count * 5 + types * 6 + letters + leaps * 8 + standard + utc
    utc, standard, leaps, count, types, letters = struct.unpack(">6L", data[at + 20 : at + 44])
    at += 44
    instants = struct.unpack(f">{count}q", data[at : at + 8 * count])
    kinds = data[at + 8 * count : at + 9 * count]
    at += 9 * count
    offsets = [struct.unpack(">l", data[at + 6 * n : at + 6 * n + 4])[0] for n in range(types)]
    at += 6 * types + letters + leaps * 12 + standard + utc
    shifts = [(instant, offsets[kind]) for instant, kind in zip(instants, kinds, strict=True)]
    return shifts, offsets[0], data[at:].decode().strip()


# ── days of a schedule ──


def falls_on(schedule: Calendar, day: date) -> bool:
    """Whether a schedule occurs on this day."""
    if day < schedule.anchor or (schedule.until is not None and day > schedule.until):
        return False
    return _FALLS[type(schedule)](schedule, day)


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _daily(schedule: Daily, day: date) -> bool:
    return (day - schedule.anchor).days % schedule.every == 0


def _weekly(schedule: Weekly, day: date) -> bool:
    monday, first = (one - timedelta(days=one.weekday()) for one in (day, schedule.anchor))
    return day.weekday() in schedule.weekdays and (monday - first).days // 7 % schedule.every == 0


def _monthly(schedule: Monthly, day: date) -> bool:
    fits = day.day in schedule.days or (_last(day) and max(schedule.days) > day.day)
    return fits and (_month(day) - _month(schedule.anchor)) % schedule.every == 0


def _monthly_weekday(schedule: MonthlyWeekday, day: date) -> bool:
    wanted = range(5) if schedule.weekday == WORKDAY else [schedule.weekday]
    month = [day.replace(day=number) for number in range(1, monthrange(day.year, day.month)[1] + 1)]
    found = [one for one in month if one.weekday() in wanted]
    nth = found.index(day) + 1 if day in found else 0
    fits = nth > 0 and (nth in schedule.nths or (LAST in schedule.nths and day == found[-1]))
    return fits and (_month(day) - _month(schedule.anchor)) % schedule.every == 0


def _yearly(schedule: Yearly, day: date) -> bool:
    shorter = (schedule.month, schedule.day) == (2, 29) and (day.month, day.day) == (2, 28) and _last(day)
    fits = shorter or (day.month, day.day) == (schedule.month, schedule.day)
    return fits and (day.year - schedule.anchor.year) % schedule.every == 0


_FALLS: dict[type, Callable[..., bool]] = {
    Daily: _daily,
    Weekly: _weekly,
    Monthly: _monthly,
    MonthlyWeekday: _monthly_weekday,
    Yearly: _yearly,
}


def expected(schedule: Calendar, shown: dict[int, int]) -> list[datetime]:
    """Return the distinct instants at which a schedule occurs within `shown`, the result of `walked`, sorted."""
    found = set()
    hours = {hour.hour * 60 + hour.minute for hour in schedule.hours}
    for wall, minute in shown.items():
        if wall % DAY in hours and falls_on(schedule, on_wall(wall).date()):
            found.add(minute)
    return [instant(minute) for minute in sorted(found)]


@cache
def quarters(zone: str, first: date, end: date) -> dict[int, int]:
    """Return `walked` from `first` to before `end`, limited to quarters of an hour."""
    low, high = ((day - date(1970, 1, 1)).days * DAY for day in (first, end))
    return {wall: minute for wall, minute in walked(zone, low, high).items() if wall % 15 == 0}
