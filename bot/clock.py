"""The only module that reads the system clock.

Not `discord.utils.utcnow`, because the rooms below the client do not import discord. Tests and the try mode pass their
own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current instant as an aware UTC datetime."""


def system_clock() -> datetime:
    """Return the machine's current instant, aware UTC."""
    return datetime.now(UTC)
