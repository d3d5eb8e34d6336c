"""A new table needs only declared columns to be erased and exported."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, select

from bot.services.privacy import exports, privacy
from db.base import Base, Snowflake
from db.engine import Database
from db.personal_data import (
    beside,
    exported_with,
    follows,
    kept_back,
    named,
    nobody_in_json,
    of_owner,
    owner,
    people_in_ids,
    people_in_json,
    shared,
)
from tests.builders.privacy import ALICE, BOB, NOW, dump, fill


def declare() -> list[Table]:
    """Create the tables of a training diary, declared as models are."""
    diary = Table(
        "scratch_diary",
        Base.metadata,
        Column("entry_id", Integer, primary_key=True),
        Column("runner_id", Snowflake, ForeignKey("users.user_id"), nullable=False, info=owner()),
        Column("coach_id", Snowflake, info=named()),
        Column("coach_name", String(100), info=beside("coach_id")),
        Column("words", String(500), info=of_owner()),
        Column("state", String(8), info=kept_back()),
        Column("settings", JSON, info=nobody_in_json()),
        Column("seen_by", JSON, info=people_in_json()),
    )
    lines = Table(
        "scratch_lines",
        Base.metadata,
        Column("entry_id", Integer, ForeignKey("scratch_diary.entry_id", ondelete="CASCADE"), info=follows()),
        Column("number", Integer, primary_key=True),
        Column("words", String(500), info=of_owner()),
    )
    wishes = Table(
        "scratch_wishes",
        Base.metadata,
        Column("user_id", Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner()),
        Column("partner_id", Snowflake, info=named(row_goes=True)),
    )
    races = Table(
        "scratch_races",
        Base.metadata,
        Column("race_id", Integer, primary_key=True),
        Column("host_id", Snowflake, info=named()),
        Column("start_list", JSON, info=people_in_json()),
        Column("occurrence", String(80), info=people_in_ids()),
        Column("place", String(8)),
        Column("purse", Integer),
        info=shared(exported=("race_id", "place")),
    )
    places = Table(
        "scratch_places",
        Base.metadata,
        Column(
            "race_id",
            ForeignKey("scratch_races.race_id", ondelete="CASCADE"),
            primary_key=True,
            info=follows(takes_part=True),
        ),
        Column("user_id", Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner()),
    )
    teams = Table(
        "scratch_teams",
        Base.metadata,
        Column("team_id", Integer, primary_key=True),
        Column("captain_id", Snowflake, info=named(told=("since",), told_as="captain_of")),
        Column("race_id", ForeignKey("scratch_races.race_id", ondelete="SET NULL"), info=exported_with("place")),
        Column("since", Date),
        Column("user_id", Snowflake, ForeignKey("users.user_id"), info=owner(listed_by=("since",))),
    )
    return [diary, lines, wishes, races, places, teams]


@pytest_asyncio.fixture
async def diary(database: Database) -> AsyncIterator[Database]:
    """A filled database with the tables of `declare`."""
    known = set(Base.metadata.tables)
    try:
        tables = declare()
        async with database.writer.begin() as connection:
            await connection.run_sync(Base.metadata.create_all, tables=tables)
        await fill(database)
        yield database
    finally:
        for name in set(Base.metadata.tables) - known:
            Base.metadata.remove(Base.metadata.tables[name])


async def test_all_of_a_person_is_erased_from_tables_that_declare_it(diary: Database) -> None:
    before = {name: rows for name, rows in (await dump(diary)).items() if name.startswith("scratch_")}
    assert all(any(trace in row for trace in (str(ALICE), "alices secret") for row in rows) for rows in before.values())
    await privacy.erase(diary, ALICE, NOW)
    after = await dump(diary)
    for name in before:
        assert not [row for row in after[name] for trace in (str(ALICE), "Alice", "alices secret") if trace in row], (
            name
        )
    assert {name: len(after[name]) for name in before} == {
        "scratch_diary": 1,
        "scratch_lines": 1,
        "scratch_wishes": 0,  # each row names the other member
        "scratch_races": 1,  # the other row has Alice in its key
        "scratch_places": 1,
        "scratch_teams": 1,
    }


async def test_rows_of_others_keep_all_but_the_name(diary: Database) -> None:
    await privacy.erase(diary, ALICE, NOW)
    async with diary.read() as session:
        (entry,) = (await session.execute(select(Base.metadata.tables["scratch_diary"]))).mappings()
        (race,) = (await session.execute(select(Base.metadata.tables["scratch_races"]))).mappings()
    assert (entry["runner_id"], entry["coach_id"], entry["coach_name"]) == (BOB, None, None)
    assert (entry["words"], entry["seen_by"]) == ("bobs secret", {"user_ids": [BOB]})
    assert (race["host_id"], race["start_list"]) == (None, {"user_ids": [BOB]})


async def test_each_finds_what_is_theirs_in_their_export_and_nobody_else_in_it(diary: Database) -> None:
    everything = (await exports.export(diary, ALICE)).json
    exported = json.loads(everything)
    assert str(BOB).encode() not in everything
    assert exported["scratch_diary"] == [
        {
            "entry_id": 1,
            "runner_id": ALICE,
            "coach_name": "Bob",
            "words": "alices secret",
            "settings": {"kind": "in"},
            "seen_by": {},
            "scratch_lines": [{"entry_id": 1, "number": 1, "words": "alices secret"}],
        }
    ]
    assert exported["scratch_wishes"] == [{"user_id": ALICE}]
    assert exported["scratch_races"] == [
        {"race_id": 1, "place": "x", "scratch_places": [{"race_id": 1, "user_id": ALICE}]}
    ]
    assert exported["scratch_teams"] == [
        {"team_id": 1, "race_id": 1, "since": "2026-11-18", "user_id": ALICE, "place": "x"}
    ]
    assert exported["captain_of"] == [{"since": "2026-11-18"}]
