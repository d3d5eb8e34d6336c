"""Nothing of a person stays behind, nothing is left out of an export, and no new table slips past either."""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import privacy
from db.base import Base
from db.engine import Database
from db.models import (
    Availability,
    Card,
    Companion,
    Contact,
    Delivery,
    Done,
    Due,
    Guild,
    MeetingPoint,
    Member,
    NoShow,
    NudgeChoice,
    Outing,
    OutingPress,
    Pause,
    Recording,
    Remembered,
    Reminder,
    Repair,
    Revision,
    Round,
    RoundPlace,
    Run,
    Spotting,
    Standing,
    Stretch,
    Tie,
    User,
    WeeklyGoal,
)
from db.queries.privacy import IMPERSONAL, NAMING

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ALICE, BOB, CLUB = 711_111_111_111_111_111, 722_222_222_222_222_222, 900
CARL = 733_333_333_333_333_333
TRACES = (str(ALICE), "Alice", "alices secret", "alice.fit")

HARMLESS_JSON = {
    ("guilds", "solo_surfaces"),
    ("runs", "extras"),
    ("recordings", "totals"),
    ("recordings", "laps"),
    ("members", "role_ids"),
    ("availabilities", "windows"),
    ("availabilities", "places"),
    ("availabilities", "wishes"),
    ("reminders", "schedule"),
    ("reminders", "readings"),
}
"""JSON that names nobody."""

NAMES_SOMEBODY = (
    "user", "spotter", "member", "runner", "author", "owner", "display_name", "caller", "resolved_by", "resolution",
    "contact", "other",
)  # fmt: skip
"""A column with one of these in its name is taken to name a person."""
HARMLESS = {
    ("runs", "spotter_state"),
    ("guilds", "spotter_role_id"),
    ("guilds", "backward_per_spotter"),
    ("outings", "backward_per_spotter"),
}
"""Columns that only sound like it."""


async def fill(database: Database) -> None:
    """Alice and Bob, a run each, each naming the other as spotter, with everything a run can have."""
    async with database.write() as session:
        await session.execute(insert(Guild).values(guild_id=CLUB, name="Krebsgang", owner_id=ALICE, created_at=NOW))
        await session.execute(insert(Remembered).values(name="synced:1", value="abc"))
        for run_id, user_id, name, other, other_name in (
            (1, ALICE, "Alice", BOB, "Bob"),
            (2, BOB, "Bob", ALICE, "Alice"),
        ):
            await session.execute(insert(User).values(user_id=user_id, weight_kg=61.5, created_at=NOW))
            await session.execute(insert(Member).values(guild_id=CLUB, user_id=user_id, display_name=name, seen_at=NOW))
            run = {
                "zone": "Europe/Berlin",
                "distance_m": 5000,
                "duration_ms": 1_650_000,
                "surface": "road",
                "spotter_id": other,
                "spotter_name": other_name,
                "spotter_state": "agreed",
                "effort": 5,
                "note": f"={name.lower()}s secret",
                "sharing": "club",
                "extras": ["note"],
            }
            await session.execute(
                insert(Run).values(
                    run_id=run_id, interaction_id=run_id, user_id=user_id, guild_id=CLUB, started_at=NOW,
                    ran_on=date(2026, 11, 18), source="fit", counted=True, revision=2, created_at=NOW, **run,
                )
            )  # fmt: skip
            await session.execute(
                insert(Stretch).values(
                    run_id=run_id, position=0, direction="backward", distance_m=5000, duration_ms=1_650_000
                )
            )
            for revision, before in ((1, None), (2, {**run, "started_at": NOW.isoformat(), "stretches": []})):
                await session.execute(
                    insert(Revision).values(
                        run_id=run_id, revision=revision, interaction_id=run_id * 10 + revision, kind="edited",
                        before=before, changed_at=NOW,
                    )
                )  # fmt: skip
            await session.execute(insert(Card).values(message_id=50 + run_id, channel_id=40, run_id=run_id))
            await session.execute(
                insert(Recording).values(
                    run_id=run_id, user_id=user_id, sha256="f" * 64, filename=f"{name.lower()}.fit", totals={"m": 5000},
                    laps=[{"m": 5000}], series=zlib.compress(b"[[0,0],[1650,5000]]"),
                )
            )  # fmt: skip
            await session.execute(
                insert(Standing).values(
                    guild_id=CLUB, direction="backward", period="all", starts_on=date(1970, 1, 1), user_id=user_id,
                    distance_m=5000, duration_ms=1_650_000, days_out=1, longest_m=5000,
                )
            )  # fmt: skip
        await fill_partners(session)


