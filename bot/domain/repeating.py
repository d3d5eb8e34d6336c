"""From what a text tells of a series to its schedule: hours, the day it is counted from, and where it ends.

A series is counted from today, or from the first of the days that were named; one without an hour is at 9:00.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.moments import at_wall, hours_meant, in_part
from bot.domain.recurring import Series, Unit
from bot.domain.schedule import (
    LEAST_MIN,
    MOST_MIN,
    Calendar,
    Daily,
    Hours,
    Interval,
    Monthly,
    MonthlyWeekday,
    Schedule,
    Weekly,
    Yearly,
    next_after,
)
from bot.domain.told import HOUR_READERS, YEARS, Told
from bot.domain.words import WORDS
from bot.errors import BadInput

HOUR = time(9)
"""The hour of what was told without one."""
TIMES_A_DAY = {2: (HOUR, time(18)), 3: (HOUR, time(14), time(19)), 4: (HOUR, time(12), time(15), time(18))}
"""And the hours of `twice a day`, while people are awake."""
_HALF_A_DAY = 12
_END_YEAR = 9999

Readings = tuple[list[Schedule], bool]
"""What a text can mean, the likeliest first, and whether its hour was chosen."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and when: what every step of reading needs."""

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
        """Now, in the zone."""
        return self.now.astimezone(ZoneInfo(self.zone))


def read_series(told: Told, series: Series, asker: Asker) -> Readings:
    """The schedules a text about a series can mean.

    Args:
        told: what is left of the text: its hours.
        series: what was taken out of it.
        asker: who.

    Raises:
        BadInput: unclear, too often, or over before it begins.
    """
    hours, assumed = _hours(told)
    if series.unit is Unit.MINUTE:
        return [_interval(series, hours[0] if hours else (), asker)], False
    if series.span or series.until_hour:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    if series.every < 1:
        raise BadInput("remind_when.too_often", typed=asker.typed)
    if series.times is not None:
        hours = hours or [TIMES_A_DAY.get(series.times, ())]
        if len(hours[0]) != series.times:
            raise BadInput("remind_when.times_a_day", typed=asker.typed)
    wanted = [one for one in (series, series.also) if one is not None]
    found: list[Schedule] = []
    refusals: list[BadInput] = []
    for hour in hours or [(HOUR,)]:
        for one in wanted:
            try:
                found.append(_recurring(one, hour, asker))
            except BadInput as refused:
                refusals.append(refused)
    if not found:
        raise refusals[0]
    return found, assumed


def _hours(told: Told) -> tuple[list[Hours], bool]:
    """The hours left in a text about a series, and the same twelve hours later where those can be meant.

    Also whether they were chosen: there are none, or only a part of the day was told.
    """
    assumed = True
    rest = re.sub(r"([0-9]{1,2}),([0-9]{2})(?=\s?uhr)", r"\1:\2", told.rest)
    rest = re.sub(r"\b(?:at|um|gegen)\s(?=[a-z])", "", rest)
    read: list[list[time]] = []
    for chunk in re.split(r",(?![0-9])|;|&|\+|\b(?:and|und|sowie)\b", rest):
        part = replace(told, rest=f" {chunk} ", day=told.today, hour=None, part=None, spoken=False, bare=False)
        for take in HOUR_READERS:
            take(part)
        left = [word for word in re.split(r"[\s,]+", part.rest) if word and word not in WORDS.fillers]
        if left:
            raise BadInput("remind_when.unclear", typed=told.typed)
        if part.hour is not None:
            assumed = False
            read.append(hours_meant(part))
        elif part.part is not None:
            read.append([in_part(part.part, None)])
    if not read:
        return [], True
    found = [_in_order([one[0] for one in read], told.typed)]
    if all(len(one) > 1 for one in read):
        found.append(_in_order([one[1] for one in read], told.typed))
    return found, assumed


def _in_order(hours: list[time], typed: str) -> Hours:
    ordered = sorted(set(hours))
    minutes = [hour.hour * 60 + hour.minute for hour in ordered]
    following = [*minutes[1:], minutes[0] + 24 * 60]
    if any(after - before < LEAST_MIN for before, after in zip(minutes, following, strict=True)):
        raise BadInput("remind_when.too_often", typed=typed)
    return tuple(ordered)


def _recurring(series: Series, hours: Hours, asker: Asker) -> Schedule:
    since = max(series.since or asker.today, asker.today)
    schedule = _shape(series, series.every, hours, since, series.until)
    named = series.weekdays or series.nths or series.days or series.on
    if series.every > 1 and named:
        # Counted from the first one that comes, not from the week or month it is today.
        anchor = _first_day(_shape(series, 1, hours, since, None), since, asker)
        schedule = _shape(series, series.every, hours, anchor or since, series.until)
    if series.lasts is not None:
        first = _first_day(schedule, since, asker) or since
        schedule = _shape(series, series.every, hours, schedule.anchor, _lasting(first, *series.lasts))
    return _checked(schedule, asker)


