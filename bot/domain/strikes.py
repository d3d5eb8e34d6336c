"""Which hours on the wall were struck in a span of time, zone by zone: how what comes at a local hour is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.moments import at_wall

GRID = timedelta(minutes=15)
"""Every zone's whole hours are multiples of this in UTC."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A whole hour on the wall of every day, or of one day of the week; None: each of them.

    Attributes:
        hour: 0 to 23.
        weekday: 0 is Monday.
    """

    hour: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Struck:
    """An hour that was struck: the local day and hour, and its instant (aware UTC)."""

    on: date
    hour: int
    at: datetime


@cache
def every_zone() -> tuple[str, ...]:
    """The names of all zones."""
    return tuple(sorted(available_timezones()))


def on_grid(now: datetime) -> datetime:
    """The last multiple of `GRID` not after `now`, aware UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // GRID * GRID


def struck(
    hour: Hour, since: datetime, until: datetime, zones: Iterable[str] | None = None
) -> dict[tuple[Struck, ...], list[str]]:
    """The hours struck after `since` and not after `until`, oldest first, with the zones in which just they were.

    Zones in which none was are left out. A missing hour is struck when the clock has jumped over it, a repeated one
    the first time.

    Args:
        hour: which hours.
        since: aware.
        until: aware.
        zones: IANA names; all there are by default.
    """
    found: dict[tuple[Struck, ...], list[str]] = {}
    alike: dict[tuple[timedelta | None, ...], tuple[Struck, ...]] = {}
    day = timedelta(days=1)
    for name in every_zone() if zones is None else zones:
        zone = ZoneInfo(name)
        # Zones that are equally far from UTC on the days before, in between and after strike together.
        offsets = tuple(at.astimezone(zone).utcoffset() for at in (since - day, since, until, until + day))
        steady = len(set(offsets)) == 1 and until - since <= day
        if not steady or offsets not in alike:
            hours = _in_zone(hour, since, until, name)
            if steady:
                alike[offsets] = hours
        else:
            hours = alike[offsets]
        if hours:
            found.setdefault(hours, []).append(name)
    return found


def _in_zone(hour: Hour, since: datetime, until: datetime, zone: str) -> tuple[Struck, ...]:
    hours: list[Struck] = []
    day = since.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    last = until.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day <= last:
        if hour.weekday in (None, day.weekday()):
            for one in range(24) if hour.hour is None else (hour.hour,):
                at = at_wall(day, time(one), zone)
                if since < at <= until:
                    hours.append(Struck(day, one, at))
        day += timedelta(days=1)
    return tuple(sorted(hours, key=lambda one: one.at))
