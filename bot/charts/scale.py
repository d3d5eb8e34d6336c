"""Scales of axes: round numbers as ticks, and their labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

HEADROOM = 1.12
"""Factor by which an axis is longer than its highest value, which leaves room for a label above it."""
_DECIMAL = (1.0, 2.0, 2.5, 5.0, 10.0)
_SIXTIETHS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 36_000)
"""Steps between ticks of a time, in seconds."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis.

    Attributes:
        low: value at its beginning.
        high: value at its end, above `low`.
        step: distance between ticks.
        label: formats a tick.
    """

    low: float
    high: float
    step: float
    label: Callable[[float], str]

    def at(self, value: float) -> float:
        """Return where a value is: 0 at the beginning, 1 at the end."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[dict[str, Any]]:
        """Return the ticks as templates read them."""
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        values = [number * self.step for number in range(first, last + 1)]
        return [{"at": self.at(value), "label": self.label(value)} for value in values]


def from_zero(highest: float, decimal: str, *, ticks: int = 5, whole: bool = False) -> Scale:
    """Return a scale from 0 to a little above `highest`.

    Args:
        highest: the highest value to be shown.
        decimal: the reader's decimal separator.
        ticks: the maximum number of ticks above 0.
        whole: whether only whole numbers make sense, as for days.
    """
    high = (highest if highest > 0 else 1.0) * HEADROOM
    step = round_up(high / ticks)
    return Scale(0.0, max(high, step), max(step, 1.0) if whole else step, lambda value: amount(value, decimal))


def around(values: Sequence[float], decimal: str, *, ticks: int = 5) -> Scale:
    """Return a scale that holds all values, with some room on both sides."""
    low, high = _padded(values)
    return Scale(low, high, round_up((high - low) / ticks), lambda value: amount(value, decimal))


def around_times(values_s: Sequence[float], *, ticks: int = 5) -> Scale:
    """Return a scale that holds all times, in seconds; its ticks are labelled `5:30`."""
    low, high = _padded(values_s)
    step = next((step for step in _SIXTIETHS if step >= (high - low) / ticks), _SIXTIETHS[-1])
    return Scale(low, high, float(step), clock)


def amount(value: float, decimal: str) -> str:
    """Format with one decimal below 10, none above, and thousands from 10,000 on as `12k`."""
    if value >= 9_999.5:
        return f"{value / 1000:.0f}k"
    text = f"{value:.1f}" if abs(value) < 9.95 else f"{value:.0f}"
    return text.removesuffix(".0").replace(".", decimal)


def clock(value_s: float) -> str:
    """Format a time: `5:30`, `1:05:00`."""
    minutes, seconds = divmod(round(value_s), 60)
    return f"{minutes}:{seconds:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _padded(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.08 or max(abs(high) * 0.05, 1.0)
    return low - room, high + room


def round_up(rough: float) -> float:
    """Return the smallest round number that is at least `rough`, and that `amount` shows in full."""
    size = 10.0 ** math.floor(math.log10(rough))
    parts = (part for part in _DECIMAL if part != 2.5 or size >= 1)
    return next(size * part for part in parts if size * part >= rough * (1 - 1e-9))