async def fill_partners(session: AsyncSession) -> None:
    """What both have to do with one another: outings, ties, contacts, a round, messages; and Bob with Carl."""
    await session.execute(insert(MeetingPoint).values(point_id=1, guild_id=CLUB, name="Track"))
    both = {"user_ids": [ALICE, BOB], "of": [{"user_id": ALICE}, {"user_id": BOB}]}
    await session.execute(
        insert(Round).values(
            round_id=1, guild_id=CLUB, monday=date(2026, 11, 16), state="drawn", seed=1, proposal={"outings": [both]},
            announced_at=NOW, match_at=NOW,
        )
    )  # fmt: skip
    for number, user_id, name, other, other_name in ((1, ALICE, "Alice", BOB, "Bob"), (2, BOB, "Bob", ALICE, "Alice")):
        await session.execute(
            insert(Outing).values(
                outing_id=number, interaction_id=number, guild_id=CLUB, caller_id=user_id, state="resolved",
                starts_at=NOW, zone="UTC", place="Track", detail="by the north gate", backward_per_spotter=2, places=2,
                pace_s_per_km=480, planned_ms=1_650_000, channel_id=40, message_id=60 + number, ended_at=NOW,
                resolved_by=user_id, resolution=f"{name.lower()}s secret", created_at=NOW,
            )
        )  # fmt: skip
        for who in (ALICE, BOB):
            await session.execute(insert(Companion).values(**place(number, who)))
        await session.execute(insert(OutingPress).values(interaction_id=number, outing_id=number, pressed_at=NOW))
        for contact_id, contact_name in ((other, other_name), (CARL, "Carl")):
            tie = {"user_id": user_id, "other_id": contact_id, "other_name": contact_name, "since": NOW}
            await session.execute(insert(Tie).values(**tie, kind="block"))
            await session.execute(
                insert(Contact).values(
                    user_id=user_id, contact_id=contact_id, contact_name=contact_name, position=1, state="accepted",
                    asked_at=NOW,
                )
            )  # fmt: skip
            await session.execute(
                insert(Spotting).values(
                    run_id=number, user_id=user_id if contact_id == CARL else other, guild_id=CLUB,
                    ran_on=date(2026, 11, 18), distance_m=5000, duration_ms=1_650_000,
                )
            )  # fmt: skip
        monday = date(2026, 11, 16)
        for private in (
            insert(WeeklyGoal).values(user_id=user_id, since_on=monday, runs=2, counts="backward"),
            insert(Pause).values(user_id=user_id, from_on=monday, until_on=date(2026, 11, 18), why="injury"),
            insert(Repair).values(user_id=user_id, month_on=date(2026, 11, 1), monday=monday),
            insert(NudgeChoice).values(user_id=user_id, kind="nudge.week", wanted=False),
        ):
            await session.execute(private)
        await session.execute(insert(Availability).values(guild_id=CLUB, user_id=user_id, changed_at=NOW))
        await session.execute(insert(RoundPlace).values(round_id=1, user_id=user_id, state="asked"))
        await fill_reminder(session, number, user_id, name, other)
        await session.execute(insert(NoShow).values(outing_id=number, user_id=user_id, missed_on=date(2026, 11, 18)))
        await session.execute(
            insert(Due).values(
                kind="outing.evening", occurrence=f"{number}:{user_id}", priority=1, fire_at=NOW, meant_at=NOW,
                user_id=user_id, payload={}, attempts=0,
            )
        )  # fmt: skip
        for to, payload, part in (
            (user_id, {}, "1"),
            (CARL, {"about_user_id": user_id}, "2"),
            (CARL, {}, f"3:{user_id}"),
            (CARL, {"left": user_id, "user_ids": [ALICE, BOB, CARL]}, "4"),
        ):
            await session.execute(insert(Delivery).values(**letter(f"{number}:{part}", to, payload)))


