"""Hours on the wall: which were struck in a span of time in a zone, and when one is struck next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hour:
    """A whole hour on the wall, of every day or of one day of the week.

    Attributes:
        hour: 0 to 23.
        weekday: 0 is Monday; None: every day.
    """

    hour: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Struck:
    """An hour that was struck: the local day, and the instant (aware UTC)."""

    hour: Hour
    on: date
    at: datetime


def struck(hour: Hour, zone: str, since: datetime, until: datetime) -> tuple[Struck, ...]:
    """When an hour was struck after `since` and not after `until`, oldest first.

    One the clock skips is struck when it has jumped, one it repeats the first time.

    Args:
        hour: which.
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
    """When an hour is struck next, strictly after an instant."""
    return struck(hour, zone, after, after + 8 * DAY)[0].at
