"""Build schedules from a parsed series: hours, anchor and end.

A series is counted from today, or from the first of the named days; without an hour it is at 9:00.
"""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.text.words import WORDS, any_of
from bot.domain.when.hour_readers import DAY_MIN, HALF_MIN, minutes_meant, usual_hour
from bot.domain.when.moment_parser import at_wall, read_hour, unread
from bot.domain.when.parse_state import YEARS, ParseState
from bot.domain.when.schedule import (
    LEAST_MIN,
    MOST_MIN,
    Calendar,
    Daily,
    Hours,
    In,
    Interval,
    Monthly,
    MonthlyWeekday,
    Once,
    Schedule,
    Weekly,
    Yearly,
    next_after,
    upcoming,
)
from bot.domain.when.series import Series, SeriesUnit
from bot.errors import BadInput

HOUR = time(9)
"""Default hour."""
TIMES_A_DAY = {2: (HOUR, time(18)), 3: (HOUR, time(14), time(19)), 4: (HOUR, time(12), time(15), time(18))}
"""Default hours of `twice a day` etc., during waking time."""
AWAKE = (8 * 60, 20 * 60)
"""First and last minute of the day of `every 2 hours on weekdays`."""
_END_YEAR = 9999
_COMMA_HOUR = re.compile(rf"([0-9]{{1,2}}),([0-9]{{2}})(?=\s?{any_of(WORDS.hour_sign)})")
_BETWEEN_HOURS = re.compile(rf",(?![0-9])|;|&|\+|\b{any_of(WORDS.plus)}\b")

Minutes = tuple[int, ...]
"""Hours of a day, ascending, in minutes from its midnight; values from `DAY_MIN` on are in the following night."""
Readings = tuple[list[Schedule], bool]
"""The readings of a text, most likely first, and whether their hour is a default."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The author's time, zone and language, and the text: the context of parsing."""

    now: datetime
    zone: str
    language: str
    typed: str

    @property
    def today(self) -> date:
        """The local day."""
        return self.local.date()

    @property
    def local(self) -> datetime:
        """The local time."""
        return self.now.astimezone(ZoneInfo(self.zone))


def read_series(told: ParseState, series: Series, asker: Asker) -> Readings:
    """Return the possible schedules of a series.

    Args:
        told: the remaining text, which names the hours.
        series: the parsed series.
        asker: the context.

    Raises:
        BadInput: unclear, too often, or over before it begins.
    """
    hours, assumed = _hours(told)
    if series.unit is SeriesUnit.MINUTE:
        awake = bool(series.weekdays) and series.span is None
        return [_interval(series, hours[0] if hours else (), asker)], awake
    if series.span or series.until_hour:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    if series.every < 1:
        raise BadInput("remind_when.too_often", typed=asker.typed)
    if series.in_all and series.unit is not SeriesUnit.DAY:
        return _in_all(series, hours, asker), assumed
    if series.times is not None:
        hours = hours or [tuple(hour.hour * 60 for hour in TIMES_A_DAY.get(series.times, ()))]
        if len(hours[0]) != series.times:
            raise BadInput("remind_when.times_a_day", typed=asker.typed)
    wanted = [one for one in (series, series.also) if one is not None]
    found: list[Schedule] = []
    refusals: list[BadInput] = []
    for minutes in hours or [(HOUR.hour * 60,)]:
        for one in wanted:
            try:
                found.append(_recurring(_on_its_days(one, minutes, asker.typed), _times(minutes), asker))
            except BadInput as refused:
                refusals.append(refused)
    if not found:
        raise refusals[0]
    return found, assumed


def _in_all(series: Series, hours: list[Minutes], asker: Asker) -> list[Schedule]:
    """Return the readings of `every monday 3 times`: three in total, or three a day."""
    assert series.times is not None
    found: list[Schedule] = []
    for minutes in hours or [(HOUR.hour * 60,)]:
        one = _recurring(_on_its_days(replace(series, until=None), minutes, asker.typed), _times(minutes), asker)
        times = upcoming(one, asker.zone, asker.now, series.times)
        last = times[-1].astimezone(ZoneInfo(asker.zone)).date()
        found.append(replace(one, until=last) if not isinstance(one, In | Once) else one)
    a_day = tuple(hour.hour * 60 for hour in TIMES_A_DAY.get(series.times, ()))
    if series.in_all == "or" and not hours and a_day:
        found.insert(1, _recurring(series, _times(a_day), asker))
    return found


