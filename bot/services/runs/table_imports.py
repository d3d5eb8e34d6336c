"""Imports of tables: save their lines as runs, slice by slice.

A slice is one transaction, which also moves the position of the import. A process that is killed between two slices has
therefore lost nothing, and a slice that is read again is not saved again. The runs have no direction until their runner
gives one for all (`table_answers`), except those from this bot's own export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.limits import RUN_DISTANCE_M, RUN_DURATION_MS, RUNS_A_DAY
from bot.domain.runs.activity import FileReport
from bot.domain.runs.imported_runs import AHEAD, EARLIEST, When, untold, when
from bot.domain.runs.imported_runs import impossible as impossible_activity
from bot.domain.runs.run_measures import FASTEST_M_PER_S
from bot.domain.runs.runs import RunContent
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import TableHead
from bot.domain.text.free_text import if_any
from bot.errors import Conflict, NotFound
from bot.services.members.people import Person
from bot.services.runs.bulk_changes import NewRun, insert_many
from bot.services.runs.existing_runs import ExistingRuns
from db import models
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.runs import imports as import_queries
from db.queries.runs import table_imports as queries

FAULTS = 10
"""Unreadable lines that are listed; the others are counted."""
COUNTED = ("imported", "already", "not_run", "deleted", "unreadable", "noon")
"""What is counted: new runs, known ones, other sports, deleted ones, unreadable lines, new runs without a time of
day."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that could not be read: its number, the last part of its catalogue key, and the text, not escaped."""

    line: int
    reason: str
    example: str


@dataclass(frozen=True, slots=True)
class TableProgress:
    """An import of a table.

    Attributes:
        import_id: id of the import.
        filename: name of the file, unescaped.
        state: `asking` for the columns, `running`, `done`, `undone` or `dropped`.
        head: what the table is about; its `guess` is the matching that is used.
        next_line: position of the first line that is not saved yet.
        counts: number of lines by what they are, see `COUNTED`.
        faults: the first unreadable lines.
        runs: undeleted runs of this import.
        untold: those without a direction.
        zone_assumed: whether the runner's zone was not chosen by them, and no card has said so.
    """

    import_id: int
    filename: str
    state: str
    head: TableHead
    next_line: int
    counts: Mapping[str, int]
    faults: tuple[Fault, ...]
    runs: int = 0
    untold: int = 0
    zone_assumed: bool = False


async def begin(
    database: Database, person: Person, report: FileReport, *, interaction_id: int, number: int, now: datetime
) -> TableProgress:
    """Store a table that was read, or return the unfinished import of the same file.

    Args:
        database: database to write to.
        person: who imports.
        report: the report with the table.
        interaction_id: the command; with `number` the idempotency key.
        number: number of the table among those of the command, from 0.
        now: current time.
    """
    assert report.table is not None
    first_ordinal = (number + 1) * queries.ORDINALS
    async with database.write() as session:
        row = await queries.of_interaction(session, interaction_id, first_ordinal)
        row = row or await queries.unfinished(session, person.user_id, report.sha256)
        if row is None:
            values = {
                "interaction_id": interaction_id,
                "first_ordinal": first_ordinal,
                "user_id": person.user_id,
                "filename": report.filename[:120],
                "sha256": report.sha256,
                "state": "running" if report.table.clear else "asking",
                "head": report.table.as_json(),
                "next_line": 0,
                "counts": dict.fromkeys(COUNTED, 0),
                "faults": [],
                "content": report.content,
                "created_at": now,
                "changed_at": now,
            }
            row = await queries.insert_import(session, values)
        return await _progress(session, row)


async def progress(database: Database, import_id: int, user_id: int) -> TableProgress:
    """Return a member's own import.

    Raises:
        NotFound: it is not theirs, or does not exist.
    """
    async with database.read() as session:
        return await _progress(session, await owned(session, import_id, user_id))


