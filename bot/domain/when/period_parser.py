"""Read a period of the calendar, or the last days, in words: `last month`, `2025`, `march`, `letzte Woche`, `KW 47`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import plain
from bot.domain.when.periods import Period, shifted, starts_on

EARLIEST = 1990
"""First year of a period; no run is older."""


@dataclass(frozen=True, slots=True)
class ReadPeriod:
    """A period that was read: its kind and a day in it, or only the number of the last days."""

    period: Period | None
    day: date | None = None
    last_days: int = 0


_UNITS = (
    {word: Period.WEEK for word, days in WORDS.days.items() if days == 7}
    | {word: Period.MONTH for word, months in WORDS.months.items() if months == 1}
    | {word: Period.YEAR for word, months in WORDS.months.items() if months == 12}
    | dict.fromkeys(WORDS.quarters, Period.QUARTER)
)
_UNIT, _LAST, _THIS = any_of(_UNITS), any_of(WORDS.last), any_of(WORDS.this)
_BEFORE_LAST, _MONTH = any_of(WORDS.before_last), any_of(WORDS.month_names)
_COUNT = rf"([0-9]{{1,3}}|{any_of(WORDS.numbers)})"
_DAY_UNIT = any_of(word for word, days in WORDS.days.items() if days == 1)
_YEAR = r"((?:19|20)[0-9]{2})"
_ORDINAL = rf"(?:([1-4])(?:st|nd|rd|th|\.)?|({any_of(WORDS.ordinals)}))"
_LEADING = re.compile(rf"^(?:(?:{any_of(WORDS.before_day | WORDS.fillers)})\s+)+")

_RELATIVE = re.compile(rf"(?:(?P<last>{_LAST})|(?P<this>{_THIS})|(?P<two>{_BEFORE_LAST}))?\s*(?P<unit>{_UNIT})")
_TWO_BEFORE = re.compile(rf"(?P<unit>{_UNIT})\s+{_BEFORE_LAST}")
_AGO = re.compile(
    rf"(?:{any_of(WORDS.ago_before)}\s+{_COUNT}\s*({_UNIT})|{_COUNT}\s*({_UNIT})\s+{any_of(WORDS.ago_after)})"
)
_DAYS = re.compile(rf"(?:(?:{_LAST})\s+)?([0-9]{{1,3}})\s*{_DAY_UNIT}")
_NAMED_MONTH = re.compile(rf"(?:(?P<last>{_LAST})\s+)?(?P<month>{_MONTH})\.?(?:\s+{_YEAR})?")
_MONTH_NUMBER = re.compile(rf"(?:{_YEAR}[-/.]([0-9]{{1,2}})|([0-9]{{1,2}})[-/.]{_YEAR})")
_QUARTER = re.compile(
    rf"(?:{any_of(WORDS.quarters)}\s*([1-4])|{_ORDINAL}\s*{any_of(WORDS.quarters)})(?:[\s/]*{_YEAR})?"
)
_WEEK = re.compile(rf"(?:{_YEAR}[-\s]*)?{any_of(WORDS.calendar_week)}\.?\s*([0-9]{{1,2}})(?:[\s/]*{_YEAR})?")


def read_period(typed: str, today: date) -> ReadPeriod | None:
    """Return the period that a text names, or None if it names none; a future period is returned as well.

    A month, quarter or week without a year is the latest that has begun.

    Raises:
        BadInput: the text is too long.
    """
    text = _LEADING.sub("", plain(typed))
    if text in WORDS.all_time:
        return ReadPeriod(Period.ALL, today)
    if found := _DAYS.fullmatch(text):
        return ReadPeriod(None, last_days=int(found[1]))
    try:
        return _relative(text, today) or _dated(text, today)
    except (ValueError, OverflowError):
        return None


def _relative(text: str, today: date) -> ReadPeriod | None:
    if found := _RELATIVE.fullmatch(text):
        return _back(_UNITS[found["unit"]], 1 if found["last"] else 2 if found["two"] else 0, today)
    if found := _TWO_BEFORE.fullmatch(text):
        return _back(_UNITS[found["unit"]], 2, today)
    if found := _AGO.fullmatch(text):
        count, unit = found[1] or found[3], found[2] or found[4]
        return _back(_UNITS[unit], int(WORDS.numbers.get(count) or int(count)), today)
    return None


def _back(period: Period, count: int, today: date) -> ReadPeriod:
    return ReadPeriod(period, shifted(period, starts_on(period, today), -count))


def _dated(text: str, today: date) -> ReadPeriod | None:
    if re.fullmatch(_YEAR, text):
        return ReadPeriod(Period.YEAR, date(int(text), 1, 1))
    if found := _NAMED_MONTH.fullmatch(text):
        month = WORDS.month_names[found["month"]]
        if found[3]:
            return ReadPeriod(Period.MONTH, date(int(found[3]), month, 1))
        latest = _latest(Period.MONTH, [date(today.year - back, month, 1) for back in (0, 1)], today)
        repeated = found["last"] and latest.day == starts_on(Period.MONTH, today)
        return ReadPeriod(Period.MONTH, date(today.year - 1, month, 1)) if repeated else latest
    if found := _MONTH_NUMBER.fullmatch(text):
        return ReadPeriod(Period.MONTH, date(int(found[1] or found[4]), int(found[2] or found[3]), 1))
    if found := _QUARTER.fullmatch(text):
        number = int(found[1] or found[2] or WORDS.ordinals[found[3]])
        if number > 4:
            return None
        years = [int(found[4])] if found[4] else [today.year, today.year - 1]
        return _latest(Period.QUARTER, [date(year, number * 3 - 2, 1) for year in years], today)
    if found := _WEEK.fullmatch(text):
        year = found[1] or found[3]
        years = [int(year)] if year else [today.isocalendar().year, today.isocalendar().year - 1]
        return _latest(Period.WEEK, [date.fromisocalendar(one, int(found[2]), 1) for one in years], today)
    return None


def _latest(period: Period, days: list[date], today: date) -> ReadPeriod:
    """Return the first of these periods that has begun, or the first of all."""
    return ReadPeriod(period, next((day for day in days if day <= today), days[0]))
