"""A parsed series, and the regular expressions from which its text is built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.domain.text.words import WORDS, any_of


class SeriesUnit(Enum):
    """The unit of a series' interval."""

    MINUTE = "minute"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(slots=True)
class Series:
    """What a text says about a series, except its hours.

    Attributes:
        every, unit: the interval; minutes are in `every`.
        weekdays: 0 is Monday; empty with `DAY` and mostly with `MONTH`.
        nths: which of a month's `weekdays`, with `LAST` at the end.
        days: of the month.
        on: month and day, of a year.
        since, until: first and last day, where named.
        lasts: duration from the first day on, as a count of a unit.
        span: first and last hour, as typed.
        until_hour: an hour of today at which it ends, as typed.
        endless: whether the text says that it has no end.
        times: number of times a day, where named.
        in_all: whether `times` is a total: `or` for `every monday 3 times`, which can be either, `only` for
            `for 3 times`.
        also: the second reading of `every second tuesday`: the second of a month.
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
"""Calendar units, from days to years."""
_NAMED_HOUR = any_of(WORDS.noon | WORDS.midnight | WORDS.named_hours)
HOUR = rf"(?:[0-9]{{1,2}}(?:[:.][0-9]{{2}})?\s?(?:am|pm|{any_of(WORDS.hour_sign)}|h|o'clock)?|{_NAMED_HOUR})"


def number(word: str) -> int:
    """Return a count given in digits or as a word."""
    return int(word) if word.isdecimal() else int(WORDS.numbers[word])


def calendar(count: int, unit: str) -> tuple[int, SeriesUnit]:
    """Return an amount of a calendar unit as an amount of a `SeriesUnit`."""
    if unit in WORDS.days:
        days = WORDS.days[unit]
        return (count, SeriesUnit.DAY) if days == 1 else (count * days // 7, SeriesUnit.WEEK)
    months = WORDS.months[unit]
    return (count * months // 12, SeriesUnit.YEAR) if months % 12 == 0 else (count * months, SeriesUnit.MONTH)
