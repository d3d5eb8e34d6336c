"""Colours are told apart by everybody, and text is legible."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest

from bot.charts.palette import (
    BACKWARD,
    BACKWARD_STEPS,
    BOTH,
    FAINT,
    FORWARD,
    FORWARD_STEPS,
    GROUND,
    MARK,
    PANEL,
    TEXT,
)

Colour = tuple[float, float, float]
"""Linear red, green and blue."""

SIGHT = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""How linear colours are seen: Machado, Oliveira and Fernandes 2009, table of severity 1.0."""

APART = 20.0
"""Least distance (CIE76) of two colours that mean different things; 2.3 is just noticeable."""
STEP = 8.0
"""Least difference in lightness (0 to 100) between neighbouring steps of an amount."""


def linear(colour: str) -> Colour:
    def channel(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def seen(colour: str, sight: str) -> Colour:
    values = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, values, strict=True)))) for row in SIGHT[sight]
    )
    return red, green, blue


def lab(colour: Colour) -> Colour:
    red, green, blue = colour
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2)."""
    shares = (0.2126, 0.7152, 0.0722)
    low, high = sorted(sum(a * b for a, b in zip(shares, linear(colour), strict=True)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_with_different_meanings_are_told_apart(sight: str) -> None:
    meanings = {"backward": BACKWARD, "forward": FORWARD, "mark": MARK, "text": TEXT, "ground": GROUND, "panel": PANEL}
    distances = {
        (one, other): math.dist(lab(seen(meanings[one], sight)), lab(seen(meanings[other], sight)))
        for one, other in combinations(meanings, 2)
        if {one, other} != {"ground", "panel"}
    }
    assert {pair: round(distance) for pair, distance in distances.items() if distance < APART} == {}


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("bar", [BACKWARD, FORWARD, BOTH])
def test_one_s_own_bar_is_told_apart_from_the_others(bar: str, sight: str) -> None:
    for other in (MARK, PANEL):
        assert math.dist(lab(seen(bar, sight)), lab(seen(other, sight))) >= APART


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("steps", [(PANEL, *BACKWARD_STEPS), (PANEL, *FORWARD_STEPS)])
def test_more_is_lighter(steps: tuple[str, ...], sight: str) -> None:
    lightness = [lab(seen(step, sight))[0] for step in steps]
    assert all(after - before >= STEP for before, after in pairwise(lightness)), lightness


@pytest.mark.parametrize("ground", [GROUND, PANEL])
def test_text_is_legible(ground: str) -> None:
    assert contrast(TEXT, ground) >= 7
    assert contrast(FAINT, ground) >= 4.5


@pytest.mark.parametrize("colour", [BACKWARD, FORWARD, BOTH, MARK])
def test_marks_stand_out_from_the_ground(colour: str) -> None:
    assert contrast(colour, GROUND) >= 3
