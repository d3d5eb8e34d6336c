"""What one line of a table of runs says."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.runs.activity import Activity
from bot.domain.runs.runs import RunContent


@dataclass(frozen=True, slots=True)
class TableLine:
    """What one line of a table says: a run, another sport, a deleted run, or nothing that can be read.

    Attributes:
        number: number of the line in the file, from 1; the headings are usually line 1.
        digest: SHA-256 of its cells, so that the same line is recognised in another export.
        activity: the run, or None.
        content: the whole run as this bot exported it, or None.
        dated_only: the line has no time of day; the run is set to noon.
        not_run: it is another sport.
        deleted: it is a run that was deleted before it was exported.
        fault: last part of a catalogue key under `tables.fault`, or None.
        example: the text that could not be read, shortened and not escaped.
    """

    number: int
    digest: str = ""
    activity: Activity | None = None
    content: RunContent | None = None
    dated_only: bool = False
    not_run: bool = False
    deleted: bool = False
    fault: str | None = None
    example: str = ""
