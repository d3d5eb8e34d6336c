"""Blocks and trust: effective in both directions, visible only to the member who set them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.domain.outings.outing_rules import Wish
from bot.domain.partners.tie_kinds import TieKind
from bot.errors import Conflict, MemberError, NotFound
from bot.services.members import people
from bot.services.members.people import Seen
from bot.services.outings import outing_signup
from bot.services.outings.waiting_list import Presser
from bot.services.partners import trust_and_blocks
from db.engine import Database
from db.models import Companion, Outing, Tie
from db.queries.partners import trust_and_blocks as queries
from tests.builders.at_once import two_connections

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ALICE, BOB, CAROL, CLUB = 11, 12, 13, 900


async def own_ties(database: Database, user_id: int, kind: TieKind) -> tuple[trust_and_blocks.Tied, ...]:
    return (await trust_and_blocks.tie_page(database, user_id, kind)).ties


async def known(database: Database, *user_ids: int) -> None:
    for user_id in user_ids:
        await people.meet(database, Seen(user_id, f"member {user_id}", "en-GB", CLUB, "Club"), NOW)


async def outing(database: Database, state: str, *people_in: dict[str, Any], outing_id: int = 1) -> None:
    async with database.write() as session:
        await session.execute(
            insert(Outing).values(
                outing_id=outing_id, interaction_id=outing_id, guild_id=CLUB, caller_id=ALICE, state="open",
                starts_at=NOW.replace(hour=18), zone="UTC", place="Track", backward_per_spotter=1, places=4,
                pace_s_per_km=480, planned_ms=1_650_000, channel_id=40, created_at=NOW,
            )
        )  # fmt: skip
        for one in people_in:
            spots = {"wish": "spotter", "first_role": "spotter", "second_role": "spotter"}
            row = {"outing_id": outing_id, "presence": "in", "since": NOW, "confirmed_terms": 1, **spots, **one}
            await session.execute(insert(Companion).values(row))
        begun = {"started_at": NOW, "due_back_at": NOW.replace(hour=19)} if state == "under_way" else {}
        await session.execute(update(Outing).where(Outing.outing_id == outing_id).values(state=state, **begun))


async def test_a_block_counts_both_ways_and_trust_one_way(database: Database) -> None:
    await known(database, ALICE, BOB, CAROL)
    await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)
    await trust_and_blocks.trust(database, ALICE, CAROL, "Carol", NOW)
    async with database.read() as session:
        assert await queries.blocked_among(session, [ALICE, CAROL], [BOB]) == {ALICE}
        assert await queries.blocked_among(session, [CAROL], [BOB]) == set()
        assert await queries.blocked_with(session, ALICE, [CAROL, BOB])
        assert await queries.blocked_with(session, BOB, {ALICE})
        assert not await queries.blocked_with(session, BOB, [CAROL])
        assert not await queries.blocked_with(session, CAROL, [])
        assert await queries.trusted_by(session, ALICE, [BOB, CAROL]) == {CAROL}
        assert await queries.trusted_by(session, CAROL, [ALICE]) == set()


async def test_each_reads_the_own_list_alone_the_newest_first(database: Database) -> None:
    await known(database, ALICE, BOB)
    await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)
    await trust_and_blocks.block(database, ALICE, CAROL, "Carol", NOW.replace(hour=13))
    assert [tied.name for tied in await own_ties(database, ALICE, TieKind.BLOCK)] == ["Carol", "Bob"]
    assert await own_ties(database, BOB, TieKind.BLOCK) == ()
    assert await own_ties(database, ALICE, TieKind.TRUST) == ()


async def test_again_changes_nothing_but_the_name(database: Database) -> None:
    await known(database, ALICE)
    assert not (await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)).again
    assert (await trust_and_blocks.block(database, ALICE, BOB, "Bobby", NOW.replace(hour=20))).again
    (tied,) = await own_ties(database, ALICE, TieKind.BLOCK)
    assert (tied.name, tied.since) == ("Bobby", NOW)
    assert await trust_and_blocks.trust(database, ALICE, CAROL, "Carol", NOW)
    assert not await trust_and_blocks.trust(database, ALICE, CAROL, "Carol", NOW)


async def test_blocking_takes_the_own_trust_away_and_leaves_the_others(database: Database) -> None:
    await known(database, ALICE, BOB)
    await trust_and_blocks.trust(database, ALICE, BOB, "Bob", NOW)
    await trust_and_blocks.trust(database, BOB, ALICE, "Alice", NOW)
    assert (await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)).untrusted
    assert await own_ties(database, ALICE, TieKind.TRUST) == ()
    assert [tied.name for tied in await own_ties(database, BOB, TieKind.TRUST)] == ["Alice"]
    with pytest.raises(Conflict, match=r"ties\.trust\.blocked"):
        await trust_and_blocks.trust(database, ALICE, BOB, "Bob", NOW)
    await trust_and_blocks.trust(database, BOB, ALICE, "Alice", NOW)  # trusting must not reveal the block to Bob


async def test_only_the_own_tie_is_taken_back(database: Database) -> None:
    await known(database, ALICE, BOB)
    await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)
    for user_id, other_id, kind in ((BOB, ALICE, TieKind.BLOCK), (ALICE, BOB, TieKind.TRUST), (ALICE, CAROL, "block")):
        with pytest.raises(NotFound):
            await trust_and_blocks.untie(database, user_id, other_id, TieKind(kind))
    assert await trust_and_blocks.untie(database, ALICE, BOB, TieKind.BLOCK) == "Bob"
    async with database.read() as session:
        assert await queries.blocked_among(session, [ALICE], [BOB]) == set()


@pytest.mark.parametrize(
    ("state", "mine", "theirs", "together"),
    [
        ("filled", {}, {}, True),
        ("confirmed", {}, {}, True),
        ("open", {"presence": "waiting"}, {}, True),
        ("open", {}, {"presence": "waiting"}, False),
        ("open", {"presence": "left"}, {}, False),
        ("home", {}, {}, False),
        ("cancelled", {}, {}, False),
    ],
)
async def test_outings_both_are_in_are_told_to_who_blocks_and_nothing_is_changed(
    database: Database, state: str, mine: dict[str, Any], theirs: dict[str, Any], together: bool
) -> None:
    await known(database, ALICE, BOB)
    await outing(database, state, {"user_id": ALICE, **mine}, {"user_id": BOB, **theirs})
    async with database.read() as session:
        before = [repr(row) for row in await session.execute(select(Companion.__table__))]
    done = await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)
    assert [one.outing_id for one in done.together] == ([1] if together else [])
    assert not done.out
    async with database.read() as session:
        assert [repr(row) for row in await session.execute(select(Companion.__table__))] == before


async def test_who_is_out_with_somebody_blocked_is_told(database: Database) -> None:
    await known(database, ALICE, BOB)
    there = {"checked_in_at": NOW}
    await outing(database, "under_way", {"user_id": ALICE, **there}, {"user_id": BOB, **there})
    done = await trust_and_blocks.block(database, ALICE, BOB, "Bob", NOW)
    assert (done.together, done.out) == ((), True)


async def test_a_block_and_a_join_at_once_never_miss_each_other(database: Database, database_url: str) -> None:
    """Either the block reports the shared outing, or the join is refused."""
    await known(database, ALICE, BOB)
    async with two_connections(database_url) as (one, other):
        for number in range(1, 13):
            await outing(database, "open", {"user_id": ALICE}, outing_id=number)
            blocked, joined = await asyncio.gather(
                trust_and_blocks.block(one, ALICE, BOB, "Bob", NOW),
                outing_signup.join(other, Presser(BOB, CLUB), number, Wish.BACKWARD, interaction_id=number, now=NOW),
                return_exceptions=True,
            )
            assert isinstance(blocked, trust_and_blocks.Blocked)
            told = [outing.outing_id for outing in blocked.together]
            assert told == ([] if isinstance(joined, MemberError) else [number])
            async with database.write() as session:
                await session.execute(update(Outing).values(state="cancelled"))
            await trust_and_blocks.untie(database, ALICE, BOB, TieKind.BLOCK)
    async with database.read() as session:
        assert not (await session.scalars(select(Tie))).all()


async def test_a_list_is_paged_and_searched_by_names(database: Database) -> None:
    names = ["Åsa", "bob 100%", "BOBBY", "ann_a", "annba", *(f"Runner {number}" for number in range(40))]
    await known(database, ALICE)
    for number, name in enumerate(names):
        await trust_and_blocks.block(database, ALICE, 100 + number, name, NOW)
    shown = await trust_and_blocks.tie_page(database, ALICE, TieKind.BLOCK, 99)
    assert (shown.page, shown.pages, shown.total, len(shown.ties)) == (2, 3, 45, 5)
    assert (await trust_and_blocks.tie_page(database, ALICE, TieKind.BLOCK, -1)).page == 0

    async def found(words: str, limit: int = 25) -> list[str]:
        return sorted(
            tied.name for tied in await trust_and_blocks.find_ties(database, ALICE, TieKind.BLOCK, words, limit)
        )

    assert await found("bob") == ["BOBBY", "bob 100%"]
    assert await found("%") == ["bob 100%"]
    assert await found("n_a") == ["ann_a"]
    assert await found("åsa") == await found("ÅSA") == ["Åsa"]
    assert await found("7 runner") == ["Runner 17", "Runner 27", "Runner 37", "Runner 7"]
    assert len(await found("")) == 25
    assert len(await found("runner", 2)) == 2
