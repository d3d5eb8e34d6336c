"""Export of everything stored about one member.

Rows are read in portions, and a thread turns each portion into text before the next one is read. Keeping all rows until
the end would mean several hundred thousand objects, and one garbage collection of them stops every thread.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.payload_redaction import without_anybody
from bot.domain.runs.export_columns import marked, stretches_text
from bot.domain.runs.runs import Direction, SpotterState
from db.engine import Database
from db.personal_data import ExportedWith, JsonContent, columns_declared, exported_columns
from db.queries.privacy import exported_rows as queries
from db.queries.runs import runs as run_queries

PACK_ABOVE_BYTES = 4_000_000
"""Size above which the JSON is zipped (to about a tenth): Discord accepts 10 MB a message."""

COLUMNS = (
    "ran_on", "started_at", "zone", "distance_m", "duration_s", "backward_m", "backward_s", "forward_m", "forward_s",
    "untold_m", "untold_s", "surface", "spotter", "effort_rpe", "note", "sharing", "club", "source", "review",
    "deleted_at", "stretches", "extras", "doubtful",
)  # fmt: skip
"""CSV columns, one line a run: metres, seconds, UTC instants, and the local date in the run's own zone. The last three
are for `/runs import`, which reads the file back (`bot.files.own_export`)."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything stored about a member.

    Attributes:
        csv: runs (UTF-8 with a byte order mark for spreadsheets).
        json: everything.
        packed: the JSON as a ZIP archive, if it is large.
    """

    csv: bytes
    json: bytes
    packed: bytes | None = None

    def files(self) -> tuple[tuple[str, bytes], ...]:
        """Return (name, bytes) of the files to send."""
        whole = ("backpedal.json", self.json) if self.packed is None else ("backpedal.json.zip", self.packed)
        return ("backpedal-runs.csv", self.csv), whole


async def export(database: Database, user_id: int) -> Export:
    """Export everything stored about a member, from every table.

    Other people appear by name only: spotters who agreed, and those on the member's own lists. Others' runs that name
    the member are listed by date. Private records of others about the member are excluded: blocks, trust and quiet
    alarms.
    """
    files = _Files(user_id)
    async with database.read() as session:
        files.spotters = await _spotters(session, user_id)
        for section, sources in _sections(user_id).items():
            if section not in ONLY_WHERE_ANY:
                files.add(section, ())
            for table, statement in sources:
                async for rows in queries.in_portions(session, statement):
                    guild_ids = {row["guild_id"] for row in rows if row.get("guild_id") is not None}
                    if unknown := sorted(guild_ids - files.clubs.keys()):
                        files.clubs |= dict.fromkeys(unknown, "") | await queries.club_names(session, unknown)
                    whole = rows if table is None else await _with_parts(session, table, rows, user_id)
                    await asyncio.to_thread(files.add, section, (_plain(files, table, row) for row in whole))
    return await asyncio.to_thread(files.done)


def _sections(user_id: int) -> Mapping[str, Sequence[tuple[Table | None, queries.Rows]]]:
    """Return the sections of the JSON file, each with its tables and statements; the table is None for `rows_told`."""
    sections: defaultdict[str, list[tuple[Table | None, queries.Rows]]] = defaultdict(list)
    for table, statement in (*queries.rows_about(user_id), queries.quiet_alarms_of(user_id)):
        sections[_NAMES.get(table.name, table.name)].append((table, statement))
    for name, statement in queries.rows_told(user_id):
        sections[name].append((None, statement))
    return sections


async def _spotters(session: AsyncSession, user_id: int) -> dict[int | None, dict[int, str]]:
    """Return the names of spotters in the member's runs, by club."""
    named: dict[int | None, list[int]] = defaultdict(list)
    for guild_id, spotter_id in await queries.spotters_named_by(session, user_id):
        named[guild_id].append(spotter_id)
    return {guild_id: await run_queries.display_names(session, guild_id, ids) for guild_id, ids in named.items()}


async def _with_parts(session: AsyncSession, table: Table, rows: Sequence[Row], user_id: int) -> Iterable[Row]:
    """Return the rows, each with its dependent rows under the names of their tables."""
    whole = [dict(row) for row in rows]
    for part, key, pointed_at, statement in queries.parts_of(table, rows, user_id):
        found: defaultdict[Any, list[Row]] = defaultdict(list)
        async for some in queries.in_portions(session, statement):
            for one in some:
                found[one[key]].append(one)
        for row in whole:
            row[part.name] = found[row[pointed_at]]
    return whole


class _Files:
    """The two files while they are written, by one thread at a time.

    Attributes:
        user_id: member whose data it is.
        clubs: names of clubs; "" for an unknown club.
        spotters: names of spotters, by club.
    """

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.clubs: dict[int, str] = {}
        self.spotters: Mapping[int | None, Mapping[int, str]] = {}
        self._json = io.BytesIO()
        self._section, self._separator = "", b""
        self._csv = io.BytesIO()
        self._text = io.TextIOWrapper(self._csv, "utf-8-sig", newline="")
        self._lines = csv.writer(self._text)
        self._lines.writerow(COLUMNS)

    def add(self, section: str, values: Iterable[object]) -> None:
        """Write values of a section, and open it if the previous values were of another one."""
        if section != self._section:
            self._json.write((b"\n ],\n " if self._section else b"{\n ") + json.dumps(section).encode() + b": [")
            self._section, self._separator = section, b"\n  "
        for value in values:
            text = json.dumps(value, default=_text, ensure_ascii=False)
            self._json.write(self._separator + text.encode())
            self._separator = b",\n  "

    def add_line(self, run: Row) -> None:
        """Write a run's line of the CSV."""
        self._lines.writerow(_line(run))

    def done(self) -> Export:
        """Return both files, complete."""
        self._json.write(b"\n ]\n}\n")
        self._text.flush()
        whole = self._json.getvalue()
        return Export(self._csv.getvalue(), whole, _packed(whole) if len(whole) > PACK_ABOVE_BYTES else None)


