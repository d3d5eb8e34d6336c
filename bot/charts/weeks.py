"""The data of the chart of /me: the last weeks as bars, backward and forward stacked. `weeks_figure` draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeekBar:
    """One week, in the reader's unit.

    Attributes:
        label: the week, as short as `17 Nov`.
        backward: kilometres or miles, whichever the reader uses; 0 or more.
        forward: likewise.
    """

    label: str
    backward: float
    forward: float


@dataclass(frozen=True, slots=True)
class WeeksChart:
    """Everything the picture says, already in the reader's words.

    Attributes:
        title: such as `Kilometres a week`.
        bars: oldest first, the current week last.
        backward: name of the backward part, for the legend.
        forward: likewise.
        decimal: the reader's decimal sign.
    """

    title: str
    bars: tuple[WeekBar, ...]
    backward: str
    forward: str
    decimal: str = "."
