"""The choices for snoozing a reminder, shown on its message."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

EVENING = time(19)
LAST_BEFORE_EVENING = time(18)
"""From this local time on, the evening is not offered."""


class Snooze(StrEnum):
    """One of the choices."""

    MINUTES = "minutes"
    HOUR = "hour"
    EVENING = "evening"
    TOMORROW = "tomorrow"


def snoozes(occurred_at: datetime, now: datetime, zone: str) -> dict[Snooze, datetime]:
    """Return the available choices with their instants: 10 minutes, an hour, 19:00 today, the same time tomorrow.

    Args:
        occurred_at: when the reminder was due; "tomorrow" keeps its local time.
        now: aware.
        zone: IANA name of the member's zone.
    """
    place = ZoneInfo(zone)
    local, meant = now.astimezone(place), occurred_at.astimezone(place).time()
    found = {Snooze.MINUTES: now + timedelta(minutes=10), Snooze.HOUR: now + timedelta(hours=1)}
    if local.time() < LAST_BEFORE_EVENING:
        found[Snooze.EVENING] = at_wall(local.date(), EVENING, zone)
    found[Snooze.TOMORROW] = at_wall(local.date() + timedelta(days=1), meant, zone)
    return found
