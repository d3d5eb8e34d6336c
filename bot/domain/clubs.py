"""What a club has set, and what holds until it has: the bot works before anybody has opened the settings."""

from __future__ import annotations

from bot.domain.runs import Surface
from bot.domain.units import Units

DEFAULT_ZONE = "UTC"
DEFAULT_LANGUAGE = "en"
DEFAULT_UNITS = Units.METRIC
DEFAULT_SOLO_SURFACES = frozenset({Surface.TRACK, Surface.TREADMILL})
"""Where a club that has set nothing allows running backward alone.

Source: "on a track, or side by side with one runner facing forward" (Cavagna in The New York Times, 2012); a
treadmill with rails (Bates in Chatelaine) is disputed, and left to each club.
"""
