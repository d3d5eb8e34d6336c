"""Read where a series begins and ends: `from 1 june`, `until friday`, `for 3 weeks`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.text.words import WORDS, any_of
from bot.domain.when.day_readers import HOUR_SIGN
from bot.domain.when.day_readers import READERS as DAY_READERS
from bot.domain.when.parse_state import YEARS, ParseState, month_end, months_on
from bot.domain.when.series import CALENDAR, COUNT, HOUR, WEEKDAY, Series, calendar, number
from bot.errors import BadInput

_MONTH, _NEXT = any_of(WORDS.month_names), any_of(WORDS.next)
_UNITS = any_of([*WORDS.week, *WORDS.months])
_MONTH_OR_YEAR = any_of(WORDS.month_words | WORDS.year_words)
_NO_DAY = rf"(?![a-z0-9])(?!\.?\s?[0-9]{{1,2}}(?:st|nd|rd|th|\.)?(?![0-9:.h]|\s?(?:am|pm|{HOUR_SIGN}|h\b)))"
"""After a month: not followed by a day of it."""


def take_end(told: ParseState, series: Series) -> None:
    """Take the end of a series out of `told.rest`. Raise `BadInput` for a day or year that does not exist."""
    if found := told.take(rf"for\s({COUNT})\s?({CALENDAR})(?![a-z])"):
        count, unit = calendar(number(found[1]), found[2])
        series.lasts = (count, unit)
    found = re.search(r"\buntil\s+(?P<tail>.+)$", told.rest)
    if found is None:
        return
    head, tail = told.rest[: found.start()], found["tail"]
    hour = re.match(rf"{HOUR}(?![a-z0-9./])", tail)
    if hour and not re.match(rf"[0-9]{{1,2}}\s?(?:{_MONTH})\b", tail):
        series.until_hour = hour[0]
        told.rest = f"{head} {tail[hour.end() :]}"
        return
    series.until, left = _last_day(told, tail)
    told.rest = f"{head} {left}"


def _last_day(told: ParseState, tail: str) -> tuple[date, str]:
    """Return the day after `until` and the remaining text; for a bare month or year, its last day."""
    whole = re.match(
        rf"(?:the\s)?(?:end\sof\s)?(?:the\s)?({_MONTH}|{_MONTH_OR_YEAR})(?:\s((?:19|[2-9][0-9])[0-9]{{2}}))?{_NO_DAY}",
        tail,
    )
    if whole and (whole[1] in WORDS.month_names or "end of" in whole[0]):
        year, month = told.today.year, WORDS.month_names.get(whole[1], told.today.month)
        if whole[1] in WORDS.year_words:
            month = 12
        if whole[2]:
            year = int(whole[2])
        elif month < told.today.month:
            year += 1
        if year not in YEARS:
            raise BadInput("entry.moment.no_such_year", typed=told.typed, year=str(year))
        last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return last, tail[whole.end() :]
    tail = re.sub(rf"^(?:the\s)?{WEEKDAY}\.?,?\s+(?=[0-9])", "", tail)  # `until tue 1 june`
    day, left = day_in(told, tail)
    if day is None:
        raise BadInput("remind_when.until", typed=told.typed)
    return day, left


def day_in(told: ParseState, words: str) -> tuple[date | None, str]:
    """Return the day named in some words, and the remaining text."""
    part = replace(told, rest=words, day=None)
    for read in DAY_READERS:
        read(part)
        if part.day is not None:
            break
    return part.day, part.rest


def take_beginning(told: ParseState, series: Series) -> None:
    """Take `from 1 june` out of `told.rest`; `from` before an hour becomes `at`, for the hour readers."""
    found = re.search(r"\bfrom\s+(?:on\s+)?(?P<tail>.+)$", told.rest)
    if found is None:
        return
    head, tail = told.rest[: found.start()], found["tail"]
    if re.match(rf"{HOUR}(?![a-z0-9./])(?!\s?{_MONTH})", tail):
        told.rest = f"{head} at {tail}"
        return
    series.since, left = _first_day(told, tail)
    told.rest = f"{head} {left}" if series.since else told.rest


def _first_day(told: ParseState, tail: str) -> tuple[date | None, str]:
    """Return the day after `from` and the remaining text; for a month, `next week` or `next year`, its first day."""
    today = told.today
    if found := re.match(rf"(?:the\s)?({_MONTH})(?:\s((?:19|[2-9][0-9])[0-9]{{2}}))?{_NO_DAY}", tail):
        first = date(today.year, WORDS.month_names[found[1]], 1)
        if found[2]:
            if int(found[2]) not in YEARS:
                raise BadInput("entry.moment.no_such_year", typed=told.typed, year=found[2])
            first = first.replace(year=int(found[2]))
        elif month_end(first) < today:
            first = months_on(first, 12)
        return first, tail[found.end() :]
    if (found := re.match(rf"(?:the\s)?{_NEXT}\s({_UNITS})(?![a-z0-9])", tail)) is None:
        return day_in(told, tail)
    if found[1] in WORDS.week:
        first = today + timedelta(days=7 - today.weekday())
    else:
        first = months_on(
            today.replace(day=1, month=today.month if WORDS.months[found[1]] == 1 else 1), WORDS.months[found[1]]
        )
    return first, tail[found.end() :]
