"""Distances, durations and paces: as runners write them, and as they read them."""

from __future__ import annotations

from enum import StrEnum

METRES_PER_MILE = 1609.344


class Units(StrEnum):
    """What distances and paces are shown in. `BOTH` is for a club's public messages."""

    METRIC = "metric"
    IMPERIAL = "imperial"
    BOTH = "both"


def format_distance(distance_m: int, units: Units, language: str) -> str:
    """`5.00 km`, `3.11 mi`, `5,00 km` in German, `400 m` below a kilometre; both: `5.00 km (3.11 mi)`."""
    raise NotImplementedError


def format_duration(duration_ms: int, language: str = "en") -> str:
    """`27:30`, `1:05:00`, `45.2 s` only when there is a fraction of a second below a minute."""
    raise NotImplementedError


def format_pace(pace_s_per_km: float, units: Units, language: str) -> str:
    """`5:30/km`, `8:51/mi`; both: `5:30/km (8:51/mi)`."""
    raise NotImplementedError