def _packed(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("backpedal.json", content)
    return archive.getvalue()


def _plain(files: _Files, table: Table | None, row: Row) -> Row:
    """Return a row in its exported form."""
    if table is None:
        return row
    return _SPECIAL[table.name](files, table, row) if table.name in _SPECIAL else _declared(table, row)


def _declared(table: Table, row: Row) -> dict[str, Any]:
    """Return the declared columns of a row and of its dependent rows."""
    plain = {name: row[name] for name in exported_columns(table)}
    for _, along in columns_declared(table, ExportedWith):
        plain |= {name: row[name] for name in along.columns}
    for column, said in columns_declared(table, JsonContent):
        if column.name in plain:
            content = plain[column.name]
            if said.large and content is not None:
                content = json.loads(content)
            plain[column.name] = without_anybody(content) if said.people else content
    for part, *_ in queries.following(table):
        plain[part.name] = [_declared(part, one) for one in row[part.name]]
    return plain


def _with_club(files: _Files, table: Table, row: Row) -> dict[str, Any]:
    return {**_declared(table, row), "club": files.clubs.get(row["guild_id"], "")}


def _outing(files: _Files, table: Table, row: Row) -> Row:
    mine = _with_club(files, table, row)
    place: Row | None = next(iter(mine.pop("companions")), None)
    missed_on = next((missed["missed_on"] for missed in mine.pop("no_shows")), None)
    mine["called_by_me"] = row["caller_id"] == files.user_id
    if place is not None and place["presence"] == "in":
        mine["detail"] = row["detail"]
    if row["resolved_by"] == files.user_id:
        mine["resolution"] = row["resolution"]
    return {**mine, "my_place": place, "missed_on": missed_on}


def _alarm(files: _Files, _table: Table, row: Row) -> Row:
    mine = {"outing_id": row["outing_id"], "closed_at": row["closed_at"]}
    if row["user_id"] == files.user_id:
        mine |= {"raised_at": row["raised_at"], "taken_at": row["taken_at"]}
    if row["closed_by_user_id"] == files.user_id:
        mine["resolution"] = row["resolution"]
    return mine


def _run(files: _Files, table: Table, row: Row) -> Row:
    """Return a run with its parts, and write its CSV line."""
    names = files.spotters.get(row["guild_id"], {})
    whole = {**_with_club(files, table, row), "spotter": _spotter(row, names)}
    for revision, plain in zip(row["revisions"], whole["revisions"], strict=True):
        if before := revision["before"]:
            others = ("spotter_id", "spotter_name")
            kept = {name: value for name, value in before.items() if name not in others}
            plain["before"] = {**kept, "spotter": _spotter(before, names)} if "spotter_id" in before else kept
    for recording in whole["recordings"]:
        if recording["series"] is not None:
            recording["series"] = json.loads(zlib.decompress(recording["series"]))
    files.add_line(whole)
    return whole


def _spotter(run: Row, names: Mapping[int, str]) -> str | None:
    """Return the name of a run's spotter, if they agreed."""
    if run.get("spotter_state") != SpotterState.AGREED:
        return None
    return names.get(run["spotter_id"], run.get("spotter_name"))


def _line(run: Mapping[str, Any]) -> list[object]:
    sums: dict[str, object] = {}
    for direction in Direction:
        mine = [s for s in run["stretches"] if s["direction"] == direction]
        known = [s["distance_m"] for s in mine if s["distance_m"] is not None]
        sums[f"{direction.value}_m"] = sum(known) if known else ""
        sums[f"{direction.value}_s"] = sum(s["duration_ms"] for s in mine) / 1000 if mine else ""
    values = {
        **run,
        **sums,
        "duration_s": run["duration_ms"] / 1000,
        "effort_rpe": run["effort"],
        "stretches": stretches_text(run["stretches"]),
        "extras": " ".join(run["extras"]),
        "doubtful": int(run["doubtful"]),
    }
    return [_cell(values[name]) for name in COLUMNS]


def _cell(value: object) -> object:
    """Return a CSV cell; text that a spreadsheet would read as a formula is marked as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return marked(value)
    return "" if value is None else value


def _text(value: object) -> str:
    """Return the text of a value that JSON cannot represent."""
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


_NAMES = {
    "users": "settings", "members": "memberships", "round_places": "rounds", "spottings": "spotted",
    "due": "messages", "deliveries": "messages",
}  # fmt: skip
"""Sections with a name other than their table's."""
_SPECIAL: Mapping[str, Callable[[_Files, Table, Row], Row]] = {
    **dict.fromkeys(("members", "availabilities", "spottings", "reminders"), _with_club),
    "outings": _outing,
    "unsafe_alarms": _alarm,
    "runs": _run,
}
"""Tables whose export differs from what their columns declare, because it depends on the member."""
ONLY_WHERE_ANY = frozenset({"unsafe_alarms"})
"""Sections that are left out if empty."""
