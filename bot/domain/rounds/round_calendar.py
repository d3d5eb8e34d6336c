"""The weekly round: what holds until a club has set it, and when it is announced and matched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

DEFAULT_ROUND_WEEKDAY = 3
"""The day the round is matched, in the club's zone: 0 is Monday, 3 Thursday."""
DEFAULT_ROUND_HOUR = 18
"""The hour it is matched, 0 to 23, in the club's zone."""
DEFAULT_ROUND_NOTICE_H = 24
"""Hours before it by which members are told, so that they can skip."""
ANSWER = timedelta(hours=2)
"""How long organisers have to look at a draw; then it confirms itself, so that nobody waits for them."""
LATE_NOTICE = timedelta(hours=6)
"""Least notice where the bot was down: the match waits for it."""
LEAD = timedelta(hours=12)
"""No outing is matched that starts sooner than this."""
TOO_LATE = timedelta(days=3)
"""So long after its week has begun a round is no longer worth while."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One week's round.

    Attributes:
        monday: of the week matched for, the one after the match.
        notice_at: when members are told.
        match_at: when it is matched.
    """

    monday: date
    notice_at: datetime
    match_at: datetime


def next_occasion(
    now: datetime, zone: str, weekday: int, hour: int, notice_h: int, after: date | None = None
) -> Occasion:
    """The first round whose notice can still be given.

    Args:
        now: the present.
        zone: the club's.
        weekday: of the match, 0 Monday.
        hour: of the match.
        notice_h: hours of notice.
        after: a Monday that has its round already.
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
    """What settles between pairs equally good; every draw of a round has another, which follows from the one before."""
    told = f"{guild_id}/{monday.isoformat()}/{before}"
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6])
