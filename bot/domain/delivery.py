"""In which order the bot speaks by itself: safety before what was asked for, before nudges."""

from __future__ import annotations

from enum import IntEnum


class Priority(IntEnum):
    """The class of a message; the smaller goes first."""

    SAFETY = 0
    ASKED = 1
    NUDGE = 2
