"""What a board compares, and ranks with ties."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Metric(StrEnum):
    """What a board is ordered by."""

    DISTANCE = "distance"
    MINUTES = "minutes"
    DAYS = "days"
    LONGEST = "longest"
    SPOTTING = "spotting"  # minutes faced forward for others, whatever the direction asked for


class BoardDirection(StrEnum):
    """Which running a board counts: one direction, or every told one together."""

    BACKWARD = "backward"
    FORWARD = "forward"
    ALL = "all"


KINDS: tuple[tuple[Metric, BoardDirection], ...] = (
    *((metric, direction) for direction in BoardDirection for metric in Metric if metric is not Metric.SPOTTING),
    (Metric.SPOTTING, BoardDirection.ALL),
)
"""Every board there is."""


def ranks(values: Sequence[int], *, offset: int = 0, ahead: int = 0) -> tuple[int, ...]:
    """The ranks of one page of a board, ties sharing the better one: 1, 2, 2, 4.

    Args:
        values: of the page, best first.
        offset: how many rows stand on earlier pages.
        ahead: how many members are strictly better than the page's first row; less than `offset` when that row
            ties with the page before.

    Returns:
        One rank for each value.
    """
    found: list[int] = []
    for index, value in enumerate(values):
        if index == 0:
            found.append(ahead + 1)
        elif value == values[index - 1]:
            found.append(found[-1])
        else:
            found.append(offset + index + 1)
    return tuple(found)
