"""The periods of a board, with their first and last days. Weeks are ISO weeks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

BEGINNING = date(1970, 1, 1)
"""First day of "all time". No run is older, because runs before 1990 are refused."""
END = date(9999, 12, 31)


class Period(StrEnum):
    """A period for which sums are kept."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


def starts_on(period: Period, day: date) -> date:
    """Return the first day of the period that contains `day`: Monday, the first of the month, 1 January, 1970-01-01."""
    match period:
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
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
        case Period.YEAR:
            return first.replace(month=12, day=31)
        case Period.ALL:
            return END


def today_in(zone: str, now: datetime) -> date:
    """Return the local date in an IANA zone at the aware instant `now`."""
    return now.astimezone(ZoneInfo(zone)).date()
