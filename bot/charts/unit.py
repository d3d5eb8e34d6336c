"""The unit of length in which a reader's pictures are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.text.units import METRES_PER_MILE, Units
from bot.localizer import Localizer


@dataclass(frozen=True, slots=True)
class LengthUnit:
    """A unit of length.

    Attributes:
        name: as written behind a number, in every language.
        metres: its length.
    """

    name: str
    metres: float

    def of(self, distance_m: float) -> float:
        """Return a distance in this unit."""
        return distance_m / self.metres


KILOMETRE = LengthUnit("km", 1000)
MILE = LengthUnit("mi", METRES_PER_MILE)


def unit_of(reader: Localizer) -> LengthUnit:
    """Return miles for readers who use only those, else kilometres: a picture has one scale."""
    return MILE if reader.units is Units.IMPERIAL else KILOMETRE
