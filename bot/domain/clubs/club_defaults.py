"""Defaults and limits of club settings; the defaults apply until a club changes them."""

from __future__ import annotations

from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.languages import DEFAULT

DEFAULT_ZONE = "UTC"
DEFAULT_LANGUAGE = DEFAULT
DEFAULT_UNITS = Units.METRIC
DEFAULT_SOLO_SURFACES = frozenset({Surface.TRACK, Surface.TREADMILL})
"""Surfaces on which clubs allow running backward alone by default.

Source: "on a track, or side by side with one runner facing forward" (Cavagna in The New York Times, 2012); a
treadmill with rails (Bates in Chatelaine) is disputed, and left to each club."""

NEVER_SOLO = frozenset({Surface.ROAD})
"""Surfaces on which no club can allow running backward alone, because of traffic. The database enforces it as well."""

MOST_POINTS = 25
"""Most meeting points of a club: the options of one select menu."""
GRACE_MIN = range(5, 61)
"""Minutes between a planned return and the first question; the default is `outings.outing_rules.DEFAULT_GRACE_MIN`."""
EMERGENCY_LIMIT = 40
"""Characters of a club's emergency number."""
NOTICE_H = range(1, 73)
"""Hours of notice before a round. A longer notice would overlap the previous round."""
DEFAULT_DIGEST_WEEKDAY = 0
"""Day of the weekly digest in the club's zone: Monday, after the end of the ISO week."""
DEFAULT_DIGEST_HOUR = 9
