"""Read a line of the CSV that `/runs export` writes, back into the run it came from.

The spotter is left out: their agreement was given for the exported run. Older exports have no column of stretches;
their sums by direction become one stretch each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from bot.domain.runs.export_columns import stretches_from, unmarked
from bot.domain.runs.runs import Direction, Extra, RunContent, Sharing, Stretch, Surface
from bot.domain.runs.table_lines import TableLine
from bot.files.table_values import number

NOTE_CHARACTERS = 500
_Kind = TypeVar("_Kind", bound=StrEnum)


def read(line_number: int, digest: str, cells: Mapping[str, str]) -> TableLine:
    """Read a line.

    Args:
        line_number: number of the line.
        digest: its digest.
        cells: by heading, as `table_columns.plain` returns it.
    """
    if cells.get("deleted at"):
        return TableLine(line_number, digest, deleted=True)
    try:
        started_at = datetime.fromisoformat(cells["started at"])
        ran_on = date.fromisoformat(cells["ran on"])
    except (KeyError, ValueError):
        return TableLine(line_number, fault="date", example=cells.get("started at", "")[:40])
    stretches = _stretches(cells)
    if not stretches:
        return TableLine(line_number, fault="time", example=cells.get("duration s", "")[:40])
    effort = number(cells.get("effort rpe", ""))
    content = RunContent(
        started_at=(started_at if started_at.tzinfo else started_at.replace(tzinfo=UTC)).astimezone(UTC),
        zone=cells.get("zone", "")[:64],
        ran_on=ran_on,
        stretches=stretches,
        surface=_member(Surface, cells.get("surface", "")),
        effort=round(effort) if effort is not None and 0 <= effort <= 10 else None,
        note=unmarked(cells.get("note", ""))[:NOTE_CHARACTERS] or None,
        sharing=_member(Sharing, cells.get("sharing", "")) or Sharing.ME,
        extras=frozenset(filter(None, (_member(Extra, one) for one in cells.get("extras", "").split()))),
        doubtful=cells.get("doubtful", "") == "1",
    )
    return TableLine(line_number, digest, content=content)


def _stretches(cells: Mapping[str, str]) -> tuple[Stretch, ...]:
    if told := cells.get("stretches", ""):
        return stretches_from(told)
    found = []
    for direction in Direction:
        seconds, metres = number(cells.get(f"{direction} s", "")), number(cells.get(f"{direction} m", ""))
        if seconds and seconds > 0:
            found.append(Stretch(direction, round(metres) if metres else None, round(seconds * 1000)))
    return tuple(found)


def _member(kind: type[_Kind], value: str) -> _Kind | None:
    return next((one for one in kind if one.value == value), None)
