"""The one place that asks what time it is.

`discord.utils.utcnow` would do, but rooms below the cogs do not know discord; the client, the tests and the try
mode pass their own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present instant as an aware UTC datetime."""


def system_clock() -> datetime:
    """The machine's present instant, aware, UTC."""
    return datetime.now(UTC)
