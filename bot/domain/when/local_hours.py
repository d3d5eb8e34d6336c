"""Occurrences of a local hour in a zone, within a time span or after an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hour:
    """A local hour, of every day or of one weekday.

    Attributes:
        hour: 0 to 23.
        weekday: 0 is Monday; None: every day.
    """

    hour: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Struck:
    """An occurrence of a local hour: the local day, and the instant (aware UTC)."""

    hour: Hour
    on: date
    at: datetime


def struck(hour: Hour, zone: str, since: datetime, until: datetime) -> tuple[Struck, ...]:
    """Return the occurrences of an hour after `since` and not after `until`, oldest first.

    A skipped hour occurs at the end of the gap, a repeated one the first time.

    Args:
        hour: the local hour.
        zone: IANA name.
        since: aware.
        until: aware.
    """
    found: list[Struck] = []
    place = ZoneInfo(zone)
    day, last = since.astimezone(place).date() - DAY, until.astimezone(place).date() + DAY
    while day <= last:
        if hour.weekday in (None, day.weekday()):
            at = at_wall(day, time(hour.hour), zone)
            if since < at <= until:
                found.append(Struck(hour, day, at))
        day += DAY
    return tuple(found)


def next_struck(hour: Hour, zone: str, after: datetime) -> datetime:
    """Return the next occurrence of an hour strictly after an instant, aware UTC."""
    return struck(hour, zone, after, after + 8 * DAY)[0].at
