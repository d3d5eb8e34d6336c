"""Everything about one person, to take along.

Rows are read in portions, and a thread turns each portion into text before the next one is read. Rows kept until the
end would be several hundred thousand objects, and one pass of the garbage collector over them stops every thread.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.payload_redaction import without_anybody
from bot.domain.runs.runs import Direction, SpotterState
from db.engine import Database
from db.queries.privacy import privacy as queries
from db.queries.runs import runs as run_queries

PACK_ABOVE_BYTES = 4_000_000
"""JSON above this goes out zipped (about a tenth): Discord takes 10 MB a message."""

COLUMNS = (
    "ran_on", "started_at", "zone", "distance_m", "duration_s", "backward_m", "backward_s", "forward_m", "forward_s",
    "untold_m", "untold_s", "surface", "spotter", "effort_rpe", "note", "sharing", "club", "source", "review",
    "deleted_at",
)  # fmt: skip
"""One line a run: metres, seconds, UTC instants, and the local date in the run's own zone."""

OF_AN_OUTING = (
    "outing_id", "guild_id", "state", "terms", "starts_at", "zone", "place", "surface", "solo", "backward_per_spotter",
    "places", "distance_m", "pace_s_per_km", "planned_ms", "audience", "started_at", "due_back_at", "swapped_at",
    "extended_min", "ended_at", "created_at",
)  # fmt: skip
"""What of an outing anybody who was in it may take along: nothing that one of the others alone has said or done."""
OF_A_MESSAGE = (
    "kind", "subject_id", "guild_id", "payload", "fire_at", "destination", "state", "attempts", "due_at", "created_at",
    "sent_at",
)  # fmt: skip
"""What of something due, or of a message, its recipient may take along: not in which key others' ids may stand."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """Everything about a person.

    Attributes:
        csv: the runs (UTF-8 with a mark for spreadsheets).
        json: all of it.
        packed: the JSON as a ZIP archive, where it is large.
    """

    csv: bytes
    json: bytes
    packed: bytes | None = None

    def files(self) -> tuple[tuple[str, bytes], ...]:
        """(name, bytes) as they go out."""
        whole = ("backpedal.json", self.json) if self.packed is None else ("backpedal.json.zip", self.packed)
        return ("backpedal-runs.csv", self.csv), whole


async def export(database: Database, user_id: int) -> Export:
    """Everything kept about a person, from every table.

    Other people are in it by name alone, and only a spotter who agreed, and those of one's own lists; runs of others
    that name this person are listed by date. What others have said of this person to themselves is not in it: whom
    they block or trust, and the alarms they pressed quietly.
    """
    files = _Files(user_id)
    async with database.read() as session:
        files.spotters = await _spotters(session, user_id)
        statements = queries.rows_about(user_id)
        for section, (tables, plain) in _SECTIONS.items():
            if section not in ONLY_WHERE_ANY:
                files.add(section, ())
            for table in tables:
                async for rows in queries.in_portions(session, statements[table]):
                    guild_ids = {row["guild_id"] for row in rows if row.get("guild_id") is not None}
                    if unknown := sorted(guild_ids - files.clubs.keys()):
                        files.clubs |= dict.fromkeys(unknown, "") | await queries.club_names(session, unknown)
                    whole = await _with_parts(session, table, rows, user_id)
                    await asyncio.to_thread(files.add, section, (plain(files, row) for row in whole))
    return await asyncio.to_thread(files.done)


async def _spotters(session: AsyncSession, user_id: int) -> dict[int | None, dict[int, str]]:
    """The names of those whom this person's runs name as spotter, by club."""
    named: dict[int | None, list[int]] = defaultdict(list)
    for guild_id, spotter_id in await queries.spotters_named_by(session, user_id):
        named[guild_id].append(spotter_id)
    return {guild_id: await run_queries.display_names(session, guild_id, ids) for guild_id, ids in named.items()}


async def _with_parts(session: AsyncSession, table: str, rows: Sequence[Row], user_id: int) -> Iterable[Row]:
    """The rows, each with the rows that belong to it under the names of their tables."""
    if table not in queries.WITH_PARTS:
        return rows
    key = queries.WITH_PARTS[table]
    parts = {
        name: [row async for some in queries.in_portions(session, statement) for row in some]
        for name, statement in queries.parts_of(table, [row[key] for row in rows], user_id).items()
    }
    return _joined(rows, parts, key)


def _joined(rows: Sequence[Row], parts: Mapping[str, Sequence[Row]], key: str) -> Iterator[Row]:
    by_key: dict[str, dict[int, list[Row]]] = {name: defaultdict(list) for name in parts}
    for name, of_all in parts.items():
        for part in of_all:
            by_key[name][part[key]].append(part)
    for row in rows:
        yield {**row, **{name: found[row[key]] for name, found in by_key.items()}}


class _Files:
    """The two files while they grow. One thread at a time.

    Attributes:
        user_id: whose.
        clubs: names of clubs; "" for one that is not known any more.
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
        """Write values of a section, which begins where another was written before."""
        if section != self._section:
            self._json.write((b"\n ],\n " if self._section else b"{\n ") + json.dumps(section).encode() + b": [")
            self._section, self._separator = section, b"\n  "
        for value in values:
            text = json.dumps(value, default=_text, ensure_ascii=False)
            self._json.write(self._separator + text.encode())
            self._separator = b",\n  "

    def add_line(self, run: Row) -> None:
        """Write a run's line of the table."""
        self._lines.writerow(_line(run))

    def done(self) -> Export:
        """Both, complete."""
        self._json.write(b"\n ]\n}\n")
        self._text.flush()
        whole = self._json.getvalue()
        return Export(self._csv.getvalue(), whole, _packed(whole) if len(whole) > PACK_ABOVE_BYTES else None)


