"""The state of parsing a moment: day, hour, part of the day, and the text that is not read yet.

Days are read in `bot.domain.when.day_readers`, hours in `bot.domain.when.hour_readers`.
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
"""Years in which a day may be."""


class Clock(Enum):
    """How an hour was written, which decides what else it can mean."""

    FIXED = "fixed"  # `6pm`: unambiguous
    EXACT = "exact"  # `6 Uhr`, `18:30`, `06:30`: only a part of the day can change it
    DIGITAL = "digital"  # `3:15`: mostly exact
    SPOKEN = "spoken"  # `half past six`: in the morning or in the evening
    BARE = "bare"  # `at 6`, `6 o'clock`: likewise
    MIDNIGHT = "midnight"  # the beginning or the end of a day
    DAY_END = "day end"  # `24 Uhr`


@cache
def _whole_words(pattern: str) -> re.Pattern[str]:
    """Cache the compiled patterns: there are more than `re` caches."""
    return re.compile(rf"(?<![a-z0-9.:/]){pattern}(?![a-z0-9:/])")


@dataclass(slots=True)
class ParseState:
    """The state of parsing a text: `rest` is the part that is not read yet."""

    rest: str
    typed: str
    language: str
    today: date
    past: bool  # whether the moment is in the past
    day: date | None = None
    or_day: date | None = None  # another possible day
    hour: time | None = None
    part: Part | None = None
    clock: Clock = Clock.EXACT
    at: str | None = None  # the word before the hour
    says_today: bool = False
    zone: str | None = None  # IANA name, if the text names a zone
    elsewhere: bool = False  # `zone` is not the member's, so its day may differ from `today`
    dated: bool = False  # a calendar date: `24.12.`, `3 Apr`
    hour_first: bool = False  # `3 Uhr nachts`, not `nachts um 3`
    taken_at: int = 0  # where the last match was in `rest`
    step: Callable[[date, int], date] | None = None  # shifts to an equivalent day

    def take(self, pattern: str) -> re.Match[str] | None:
        """Take the first match of `pattern` (whole words) out of `rest`."""
        found = _whole_words(pattern).search(self.rest)
        if found:
            self.taken_at = found.start()
            self.rest = f"{self.rest[: found.start()]} {self.rest[found.end() :]}"
        return found


def days_on(day: date, count: int) -> date:
    """Return the day `count` days later."""
    return day + timedelta(days=count)


def weeks_on(day: date, count: int) -> date:
    """Return the day `count` weeks later."""
    return day + timedelta(weeks=count)


def months_on(day: date, count: int) -> date:
    """Return the day `count` months later, or the last day of a shorter month.

    Raises:
        ValueError: the year is out of range.
    """
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """Return the last day of a month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
