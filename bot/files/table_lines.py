"""Read the lines of a table as runs, once it is known which column holds what."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from bot.domain.runs.activity import Activity, Source, Sport
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import Matching, Service
from bot.files import own_export
from bot.files.sports import surface_of
from bot.files.table import Line, Table
from bot.files.table_columns import named, plain
from bot.files.table_values import CellMoment, clock, distance_m, duration_ms, is_missing, moment, number

NOON = time(12)
"""Time of day of a run whose line has none."""


class LineReader:
    """Reads the lines of one table.

    Args:
        table: the table.
        matching: which column holds what; complete.
    """

    def __init__(self, table: Table, matching: Matching) -> None:
        self._table, self._matching = table, matching
        self._own = {plain(name): at for at, name in enumerate(table.columns)}

    def read(self, first: int, count: int) -> list[TableLine]:
        """Read `count` lines, from the position `first`."""
        return [self._line(line) for line in self._table.lines[first : first + count]]

    def _line(self, line: Line) -> TableLine:
        if line.fault is not None:
            return TableLine(line.number, fault=line.fault)
        if line.cells == self._table.columns:  # two exports joined into one
            return TableLine(line.number, not_run=True)
        digest = hashlib.sha256("\0".join(line.cells).encode(errors="replace")).hexdigest()
        if self._matching.service is Service.OWN:
            return own_export.read(line.number, digest, {n: _at(line.cells, at) for n, at in self._own.items()})
        return self._run(line, digest)

    def _run(self, line: Line, digest: str) -> TableLine:
        wanted, cells = self._matching, line.cells
        word = _at(cells, wanted.sport)
        sport = Sport.RUN if word.lower() in wanted.runs else named(word)
        if sport is not Sport.RUN:
            return TableLine(line.number, digest, not_run=True)
        told = _at(cells, wanted.date)
        day = moment(told, wanted.date_as)
        if day is None:
            return _fault(line, "no_date" if is_missing(told) else "date", told)
        day = self._with_clock(day, _at(cells, wanted.clock))
        told = _at(cells, wanted.duration)
        ms = duration_ms(told, wanted.duration_as, wanted.duration_comma)
        if not ms:
            return _fault(line, "no_time" if ms == 0 or is_missing(told) else "time", told)
        metres, told = None, _at(cells, wanted.distance)
        if not is_missing(told):
            metres = distance_m(told, wanted.distance_as, wanted.distance_comma)
            if metres is None:
                return _fault(line, "distance", told)
        offset_s = self._offset_s(cells)
        started_at = _started_at(day)
        if started_at is None:
            return _fault(line, "date", _at(cells, wanted.date))
        if day.zone is not None:
            offset_s = offset_s or round((day.zone.utcoffset(None) or timedelta()).total_seconds()) or None
        activity = Activity(
            Source.CSV,
            sport,
            started_at,
            offset_s,
            day.zone is None and not (wanted.date_as.utc and day.clock is not None),
            metres or None,
            ms,
            ms,
            surface=surface_of(word),
            sport_name=word[:40],
        )
        return TableLine(line.number, digest, activity, dated_only=day.clock is None)

    def _with_clock(self, day: CellMoment, told: str) -> CellMoment:
        found = clock(told) if day.clock is None else None
        return CellMoment(day.day, *found) if found is not None else day

    def _offset_s(self, cells: Sequence[str]) -> int | None:
        minutes = number(_at(cells, self._matching.offset))
        return round(minutes * 60) if minutes is not None and abs(minutes) <= 24 * 60 else None


def _started_at(day: CellMoment) -> datetime | None:
    """Return the start in UTC, or the local time written as UTC where no zone is known."""
    try:
        return datetime.combine(day.day, day.clock or NOON, day.zone or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _at(cells: Sequence[str], at: int | None) -> str:
    """Return a cell; short lines lack the last ones."""
    return cells[at] if at is not None and at < len(cells) else ""


def _fault(line: Line, fault: str, example: str) -> TableLine:
    shown = "".join(c for c in example if c.isprintable())[:40]
    return TableLine(line.number, fault=fault, example=shown)
