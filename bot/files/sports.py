"""What devices and sites call a sport, and the ground it was done on."""

from __future__ import annotations

from bot.domain.activity import Sport
from bot.domain.runs import Surface

_WORDS = {
    "run": Sport.RUN,
    "jog": Sport.RUN,
    "treadmill": Sport.RUN,
    "walk": Sport.WALK,
    "hik": Sport.WALK,
    "bik": Sport.RIDE,
    "cycl": Sport.RIDE,
    "ride": Sport.RIDE,
    "swim": Sport.SWIM,
}
"""Parts of the words FIT, Garmin, Strava, Polar, Suunto and Coros use; the first found counts."""
_STRAVA = {"9": Sport.RUN, "10": Sport.WALK, "4": Sport.WALK, "1": Sport.RIDE, "16": Sport.SWIM}
"""The numbers in Strava's older exports."""
_GROUNDS = {
    "treadmill": Surface.TREADMILL,
    "indoor": Surface.INDOOR,
    "track": Surface.TRACK,
    "trail": Surface.TRAIL,
    "street": Surface.ROAD,
}


def sport_of(text: str) -> Sport:
    """The sport a text names; a run when it names none."""
    words = text.lower()
    if not words:
        return Sport.RUN
    return _STRAVA.get(words) or next((sport for part, sport in _WORDS.items() if part in words), Sport.OTHER)


def surface_of(text: str) -> Surface | None:
    """The ground a text implies, or None."""
    words = text.lower()
    return next((surface for part, surface in _GROUNDS.items() if part in words), None)
