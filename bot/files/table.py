"""Split a table (CSV) into lines of cells: any encoding, any usual separator, and lines that are damaged.

A quote that is never closed would swallow the rest of the file. So a line with an odd number of quotes is continued
only as far as notes are long; beyond that it is reported, and the next line is read as usual.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.domain.limits import TABLE_CELL_CHARACTERS, TABLE_COLUMNS, TABLE_LINES
from bot.files.encoded import table_text
from bot.files.refused import Refused, too_large

SEPARATORS = ",;\t|"
NOTE_LINES = 50
"""Most lines that a note in quotes spreads over."""
PREAMBLE_LINES = 10
"""Lines above the headings, such as a title, that are skipped."""
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""What Excel writes into the first line."""
_PADDING = " \t\0\ufeff"
"""Characters that may stand before a document: blanks, padding of devices, and byte-order marks in odd places."""
csv.field_size_limit(TABLE_CELL_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number in the file from 1, and its cells, or the fault that makes it unreadable."""

    number: int
    cells: list[str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: headings, trimmed.
        lines: the lines below them that are not empty.
    """

    columns: list[str]
    lines: list[Line]


def read(data: bytes) -> Table:
    """Split a table.

    Raises:
        Refused: it is not a table, or too large.
    """
    rows = _LINE_ENDS.split(table_text(data))
    separator, first = _separator(rows)
    records = _records(rows, separator, first)
    head = next((line for line in islice(records, PREAMBLE_LINES) if sum(map(bool, line.cells)) > 1), None)
    if head is None or head.fault is not None:
        raise Refused("format")
    if len(head.cells) > TABLE_COLUMNS:
        raise too_large("too_many_columns", limit=TABLE_COLUMNS)
    lines = list(islice(records, TABLE_LINES + 1))
    if len(lines) > TABLE_LINES:
        raise too_large("too_many_lines", limit=TABLE_LINES)
    return Table([_clean(cell) for cell in head.cells], lines)


def is_table(data: bytes) -> bool:
    """Whether the data looks like a table: text whose first lines have separators."""
    rows = _LINE_ENDS.split(table_text(data[:20_000]))[:PREAMBLE_LINES]
    text = "".join(rows)
    if not text or text.lstrip(_PADDING).startswith(("<", "{", "[")):
        return False
    strange = sum(not (c.isprintable() or c in "\t\0") for c in text)
    return strange * 20 <= len(text) and any(separator in row for row in rows for separator in SEPARATORS)


def _separator(rows: list[str]) -> tuple[str, int]:
    """Return the separator and the position of the first row to read."""
    told = _SEPARATOR.fullmatch(rows[0]) if rows else None
    if told is not None and told[1] in SEPARATORS:
        return told[1], 1
    # Outside quotes, so that a comma in a heading does not count.
    plain = [re.sub(r'"[^"]*"', "", row) for row in rows[:PREAMBLE_LINES] if row.strip()]
    return max(SEPARATORS, key=lambda one: max((row.count(one) for row in plain), default=0)), 0


def _records(rows: list[str], separator: str, at: int) -> Iterator[Line]:
    """Yield lines; one in quotes may continue over several rows."""
    while at < len(rows):
        row, number = rows[at], at + 1
        at += 1
        if '"' not in row:
            if row.strip(separator + " \t\0"):
                yield _line(number, row.split(separator))
            continue
        end, quotes = at, row.count('"')
        while quotes % 2 and end < min(len(rows), at + NOTE_LINES):
            quotes += rows[end].count('"')
            end += 1
        cells = None if quotes % 2 else _parsed(rows[at - 1 : end], separator)
        if cells is None:
            yield Line(number, [], "quotes")
            continue
        at = end
        yield _line(number, cells)


def _parsed(rows: list[str], separator: str) -> list[str] | None:
    try:
        return next(csv.reader(["\n".join(rows)], delimiter=separator, strict=True), [])
    except csv.Error:  # text after a closing quote, or a cell that is too long
        return None


def _line(number: int, cells: list[str]) -> Line:
    if len(cells) > 2 * TABLE_COLUMNS or any(len(cell) > TABLE_CELL_CHARACTERS for cell in cells):
        return Line(number, [], "long")
    return Line(number, [cell.replace("\0", "").strip() for cell in cells])


def _clean(heading: str) -> str:
    return " ".join("".join(c for c in heading if c.isprintable()).split())
