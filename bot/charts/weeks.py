"""Data of the chart of /me: recent weeks as bars of stacked backward and forward distance, drawn by `weeks_figure`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeekBar:
    """One week, in the reader's unit.

    Attributes:
        label: the week, as short as `17 Nov`.
        backward: kilometres or miles, whichever the reader uses; not negative.
        forward: likewise.
    """

    label: str
    backward: float
    forward: float


@dataclass(frozen=True, slots=True)
class WeeksChart:
    """Everything the chart shows, in the reader's language.

    Attributes:
        title: such as `Kilometres a week`.
        bars: oldest first, the current week last.
        backward: legend of the backward part.
        forward: likewise.
        decimal: the reader's decimal separator.
    """

    title: str
    bars: tuple[WeekBar, ...]
    backward: str
    forward: str
    decimal: str = "."
