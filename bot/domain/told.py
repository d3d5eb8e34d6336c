"""A text about a moment while it is taken apart: a day, an hour, a part of the day, and what is not understood yet.

The days are read here, the hours in `bot.domain.hours`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from bot.domain.units import parse_duration
from bot.domain.words import WORDS, any_of
from bot.domain.words.vocabulary import Part
from bot.errors import BadInput

YEARS = range(1900, 2200)
"""Years a day may be in."""


class Clock(Enum):
    """How an hour is told, which settles what else it can mean."""

    FIXED = "fixed"  # `6pm`: nothing moves it
    EXACT = "exact"  # `6 Uhr`, `18:30`, `06:30`: a part of the day may move it, nothing else
    DIGITAL = "digital"  # `3:15`: mostly exact
    SPOKEN = "spoken"  # `half past six`: of the morning or of the evening
    BARE = "bare"  # `at 6`, `6 o'clock`: the same
    MIDNIGHT = "midnight"  # which begins a day and ends one
    DAY_END = "day end"  # `24 Uhr`


@dataclass(slots=True)
class Told:
    """A text while it is taken apart: `rest` is what has not been understood yet."""

    rest: str
    typed: str
    language: str
    today: date
    past: bool  # facing back
    day: date | None = None
    hour: time | None = None
    part: Part | None = None
    clock: Clock = Clock.EXACT
    at: str | None = None  # the word before the hour
    says_today: bool = False
    dated: bool = False  # by the calendar: `24.12.`, `3 Apr`
    hour_first: bool = False  # `3 Uhr nachts`, and not `nachts um 3`
    taken_at: int = 0  # where in `rest` the last piece stood
    step: Callable[[date, int], date] | None = None  # to the next day as good as the one told

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut the first match of `pattern` (whole words) out of what is left."""
        found = re.search(rf"(?<![a-z0-9.:/]){pattern}(?![a-z0-9:/])", self.rest)
        if found:
            self.taken_at = found.start()
            self.rest = f"{self.rest[: found.start()]} {self.rest[found.end() :]}"
        return found


def days_on(day: date, count: int) -> date:
    """`count` days later."""
    return day + timedelta(days=count)


def weeks_on(day: date, count: int) -> date:
    """`count` weeks later."""
    return day + timedelta(weeks=count)


_AGO = rf"(?:{any_of(WORDS.ago_before)}\s+(?P<a>.+)|(?P<b>.+?)\s+{any_of(WORDS.ago_after)})"
_AHEAD = rf"(?:{any_of(WORDS.ahead_before)}\s+(?P<a>.+)|(?P<b>.+?)\s+{any_of(WORDS.ahead_after)})"
_COUNT = rf"(?P<count>[0-9]{{1,4}}|{any_of(WORDS.numbers)})\s*"
_DAYS = re.compile(_COUNT + rf"(?P<unit>{any_of({**WORDS.days, **WORDS.months})})(?![a-z])")


def take_amount(told: Told, now: datetime) -> datetime | None:
    """`3 days ago`, `in 2 Wochen um 6` set the day; `20 minutes ago`, `in 1h30` are an instant by themselves."""
    for pattern, sign in ((_AGO, -1), (_AHEAD, 1)):
        found = re.match(pattern, told.rest)
        if found is None:
            continue
        amount = found["a"] or found["b"]
        days = _DAYS.match(amount)
        if days:
            counted = WORDS.numbers.get(days["count"]) or float(days["count"])
            told.day = _shifted(told, sign * counted, days["unit"])
            told.rest = f"{amount[days.end() :]} {told.rest[found.end() :]}"
            return None
        try:
            return (now + sign * timedelta(milliseconds=parse_duration(amount, "en"))).astimezone(UTC)
        except (BadInput, OverflowError):
            continue
    return None


