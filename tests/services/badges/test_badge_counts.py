"""Badges from the database: whose runs count where, and counting anew by new rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.domain.runs.runs import Direction, Extra, Sharing, Stretch
from bot.services.badges import badges as service
from bot.services.badges.badges import latest_in_club, own_badges
from bot.services.projections.badge_counts import tags
from bot.services.runs import run_changes, runs
from db.engine import Database
from db.models import BadgeCount, Due, EarnedBadge
from tests.builders.projections import ALICE, BOB, CLUB, NOW, TODAY, Town

KILOMETRE = Stretch(Direction.BACKWARD, 1000, 360_000)
FORWARD = Stretch(Direction.FORWARD, 1000, 300_000)


async def levels(database: Database, user_id: int = ALICE) -> dict[str, int]:
    return {one.badge.key: one.level for one in await own_badges(database, user_id, TODAY) if one.level}


async def reached(database: Database, key: str, user_id: int = ALICE) -> int:
    return next(one.reached for one in await own_badges(database, user_id, TODAY) if one.badge.key == key)


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


async def test_a_run_earns_and_takes_its_badge_along(town: Town) -> None:
    first = await town.log(ALICE, town.content(KILOMETRE, on=TODAY - timedelta(days=1)))
    second = await town.log(ALICE, town.content(KILOMETRE))
    view = await runs.own_run(town.database, first, ALICE)
    assert view.badges == (("first_kilometre", 1),)
    assert (await runs.own_run(town.database, second, ALICE)).badges == ()
    await town.delete(first, ALICE)
    assert (await runs.own_run(town.database, first, ALICE)).badges == ()
    assert (await runs.own_run(town.database, second, ALICE)).badges == (("first_kilometre", 1),), "the next one has it"
    assert await reached(town.database, "days_out") == 1
    await town.undo(first, ALICE)
    assert await reached(town.database, "days_out") == 2


async def test_what_is_shown_is_what_there_is(town: Town) -> None:
    """After runs between the levels, edits and imports, progress is the count itself, never that of the last level."""
    for day in range(12):
        await town.log(ALICE, town.content(KILOMETRE, on=TODAY - timedelta(days=day)))
    assert await reached(town.database, "days_out") == 12
    assert (await levels(town.database))["days_out"] == 1
    await town.import_table(ALICE, TODAY - timedelta(days=40))
    await town.log(ALICE, town.content(FORWARD, sharing=Sharing.ME, on=TODAY - timedelta(days=50)), None)
    assert await reached(town.database, "days_out") == 14


async def test_a_club_sees_no_badge_of_a_private_run(town: Town) -> None:
    run_id = await town.log(ALICE, town.content(KILOMETRE, sharing=Sharing.ME))
    assert "first_kilometre" in await levels(town.database)
    assert await latest_in_club(town.database, CLUB) == ()
    await run_changes.share_run(
        town.database, run_id, ALICE, sharing=Sharing.CLUB, extras=None, interaction_id=999, now=NOW
    )
    assert [(one.key, one.display_name) for one in await latest_in_club(town.database, CLUB)] == [
        ("first_kilometre", "member 11")
    ]
    shown = await runs.run_for_card(town.database, run_id)
    assert shown is not None
    assert shown.badges == (("first_kilometre", 1),)
    await town.hide(ALICE)
    assert await latest_in_club(town.database, CLUB) == ()


async def test_partners_count_for_both(town: Town) -> None:
    for user_id in (ALICE, BOB):
        await town.meet(user_id)
    run_id = await town.log(ALICE, town.content(KILOMETRE, spotter_id=BOB))
    assert "with_spotter" not in await levels(town.database)
    await town.answer(run_id, BOB)
    assert (await levels(town.database)).keys() >= {"with_spotter", "newcomer"}
    assert (await levels(town.database, BOB)).keys() == {"faced_forward", "newcomer"}
    assert [await reached(town.database, "partners", who) for who in (ALICE, BOB)] == [1, 1]
    await town.answer(run_id, BOB, agreed=False)
    assert await levels(town.database, BOB) == {}


async def test_new_rules_count_everybody_anew(town: Town) -> None:
    for who in (ALICE, BOB):
        await town.log(who, town.content(KILOMETRE))
    async with town.database.write() as session:
        await session.execute(delete(EarnedBadge))
        await session.execute(update(BadgeCount).values(rules="old", counts={}))
    await service.begin(town.database, NOW)
    assert await _due(town.database) == [{"after": 0}]
    assert "first_kilometre" in await levels(town.database), "whoever looks is counted first"
    async with town.database.write() as session:
        await service.count_slice(session, 0, NOW)
        assert len((await session.scalars(select(EarnedBadge).where(EarnedBadge.guild_id == CLUB))).all()) == 2
        await service.count_slice(session, BOB, NOW)
        await session.execute(delete(Due))
    await service.begin(town.database, NOW)
    assert await _due(town.database) == [], "not again"


async def _due(database: Database) -> list[Any]:
    async with database.read() as session:
        return list(await session.scalars(select(Due.payload).where(Due.kind == "badge.count")))


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Pouring RAIN all the way", {"rain"}),
        ("Es regnet, und andersrum um den See", {"rain", "wrong_way"}),
        ("the wrong way round the loop", {"wrong_way"}),
        ("strained calf, took the train", set()),
        (None, set()),
    ],
)
def test_words_of_a_note_in_any_language(note: str | None, expected: set[str]) -> None:
    assert tags(note) == expected


async def test_a_note_counts_in_the_club_once_it_is_shared(town: Town) -> None:
    run_id = await town.log(ALICE, replace(town.content(KILOMETRE), note="rain"))
    assert "rain" in await levels(town.database)
    assert "rain" not in {one.key for one in await latest_in_club(town.database, CLUB)}
    await run_changes.share_run(
        town.database, run_id, ALICE, sharing=None, extras=frozenset({Extra.NOTE}), interaction_id=998, now=NOW
    )
    assert "rain" in {one.key for one in await latest_in_club(town.database, CLUB)}
