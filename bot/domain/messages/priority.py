"""The priority of the bot's own messages: safety, then requested messages, then nudges."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum


class Priority(IntEnum):
    """The class of a message; a smaller value is sent first."""

    SAFETY = 0
    ASKED = 1
    NUDGE = 2


MOST_NUDGES_A_DAY = 2
"""Most nudges to one member on one local day; safety and requested messages do not count."""
KNOCK_AGAIN = timedelta(days=30)
"""How long direct messages are assumed to be closed before the next attempt; nudges wait for as long."""
LATE = timedelta(minutes=30)
"""From this delay on, a message states that it is late."""
