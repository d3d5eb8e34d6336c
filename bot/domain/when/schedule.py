"""Schedules of wall times and instants, and their next occurrence after any instant.

Days and hours are wall times in a zone that is passed as an argument and is not part of the schedule, so that a member
who moves keeps their 7:00. `In` and `Interval` are instants, which no change of zone moves. A wall time that the clock
skips moves forward by the gap (02:30 becomes 03:30); of a repeated one the first counts. Two wall times that become the
same instant occur once.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import cast

from bot.domain.when.moment_parser import at_wall
from bot.domain.when.parse_state import YEARS

LEAST_MIN, MOST_MIN = 10, 366 * 24 * 60
"""Least and most minutes between two occurrences of an `Interval`."""
LAST = -1
"""The last of a month, in place of a number from 1 on."""
WORKDAY = 7
"""Any day from Monday to Friday, in place of a weekday."""

_FIRST_AT, _END_AT = datetime(YEARS.start, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_END_DAY = date(9999, 1, 1).toordinal()
"""No occurrence is on or after this day, so that no calculation exceeds the range of `datetime`."""

Hours = tuple[time, ...]
"""Wall times of one day, ascending, in whole minutes."""


@dataclass(frozen=True, slots=True)
class In:
    """Once, at an instant (`in 20 minutes`), which no change of zone moves."""

    at: datetime  # aware UTC

    def __post_init__(self) -> None:
        _check(self.at.tzinfo is not None, "an instant is aware")


@dataclass(frozen=True, slots=True)
class Once:
    """Once, at a wall time."""

    on: date
    hour: time

    def __post_init__(self) -> None:
        _check_days(self.on)
        _check_hours((self.hour,))


@dataclass(frozen=True, slots=True)
class Interval:
    """Every `minutes` minutes from an instant, independent of clock changes."""

    minutes: int
    start: datetime  # the first occurrence, aware UTC
    until: date | None = None  # the last local day, inclusive

    def __post_init__(self) -> None:
        _check(LEAST_MIN <= self.minutes <= MOST_MIN, f"{LEAST_MIN} to {MOST_MIN} minutes lie between two")
        _check(self.start.tzinfo is not None, "an instant is aware")
        _check_days(self.start.date(), self.until)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every `every` days from the anchor on."""

    every: int
    hours: Hours
    anchor: date  # the first day
    until: date | None = None  # the last day, inclusive

    def __post_init__(self) -> None:
        _check_series(self)


@dataclass(frozen=True, slots=True)
class Weekly:
    """On weekdays of every `every`th week; weeks begin on Monday and are counted from the anchor's week."""

    every: int
    weekdays: tuple[int, ...]  # in order, 0 Monday
    hours: Hours
    anchor: date  # no occurrence before it
    until: date | None = None

    def __post_init__(self) -> None:
        _check_series(self)
        _check_ordered(self.weekdays, range(7))


@dataclass(frozen=True, slots=True)
class Monthly:
    """On days of every `every`th month; a day that a month does not have is its last day."""

    every: int
    days: tuple[int, ...]  # in order, 1 to 31
    hours: Hours
    anchor: date
    until: date | None = None

    def __post_init__(self) -> None:
        _check_series(self)
        _check_ordered(self.days, range(1, 32))


@dataclass(frozen=True, slots=True)
class MonthlyWeekday:
    """On the nth weekdays of every `every`th month: the first Sunday, the second and the last Tuesday."""

    every: int
    nths: tuple[int, ...]  # ascending, 1 to 5, LAST at the end; months without a fifth are skipped
    weekday: int  # 0 Monday, or WORKDAY
    hours: Hours
    anchor: date
    until: date | None = None

    def __post_init__(self) -> None:
        _check_series(self)
        _check_ordered(tuple(nth for nth in self.nths if nth != LAST) or (1,), range(1, 6))
        _check(LAST not in self.nths[:-1] and len(self.nths) > 0, "the last stands last")
        _check_ordered((self.weekday,), range(WORKDAY + 1))


@dataclass(frozen=True, slots=True)
class Yearly:
    """On a day of every `every`th year; 29 February becomes the 28th in common years."""

    every: int
    month: int
    day: int
    hours: Hours
    anchor: date
    until: date | None = None

    def __post_init__(self) -> None:
        _check_series(self)
        date(2000, self.month, self.day)  # raises for a day that exists in no year


Calendar = Daily | Weekly | Monthly | MonthlyWeekday | Yearly
Schedule = In | Once | Interval | Calendar


def is_series(schedule: Schedule) -> bool:
    """Whether a schedule can occur more than once."""
    return not isinstance(schedule, In | Once)


