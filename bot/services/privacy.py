"""Everything about one person: out, or gone."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.naming import without_anybody
from bot.domain.runs import Direction, SpotterState
from bot.services import contacts, forgetting, standings
from bot.services.runs import PublicCard
from db.engine import Database
from db.queries import privacy as queries
from db.queries import runs as run_queries
from db.queries import spotting

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


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and what Discord still shows of it.

    Attributes:
        runs: how many were erased.
        cards: public messages that showed them; to be deleted.
        redraw: others' runs that named the person as spotter; their public cards are to be drawn again.
    """

    runs: int
    cards: tuple[PublicCard, ...]
    redraw: tuple[int, ...]


async def export(database: Database, user_id: int) -> Export:
    """Everything kept about a person, from every table.

    Other people are in it by name alone, and only a spotter who agreed, and those of one's own lists; runs of others
    that name this person are listed by date. What others have said of this person to themselves is not in it: whom
    they block or trust, and the alarms they pressed quietly.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    guild_ids: set[int] = set()
    named: dict[int | None, set[int]] = defaultdict(set)
    async with database.read() as session:
        statements = {
            **queries.rows_about(user_id),
            "quiet_alarms": queries.quiet_alarms_of(user_id),
            "asked": queries.asked_as_contact(user_id),
            "spotted": queries.spotted_by(user_id),
        }
        for name, statement in statements.items():
            tables[name] = []
            async for rows in queries.in_portions(session, statement):
                tables[name] += rows
                guild_ids |= {row["guild_id"] for row in rows if row.get("guild_id") is not None}
                for row in rows if name == "runs" else ():
                    named[row["guild_id"]] |= {row["spotter_id"]} - {None}
        clubs = await queries.club_names(session, sorted(guild_ids))
        spotters = {
            guild_id: await run_queries.display_names(session, guild_id, sorted(user_ids))
            for guild_id, user_ids in named.items()
        }
    # Many runs with their series are megabytes of text: written on a thread, a run at a time.
    return await asyncio.to_thread(_write, tables, clubs, spotters, user_id)


async def erase(database: Database, user_id: int, now: datetime) -> Erased:
    """Take every trace of a person out of every table and off every board. Nobody and nothing brings it back.

    Raises:
        Conflict: out with a partner, or somebody of the same outing still is; nothing was erased.
    """
    found = await forgetting.find_messages(database, user_id)
    async with database.write() as session:
        await queries.hold_runs(session, user_id)
        await forgetting.leave_outings(session, user_id, now)
        await forgetting.stop_reminders(session, user_id)
        await forgetting.forget_in_queues(session, user_id, found)
        await contacts.withdraw_everywhere(session, user_id, now)
        cards = await queries.cards_about(session, user_id)
        redraw = await queries.forget_spotter(session, user_id)
        others = await spotting.credits_given_by(session, user_id)
        await standings.forget(session, user_id)
        runs = await queries.erase_rows(session, user_id)
        for guild_id, spotter_id, ran_on in others:
            await standings.move_spotting(session, guild_id, spotter_id, {ran_on})
    return Erased(runs, tuple(PublicCard(card.channel_id, card.message_id) for card in cards), tuple(redraw))


def _write(
    tables: Mapping[str, list[dict[str, Any]]],
    clubs: Mapping[int, str],
    spotters: Mapping[int | None, Mapping[int, str]],
    user_id: int,
) -> Export:
    """The two files, from every row in plain values."""
    parts: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for name in ("stretches", "revisions", "cards", "recordings"):
        parts[name] = defaultdict(list)
        for row in tables[name]:
            parts[name][row["run_id"]].append(row)
    lines, runs = [], []
    for run in tables["runs"]:
        named = spotters.get(run["guild_id"], {})
        known = {**run, "club": clubs.get(run["guild_id"], "")}
        whole = _without_others(known, named)
        for name, of_run in parts.items():
            whole[name] = [_without_others(row, named) for row in of_run[run["run_id"]]]
        lines.append(_line(whole))
        runs.append(json.dumps(whole, default=_text, ensure_ascii=False))
    about = {
        "settings": tables["users"],
        "memberships": [{**row, "club": clubs.get(row["guild_id"], "")} for row in tables["members"]],
        **{name: tables[name] for name in ("standings", "weekly_goals", "pauses", "repairs", "nudge_choices")},
        **_about_partners(tables, clubs, user_id),
        "asked_to_be_a_contact": tables["asked"],
        "spotted_for_others": tables["spotted"],
    }
    head = json.dumps(about, default=_text, ensure_ascii=False, indent=1)
    whole_json = (head.removesuffix("\n}") + ',\n "runs": [\n' + ",\n".join(runs) + "\n ]\n}\n").encode()
    return Export(_csv(lines), whole_json, _packed(whole_json) if len(whole_json) > PACK_ABOVE_BYTES else None)


def _packed(content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("backpedal.json", content)
    return archive.getvalue()


def _about_partners(
    tables: Mapping[str, list[dict[str, Any]]], clubs: Mapping[int, str], user_id: int
) -> dict[str, object]:
    """Outings, ties, contacts, rounds, messages: all of one's own, nothing of the others."""
    places = {row["outing_id"]: row for row in tables["companions"]}
    missed = {row["outing_id"]: row["missed_on"] for row in tables["no_shows"]}
    rounds = {row["round_id"]: row for row in tables["rounds"]}
    outings = []
    for row in tables["outings"]:
        place = places.get(row["outing_id"])
        mine = {name: row[name] for name in OF_AN_OUTING}
        mine |= {"club": clubs.get(row["guild_id"], ""), "called_by_me": row["caller_id"] == user_id}
        if place is not None and place["presence"] == "in":
            mine["detail"] = row["detail"]
        if row["resolved_by"] == user_id:
            mine["resolution"] = row["resolution"]
        outings.append({**mine, "my_place": place, "missed_on": missed.get(row["outing_id"])})
    messages = [
        {name: without_anybody(row[name]) for name in OF_A_MESSAGE if name in row}
        for table in ("due", "deliveries", "quiet_alarms")
        for row in tables[table]
    ]
    alarms = []
    for row in tables["unsafe_alarms"]:
        mine = {"outing_id": row["outing_id"], "closed_at": row["closed_at"]}
        if row["user_id"] == user_id:
            mine |= {"raised_at": row["raised_at"], "taken_at": row["taken_at"]}
        if row["closed_by_user_id"] == user_id:
            mine["resolution"] = row["resolution"]
        alarms.append(mine)
    return {
        "outings": outings,
        **({"unsafe_alarms": alarms} if alarms else {}),
        "ties": _leave_out(tables["ties"], "other_id"),
        "contacts": _leave_out(tables["contacts"], "contact_id"),
        "questions": [{"kind": row["kind"], "asked_at": row["asked_at"]} for row in tables["questions"]],
        "availabilities": [{**row, "club": clubs.get(row["guild_id"], "")} for row in tables["availabilities"]],
        "rounds": [{**row, "monday": rounds[row["round_id"]]["monday"]} for row in tables["round_places"]],
        "spotted": [{**row, "club": clubs.get(row["guild_id"], "")} for row in tables["spottings"]],
        "reminders": [{**row, "club": clubs.get(row["guild_id"], "")} for row in tables["reminders"]],
        "reminders_done": tables["reminders_done"],
        "messages": messages,
    }


def _leave_out(rows: Sequence[Mapping[str, Any]], column: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != column} for row in rows]


def _without_others(row: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """A row as its owner may take it along: a spotter by name, and only one who agreed."""
    plain = dict(row)
    if "spotter_id" in plain:
        spotter_id, name = plain.pop("spotter_id"), plain.pop("spotter_name", None)
        agreed = plain.get("spotter_state") == SpotterState.AGREED
        plain["spotter"] = names.get(spotter_id, name) if agreed else None
    if isinstance(plain.get("before"), dict):
        plain["before"] = _without_others(plain["before"], names)
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


def _csv(lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def _text(value: object) -> str:
    """What JSON has no form for."""
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
