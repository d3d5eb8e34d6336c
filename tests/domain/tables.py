"""Tables of what is typed and what is read."""

from __future__ import annotations


def lines(table: str) -> list[tuple[str, str]]:
    """`typed = expected`, divided by bars and lines."""
    cells = [cell for line in table.strip().splitlines() for cell in line.split(" | ")]
    return [
        (typed.strip(), expected.strip()) for typed, _, expected in (f" {cell}".rpartition(" = ") for cell in cells)
    ]
