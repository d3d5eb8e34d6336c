"""Times of day as text, in 24-hour or 12-hour form."""

from __future__ import annotations

from datetime import time


def format_hour(hour: time, *, twelve: bool) -> str:
    """Format a time of day as Discord does: `06:30`, or in 12-hour form `6:30 AM`."""
    if twelve:
        return f"{hour.hour % 12 or 12}:{hour.minute:02} {half_of(hour.hour)}"
    return f"{hour:%H:%M}"


def half_of(hour: int) -> str:
    """Return `AM` or `PM`; 24 is midnight."""
    return "PM" if 12 <= hour < 24 else "AM"
