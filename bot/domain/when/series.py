"""What a text tells of a series, and the pieces of which such a text is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.domain.text.words import WORDS, any_of


class SeriesUnit(Enum):
    """What a series goes on by."""

    MINUTE = "minute"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(slots=True)
class Series:
    """What a text tells of a series but its hours.

    Attributes:
        every, unit: how often; minutes stand in `every`.
        weekdays: told, 0 Monday; none with `DAY` and mostly with `MONTH`.
        nths: which of a month's `weekdays`, `LAST` at the end.
        days: of the month.
        on: month and day, of a year.
        since, until: told as days.
        lasts: how long, from the first day on: a count of a unit.
        span: from what hour to what hour, as typed.
        until_hour: an hour of today that ends it, as typed.
        endless: said to have no end.
        times: how often a day, where that was told.
        in_all: `every monday 3 times` can be three in all (`or`), `for 3 times` is (`only`).
        also: the other reading of `every second tuesday`, the second of a month.
    """

    every: int = 1
    unit: SeriesUnit | None = None
    weekdays: tuple[int, ...] = ()
    nths: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    on: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None
    lasts: tuple[int, SeriesUnit] | None = None
    span: tuple[str, str] | None = None
    until_hour: str | None = None
    endless: bool = False
    in_all: str | None = None
    times: int | None = None
    also: Series | None = None


WEEKDAY = any_of(WORDS.weekdays)
COUNT = rf"(?:[0-9]{{1,4}}|{any_of(word for word, count in WORDS.numbers.items() if count == int(count))})"
CALENDAR = any_of({**WORDS.days, **WORDS.months})
"""Units of the calendar: days to years."""
_NAMED_HOUR = any_of(WORDS.noon | WORDS.midnight | WORDS.named_hours)
HOUR = rf"(?:[0-9]{{1,2}}(?:[:.][0-9]{{2}})?\s?(?:am|pm|{any_of(WORDS.hour_sign)}|h|o'clock)?|{_NAMED_HOUR})"


def number(word: str) -> int:
    """A count in digits or as a word."""
    return int(word) if word.isdecimal() else int(WORDS.numbers[word])


def calendar(count: int, unit: str) -> tuple[int, SeriesUnit]:
    """So many of a unit of the calendar, as a count of `MetricUnit`."""
    if unit in WORDS.days:
        days = WORDS.days[unit]
        return (count, SeriesUnit.DAY) if days == 1 else (count * days // 7, SeriesUnit.WEEK)
    months = WORDS.months[unit]
    return (count * months // 12, SeriesUnit.YEAR) if months % 12 == 0 else (count * months, SeriesUnit.MONTH)