async def fill_reminder(session: AsyncSession, number: int, user_id: int, name: str, other: int) -> None:
    """A reminder of one's own that both have done something of, and that the other has put off."""
    await session.execute(
        insert(Reminder).values(
            reminder_id=number, interaction_id=number, user_id=user_id, audience="club", guild_id=CLUB, channel_id=40,
            what=f"{name.lower()}s secret", schedule={"kind": "in", "at": NOW.isoformat()}, zone="UTC", state="ended",
            created_at=NOW,
        )
    )  # fmt: skip
    for who in (user_id, other):
        await session.execute(insert(Done).values(reminder_id=number, occurs_at=NOW, user_id=who, done_at=NOW))
    for kind, occurrence, who in (("remind", str(number), user_id), ("remind.again", f"{number}:7:{other}", other)):
        await session.execute(
            insert(Due).values(
                kind=kind, occurrence=occurrence, priority=1, fire_at=NOW, meant_at=NOW, subject_id=number,
                user_id=who, payload={}, attempts=0,
            )
        )  # fmt: skip


def place(outing_id: int, user_id: int, **values: Any) -> dict[str, Any]:
    """A place in an outing."""
    return {
        "outing_id": outing_id, "user_id": user_id, "wish": "spotter", "first_role": "spotter",
        "second_role": "spotter", "presence": "in", "since": NOW, **values,
    }  # fmt: skip


def letter(occurrence: str, to: int, payload: dict[str, Any], kind: str = "outing.card") -> dict[str, Any]:
    """A message that waits to be sent."""
    return {
        "kind": kind, "occurrence": occurrence, "priority": 1, "destination": "dm", "user_id": to, "channel_id": 0,
        "payload": payload, "state": "waiting", "next_try_at": NOW, "attempts": 0, "due_at": NOW, "created_at": NOW,
    }  # fmt: skip


async def dump(database: Database) -> dict[str, list[str]]:
    """Every row of every table as text."""
    found: dict[str, list[str]] = {}
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = (await session.execute(select(table))).all()
            found[table.name] = [" ".join(map(repr, row)) for row in rows]
    return found


def test_every_table_says_whether_it_holds_anything_of_a_person() -> None:
    assert set(NAMING) | IMPERSONAL == set(Base.metadata.tables)
    assert not set(NAMING) & IMPERSONAL


def test_every_column_that_could_name_a_person_is_declared() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            declared = column.name in NAMING.get(table.name, ())
            json_column = isinstance(column.type, JSON)
            names_somebody = (
                any(part in column.name for part in NAMES_SOMEBODY) and (table.name, column.name) not in HARMLESS
            )
            if json_column:
                assert declared or (table.name, column.name) in HARMLESS_JSON, f"{table.name}.{column.name}"
            else:
                assert declared == names_somebody, f"{table.name}.{column.name}"


async def test_the_test_data_fills_every_table(database: Database) -> None:
    await fill(database)
    assert all((await dump(database)).values())
    naming = {name for name, rows in (await dump(database)).items() if any(str(ALICE) in row for row in rows)}
    assert naming == {name for name, columns in NAMING.items() if columns}


STAYING = {
    "revisions": 2, "outings": 2, "companions": 2, "outing_presses": 2,
    "due": 2,  # Bob's own reminder; what he had put off of Alice's is gone with it
    "deliveries": 4 + 1 + 2,  # of Bob; one to Carl that only mentioned Alice; both cards, to be drawn again
    "standings": 1 + 4,  # Bob's own row, and what he faced forward in each period
}  # fmt: skip
"""Rows that stay when Alice goes, where it is not one."""


async def test_erasing_leaves_no_trace_anywhere_and_touches_nobody_else(database: Database) -> None:
    await fill(database)
    before = await dump(database)
    erased = await privacy.erase(database, ALICE, NOW)
    after = await dump(database)
    everything = "\n".join(row for rows in after.values() for row in rows)
    for trace in TRACES:
        assert trace not in everything
    for name, rows in after.items():
        assert len(rows) == STAYING.get(name, 1), name
        if name not in ("guilds", "runs", "revisions", "outings", "deliveries", "rounds", "standings"):
            assert set(rows) <= set(before[name]), name
    assert erased.runs == 1
    assert [(card.channel_id, card.message_id) for card in erased.cards] == [(40, 51)]
    assert erased.redraw == (2,)
    async with database.read() as session:
        run = await session.get(Run, 2)
        revision = await session.get(Revision, (2, 2))
        assert run is not None
        assert revision is not None
        assert (run.spotter_id, run.spotter_name, run.spotter_state, run.note) == (None, None, None, "=bobs secret")
        assert revision.before is not None
        assert revision.before["spotter_id"] is None
        assert revision.before["note"] == "=bobs secret"


