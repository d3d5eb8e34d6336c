"""Quiet hours, during which nudges are held back until the morning.

A night is the span between the instants of its wall times `begins` and `ends`. A skipped wall time moves forward by the
gap; of a repeated one the first counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours in minutes of the local day; the end may be on the following day. If both are equal there are none.

    Attributes:
        begins_min: 0 to 1439.
        ends_min: 0 to 1439.
    """

    begins_min: int
    ends_min: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for a value that is not a minute of a day."""
        if not (0 <= self.begins_min < DAY_MIN and 0 <= self.ends_min < DAY_MIN):
            raise ValueError(f"no minutes of a day: {self}")

    @property
    def none(self) -> bool:
        """Whether there are no quiet hours."""
        return self.begins_min == self.ends_min


DEFAULT_QUIET = Quiet(21 * 60, 7 * 60)


def quiet_until(now: datetime, zone: str, quiet: Quiet) -> datetime | None:
    """Return the end of the quiet hours that contain `now`.

    Args:
        now: aware.
        zone: the member's, an IANA name.
        quiet: their quiet hours.

    Returns:
        Aware UTC, after `now`, or None outside quiet hours.
    """
    found: datetime | None = None
    at = now.astimezone(UTC)
    # A clock change can make one night end after the next begins; they then count as one. More than two never overlap.
    for _ in range(2):
        end = _end_of_night(at, zone, quiet)
        if end is None:
            break
        found = at = end
    return found


def _end_of_night(at: datetime, zone: str, quiet: Quiet) -> datetime | None:
    if quiet.none:
        return None
    today = at.astimezone(ZoneInfo(zone)).date()
    over_midnight = timedelta(days=quiet.ends_min < quiet.begins_min)
    # If the clock is put back over midnight, tomorrow's night can begin today, and yesterday's can end today.
    for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
        begins = at_wall(day, _time(quiet.begins_min), zone)
        ends = at_wall(day + over_midnight, _time(quiet.ends_min), zone)
        if begins <= at < ends:
            return ends
    return None


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))
