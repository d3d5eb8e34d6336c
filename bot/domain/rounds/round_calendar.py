"""Defaults of the weekly round, and when it is announced and matched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

DEFAULT_ROUND_WEEKDAY = 3
"""Weekday of the match in the club's zone: 0 is Monday, 3 Thursday."""
DEFAULT_ROUND_HOUR = 18
"""Local hour of the match in the club's zone, 0 to 23."""
DEFAULT_ROUND_NOTICE_H = 24
"""Hours between the notice and the match, in which members can skip the round."""
ANSWER = timedelta(hours=2)
"""How long organisers can review a draw; it is confirmed automatically afterwards, so that nobody waits for them."""
LATE_NOTICE = timedelta(hours=6)
"""Least notice after an outage of the bot; the match is postponed for it."""
LEAD = timedelta(hours=12)
"""Least time between the match and the start of a matched outing."""
TOO_LATE = timedelta(days=3)
"""A round is dropped when this much of its week is over."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One week's round.

    Attributes:
        monday: of the matched week, the one after the match.
        notice_at: when members are notified.
        match_at: when it is matched.
    """

    monday: date
    notice_at: datetime
    match_at: datetime


def next_occasion(
    now: datetime, zone: str, weekday: int, hour: int, notice_h: int, after: date | None = None
) -> Occasion:
    """Return the first round whose notice is still ahead.

    Args:
        now: aware.
        zone: the club's.
        weekday: of the match, 0 is Monday.
        hour: of the match.
        notice_h: hours of notice.
        after: Monday of a week that already has its round.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    while True:
        match_at = at_wall(day, time(hour), zone)
        monday = day + timedelta(days=7 - day.weekday())
        notice_at = match_at - timedelta(hours=notice_h)
        if notice_at >= now and (after is None or monday > after):
            return Occasion(monday, notice_at, match_at)
        day += timedelta(weeks=1)


def seed_of(guild_id: int, monday: date, before: int = 0) -> int:
    """Return the seed that decides between equally good pairs. Each redraw derives a new one from the previous seed."""
    told = f"{guild_id}/{monday.isoformat()}/{before}"
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6])
