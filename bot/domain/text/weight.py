"""Parse and convert body weight in kilograms, pounds and stones."""

from __future__ import annotations

import re

from bot.domain.text.units import Units
from bot.domain.text.words import WORDS, any_of
from bot.errors import BadInput

KG_PER_LB = 0.45359237
LEAST_KG, MOST_KG = 25.0, 300.0

_TYPED = re.compile(rf"([0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?)\s*({any_of(WORDS.kilograms)})?")


def parse_weight(typed: str, units: Units) -> float | None:
    """Return a weight in kilograms, rounded to a tenth, or None for empty text.

    Args:
        typed: "70", "70 kg", "70,5", "154 lb", "11 st"; a bare number is in `units`.
        units: of the reader.

    Raises:
        BadInput: not a weight, or outside the range of adults (25-300 kg).
    """
    text = typed.strip().lower()
    if not text:
        return None
    match = _TYPED.fullmatch(text)
    if match is None:
        raise BadInput("settings.weight.unclear", typed=typed)
    number = float(match[1].replace(",", "."))
    unit = match[2] or ("lb" if units is Units.IMPERIAL else "kg")
    weight_kg = number * WORDS.kilograms[unit]
    if not LEAST_KG <= weight_kg <= MOST_KG:
        raise BadInput("settings.weight.unlikely", typed=typed)
    return round(weight_kg, 1)


def shown_weight(weight_kg: float, units: Units) -> tuple[float, str]:
    """Return a weight as number and unit in the reader's units, rounded to a tenth."""
    if units is Units.IMPERIAL:
        return round(weight_kg / KG_PER_LB, 0), "lb"
    return round(weight_kg, 1), "kg"
