"""In which order the bot speaks by itself: safety before what was asked for, before nudges."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum


class Priority(IntEnum):
    """The class of a message; the smaller goes first."""

    SAFETY = 0
    ASKED = 1
    NUDGE = 2


MOST_NUDGES_A_DAY = 2
"""Nudges sent to one member on one local day; safety and what was asked for are not counted."""
KNOCK_AGAIN = timedelta(days=30)
"""How long direct messages are taken to be closed before one is tried again; nudges wait so long, too."""
LATE = timedelta(minutes=30)
"""From so much on, what comes late says so."""
