"""Erasing and exporting a member of outings: the others continue safely, and no private data is shared."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Conflict
from bot.services.privacy import exports, privacy
from db.engine import Database
from db.models import Companion, Delivery, Outing, Round, Tie, User
from tests.builders.privacy import ALICE, BOB, CARL, CLUB, NOW, dump, fill, letter, place


async def outing(session: AsyncSession, outing_id: int, state: str, *people: dict[str, Any]) -> None:
    """Insert an outing called by Alice, with these members."""
    await session.execute(
        insert(Outing).values(
            outing_id=outing_id, interaction_id=outing_id, guild_id=CLUB, caller_id=ALICE, state="open", starts_at=NOW,
            zone="UTC", place="Track", backward_per_spotter=1, places=4, pace_s_per_km=480, planned_ms=1_650_000,
            channel_id=40, terms=1, created_at=NOW,
        )
    )  # fmt: skip
    for one in people:
        await session.execute(insert(Companion).values({**place(outing_id, 0), **one, "home_at": None}))
    out = {"started_at": NOW, "due_back_at": NOW} if state in ("under_way", "overdue") else {}
    this = update(Outing).where(Outing.outing_id == outing_id)
    await session.execute(this.values(state=state, **out))
    if any(one.get("home_at") for one in people):  # a member at home may leave the other without a spotter
        await session.execute(this.values(eyes_lost_at=NOW))
    for one in people:
        mine = update(Companion).where(Companion.outing_id == outing_id, Companion.user_id == one["user_id"])
        await session.execute(mine.values(home_at=one.get("home_at")))


BACKWARD = {"wish": "backward", "first_role": "backward", "second_role": "backward"}


@pytest.mark.parametrize(
    ("out", "home"), [((ALICE, BOB), ()), ((ALICE, BOB), (BOB,)), ((ALICE, BOB), (ALICE,))], ids=["both", "me", "other"]
)
@pytest.mark.parametrize("state", ["under_way", "overdue"])
async def test_nobody_vanishes_from_an_outing_that_is_not_over(
    database: Database, state: str, out: tuple[int, ...], home: tuple[int, ...]
) -> None:
    await fill(database)
    async with database.write() as session:
        people = [
            {"user_id": one, "checked_in_at": NOW, "home_at": NOW if one in home else None, "confirmed_terms": 1}
            for one in out
        ]
        await outing(session, 9, state, people[0], {**people[1], **BACKWARD})
    before = await dump(database)
    with pytest.raises(Conflict) as refused:
        await privacy.erase(database, ALICE, NOW)
    assert refused.value.key == "privacy.erase.out"
    assert await dump(database) == before


async def test_who_did_not_come_to_an_outing_that_is_under_way_can_go(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        bob = {"user_id": BOB, "checked_in_at": NOW}
        await outing(session, 9, "under_way", {"user_id": ALICE, "presence": "left"}, bob)
    assert (await privacy.erase(database, ALICE, NOW)).runs == 1
    assert str(ALICE) not in "\n".join(row for rows in (await dump(database)).values() for row in rows)


@pytest.mark.parametrize(
    ("others", "state", "caller"),
    [
        ((), "cancelled", None),
        (({"user_id": BOB, **BACKWARD},), "open", BOB),
        (({"user_id": BOB, **BACKWARD}, {"user_id": CARL}), "confirmed", BOB),
        (({"user_id": BOB, **BACKWARD}, {"user_id": CARL, "confirmed_terms": None}), "filled", BOB),
    ],
    ids=["alone", "no eyes left", "eyes left", "eyes left, not confirmed"],
)
async def test_an_outing_to_come_goes_on_without_the_erased_as_far_as_the_rule_allows(
    database: Database, others: tuple[dict[str, Any], ...], state: str, caller: int | None
) -> None:
    await fill(database)
    async with database.write() as session:
        session.add(User(user_id=CARL, created_at=NOW))
        await session.flush()
        people = ({"user_id": ALICE}, *others)
        before = "confirmed" if state != "cancelled" else "open"
        await outing(session, 9, before, *({"confirmed_terms": 1, **one} for one in people))
    await privacy.erase(database, ALICE, NOW)
    async with database.read() as session:
        left = await session.get(Outing, 9)
        assert left is not None
        assert (left.state, left.caller_id) == (state, caller)
        told = await session.scalars(
            select(Delivery).where(Delivery.kind == "outing.reopened", Delivery.subject_id == 9)
        )
        assert {(one.user_id, one.payload["left"]) for one in told} == {(one["user_id"], 0) for one in others}
        inside = await session.scalars(select(Companion.user_id).where(Companion.outing_id == 9))
        assert sorted(inside) == sorted(one["user_id"] for one in others)
    assert str(ALICE) not in "\n".join(row for rows in (await dump(database)).values() for row in rows)


async def test_a_place_kept_for_the_erased_is_offered_to_the_next(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        session.add(User(user_id=CARL, created_at=NOW))
        await session.flush()
        await outing(
            session, 9, "open", {"user_id": CARL, **BACKWARD, "confirmed_terms": 1},
            {"user_id": ALICE, "presence": "offered", "offered_until": NOW + timedelta(hours=1)},
            {"user_id": BOB, "presence": "waiting"},
        )  # fmt: skip
        await session.execute(
            update(Outing).where(Outing.outing_id == 9).values(places=2, starts_at=NOW + timedelta(days=1))
        )
        await session.execute(delete(Tie))
    await privacy.erase(database, ALICE, NOW)
    async with database.read() as session:
        left = {one.user_id: one.presence for one in await session.scalars(select(Companion)) if one.outing_id == 9}
    assert left == {CARL: "in", BOB: "offered"}


async def test_a_drawn_round_goes_on_without_the_erased(database: Database) -> None:
    await fill(database)
    await privacy.erase(database, ALICE, NOW)
    async with database.read() as session:
        proposal = await session.scalar(select(Round.proposal))
    assert proposal == {"outings": [{"user_ids": [BOB], "of": [{"user_id": BOB}]}]}


async def test_a_quiet_alarm_is_in_the_export_of_who_pressed_it_and_of_nobody_else(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        for to in (BOB, CARL):
            quiet = letter("1:9:dm", to, {"about_user_id": ALICE}, kind="alert.unsafe")
            await session.execute(insert(Delivery).values(quiet))
    theirs = [json.loads((await exports.export(database, who)).json)["messages"] for who in (ALICE, BOB, CARL)]
    assert [sum(one["kind"] == "alert.unsafe" for one in found) for found in theirs] == [2, 0, 0]
    for found in theirs:
        assert not {str(one) for one in (ALICE, BOB, CARL)} & set(re.findall("[0-9]{15,}", json.dumps(found)))


async def test_the_exact_place_of_an_outing_is_in_the_export_of_those_who_are_in(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        elsewhere = update(Companion).where(Companion.user_id == BOB).values(presence="waiting")
        await session.execute(elsewhere)
    assert b"north gate" in (await exports.export(database, ALICE)).json
    assert b"north gate" not in (await exports.export(database, BOB)).json


async def test_what_bob_may_take_along_is_the_same_whoever_blocks_or_trusts_him(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        await session.execute(delete(Tie).where(Tie.other_id == BOB))
    without = await exports.export(database, BOB)
    async with database.write() as session:
        for kind in ("block", "trust"):
            session.add(Tie(user_id=ALICE, other_id=BOB, kind=kind, other_name="Bob", since=NOW))
    assert await exports.export(database, BOB) == without
