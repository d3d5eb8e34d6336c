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

from bot.services import privacy
from db.base import Base
from db.engine import Database
from db.models import Card, Guild, Member, Recording, Remembered, Revision, Run, Standing, Stretch, User
from db.queries.privacy import IMPERSONAL, NAMING

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ALICE, BOB, CLUB = 711_111_111_111_111_111, 722_222_222_222_222_222, 900
TRACES = (str(ALICE), "Alice", "alices secret", "alice.fit")

HARMLESS_JSON = {
    ("guilds", "solo_surfaces"),
    ("runs", "extras"),
    ("recordings", "totals"),
    ("recordings", "laps"),
}
"""JSON that names nobody."""


async def fill(database: Database) -> None:
    """Alice and Bob, a run each, each naming the other as spotter, with everything a run can have."""
    async with database.write() as session:
        await session.execute(insert(Guild).values(guild_id=CLUB, name="Krebsgang", created_at=NOW))
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
                any(part in column.name for part in ("user", "spotter", "member", "runner", "author", "display_name"))
                and column.name != "spotter_state"
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


async def test_erasing_leaves_no_trace_anywhere_and_touches_nobody_else(database: Database) -> None:
    await fill(database)
    before = await dump(database)
    erased = await privacy.erase(database, ALICE)
    after = await dump(database)
    everything = "\n".join(row for rows in after.values() for row in rows)
    for trace in TRACES:
        assert trace not in everything
    for name, rows in after.items():
        expected = 1 if name != "revisions" else 2
        assert len(rows) == expected, name
        if name not in ("runs", "revisions"):
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
    assert (await privacy.erase(database, 5)).runs == 0
    assert await dump(database) == before


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
    for table in NAMING:
        for column in Base.metadata.tables[table].columns:
            if column.name not in ("spotter_id", "spotter_name"):
                assert column.name in flat, f"{table}.{column.name}"
    (run,) = exported["runs"]
    assert run["recordings"][0]["series"] == [[0, 0], [1650, 5000]]
    assert exported["settings"][0]["weight_kg"] == 61.5
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
    assert (b"Bob" in exported.json) == (b"Bob" in exported.csv) == (shown is not None)
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
