"""Compute ranks with ties."""

from __future__ import annotations

from collections.abc import Sequence


def ranks(values: Sequence[int], *, offset: int = 0, ahead: int = 0) -> tuple[int, ...]:
    """Return the ranks of one page of a board; ties share the better rank: 1, 2, 2, 4.

    Args:
        values: of the page, best first.
        offset: number of rows on earlier pages.
        ahead: number of members strictly better than the page's first row; less than `offset` when that row ties with
            the page before.

    Returns:
        One rank per value.
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