async def content(database: Database, import_id: int, user_id: int) -> bytes:
    """Return the packed bytes of a table that is not at its end.

    Raises:
        NotFound: it is not theirs, or does not exist.
        Conflict: the import is done, or was dropped.
    """
    async with database.read() as session:
        row = await owned(session, import_id, user_id)
        if row.content is None:
            raise Conflict("tables.gone")
        return row.content


async def choose(database: Database, import_id: int, user_id: int, head: TableHead, now: datetime) -> TableProgress:
    """Store which column holds what, before the import begins.

    Raises:
        NotFound: it is not theirs, or does not exist.
        Conflict: the import has begun.
    """
    async with database.write() as session:
        row = await owned(session, import_id, user_id)
        if row.state != "asking":
            raise Conflict("tables.begun")
        row.head, row.changed_at = head.as_json(), now
        return await _progress(session, row)


async def start(database: Database, import_id: int, user_id: int, now: datetime) -> TableProgress:
    """Begin or continue an import.

    Raises:
        NotFound: it is not theirs, or does not exist.
        Conflict: it is done, was dropped, or its columns are not known.
    """
    async with database.write() as session:
        row = await owned(session, import_id, user_id)
        if row.content is None:
            raise Conflict("tables.gone")
        if not TableHead.from_json(row.head).guess.complete:
            raise Conflict("tables.incomplete")
        row.state, row.changed_at = "running", now
        return await _progress(session, row)


async def drop(database: Database, import_id: int, user_id: int, now: datetime) -> TableProgress:
    """Give up an import that has not begun.

    Raises:
        NotFound: it is not theirs, or does not exist.
        Conflict: it has begun.
    """
    async with database.write() as session:
        row = await owned(session, import_id, user_id)
        if row.state not in ("asking", "dropped"):
            raise Conflict("tables.begun")
        row.state, row.content, row.changed_at = "dropped", None, now
        return await _progress(session, row)


async def save_lines(
    database: Database, person: Person, import_id: int, at: int, lines: Sequence[TableLine], now: datetime
) -> TableProgress:
    """Save a slice of lines, unless it is saved already.

    Args:
        database: database to write to.
        person: who imports.
        import_id: id of the import.
        at: position of the first line.
        lines: the lines; none says that the table is at its end.
        now: current time.

    Raises:
        NotFound: it is not theirs, or does not exist.
        Conflict: the import was dropped or taken back, or another continues it.
        Unavailable: the database is locked or full; nothing was written.
    """
    async with database.write() as session:
        row = await owned(session, import_id, person.user_id)
        if row.state != "running" or row.next_line != at:
            raise Conflict("tables.elsewhere")
        counts = dict(row.counts)
        faults = list(row.faults)
        new = await _new_runs(session, person, row, lines, counts, faults, now)
        await insert_many(session, person, new, interaction_id=row.interaction_id, now=now, source="csv")
        row.counts, row.faults, row.changed_at = counts, faults, now
        row.next_line = at + len(lines)
        said = bool(new) and person.zone_assumed and not person.zone_told
        if not lines:
            row.state, row.content = "done", None
            said = counts["imported"] > 0 and person.zone_assumed and not person.zone_told
            if said:
                await people_queries.mark_zone_told(session, person.user_id)
        return replace(await _progress(session, row), zone_assumed=said)


async def owned(session: AsyncSession, import_id: int, user_id: int) -> models.TableImport:
    """Return a member's own import, locked; raise `NotFound` if it is somebody else's or does not exist."""
    row = await queries.import_of(session, import_id, user_id)
    if row is None:
        raise NotFound("tables.not_found")
    return row


async def _progress(session: AsyncSession, row: models.TableImport) -> TableProgress:
    runs, untold_runs = await queries.count_runs(session, row) if row.state in ("done", "undone") else (0, 0)
    return TableProgress(
        row.import_id,
        row.filename,
        row.state,
        TableHead.from_json(row.head),
        row.next_line,
        row.counts,
        tuple(Fault(*fault) for fault in row.faults),
        runs,
        untold_runs,
    )