def _shifted(told: Told, count: float, unit: str) -> date:
    if count != int(count):
        raise BadInput("entry.moment.unclear", typed=told.typed)
    try:
        if unit in WORDS.days:
            return told.today + timedelta(days=int(count) * WORDS.days[unit])
        months = told.today.year * 12 + told.today.month - 1 + int(count) * WORDS.months[unit]
        first = date(months // 12, months % 12 + 1, 1)
        after = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        return first.replace(day=min(told.today.day, (after - first).days))
    except (ValueError, OverflowError):
        raise BadInput("entry.moment.no_such_day", typed=told.typed) from None


_UNFINISHED = (
    r"(?:(?:am|den)\s(?=[0-9.]+(?:\s|$))|(?=(?:2[4-9]|3[01])\.)|(?=[0-9.]+\s(?:um|at)\s[0-9]))"
    r"([0-9]{1,2})\.(1[0-2]|0?[1-9])(?!\.)"
)
"""`am 6.12`, `24.12`, `6.12 um 9`: without its last dot a date, where it cannot be an hour."""


def _date(told: Told) -> None:
    """`2026-11-20`, `20.11.`, `20.11.2026`, `20/11`, `24.12`."""
    if found := told.take(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"):
        told.day = _day(told, int(found[1]), int(found[2]), int(found[3]))
    elif found := told.take(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.(?:\s?([0-9]{4}|[0-9]{2}(?![.:0-9]|\s?uhr)))?"):
        _calendar(told, int(found[1]), int(found[2]), found[3])
    elif found := told.take(_UNFINISHED):
        _calendar(told, int(found[1]), int(found[2]), None)
    elif found := told.take(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}|[0-9]{2}))?"):
        first, second = int(found[1]), int(found[2])
        if first > 12 or first == second or (told.language == "de" and second <= 12):
            _calendar(told, first, second, found[3])
        elif second > 12:
            _calendar(told, second, first, found[3])
        else:
            year = _year(found[3]) or told.today.year
            raise BadInput(
                "entry.moment.two_days",
                typed=told.typed,
                one=_day(told, year, second, first),
                other=_day(told, year, first, second),
            )


def _month_day(told: Told) -> None:
    """`24 Dec`, `Dec 24th 2026`, `3. März`."""
    month = any_of(WORDS.month_names)
    if told.day is not None:
        return
    year = r"(?:,?\s+([0-9]{4}))?"
    if found := told.take(rf"([0-9]{{1,2}})(?:st|nd|rd|th|\.)?\s?(?:of\s)?({month})\.?{year}"):
        _calendar(told, int(found[1]), WORDS.month_names[found[2]], found[3])
    elif found := told.take(rf"({month})\.?\s?([0-9]{{1,2}})(?:st|nd|rd|th|\.)?(?!\s?(?:am|pm|uhr)){year}"):
        _calendar(told, int(found[2]), WORDS.month_names[found[1]], found[3])


def _qualified_weekday(told: Told) -> None:
    """`tuesday`, `last tuesday`, `next fri`, `letzte Woche Dienstag`."""
    if told.day is not None:
        named = told.take(rf"({any_of(WORDS.weekdays)})\.?")
        if named and told.day.weekday() != WORDS.weekdays[named[1]]:
            raise BadInput("entry.moment.no_such_day", typed=told.typed)
        return
    week, weekday = any_of(WORDS.week), any_of(WORDS.weekdays)
    which = rf"({any_of(WORDS.last)}|{any_of(WORDS.next)}|{any_of(WORDS.this)})"
    day_of_week = rf"(?:{which}\s{week}\s(?:on\s|am\s)?({weekday})|({weekday})\.?\s(?:of\s)?{which}\s{week})"
    if found := told.take(day_of_week):
        word, name = found[1] or found[4], found[2] or found[3]
        weeks = -1 if word in WORDS.last else 1 if word in WORDS.next else 0
        monday = told.today - timedelta(days=told.today.weekday())
        told.day = monday + timedelta(weeks=weeks, days=WORDS.weekdays[name])
    elif found := told.take(rf"(?:{which}\s)?({weekday})\.?"):
        ahead = (WORDS.weekdays[found[2]] - told.today.weekday()) % 7
        if found[1] in WORDS.last:
            told.day = told.today - timedelta(days=(7 - ahead) % 7 or 7)
        elif found[1] in WORDS.next:
            told.day = told.today + timedelta(days=ahead or 7)
        else:
            told.day = told.today - timedelta(days=(7 - ahead) % 7) if told.past else told.today + timedelta(days=ahead)
            told.step = weeks_on


def _relative_day(told: Told) -> None:
    """`today`, `gestern`, `übermorgen`."""
    if told.day is None and (found := told.take(rf"(?:the\s)?({any_of(WORDS.relative_days)})")):
        told.day = told.today + timedelta(days=WORDS.relative_days[found[1]])
        told.says_today = told.day == told.today


def _day_of_month(told: Told) -> None:
    """`on the 15th`, `am 15.`: the next one, or the last; a month that has no such day is passed over."""
    if told.day is not None:
        return
    if found := told.take(r"(?:the|am|den|dem|zum)\s([0-9]{1,2})(?:st|nd|rd|th|\.)"):
        step = -1 if told.past else 1
        months = told.today.year * 12 + told.today.month - 1
        for offset in range(3):
            year, month = divmod(months + step * offset, 12)
            try:
                day = date(year, month + 1, int(found[1]))
            except ValueError:
                continue
            if (day - told.today).days * step >= 0:
                told.day = day
                return
        raise BadInput("entry.moment.no_such_day", typed=told.typed)


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _calendar(told: Told, day: int, month: int, year: str | None) -> None:
    """Set a day of the calendar; without a year the last one, or the next."""
    told.dated = True
    told_year = _year(year)
    if told_year is not None:
        told.day = _day(told, told_year, month, day)
        return
    step = -1 if told.past else 1
    for offset in range(9):  # 29 February comes every four years, or eight
        candidate = told.today.year + step * offset
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if (found - told.today).days * step >= 0:
            told.day = found
            return
    raise BadInput("entry.moment.no_such_day", typed=told.typed)


def _day(told: Told, year: int, month: int, day: int) -> date:
    told.dated = True
    if year not in YEARS:
        raise BadInput("entry.moment.no_such_day", typed=told.typed)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput("entry.moment.no_such_day", typed=told.typed) from None


READERS = (_date, _month_day, _qualified_weekday, _relative_day, _day_of_month)
"""What takes the day out of a text, in this order."""