def next_after(schedule: Schedule, zone: str, after: datetime) -> datetime | None:
    """Return the first occurrence strictly after an instant, aware UTC, or None.

    The cost does not depend on the distance between the anchor and `after`.

    Args:
        schedule: the schedule.
        zone: IANA name of the zone of its wall times.
        after: aware; nothing occurs from the year 9999 on.
    """
    if isinstance(schedule, In):
        return schedule.at if schedule.at > after else None
    if isinstance(schedule, Once):
        at = at_wall(schedule.on, schedule.hour, zone)
        return at if at > after else None
    if after >= _END_AT:
        return None
    after = max(after, _FIRST_AT)
    if isinstance(schedule, Interval):
        return _next_interval(schedule, zone, after)
    return _next_wall(schedule, zone, after)


def upcoming(schedule: Schedule, zone: str, after: datetime, count: int) -> tuple[datetime, ...]:
    """Return the next `count` occurrences strictly after an instant, or fewer if the schedule ends."""
    found: list[datetime] = []
    at: datetime | None = after
    while at is not None and len(found) < count:
        at = next_after(schedule, zone, at)
        if at is not None:
            found.append(at)
    return tuple(found)


def _next_interval(schedule: Interval, zone: str, after: datetime) -> datetime | None:
    step = timedelta(minutes=schedule.minutes)
    count = 0 if after < schedule.start else (after - schedule.start) // step + 1
    if count > (_END_AT - schedule.start) // step:
        return None
    at = schedule.start + count * step
    # The local day is at or before `until` exactly when the instant is before the midnight that ends `until`.
    if schedule.until is not None and at >= at_wall(schedule.until + timedelta(days=1), time(), zone):
        return None
    return at


def _next_wall(schedule: Calendar, zone: str, after: datetime) -> datetime | None:
    """Search the days from two before `after` on.

    No clock was ever put forward by more than a day (Samoa skipped 30 December 2011). So a time moved by a gap comes
    from the previous day at the earliest, and an occurrence can be later than one of the next day, but of no later day.
    """
    today = after.astimezone(UTC).toordinal()  # local days differ from it by at most one
    until = _END_DAY if schedule.until is None else schedule.until.toordinal()
    best: datetime | None = None
    found_on = until
    for day in _DAYS[type(schedule)](schedule, max(today - 2, schedule.anchor.toordinal())):
        if day > until or day > found_on + 1 or day >= _END_DAY:
            break
        for at in _instants(day, schedule.hours, zone):
            if at > after and (best is None or at < best):
                best = at
                found_on = min(found_on, day)
    return best


@lru_cache(maxsize=64)
def _instants(day: int, hours: Hours, zone: str) -> tuple[datetime, ...]:
    """Cached: a week of every ten minutes needs the same few days a thousand times, which takes 1.2 s without."""
    return tuple(at_wall(date.fromordinal(day), hour, zone) for hour in hours)


# ── days of a series, as ordinals, from `since` on, which is not before the anchor ──


