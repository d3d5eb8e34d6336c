"""The periods of a board, with their first and last days. Weeks are ISO weeks."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

BEGINNING = date(1970, 1, 1)
"""First day of "all time". No run is older, because runs before 1990 are refused."""
END = date(9999, 12, 31)


class Period(StrEnum):
    """A period for which sums are kept."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


def starts_on(period: Period, day: date) -> date:
    """Return the first day of the period that contains `day`: Monday, 1 January, 1970-01-01, …"""
    match period:
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Period.YEAR:
            return day.replace(month=1, day=1)
        case Period.ALL:
            return BEGINNING


def ends_on(period: Period, day: date) -> date:
    """Return the last day of the period that contains `day`."""
    first = starts_on(period, day)
    match period:
        case Period.WEEK:
            return first + timedelta(days=6)
        case Period.MONTH:
            return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        case Period.QUARTER:
            return (first + timedelta(days=93)).replace(day=1) - timedelta(days=1)
        case Period.YEAR:
            return first.replace(month=12, day=31)
        case Period.ALL:
            return END


def shifted(period: Period, first: date, count: int) -> date:
    """Return the first day of the period `count` periods after the one that begins on `first`; all time stays.

    Raises:
        OverflowError: outside the years 1 to 9999.
    """
    match period:
        case Period.WEEK:
            return first + timedelta(weeks=count)
        case Period.ALL:
            return first
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    year, month = divmod(first.year * 12 + first.month - 1 + count * months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(year)
    return date(year, month + 1, 1)


def today_in(zone: str, now: datetime) -> date:
    """Return the local date in an IANA zone at the aware instant `now`."""
    return now.astimezone(ZoneInfo(zone)).date()