async def _new_runs(
    session: AsyncSession,
    person: Person,
    row: models.TableImport,
    lines: Sequence[TableLine],
    counts: dict[str, int],
    faults: list[list[Any]],
    now: datetime,
) -> list[NewRun]:
    """Return the runs among the lines that do not exist yet; count the others."""
    read: list[tuple[int, TableLine, RunContent]] = []
    for ordinal, line in enumerate(lines, start=row.first_ordinal + row.next_line):
        fault = line.fault
        if line.not_run or line.deleted:
            counts["not_run" if line.not_run else "deleted"] += 1
            continue
        found = _content(line, person)
        if fault is None:
            fault = "empty" if found is None else _impossible(line, found, now)
        if fault is not None or found is None:
            _unreadable(counts, faults, line, fault or "empty")
            continue
        read.append((ordinal, line, found))
    if not read:
        return []
    there = await ExistingRuns.near(session, row, [content.ran_on for *_, content in read])
    digests = await import_queries.known_files(session, person.user_id, [line.digest for _, line, _ in read])
    new = []
    for ordinal, line, found in read:
        # The lines of this bot's own export are different runs, even if they look the same: all were logged.
        own = line.content is not None
        if (line.digest in digests and not own) or there.has(found, dated_only=line.dated_only, besides_new=own):
            counts["already"] += 1
            continue
        if there.count(found.ran_on) >= RUNS_A_DAY:
            _unreadable(counts, faults, line, "crowded")
            continue
        if line.dated_only:
            found = there.moved(found)
        there.add(found, dated_only=line.dated_only)
        digests.add(line.digest)
        counts["imported"] += 1
        counts["noon"] += line.dated_only
        new.append(NewRun(found, ordinal, _recording(row.filename, line, found)))
    return new


def _unreadable(counts: dict[str, int], faults: list[list[Any]], line: TableLine, fault: str) -> None:
    counts["unreadable"] += 1
    if len(faults) < FAULTS:
        faults.append([line.number, fault, line.example])


def _content(line: TableLine, person: Person) -> RunContent | None:
    if line.content is not None:
        return _exported(line.content, person)
    if line.activity is None:
        return None
    start = _start(line, person.reader.zone)
    return RunContent(
        started_at=start.started_at,
        zone=start.zone,
        ran_on=start.ran_on,
        stretches=untold(line.activity),
        surface=line.activity.surface,
        sharing=person.sharing,
    )


def _start(line: TableLine, home: str) -> When:
    assert line.activity is not None
    return when(line.activity, home)


def _exported(run: RunContent, person: Person) -> RunContent:
    """Return an exported run as it can be stored: a file can be edited."""
    zone = run.zone if _is_zone(run.zone) else person.reader.zone
    ran_on = run.started_at.astimezone(ZoneInfo(zone)).date()
    return replace(run, zone=zone, ran_on=ran_on, note=if_any(run.note), spotter_id=None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def _impossible(line: TableLine, content: RunContent, now: datetime) -> str | None:
    """Return why a line cannot be a run, or None."""
    if line.activity is not None:
        return impossible_activity(line.activity, content.started_at, now)
    metres, ms = content.distance_m or 0, content.duration_ms
    if not EARLIEST <= content.started_at <= now + AHEAD:
        return "clock"
    if ms > RUN_DURATION_MS or metres > RUN_DISTANCE_M or metres * 1000 > ms * FASTEST_M_PER_S:
        return "beyond"
    return None


def _recording(filename: str, line: TableLine, content: RunContent) -> dict[str, Any]:
    totals = {
        "sport": "run",
        "sport_name": line.activity.sport_name if line.activity else "",
        "distance_m": content.distance_m,
        "duration_ms": content.duration_ms,
        "elapsed_ms": content.duration_ms,
        "utc_offset_s": line.activity.utc_offset_s if line.activity else None,
    }
    laps = [{"distance_m": s.distance_m, "duration_ms": s.duration_ms} for s in content.stretches]
    return {"sha256": line.digest, "filename": filename, "totals": totals, "laps": laps, "series": None}
