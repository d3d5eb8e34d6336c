"""A text about a moment while it is taken apart: a day, an hour, a part of the day, and what is not understood yet.

The days are read in `bot.domain.when.day_readers`, the hours in `bot.domain.when.hour_readers`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import Enum
from functools import cache

from bot.domain.text.words.vocabulary import Part

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


@cache
def _whole_words(pattern: str) -> re.Pattern[str]:
    """Kept for good: the readers' patterns are more than `re` keeps."""
    return re.compile(rf"(?<![a-z0-9.:/]){pattern}(?![a-z0-9:/])")


@dataclass(slots=True)
class ParseState:
    """A text while it is taken apart: `rest` is what has not been understood yet."""

    rest: str
    typed: str
    language: str
    today: date
    past: bool  # facing back
    day: date | None = None
    or_day: date | None = None  # another it can be
    hour: time | None = None
    part: Part | None = None
    clock: Clock = Clock.EXACT
    at: str | None = None  # the word before the hour
    says_today: bool = False
    zone: str | None = None  # IANA name, where the text names one
    elsewhere: bool = False  # its zone's day may be another than today
    dated: bool = False  # by the calendar: `24.12.`, `3 Apr`
    hour_first: bool = False  # `3 Uhr nachts`, and not `nachts um 3`
    taken_at: int = 0  # where in `rest` the last piece stood
    step: Callable[[date, int], date] | None = None  # to the next day as good as the one told

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut the first match of `pattern` (whole words) out of what is left."""
        found = _whole_words(pattern).search(self.rest)
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


def months_on(day: date, count: int) -> date:
    """`count` months later, on the last day of a shorter month.

    Raises:
        ValueError: no year a date can have.
    """
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of a month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