def _hours(told: ParseState) -> tuple[list[Minutes], bool]:
    """Return the hours of a series, with a second reading twelve hours later if possible.

    Also return whether they are defaults: none was named, or only a part of the day.
    """
    assumed = True
    rest = _COMMA_HOUR.sub(r"\1:\2", told.rest)
    read: list[list[int]] = []
    for chunk in _BETWEEN_HOURS.split(rest):
        part = replace(told, rest=f" {chunk} ", day=told.today, hour=None, part=None)
        read_hour(part)
        if unread(part):
            raise BadInput("remind_when.unclear", typed=told.typed)
        if part.hour is not None:
            assumed = False
            read.append(minutes_meant(part, again=True))
        elif part.part is not None:
            read.append([usual_hour(part.part).hour * 60])
    if not read:
        return [], True
    found = [_in_order([one[0] for one in read], told.typed)]
    if all(len(one) > 1 for one in read):
        found.append(_in_order([one[1] for one in read], told.typed))
    return found, assumed


def _in_order(minutes: list[int], typed: str) -> Minutes:
    ordered = sorted(set(minutes))
    following = [*ordered[1:], ordered[0] + DAY_MIN]
    if any(after - before < LEAST_MIN for before, after in zip(ordered, following, strict=True)):
        raise BadInput("remind_when.too_often", typed=typed)
    return tuple(ordered)


def _on_its_days(series: Series, minutes: Minutes, typed: str) -> Series:
    """Return the series with the calendar days of its hours, which can be in the night after the named day."""
    late = sum(minute >= DAY_MIN for minute in minutes)
    if not late or series.unit is SeriesUnit.DAY:
        return series
    if late < len(minutes):
        raise BadInput("remind_when.two", typed=typed)
    return _of_the_night(series, typed)


