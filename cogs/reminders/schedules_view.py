"""Schedules in words, short enough for a list; parsing the words gives the same schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeGuard
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, get_day_names

from bot.domain.when.reminder_when import ReminderWhen
from bot.domain.when.schedule import (
    LAST,
    WORKDAY,
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
)
from bot.languages import locale_of
from bot.localizer import Localizer

_SOON = timedelta(days=300)
"""Dates within this distance are shown without the year."""
_LISTED = 3
"""Maximum number of times of day that are listed; more at equal distances are shown as a span."""


def in_words(schedule: Schedule, reader: Localizer, today: date | None = None) -> str:
    """Return a phrase such as `every Tue and Thu 06:30 until 1 Jun`, `jeden zweiten Samstag 08:00`, `Fri 27 Nov 06:30`.

    Args:
        schedule: the schedule.
        reader: the reader's localizer; an instant is shown in its zone.
        today: omit the year of near dates; if None, every date has one.
    """
    if isinstance(schedule, In):
        local = schedule.at.astimezone(ZoneInfo(reader.zone))
        return f"{_day(local.date(), reader, today)} {reader.hour(local.time())}"
    if isinstance(schedule, Once):
        return f"{_day(schedule.on, reader, today)} {reader.hour(schedule.hour)}"
    series = _series(schedule, reader)
    if _begins_later(schedule, today):
        series = reader.t("schedule.since", series=series, day=_date(schedule.anchor, reader, today))
    if schedule.until is None:
        return series
    return reader.t("schedule.until", series=series, day=_date(schedule.until, reader, today))


def unmistakable(schedule: Schedule, reader: Localizer, now: datetime) -> str:
    """Return the value of an autocomplete choice, which parses to this schedule only.

    Args:
        schedule: the schedule.
        reader: a localizer in the schedule's zone.
        now: aware; the first day is included if the series starts later, or is counted from it.
    """
    reader = replace(reader, twelve_hour=False)  # shorter
    if isinstance(schedule, In):
        return f"<t:{int(schedule.at.timestamp())}>"
    if isinstance(schedule, Once):
        return f"{schedule.on} {reader.hour(schedule.hour)}"
    series = _series(schedule, reader)
    if isinstance(schedule, Weekly) and schedule.every == 2:
        days = reader.both([_weekday(day, "abbreviated", reader) for day in schedule.weekdays])
        series = reader.t("schedule.weekly", count=2, days=days, hours=_hours(schedule.hours, reader))
    first = next_after(schedule, reader.zone, now)
    if not isinstance(schedule, Interval) and first is not None:
        place = ZoneInfo(reader.zone)
        day = schedule.anchor if schedule.every == 1 else first.astimezone(place).date()
        if day > now.astimezone(place).date() or schedule.every > 1:
            series = reader.t("schedule.since", series=series, day=_date(day, reader, None))
    if schedule.until is None:
        return series
    return reader.t("schedule.until", series=series, day=_date(schedule.until, reader, None))


def moment_in_words(at: datetime, reader: Localizer, now: datetime) -> str:
    """Return a phrase such as `Fri 27 Nov 06:30`, in the reader's zone; far dates have the year."""
    return in_words(In(at), reader, now.astimezone(ZoneInfo(reader.zone)).date())


def understood(asked: ReminderWhen, reader: Localizer, today: date | None = None) -> str:
    """Return the chosen reading, with a note if its hour was assumed."""
    words = in_words(asked.schedule, reader, today)
    return reader.t("schedule.assumed", schedule=words) if asked.hour_assumed else words


def _series(schedule: Interval | Calendar, reader: Localizer) -> str:
    if isinstance(schedule, Interval):
        return _step(schedule.minutes, reader)
    hours = _hours(schedule.hours, reader)
    match schedule:
        case Daily():
            return reader.t("schedule.daily", count=schedule.every, hours=hours)
        case Weekly():
            return _weekly(schedule, hours, reader)
        case Monthly():
            days = reader.both([reader.t(f"schedule.days.{day}") for day in schedule.days])
            return reader.t("schedule.monthly", count=schedule.every, days=days, hours=hours)
        case MonthlyWeekday():
            nths = [reader.t(f"schedule.nths.{'last' if nth == LAST else nth}") for nth in schedule.nths]
            workday = schedule.weekday == WORKDAY
            weekday = reader.t("schedule.workday") if workday else _weekday(schedule.weekday, "wide", reader)
            return reader.t(
                "schedule.nth_weekday", count=schedule.every, nths=reader.both(nths), weekday=weekday, hours=hours
            )
        case Yearly():
            day = format_skeleton("MMMd", date(2000, schedule.month, schedule.day), locale=locale_of(reader.language))
            return reader.t("schedule.yearly", count=schedule.every, day=day, hours=hours)


def _begins_later(schedule: Schedule, today: date | None) -> TypeGuard[Calendar]:
    """Whether to mention the first day. For every second Saturday and the like it is the next one, and is omitted."""
    if today is None or isinstance(schedule, In | Once | Interval) or schedule.anchor <= today:
        return False
    return schedule.every == 1 or isinstance(schedule, Daily)


def _weekly(schedule: Weekly, hours: str, reader: Localizer) -> str:
    if schedule.every == 1 and schedule.weekdays == tuple(range(7)):
        return reader.t("schedule.daily", count=1, hours=hours)
    if schedule.every == 1 and schedule.weekdays == tuple(range(5)):
        return reader.t("schedule.weekdays", hours=hours)
    width = "wide" if len(schedule.weekdays) == 1 else "abbreviated"
    days = reader.both([_weekday(day, width, reader) for day in schedule.weekdays])
    if schedule.every == 2:
        return reader.t("schedule.every_other", days=days, hours=hours)
    return reader.t("schedule.weekly", count=schedule.every, days=days, hours=hours)


def _step(minutes: int, reader: Localizer) -> str:
    if minutes % 60 == 0:
        return reader.t("schedule.hours", count=minutes // 60)
    return reader.t("schedule.minutes", count=minutes)


def _hours(hours: Hours, reader: Localizer) -> str:
    minutes = [hour.hour * 60 + hour.minute for hour in hours]
    steps = {after - before for before, after in pairwise(minutes)}
    if len(hours) > _LISTED and len(steps) == 1:
        first, last = reader.hour(hours[0]), reader.hour(hours[-1])
        return reader.t("schedule.span", first=first, last=last, step=_step(steps.pop(), reader))
    return reader.both([reader.hour(hour) for hour in hours])


def _weekday(weekday: int, width: str, reader: Localizer) -> str:
    names = get_day_names("wide" if width == "wide" else "abbreviated", "stand-alone", locale_of(reader.language))
    return str(names[weekday]).rstrip(".")


def _near(day: date, today: date | None) -> bool:
    return today is not None and abs(day - today) <= _SOON


def _day(day: date, reader: Localizer, today: date | None) -> str:
    """Return a date such as `Fri 27 Nov`; far dates have the year."""
    if _near(day, today):
        return reader.day(day)
    return format_skeleton("yMMMEd", day, locale=locale_of(reader.language)).replace(",", "")


def _date(day: date, reader: Localizer, today: date | None) -> str:
    """Return a date such as `1 Jun`; far dates have the year."""
    skeleton = "MMMd" if _near(day, today) else "yMMMd"
    return format_skeleton(skeleton, day, locale=locale_of(reader.language))
