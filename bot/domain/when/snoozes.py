"""How long a reminder can be put off: the four choices on its message."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.when.moment_parser import at_wall

EVENING = time(19)
LAST_BEFORE_EVENING = time(18)
"""From here on the evening is no longer put off to."""


class Snooze(StrEnum):
    """One of the choices."""

    MINUTES = "minutes"
    HOUR = "hour"
    EVENING = "evening"
    TOMORROW = "tomorrow"


def snoozes(occurred_at: datetime, now: datetime, zone: str) -> dict[Snooze, datetime]:
    """The choices there are now, each with its instant: 10 minutes, an hour, 19:00 today, the same hour tomorrow.

    Args:
        occurred_at: when the reminder was meant, whose hour tomorrow keeps.
        now: aware.
        zone: IANA name of the zone of whoever puts it off.
    """
    place = ZoneInfo(zone)
    local, meant = now.astimezone(place), occurred_at.astimezone(place).time()
    found = {Snooze.MINUTES: now + timedelta(minutes=10), Snooze.HOUR: now + timedelta(hours=1)}
    if local.time() < LAST_BEFORE_EVENING:
        found[Snooze.EVENING] = at_wall(local.date(), EVENING, zone)
    found[Snooze.TOMORROW] = at_wall(local.date() + timedelta(days=1), meant, zone)
    return found