def _times(minutes: Minutes) -> Hours:
    return tuple(sorted({time(minute % DAY_MIN // 60, minute % 60) for minute in minutes}))


def _of_the_night(series: Series, typed: str) -> Series:
    """Return a series whose hours are after midnight on the following days: `every friday night at 1` is on Saturdays.

    Raises:
        BadInput: the following day of a month or year cannot be expressed.
    """
    if series.nths or series.on or any(day in (29, 30) for day in series.days):
        raise BadInput("remind_when.unclear", typed=typed)
    weekdays = tuple(sorted((day + 1) % 7 for day in series.weekdays))
    days = tuple(sorted(day % 31 + 1 for day in series.days))
    return replace(series, weekdays=weekdays, days=days)


def _recurring(series: Series, hours: Hours, asker: Asker) -> Schedule:
    since = max(series.since or asker.today, asker.today)
    schedule = _shape(series, series.every, hours, since, series.until)
    named = series.weekdays or series.nths or series.days or series.on
    if series.every > 1 and named:
        # Count from the first occurrence, not from the current week or month.
        anchor = _first_day(_shape(series, 1, hours, since, None), since, asker)
        if series.on == (2, 29):
            anchor = next(date(year, 2, 29) for year in range(since.year, since.year + 9) if _is_ahead(year, since))
        schedule = _shape(series, series.every, hours, anchor or since, series.until)
    if series.lasts is not None:
        first = _first_day(schedule, since, asker) or since
        schedule = _shape(series, series.every, hours, schedule.anchor, _lasting(first, *series.lasts))
    return _checked(schedule, asker, series.until)


def _is_ahead(year: int, since: date) -> bool:
    """Whether a year has a 29 February that is not before `since`."""
    return isleap(year) and date(year, 2, 29) >= since


def _shape(series: Series, every: int, hours: Hours, anchor: date, until: date | None) -> Calendar:
    if series.unit is SeriesUnit.WEEK:
        return Weekly(every, series.weekdays or (anchor.weekday(),), hours, anchor, until)
    if series.unit is SeriesUnit.MONTH and series.nths:
        return MonthlyWeekday(every, series.nths, series.weekdays[0], hours, anchor, until)
    if series.unit is SeriesUnit.MONTH:
        return Monthly(every, series.days or (anchor.day,), hours, anchor, until)
    if series.unit is SeriesUnit.YEAR:
        month, day = series.on or (anchor.month, anchor.day)
        return Yearly(every, month, day, hours, anchor, until)
    return Daily(every, hours, anchor, until)


def _first_day(schedule: Schedule, since: date, asker: Asker) -> date | None:
    after = max(asker.now, at_wall(since, time(), asker.zone) - timedelta(minutes=1))
    first = next_after(schedule, asker.zone, after)
    return first.astimezone(ZoneInfo(asker.zone)).date() if first else None


def _lasting(first: date, count: int, unit: SeriesUnit) -> date | None:
    """Return the last day of a span that begins with `first`, or None if it is out of range."""
    if unit in (SeriesUnit.DAY, SeriesUnit.WEEK):
        days = count * (7 if unit is SeriesUnit.WEEK else 1)
        return first + timedelta(days=days - 1) if days < 36_500 else None
    months = first.year * 12 + first.month - 1 + count * (12 if unit is SeriesUnit.YEAR else 1)
    if months // 12 not in YEARS:
        return None
    return date(months // 12, months % 12 + 1, min(first.day, 28)) - timedelta(days=1)


def _checked(schedule: Calendar | Interval, asker: Asker, until: date | None) -> Schedule:
    """Return the schedule if it has an occurrence, else raise `BadInput`. `until` is its last day as typed."""
    if next_after(schedule, asker.zone, asker.now) is None:
        if schedule.until is None:
            raise BadInput("remind_when.too_far", year=str(_END_YEAR))
        if until is None:
            raise BadInput("remind_when.ends_before", typed=asker.typed)
        raise BadInput("remind_when.until_before", typed=asker.typed, dated=until)
    return schedule


def _interval(series: Series, hours: Minutes, asker: Asker) -> Schedule:
    """Return a schedule of every so many minutes; with a first and last hour, one of hours of the day."""
    if series.every < LEAST_MIN:
        raise BadInput("remind_when.too_often", typed=asker.typed)
    if series.every > MOST_MIN or len(hours) > 1:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    step = timedelta(minutes=series.every)
    if series.span:
        first, last = (_one_hour(typed, asker) for typed in series.span)
        return _checked(_within(series, first, _after(first, last), asker, series.until), asker, series.until)
    if series.until_hour:
        start = asker.local + step
        first = start.hour * 60 + start.minute
        last = _after(first, _one_hour(series.until_hour, asker))
        if last < first or start.date() > asker.today:
            raise BadInput("remind_when.ends_before", typed=asker.typed)
        return _checked(_within(series, first, last, asker, asker.today), asker, None)
    if series.weekdays and not hours and not series.since:
        return _checked(_within(series, *AWAKE, asker, series.until), asker, series.until)
    if series.weekdays:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    start = (asker.now + step).replace(second=0, microsecond=0)
    if hours or series.since:
        day = series.since or asker.today
        hour = _times(hours)[0] if hours else HOUR
        start = at_wall(day, hour, asker.zone)
        if start <= asker.now and not series.since:
            start = at_wall(day + timedelta(days=1), hour, asker.zone)
    until = _lasting(asker.today, *series.lasts) if series.lasts else series.until
    return _checked(Interval(series.every, start, until), asker, series.until)


def _after(first: int, last: int) -> int:
    """Return the end of a range, in the second half of the day if it is not after the beginning: `from 9 to 5`."""
    return last + HALF_MIN if last <= first and last < HALF_MIN else last


def _within(series: Series, first: int, last: int, asker: Asker, until: date | None) -> Daily | Weekly:
    hours = _times(_in_order([*range(first, min(last, DAY_MIN - 1) + 1, series.every)], asker.typed))
    if series.weekdays:
        return Weekly(1, series.weekdays, hours, asker.today, until)
    return Daily(1, hours, asker.today, until)


def _one_hour(typed: str, asker: Asker) -> int:
    """Return the minutes of the day of an hour in a range."""
    told = ParseState(f"at {typed}", asker.typed, asker.language, asker.today, past=False)
    read_hour(told)
    if told.hour is None:
        if told.part is None:
            raise BadInput("remind_when.unclear", typed=asker.typed)
        return usual_hour(told.part).hour * 60
    return told.hour.hour * 60 + told.hour.minute