def _packed(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("backpedal.json", content)
    return archive.getvalue()


def _as_it_is(_files: _Files, row: Row) -> Row:
    return row


def _with_club(files: _Files, row: Row) -> Row:
    return {**row, "club": files.clubs.get(row["guild_id"], "")}


def _besides(*columns: str) -> Callable[[_Files, Row], Row]:
    """All but some columns."""
    return lambda _files, row: {name: value for name, value in row.items() if name not in columns}


def _outing(files: _Files, row: Row) -> Row:
    place: Row | None = next(iter(row["companions"]), None)
    mine = {name: row[name] for name in OF_AN_OUTING}
    mine |= {"club": files.clubs.get(row["guild_id"], ""), "called_by_me": row["caller_id"] == files.user_id}
    if place is not None and place["presence"] == "in":
        mine["detail"] = row["detail"]
    if row["resolved_by"] == files.user_id:
        mine["resolution"] = row["resolution"]
    missed_on = next((missed["missed_on"] for missed in row["no_shows"]), None)
    return {**mine, "my_place": place, "missed_on": missed_on}


def _alarm(files: _Files, row: Row) -> Row:
    mine = {"outing_id": row["outing_id"], "closed_at": row["closed_at"]}
    if row["user_id"] == files.user_id:
        mine |= {"raised_at": row["raised_at"], "taken_at": row["taken_at"]}
    if row["closed_by_user_id"] == files.user_id:
        mine["resolution"] = row["resolution"]
    return mine


def _question(_files: _Files, row: Row) -> Row:
    return {"kind": row["kind"], "asked_at": row["asked_at"]}


def _message(_files: _Files, row: Row) -> Row:
    return {name: without_anybody(row[name]) for name in OF_A_MESSAGE if name in row}


def _run(files: _Files, row: Row) -> Row:
    """A run with its parts; it is written into the table, too."""
    named = files.spotters.get(row["guild_id"], {})
    whole = _without_others(_with_club(files, row), named)
    for name in queries.PARTS_OF_A_RUN:
        whole[name] = [_without_others(part, named) for part in row[name]]
    files.add_line(whole)
    return whole


def _without_others(row: Row, names: Mapping[int, str]) -> dict[str, Any]:
    """A row as its owner may take it along: a spotter by name, and only one who agreed."""
    plain = dict(row)
    if "spotter_id" in plain:
        spotter_id, name = plain.pop("spotter_id"), plain.pop("spotter_name", None)
        agreed = plain.get("spotter_state") == SpotterState.AGREED
        plain["spotter"] = names.get(spotter_id, name) if agreed else None
    if isinstance(plain.get("before"), dict):
        plain["before"] = _without_others(plain["before"], names)
    for name in queries.UNREAD & plain.keys():
        plain[name] = json.loads(plain[name])
    if isinstance(plain.get("series"), bytes):
        plain["series"] = json.loads(zlib.decompress(plain["series"]))
    return plain


def _line(run: Mapping[str, Any]) -> list[object]:
    sums: dict[str, object] = {}
    for direction in Direction:
        mine = [s for s in run["stretches"] if s["direction"] == direction]
        known = [s["distance_m"] for s in mine if s["distance_m"] is not None]
        sums[f"{direction.value}_m"] = sum(known) if known else ""
        sums[f"{direction.value}_s"] = sum(s["duration_ms"] for s in mine) / 1000 if mine else ""
    values = {**run, **sums, "duration_s": run["duration_ms"] / 1000, "effort_rpe": run["effort"]}
    return [_cell(values[name]) for name in COLUMNS]


def _cell(value: object) -> object:
    """A cell; text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _text(value: object) -> str:
    """What JSON has no form for."""
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


_SECTIONS: Mapping[str, tuple[tuple[str, ...], Callable[[_Files, Row], Row]]] = {
    "settings": (("users",), _as_it_is),
    "memberships": (("members",), _with_club),
    **{name: ((name,), _as_it_is) for name in ("standings", "weekly_goals", "pauses", "repairs", "nudge_choices")},
    "outings": (("outings",), _outing),
    "unsafe_alarms": (("unsafe_alarms",), _alarm),
    "ties": (("ties",), _besides("other_id")),
    "contacts": (("contacts",), _besides("contact_id")),
    "questions": (("questions",), _question),
    "availabilities": (("availabilities",), _with_club),
    "rounds": (("round_places",), _as_it_is),
    "spotted": (("spottings",), _with_club),
    "reminders": (("reminders",), _with_club),
    "reminders_done": (("reminders_done",), _as_it_is),
    "messages": (("due", "deliveries", "quiet_alarms"), _message),
    "asked_to_be_a_contact": (("asked",), _as_it_is),
    "spotted_for_others": (("spotted",), _as_it_is),
    "runs": (("runs",), _run),
}
"""The sections of the JSON file in their order: whence the rows come, and what of each is taken along."""
ONLY_WHERE_ANY = frozenset({"unsafe_alarms"})
"""Sections that are left out where they are empty."""
