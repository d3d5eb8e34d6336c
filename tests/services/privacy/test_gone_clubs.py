"""Retention of a club's data after it removed the bot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.services.privacy import gone_clubs
from db.engine import Database
from db.models import Companion, Due, Guild, Outing, Run, User
from tests.builders.privacy import ALICE, BOB, CLUB, NOW, dump, fill

KEPT = 90


async def left(database: Database, days: float) -> None:
    await fill(database)
    async with database.write() as session:
        await session.execute(update(Guild).where(Guild.guild_id == CLUB).values(left_at=NOW - timedelta(days=days)))
        await session.execute(update(User).values(home_guild_id=CLUB))


async def test_an_outing_nobody_ended_goes_as_well(database: Database) -> None:
    await left(database, KEPT)
    async with database.write() as session:
        await session.execute(
            update(Outing).where(Outing.outing_id == 1).values(started_at=NOW, due_back_at=NOW, ended_at=None)
        )
        await session.execute(update(Companion).where(Companion.outing_id == 1).values(checked_in_at=NOW))
        await session.execute(update(Outing).where(Outing.outing_id == 1).values(state="overdue"))
    await forget(database, 3)
    assert (await dump(database))["outings"] == []


async def forget(database: Database, times: int = 20) -> None:
    for _ in range(times):
        async with database.write() as session:
            await gone_clubs.forget_some(session, KEPT, NOW)


async def test_a_club_gone_for_long_is_nowhere_any_more_and_runs_stay_their_runners(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone_clubs, "AT_ONCE", 1)
    await left(database, KEPT)
    before = await dump(database)
    await forget(database)
    after = await dump(database)
    assert str(CLUB) not in "\n".join(row for rows in after.values() for row in rows)
    async with database.read() as session:
        runs = (await session.scalars(select(Run).order_by(Run.run_id))).all()
    assert [(run.user_id, run.guild_id, run.counted) for run in runs] == [(ALICE, None, False), (BOB, None, False)]
    for own in ("users", "ties", "contacts", "stretches", "weekly_goals", "pauses", "nudge_choices"):
        assert len(after[own]) == len(before[own]), own
    for theirs in ("members", "standings", "outings", "companions", "rounds", "availabilities", "cards", "spottings"):
        assert after[theirs] == [], theirs


@pytest.mark.parametrize("days", [0, KEPT - 0.1])
async def test_until_then_everything_stays(database: Database, days: float) -> None:
    await left(database, days)
    before = await dump(database)
    await forget(database, 1)
    after = await dump(database)
    assert {name: rows for name, rows in after.items() if name != "due"} == {
        name: rows for name, rows in before.items() if name != "due"
    }


async def test_a_club_that_invites_the_bot_again_meanwhile_keeps_what_is_left(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone_clubs, "AT_ONCE", 1)
    await left(database, KEPT)
    await forget(database, 1)
    await gone_clubs.come_back(database, CLUB)
    before = await dump(database)
    await forget(database, 3)
    assert (await dump(database))["members"] == before["members"]


async def test_what_happened_while_the_bot_was_away_is_noted_at_the_start(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        await session.execute(insert(Guild).values(guild_id=7, created_at=NOW, left_at=NOW - timedelta(days=80)))
    await gone_clubs.begin(database, {7: 71}, NOW)
    async with database.read() as session:
        assert (await session.get_one(Guild, CLUB)).left_at == NOW
        assert (await session.get_one(Guild, 7)).left_at is None
        assert (await session.get_one(Guild, 7)).owner_id == 71
        planned = (await session.scalars(select(Due).where(Due.kind == StoredKind.CLUB_FORGET))).all()
    assert [one.fire_at for one in planned] == [NOW + timedelta(days=1)]
    await gone_clubs.begin(database, {7: 71, CLUB: None}, NOW + timedelta(hours=1))
    async with database.read() as session:
        assert (await session.get_one(Guild, CLUB)).left_at is None
        planned = (await session.scalars(select(Due).where(Due.kind == StoredKind.CLUB_FORGET))).all()
    assert [one.fire_at for one in planned] == [NOW + timedelta(days=1)]
