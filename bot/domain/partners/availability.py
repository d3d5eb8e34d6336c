"""Weekly availability: windows as text, as instants, and as bit masks for fast comparison.

A window is wall time on a weekday of the member's zone. In a given week it contains every instant at which the local
time is within it: a skipped hour is missing, a repeated one occurs twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from bot.domain.text.hours import format_hour, half_of
from bot.domain.when.moment_parser import at_wall
from bot.languages import locale_of

DAY_MIN = 24 * 60
SLOT_MIN = 15
"""Minutes per bit of a mask; every zone's offset is a multiple of it."""
LEAST_MIN = 45
"""Least minutes of a window, so that an outing fits."""
MOST_WINDOWS = 21
TEXT_LIMIT = 400
"""Most characters of a text; `MOST_WINDOWS` formatted windows are shorter."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A weekly time window in minutes of the local day; the end is exclusive and at most `DAY_MIN`."""

    weekday: int  # 0 Monday
    first_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class WeekInstants:
    """The instants of one week, from midnight on Monday to the next, in a club's zone."""

    start: datetime
    end: datetime


Stretch = tuple[datetime, datetime]
"""(start, end) instants, the end exclusive."""


# ── instants ──


def tidy(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Sort windows, and merge those that overlap or touch within a day."""
    found: list[Window] = []
    for window in sorted(windows):
        last = found[-1] if found else None
        if last and last.weekday == window.weekday and window.first_min <= last.end_min:
            found[-1] = Window(last.weekday, last.first_min, max(last.end_min, window.end_min))
        else:
            found.append(window)
    return tuple(found)


def week_of(monday: date, zone: str) -> WeekInstants:
    """Return the week that begins on a Monday in a zone; a clock change makes it 167 or 169 hours long."""
    midnight = datetime.min.time()
    return WeekInstants(at_wall(monday, midnight, zone), at_wall(monday + timedelta(weeks=1), midnight, zone))


def stretches_in(windows: Sequence[Window], zone: str, week: WeekInstants) -> tuple[Stretch, ...]:
    """Return the instants of a week within windows, as sorted, separate stretches.

    Args:
        windows: weekly windows.
        zone: IANA name of the zone of the windows.
        week: the week, possibly of another zone.
    """
    found = []
    for since, until, offset in _offsets(zone, week.start, week.end):
        day = (since + offset).date()
        while datetime(day.year, day.month, day.day, tzinfo=UTC) < until + offset:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - offset
            for window in windows:
                if window.weekday == day.weekday():
                    begins = max(since, midnight + timedelta(minutes=window.first_min))
                    ends = min(until, midnight + timedelta(minutes=window.end_min))
                    if begins < ends:
                        found.append((begins, ends))
            day += timedelta(days=1)
    return _joined(found)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return tuple(joined)


@lru_cache(maxsize=512)
def _offsets(zone: str, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the spans of constant UTC offset between two instants: from, until, local minus UTC."""
    clock, step = ZoneInfo(zone), timedelta(minutes=SLOT_MIN)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(clock).utcoffset() or timedelta()

    found, since, at = [], start, start
    while at < end:
        following = min(at + timedelta(hours=6), end)
        if offset(following) != offset(since):
            while offset(at) == offset(since):
                at += step
            if at < end:
                found.append((since, at, offset(since)))
                since = at
        else:
            at = following
    found.append((since, end, offset(since)))
    return tuple(found)


def mask_of(stretches: Iterable[Stretch], week: WeekInstants, slot_min: int = SLOT_MIN) -> int:
    """Return a bit for each slot of the week that is completely within a stretch; bit 0 is the first slot."""
    mask, seconds = 0, slot_min * 60
    for begins, ends in stretches:
        first = -(-max(0, int((begins - week.start).total_seconds())) // seconds)
        last = int((min(ends, week.end) - week.start).total_seconds()) // seconds
        if first < last:
            mask |= (1 << last) - (1 << first)
    return mask


def starts_of(mask: int, slots: int) -> int:
    """Return the slots from which `slots` consecutive slots are free."""
    starts = mask
    for later in range(1, slots):
        starts &= mask >> later
    return starts


def slot_start(week: WeekInstants, slot: int, slot_min: int = SLOT_MIN) -> datetime:
    """Return the instant at which a slot begins."""
    return week.start + timedelta(minutes=slot * slot_min)


# ── formatting ──


def day_name(weekday: int, language: str) -> str:
    """Format a weekday: `Tue`, `Di`."""
    names = get_day_names("abbreviated", context="stand-alone", locale=locale_of(language))
    return str(names[weekday]).rstrip(".")


def format_windows(windows: Iterable[Window], language: str, *, twelve: bool = False) -> str:
    """Format windows, grouped by hours, so that they can be parsed: `Mon–Fri 6:30–8:00, Tue Thu 18:00–20:00`.

    Args:
        windows: the windows.
        language: of the weekdays.
        twelve: in 12-hour form: `Mon–Fri 6:30–8:00 AM, Sat 11:00 AM–1:00 PM`.
    """
    hours: dict[int, tuple[tuple[int, int], ...]] = {}
    for weekday, group in groupby(tidy(windows), key=lambda window: window.weekday):
        hours[weekday] = tuple((window.first_min, window.end_min) for window in group)
    by_hours: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for weekday, spans in hours.items():
        by_hours.setdefault(spans, []).append(weekday)
    return ", ".join(
        f"{format_days(days, language)} {' '.join(format_span(*span, twelve=twelve) for span in spans)}"
        for spans, days in by_hours.items()
    )


def format_days(days: Sequence[int], language: str) -> str:
    """Format days: `Mon–Wed Sat`."""
    parts = []
    for _, group in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        run = [day_name(day, language) for _, day in group]
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else run
    return " ".join(parts)


def format_span(first_min: int, end_min: int, *, twelve: bool) -> str:
    """Format minutes of the day: `18:00–20:00`, `22:00–24:00`, or `6:00–8:00 PM`, `11:00 AM–1:00 PM`."""
    if not twelve:
        return f"{first_min // 60}:{first_min % 60:02}–{end_min // 60}:{end_min % 60:02}"
    first, end = (format_hour(time(at // 60 % 24, at % 60), twelve=True) for at in (first_min, end_min))
    if half_of(first_min // 60) == half_of(end_min // 60) and end_min < DAY_MIN:
        first = first.split(" ")[0]
    return f"{first}–{end}"