def _days_of_daily(schedule: Daily, since: int) -> Iterator[int]:
    anchor = schedule.anchor.toordinal()
    day = anchor + -(-(since - anchor) // schedule.every) * schedule.every
    while True:
        yield day
        day += schedule.every


def _days_of_weekly(schedule: Weekly, since: int) -> Iterator[int]:
    step = 7 * schedule.every
    monday = schedule.anchor.toordinal() - schedule.anchor.weekday()
    monday += (since - monday) // step * step
    while True:
        for weekday in schedule.weekdays:
            if monday + weekday >= since:
                yield monday + weekday
        monday += step


def _days_of_monthly(schedule: Monthly, since: int) -> Iterator[int]:
    for first, length in _months(schedule, since):
        before = 0
        for wanted in schedule.days:
            day = first + min(wanted, length) - 1
            if day >= since and day != before:
                yield day
            before = day


def _days_of_monthly_weekday(schedule: MonthlyWeekday, since: int) -> Iterator[int]:
    for first, length in _months(schedule, since):
        ahead = (schedule.weekday + 1 - first) % 7  # ordinal 1 is a Monday
        found: Sequence[int] = range(first + ahead, first + length, 7)
        if schedule.weekday == WORKDAY:
            found = [day for day in range(first, first + length) if (day - 1) % 7 < 5]
        before = 0
        for nth in schedule.nths:
            if nth <= len(found):
                day = found[nth - 1] if nth != LAST else found[-1]
                if day >= since and day != before:
                    yield day
                before = day


def _days_of_yearly(schedule: Yearly, since: int) -> Iterator[int]:
    anchor = schedule.anchor.year
    year = anchor + (date.fromordinal(since).year - anchor) // schedule.every * schedule.every
    while year < _END_AT.year:
        length = monthrange(year, schedule.month)[1]
        day = date(year, schedule.month, min(schedule.day, length)).toordinal()
        if day >= since:
            yield day
        year += schedule.every


def _months(schedule: Monthly | MonthlyWeekday, since: int) -> Iterator[tuple[int, int]]:
    """Yield (ordinal of the first day, length) of each month in the series, from the one that contains `since`."""
    anchor = schedule.anchor.year * 12 + schedule.anchor.month - 1
    on = date.fromordinal(since)
    month = anchor + (on.year * 12 + on.month - 1 - anchor) // schedule.every * schedule.every
    while month // 12 < _END_AT.year:
        year, index = divmod(month, 12)
        yield date(year, index + 1, 1).toordinal(), monthrange(year, index + 1)[1]
        month += schedule.every


_Days = Callable[[Calendar, int], Iterator[int]]
_DAYS: Mapping[type, _Days] = {
    Daily: cast(_Days, _days_of_daily),
    Weekly: cast(_Days, _days_of_weekly),
    Monthly: cast(_Days, _days_of_monthly),
    MonthlyWeekday: cast(_Days, _days_of_monthly_weekday),
    Yearly: cast(_Days, _days_of_yearly),
}


# ── validation ──


def _check(right: bool, rule: str) -> None:
    if not right:
        raise ValueError(rule)


def _check_days(*days: date | None) -> None:
    for day in days:
        _check(day is None or day.year in YEARS, f"years go from {YEARS.start} to {YEARS.stop - 1}")


def _check_hours(hours: Hours) -> None:
    _check(len(hours) > 0 and all(one < two for one, two in pairwise(hours)), "hours are in order")
    for hour in hours:
        _check(hour.second == hour.microsecond == 0 and hour.tzinfo is None, "an hour is a wall time to the minute")


def _check_series(schedule: Calendar) -> None:
    _check(schedule.every >= 1, "a series goes on by one at least")
    _check_days(schedule.anchor, schedule.until)
    _check_hours(schedule.hours)


def _check_ordered(values: tuple[int, ...], allowed: range) -> None:
    _check(len(values) > 0 and all(value in allowed for value in values), f"these are none of {allowed}: {values}")
    _check(all(one < two for one, two in pairwise(values)), "these are in order")


# ── JSON ──


def to_json(schedule: Schedule) -> dict[str, object]:
    """Return a schedule as JSON-compatible values for `from_json`."""
    kept: dict[str, object] = {"kind": _KINDS[type(schedule)]}
    for field in fields(schedule):
        name, value = field.name, getattr(schedule, field.name)
        if isinstance(value, datetime):
            kept[name] = value.astimezone(UTC).isoformat()
        elif isinstance(value, date):
            kept[name] = value.isoformat()
        elif isinstance(value, time):
            kept[name] = f"{value:%H:%M}"
        elif name == "hours":
            kept[name] = [f"{hour:%H:%M}" for hour in value]
        elif isinstance(value, tuple):
            kept[name] = list(value)
        elif value is not None:
            kept[name] = value
    return kept


def from_json(kept: Mapping[str, object]) -> Schedule:
    """Return the schedule from the values of `to_json`.

    Raises:
        ValueError: they are not a schedule.
    """
    values = dict(kept)
    try:
        shape = _SHAPES[str(values.pop("kind"))]
        return shape(**{name: _READ[name](value) for name, value in values.items()})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no schedule: {kept!r}") from error


_KINDS: Mapping[type, str] = {
    In: "in", Once: "once", Interval: "interval", Daily: "daily", Weekly: "weekly", Monthly: "monthly",
    MonthlyWeekday: "monthly_weekday", Yearly: "yearly",
}  # fmt: skip
_SHAPES = {kind: cast(Callable[..., Schedule], shape) for shape, kind in _KINDS.items()}


def _whole(value: object) -> int:
    _check(isinstance(value, int) and not isinstance(value, bool), f"a whole number, not {value!r}")
    return cast(int, value)


def _all(read: Callable[[str], object] | Callable[[object], object]) -> Callable[[object], object]:
    return lambda values: tuple(map(cast(Callable[[object], object], read), cast(list[object], values)))


_READ = cast(
    Mapping[str, Callable[[object], object]],
    dict.fromkeys(("at", "start"), datetime.fromisoformat)
    | dict.fromkeys(("on", "anchor", "until"), date.fromisoformat)
    | dict.fromkeys(("minutes", "every", "month", "day", "weekday"), _whole)
    | dict.fromkeys(("weekdays", "days", "nths"), _all(_whole))
    | {"hour": time.fromisoformat, "hours": _all(time.fromisoformat)},
)
