"""Read the day of a moment. Each reader knows one notation."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from bot.domain.text.units import parse_duration
from bot.domain.text.words import WORDS, any_of
from bot.domain.when.parse_state import YEARS, ParseState, days_on, month_end, months_on, weeks_on
from bot.errors import BadInput
from bot.languages import day_first

_DAY_WORD, HOUR_SIGN = any_of(WORDS.before_day), any_of(WORDS.hour_sign)
_WEEKDAY, _MONTH = any_of(WORDS.weekdays), any_of(WORDS.month_names)
_RELATIVE, _NEXT = any_of(WORDS.relative_days), any_of(WORDS.next)
_WEEK, _WORKDAY = any_of(WORDS.week), any_of(WORDS.workday)
_WHICH = any_of(WORDS.last | WORDS.next | WORDS.after_next | WORDS.this)
_BASE = rf"(?:({_WEEKDAY})\.?|({_RELATIVE}))"
_AMOUNT = rf"([0-9]{{1,3}}|{any_of(WORDS.numbers)})\s?({any_of(WORDS.days)})"
_IN, _FROM = any_of(WORDS.ahead_before), any_of(WORDS.beyond)
_AGO = rf"(?:{any_of(WORDS.ago_before)}\s+(?P<a>.+)|(?P<b>.+?)\s+{any_of(WORDS.ago_after)})"
_AHEAD = rf"(?:{any_of(WORDS.ahead_before)}\s+(?P<a>.+)|(?P<b>.+?)\s+{any_of(WORDS.ahead_after)})"
_COUNT = rf"(?P<count>[0-9]{{1,4}}(?:[.,][0-9])?|{any_of(WORDS.numbers)})\s*"
_NTH_DAY = (
    rf"(?:(?:{_DAY_WORD}\s)*{_DAY_WORD}\s(?:([0-9]{{1,2}})(?:st|nd|rd|th|\.)|"
    rf"({any_of(WORDS.ordinals)}))|([0-9]{{1,2}})(?:st|nd|rd|th|\.(?=\s{any_of(WORDS.at)}\s)))"
)
"""`the 15th`, `am 15.`, `am Ersten`, `24th`."""


def _nth(found: re.Match[str]) -> int:
    return WORDS.ordinals[found[2]] if found[2] else int(found[1] or found[3])


_DAYS = re.compile(_COUNT + rf"(?P<unit>{any_of({**WORDS.days, **WORDS.months})})(?![a-z])")


DAYS_AND_HOURS = re.compile(
    rf"(?:[0-9.,]+\s?{any_of(WORDS.days)}\s?){{1,2}}(?:{any_of(WORDS.plus)}\s)?[0-9.,]+\s?{any_of(WORDS.hours)}(?![a-z])"
    rf"(?:\s?[0-9]+\s?{any_of(WORDS.milliseconds)}?)?$"
)
"""An amount of days and hours: `2d12h`, `1 day and 6 hours`."""


def take_amount(told: ParseState, now: datetime) -> datetime | None:
    """Set the day of `3 days ago`, `in 2 Wochen um 6`; return the instant of `20 minutes ago`, `in 1h30`."""
    for pattern, sign in ((_AGO, -1), (_AHEAD, 1)):
        found = re.match(pattern, told.rest)
        if found is None:
            continue
        amount = found["a"] or found["b"]
        days = _DAYS.match(amount)
        if days and not DAYS_AND_HOURS.match(amount):
            counted = WORDS.numbers.get(days["count"]) or float(days["count"].replace(",", "."))
            told.rest = f"{amount[days.end() :]} {told.rest[found.end() :]}"
            return _shift(told, now, sign * counted, days["unit"])
        try:
            return (now + sign * timedelta(milliseconds=parse_duration(amount, told.language))).astimezone(UTC)
        except (BadInput, OverflowError):
            continue
    return None


def _shift(told: ParseState, now: datetime, count: float, unit: str) -> datetime | None:
    """Set the day an amount of units away from today; return an instant for half days."""
    try:
        if unit in WORDS.days:
            days = count * WORDS.days[unit]
            if days != int(days):
                return (now + timedelta(days=days)).astimezone(UTC)
            told.day = days_on(told.today, int(days))
        else:
            months, rest = divmod(count * WORDS.months[unit], 1)
            told.day = days_on(months_on(told.today, int(months)), round(rest * 30))
            _other_day_of_month(told)
    except (ValueError, OverflowError):
        raise _no_such_year(told, 9999 if count > 0 else 1) from None
    return None


def _other_day_of_month(told: ParseState) -> None:
    """Read the day in `next month on the 5th`, `in 2 Monaten am 5.`"""
    assert told.day is not None
    if found := told.take(_NTH_DAY):
        told.day = _day(told, told.day.year, told.day.month, _nth(found))


_UNFINISHED = (
    rf"(?:{_DAY_WORD}\s(?=[0-9.]+(?:\s|$))|(?=(?:2[4-9]|3[01])\.)|(?=[0-9.]+\s{any_of(WORDS.at)}\s[0-9]))"
    r"([0-9]{1,2})\.(1[0-2]|0?[1-9])(?!\.)"
)
"""`am 6.12`, `24.12`, `6.12 um 9`: dates without a final dot, where they cannot be an hour."""


def _date(told: ParseState) -> None:
    """Read `2026-11-20`, `20.11.`, `20.11.2026`, `20/11`, `24.12`."""
    if found := told.take(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"):
        told.day = _day(told, int(found[1]), int(found[2]), int(found[3]))
    elif found := told.take(
        rf"([0-9]{{1,2}})\.\s?([0-9]{{1,2}})\.(?:\s?([0-9]{{4}}|'?[0-9]{{2}}(?![.:0-9]|\s?{HOUR_SIGN})))?"
    ):
        _calendar(told, int(found[1]), int(found[2]), found[3])
    elif found := told.take(_UNFINISHED):
        _calendar(told, int(found[1]), int(found[2]), None)
    elif found := told.take(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}|[0-9]{2}))?"):
        first, second = int(found[1]), int(found[2])
        if first > 12 or first == second or (day_first(told.language) and second <= 12):
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


def _month_day(told: ParseState) -> None:
    """Read `24 Dec`, `Dec 24th 2026`, `3. März`."""
    if told.day is not None:
        return
    year = r"(?:,?\s+(19[0-9]{2}|[2-9][0-9]{3}|'[0-9]{2}))?"
    if found := told.take(rf"([0-9]{{1,2}})(?:st|nd|rd|th|\.)?\s?(?:of\s)?({_MONTH})\.?{year}"):
        _calendar(told, int(found[1]), WORDS.month_names[found[2]], found[3])
    elif found := told.take(rf"({_MONTH})\.?\s?([0-9]{{1,2}})(?:st|nd|rd|th|\.)?(?!\s?(?:am|pm|{HOUR_SIGN})){year}"):
        _calendar(told, int(found[2]), WORDS.month_names[found[1]], found[3])


def _end_of(told: ParseState) -> None:
    """Read `end of the month`, `end of next month`, `end of january`, `end of the year`, as unified by `rewrites`."""
    if told.day is not None:
        return
    which = rf"(?:({_WHICH})\s)?"
    if found := told.take(rf"end of {which}month"):
        months = 1 if found[1] in WORDS.next else -1 if told.past or found[1] in WORDS.last else 0
        told.day = month_end(months_on(told.today.replace(day=1), months))
        if found[1] is None:
            told.step = lambda day, count: month_end(months_on(day.replace(day=1), count))
    elif found := told.take(rf"end of {which}year"):
        years = 1 if found[1] in WORDS.next else -1 if told.past or found[1] in WORDS.last else 0
        told.day = _day(told, told.today.year + years, 12, 31)
    elif found := told.take(rf"end of ({_MONTH})(?:\s([0-9]{{4}}))?"):
        first = date(told.today.year, WORDS.month_names[found[1]], 1)
        if found[2]:
            first = _day(told, int(found[2]), first.month, 1)
        elif told.past and first > told.today:
            first = months_on(first, -12)
        elif not told.past and month_end(first) < told.today:
            first = months_on(first, 12)
        told.day = month_end(first)


def _beyond(told: ParseState) -> None:
    """Read `a week from tuesday`, `tuesday in 2 weeks`, `Montag in acht Tagen`, `tomorrow in a week`."""
    if told.day is not None:
        return
    if found := told.take(rf"{_BASE}\s{_IN}\s{_AMOUNT}"):
        weekday, relative, count, unit = found.groups()
    elif found := told.take(rf"{_AMOUNT}\s{_FROM}\s{_BASE}"):
        count, unit, weekday, relative = found.groups()
    else:
        return
    days = round((WORDS.numbers.get(count) or float(count)) * WORDS.days[unit])
    if relative:
        told.day = days_on(told.today, WORDS.relative_days[relative] + days)
        return
    ahead = (WORDS.weekdays[weekday] - told.today.weekday()) % 7
    # In German, eight days are a week, so the weekday does not change.
    told.day = days_on(told.today, ahead + days // 7 * 7)
    if ahead == 0:
        told.or_day = weeks_on(told.day, 1)


def _qualified_weekday(told: ParseState) -> None:
    """Read `tuesday`, `last tuesday`, `next fri`, `letzte Woche Dienstag`, `Dienstag übernächste Woche`."""
    if told.day is not None:
        named = told.take(rf"({_WEEKDAY})\.?")
        if named and told.day.weekday() != WORDS.weekdays[named[1]]:
            raise BadInput("entry.moment.no_such_day", typed=told.typed)
        return
    which = rf"({_WHICH})"
    day_of_week = (
        rf"(?:{which}\s{_WEEK}\s(?:{_DAY_WORD}\s)?({_WEEKDAY})|"
        rf"({_WEEKDAY})\.?\s(?:{any_of(WORDS.within)}\s)?{which}\s{_WEEK})"
    )
    if found := told.take(day_of_week):
        word, name = found[1] or found[4], found[2] or found[3]
        monday = days_on(told.today, -told.today.weekday())
        told.day = days_on(weeks_on(monday, _which(word)), WORDS.weekdays[name])
    elif found := told.take(rf"(?:{which}\s)?({_WEEKDAY})\.?"):
        ahead = (WORDS.weekdays[found[2]] - told.today.weekday()) % 7
        if found[1] in WORDS.last:
            told.day = days_on(told.today, -((7 - ahead) % 7 or 7))
        elif found[1] in WORDS.next or found[1] in WORDS.after_next:
            told.day = weeks_on(days_on(told.today, ahead or 7), _which(found[1]) - 1)
        else:
            told.day = days_on(told.today, -((7 - ahead) % 7) if told.past else ahead)
            told.step = weeks_on


def _which(word: str) -> int:
    """Return the number of weeks from the current one."""
    return -1 if word in WORDS.last else 1 if word in WORDS.next else 2 if word in WORDS.after_next else 0


def _workday(told: ParseState) -> None:
    """Read `weekday`, `next working day`, `am Werktag`: a day from Monday to Friday, possibly today."""
    if told.day is not None:
        return
    if found := told.take(rf"(?:({_NEXT})\s)?{_WORKDAY}"):
        sign = -1 if told.past else 1
        day = told.today if found[1] is None else days_on(told.today, sign)
        told.day = day if day.weekday() < 5 else _next_workday(day, sign)
        told.step = _next_workday


def _next_workday(day: date, count: int) -> date:
    """Return the workday `count` workdays later, or earlier if negative."""
    for _ in range(abs(count)):
        day = days_on(day, 1 if count > 0 else -1)
        while day.weekday() >= 5:
            day = days_on(day, 1 if count > 0 else -1)
    return day


def _relative_day(told: ParseState) -> None:
    """Read `today`, `gestern`, `übermorgen`."""
    if told.day is None and (found := told.take(rf"(?:the\s)?({_RELATIVE})")):
        told.day = told.today + timedelta(days=WORDS.relative_days[found[1]])
        told.says_today = told.day == told.today


def _day_of_month(told: ParseState) -> None:
    """Read `on the 15th`, `am 15.`, `am Ersten`: the next or previous one; months without that day are skipped."""
    if told.day is not None:
        return
    if found := told.take(_NTH_DAY):
        number, sign = _nth(found), -1 if told.past else 1
        if not 1 <= number <= 31:
            raise BadInput("entry.moment.no_such_day", typed=told.typed)
        first = told.today.replace(day=1)
        fitting = [month for month in (months_on(first, sign * n) for n in range(4)) if month_end(month).day >= number]
        days = [
            day
            for month in fitting
            if (day := month.replace(day=number)) == told.today or (day > told.today) != told.past
        ]
        told.day, following = days[:2]
        told.step = lambda day, count: day if count == 0 else following
        told.dated = True


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    text = text.removeprefix("'")
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _calendar(told: ParseState, day: int, month: int, year: str | None) -> None:
    """Set a calendar date; without a year, the nearest one in the direction of `told.past`."""
    told.dated = True
    told_year = _year(year)
    if told_year is not None:
        told.day = _day(told, told_year, month, day)
        return
    step = -1 if told.past else 1
    for offset in range(9):  # 29 February recurs after four or eight years
        candidate = told.today.year + step * offset
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if (found - told.today).days * step >= 0:
            told.day = found
            return
    raise BadInput("entry.moment.no_such_day", typed=told.typed)


def _day(told: ParseState, year: int, month: int, day: int) -> date:
    told.dated = True
    if year not in YEARS:
        raise _no_such_year(told, year)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput("entry.moment.no_such_day", typed=told.typed) from None


def _no_such_year(told: ParseState, year: int) -> BadInput:
    return BadInput("entry.moment.no_such_year", typed=told.typed, year=str(year))


READERS = (_date, _month_day, _end_of, _beyond, _qualified_weekday, _workday, _relative_day, _day_of_month)
"""Readers that take the day out of a text, in this order."""
