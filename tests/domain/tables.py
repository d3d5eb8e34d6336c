"""Tables of typed texts and expected results."""

from __future__ import annotations


def lines(table: str) -> list[tuple[str, str]]:
    """Parse cells of the form `typed = expected`, separated by ` | ` and newlines."""
    cells = [cell for line in table.strip().splitlines() for cell in line.split(" | ")]
    return [
        (typed.strip(), expected.strip()) for typed, _, expected in (f" {cell}".rpartition(" = ") for cell in cells)
    ]
