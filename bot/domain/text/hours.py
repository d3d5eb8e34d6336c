"""Times of day as text, in 24-hour or 12-hour form."""

from __future__ import annotations

from datetime import time


def format_hour(hour: time, *, twelve: bool, padded: bool = True) -> str:
    """Format a time of day: `06:30`, or `6:30 AM`, as Discord writes it.

    Args:
        hour: wall time.
        twelve: 12-hour form.
        padded: in 24-hour form, `06:30` instead of `6:30`.
    """
    if twelve:
        return f"{hour.hour % 12 or 12}:{hour.minute:02} {half_of(hour.hour)}"
    return f"{hour:%H:%M}" if padded else f"{hour.hour}:{hour.minute:02}"


def half_of(hour: int) -> str:
    """Return `AM` or `PM`; 24 is midnight."""
    return "PM" if 12 <= hour < 24 else "AM"