def _shape(series: Series, every: int, hours: Hours, anchor: date, until: date | None) -> Calendar:
    if series.unit is Unit.WEEK:
        return Weekly(every, series.weekdays or (anchor.weekday(),), hours, anchor, until)
    if series.unit is Unit.MONTH and series.nths:
        return MonthlyWeekday(every, series.nths, series.weekdays[0], hours, anchor, until)
    if series.unit is Unit.MONTH:
        return Monthly(every, series.days or (anchor.day,), hours, anchor, until)
    if series.unit is Unit.YEAR:
        month, day = series.on or (anchor.month, anchor.day)
        return Yearly(every, month, day, hours, anchor, until)
    return Daily(every, hours, anchor, until)


def _first_day(schedule: Schedule, since: date, asker: Asker) -> date | None:
    after = max(asker.now, at_wall(since, time(), asker.zone) - timedelta(minutes=1))
    first = next_after(schedule, asker.zone, after)
    return first.astimezone(ZoneInfo(asker.zone)).date() if first else None


def _lasting(first: date, count: int, unit: Unit) -> date | None:
    """The last day of so many days, weeks, months or years that begin with `first`; None for more than there are."""
    if unit in (Unit.DAY, Unit.WEEK):
        days = count * (7 if unit is Unit.WEEK else 1)
        return first + timedelta(days=days - 1) if days < 36_500 else None
    months = first.year * 12 + first.month - 1 + count * (12 if unit is Unit.YEAR else 1)
    if months // 12 not in YEARS:
        return None
    return date(months // 12, months % 12 + 1, min(first.day, 28)) - timedelta(days=1)


def _checked(schedule: Calendar | Interval, asker: Asker) -> Schedule:
    if next_after(schedule, asker.zone, asker.now) is None:
        if schedule.until is None:
            raise BadInput("remind_when.too_far", year=str(_END_YEAR))
        raise BadInput("remind_when.until_before", typed=asker.typed, until=schedule.until)
    return schedule


def _interval(series: Series, hours: Hours, asker: Asker) -> Schedule:
    """Every so many minutes; from an hour to an hour they are hours of the day."""
    if series.every < LEAST_MIN:
        raise BadInput("remind_when.too_often", typed=asker.typed)
    if series.every > MOST_MIN or len(hours) > 1:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    step = timedelta(minutes=series.every)
    if series.span:
        first, last = (_one_hour(typed, asker) for typed in series.span)
        last = last.replace(hour=last.hour + _HALF_A_DAY) if last <= first and last.hour < _HALF_A_DAY else last
        return _checked(_within(series, first, last, asker, series.until), asker)
    if series.until_hour:
        first = (asker.local + step).time().replace(second=0, microsecond=0, tzinfo=None)
        last = _one_hour(series.until_hour, asker)
        if last <= first and last.hour < _HALF_A_DAY:
            last = last.replace(hour=last.hour + _HALF_A_DAY)
        if last < first:
            raise BadInput("remind_when.until_before", typed=asker.typed, until=asker.today)
        return _checked(_within(series, first, last, asker, asker.today), asker)
    if series.weekdays:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    start = (asker.now + step).replace(second=0, microsecond=0)
    if hours or series.since:
        day = series.since or asker.today
        start = at_wall(day, hours[0] if hours else HOUR, asker.zone)
        if start <= asker.now and not series.since:
            start = at_wall(day + timedelta(days=1), hours[0], asker.zone)
    until = _lasting(asker.today, *series.lasts) if series.lasts else series.until
    return _checked(Interval(series.every, start, until), asker)


def _within(series: Series, first: time, last: time, asker: Asker, until: date | None) -> Daily | Weekly:
    begins, ends = (hour.hour * 60 + hour.minute for hour in (first, last))
    minutes = range(begins, ends + 1, series.every)
    hours = _in_order([time(minute // 60, minute % 60) for minute in minutes], asker.typed)
    if series.weekdays:
        return Weekly(1, series.weekdays, hours, asker.today, until)
    return Daily(1, hours, asker.today, until)


def _one_hour(typed: str, asker: Asker) -> time:
    told = Told(f"at {typed}", asker.typed, asker.language, asker.today, past=False)
    for take in HOUR_READERS:
        take(told)
    if told.hour is None and told.part is None:
        raise BadInput("remind_when.unclear", typed=asker.typed)
    return in_part(told.part, told.hour) if told.part else (told.hour or time(0))
