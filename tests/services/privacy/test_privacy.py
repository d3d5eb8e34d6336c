"""Erasure and export are complete, including for newly added tables."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from bot.services.privacy import exports, privacy
from db.base import Base
from db.engine import Database
from db.models import Revision, Run
from db.personal_data import Impersonal, JsonContent, OtherPerson, Owner, declared, exported_columns
from tests.builders.privacy import ALICE, BOB, NOW, dump, fill

TRACES = (str(ALICE), "Alice", "alices secret", "alice.fit")

NAMING = {
    table.name
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(said := declared(column), Owner | OtherPerson | JsonContent) and getattr(said, "people", True)
}
"""Tables that can refer to a person."""


async def test_the_test_data_fills_every_table(database: Database) -> None:
    await fill(database)
    assert all((await dump(database)).values())
    naming = {name for name, rows in (await dump(database)).items() if any(str(ALICE) in row for row in rows)}
    assert naming == NAMING


STAYING = {
    "revisions": 2, "outings": 2, "companions": 2, "outing_presses": 2,
    "due": 2,  # Bob's own reminder; Bob's snooze of Alice's is deleted with it
    # Bob's; one to Carl that mentioned Alice; both cards, to be edited; a notice to Bob that a contact is gone.
    "deliveries": 4 + 1 + 2 + 1,
    "follows": 0,  # each follows the other
    "challenge_teams": 2,  # teams stay, whoever is in them
    "cheers": 0,  # hers is gone, and his with her run
    "standings": 1 + 5,  # Bob's own row, and Bob's spotting in each period
    "badge_counts": 2, "earned_badges": 6,  # Bob's, own and in the club, counted anew
}  # fmt: skip
"""Rows left per table after Alice is erased, if not one."""
CHANGED = (
    "guilds", "runs", "revisions", "outings", "deliveries", "rounds", "standings", "badge_counts", "earned_badges",
    "challenges",
)  # fmt: skip
"""Tables of which the rows that stay may differ."""


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
        if name not in CHANGED:
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


async def test_an_export_holds_every_value_of_every_own_row(database: Database) -> None:
    await fill(database)
    exported = json.loads((await exports.export(database, ALICE)).json)
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
    for table in Base.metadata.sorted_tables:
        if not isinstance(declared(table), Impersonal):
            for name in exported_columns(table):
                assert name in flat, f"{table.name}.{name}"
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
    exported = await exports.export(database, ALICE)
    assert str(BOB).encode() not in exported.json + exported.csv
    runs = json.dumps(json.loads(exported.json)["runs"])
    assert ("Bob" in runs) == (b"Bob" in exported.csv) == (shown is not None)
    assert json.loads(exported.json)["runs"][0]["spotter"] == shown


async def test_the_runs_open_in_a_spreadsheet_and_formulas_stay_text(database: Database) -> None:
    await fill(database)
    exported = await exports.export(database, ALICE)
    assert exported.csv.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(io.StringIO(exported.csv.decode("utf-8-sig")))
    assert (line["ran_on"], line["distance_m"], line["duration_s"]) == ("2026-11-18", "5000", "1650.0")
    assert (line["backward_m"], line["forward_m"], line["club"], line["spotter"]) == ("5000", "", "Krebsgang", "Bob")
    assert line["note"] == "'=alices secret"


async def test_somebody_without_runs_gets_valid_empty_files(database: Database) -> None:
    exported = await exports.export(database, 5)
    assert json.loads(exported.json)["runs"] == []
    assert exported.csv.count(b"\n") == 1


async def test_a_large_export_goes_out_zipped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PACK_ABOVE_BYTES", 100)
    exported = await exports.export(database, ALICE)
    (_, runs), (name, packed) = exported.files()
    assert (runs, name) == (exported.csv, "backpedal.json.zip")
    assert zipfile.ZipFile(io.BytesIO(packed)).read("backpedal.json") == exported.json
