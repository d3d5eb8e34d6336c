"""What a club has set, and what holds until it has: the bot works before anybody has opened the settings."""

from __future__ import annotations

from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.languages import DEFAULT

DEFAULT_ZONE = "UTC"
DEFAULT_LANGUAGE = DEFAULT
DEFAULT_UNITS = Units.METRIC
DEFAULT_SOLO_SURFACES = frozenset({Surface.TRACK, Surface.TREADMILL})
"""Where a club that has set nothing allows running backward alone.

Source: "on a track, or side by side with one runner facing forward" (Cavagna in The New York Times, 2012); a
treadmill with rails (Bates in Chatelaine) is disputed, and left to each club.
"""

NEVER_SOLO = frozenset({Surface.ROAD})
"""Where nobody runs backward alone, whatever a club would allow: there is traffic. The database refuses it as well."""

MOST_POINTS = 25
"""Meeting points of a club: as many as one menu on Discord holds."""
GRACE_MIN = range(5, 61)
"""Minutes after a planned return before anybody is asked; `outings.outings.DEFAULT_GRACE_MIN` until chosen."""
EMERGENCY_LIMIT = 40
"""Characters of the number a club names for emergencies."""
NOTICE_H = range(1, 73)
"""Hours of notice before a round. More would reach back into the round before."""
DEFAULT_DIGEST_WEEKDAY = 0
"""The day of the weekly digest, in the club's zone: Monday, when the ISO week is over."""
DEFAULT_DIGEST_HOUR = 9