async def test_erasing_somebody_unknown_changes_nothing(database: Database) -> None:
    await fill(database)
    before = await dump(database)
    assert (await privacy.erase(database, 5, NOW)).runs == 0
    assert await dump(database) == before


NOT_TAKEN_ALONG = {
    *(("outings", name) for name in ("interaction_id", "ordinal", "caller_id", "audience_role_id", "channel_id")),
    *(("outings", name) for name in ("message_id", "rung", "help_at", "resolved_by", "point_id")),
    *(("rounds", name) for name in ("seed", "proposal", "announced_at", "match_at", "confirmed_at")),
    *(("due", name) for name in ("due_id", "occurrence", "priority", "meant_at")),
    *(("deliveries", name) for name in ("delivery_id", "occurrence", "priority", "channel_id", "message_id")),
    *(("deliveries", name) for name in ("next_try_at", "fallback_of", "version")),
    ("ties", "other_id"),
    ("contacts", "contact_id"),
}
"""What an export leaves out: others' ids, what others alone have said or done, and where the machinery stands."""


async def test_an_export_holds_every_value_of_every_own_row(database: Database) -> None:
    await fill(database)
    exported = json.loads((await privacy.export(database, ALICE)).json)
    flat: list[Any] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            flat.extend(node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)
        else:
            flat.append(node)

    walk(exported)
    for table in set(NAMING) - {"guilds"}:  # who owns a server is Discord's to say
        for column in Base.metadata.tables[table].columns:
            if column.name not in ("spotter_id", "spotter_name") and (table, column.name) not in NOT_TAKEN_ALONG:
                assert column.name in flat, f"{table}.{column.name}"
    (run,) = exported["runs"]
    assert run["recordings"][0]["series"] == [[0, 0], [1650, 5000]]
    assert exported["settings"][0]["weight_kg"] == 61.5
    assert [outing["called_by_me"] for outing in exported["outings"]] == [True, False]
    assert [outing.get("resolution") for outing in exported["outings"]] == ["alices secret", None]
    assert [tie["other_name"] for tie in exported["ties"]] == ["Bob", "Carl"]
    assert len(exported["messages"]) == 4
    assert [reminder["what"] for reminder in exported["reminders"]] == ["alices secret"]
    assert [done["reminder_id"] for done in exported["reminders_done"]] == [1, 2]
    assert exported["spotted_for_others"] == [{"ran_on": "2026-11-18", "spotter_state": "agreed"}]


@pytest.mark.parametrize(("state", "shown"), [("agreed", "Bob"), ("asked", None), ("declined", None)])
async def test_others_are_in_an_export_by_name_alone_and_only_if_they_agreed(
    database: Database, state: str, shown: str | None
) -> None:
    await fill(database)
    async with database.write() as session:
        for table in (Run, Revision):
            for row in await session.scalars(select(table).where(table.run_id == 1)):
                if isinstance(row, Run):
                    row.spotter_state = state
                elif row.before:
                    row.before = {**row.before, "spotter_state": state}
    exported = await privacy.export(database, ALICE)
    assert str(BOB).encode() not in exported.json + exported.csv
    runs = json.dumps(json.loads(exported.json)["runs"])
    assert ("Bob" in runs) == (b"Bob" in exported.csv) == (shown is not None)
    assert json.loads(exported.json)["runs"][0]["spotter"] == shown


async def test_the_runs_open_in_a_spreadsheet_and_formulas_stay_text(database: Database) -> None:
    await fill(database)
    exported = await privacy.export(database, ALICE)
    assert exported.csv.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(io.StringIO(exported.csv.decode("utf-8-sig")))
    assert (line["ran_on"], line["distance_m"], line["duration_s"]) == ("2026-11-18", "5000", "1650.0")
    assert (line["backward_m"], line["forward_m"], line["club"], line["spotter"]) == ("5000", "", "Krebsgang", "Bob")
    assert line["note"] == "'=alices secret"


async def test_somebody_without_runs_gets_valid_empty_files(database: Database) -> None:
    exported = await privacy.export(database, 5)
    assert json.loads(exported.json)["runs"] == []
    assert exported.csv.count(b"\n") == 1


def test_a_large_export_goes_out_zipped() -> None:
    text = b'"' + b"5" * privacy.PACK_ABOVE_BYTES + b'"'
    (_, small), (name, packed) = privacy.Export(b"csv", text).files()
    assert (small, name) == (b"csv", "backpedal.json.zip")
    assert zipfile.ZipFile(io.BytesIO(packed)).read("backpedal.json") == text
