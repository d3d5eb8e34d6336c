"""Rows after a member leaves a club, turns out to be still in it, or comes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from bot.domain.boards.metrics import BoardDirection, Metric, board_kind
from bot.domain.boards.spans import WEEK
from bot.domain.runs.runs import Direction, Review, Stretch
from bot.errors import NotFound
from bot.services.boards.boards import BoardChoice, board
from bot.services.clubs import clubs, memberships
from bot.services.members.people import CONFIRMED_FOR, Seen, meet
from bot.services.profile import settings
from bot.services.profile.profile import profile_of
from bot.services.projections import standings
from bot.services.runs import reviews
from db import models
from db.engine import Database
from tests.builders.runs import CLUB, NOW, join, share_of, write_run

ALICE, BOB = 11, 12
OTHER, THIRD = CLUB + 1, CLUB + 2
TODAY = date(2026, 11, 24)
LATER = NOW + timedelta(days=3)
FIVE_K = [Stretch(Direction.BACKWARD, 5000, 1_650_000)]


def seen(guild_id: int | None = None, user_id: int = ALICE) -> Seen:
    name = f"Member {user_id}"
    return Seen(user_id, name, "en-US", guild_id, "Club") if guild_id else Seen(user_id, name, "en-US")


@pytest.fixture
async def clubs_at(database: Database) -> Database:
    """Alice and Bob in two clubs, the first their home club, each with a counted run in both."""
    async with database.write() as session:
        for user_id in (ALICE, BOB):
            for guild_id in (CLUB, OTHER):
                await join(session, user_id, guild_id)
                run_id = await write_run(session, user_id, TODAY, FIVE_K, guild_id=guild_id)
                await standings.move(session, None, await share_of(session, run_id))
        await session.execute(update(models.User).values(home_guild_id=CLUB, locale="en-US"))
    return database


async def out_of_ranks(database: Database, guild_id: int = CLUB, user_id: int = ALICE) -> bool:
    async with database.read() as session:
        (hidden,) = {
            row.hidden
            for row in await session.scalars(
                select(models.Standing).where(
                    models.Standing.guild_id == guild_id, models.Standing.user_id == user_id
                )
            )
        }  # fmt: skip
    return hidden


async def member(database: Database, guild_id: int = CLUB, user_id: int = ALICE) -> models.Member:
    async with database.read() as session:
        found = await session.get(models.Member, (guild_id, user_id))
        assert found is not None
        return found


async def user(database: Database, user_id: int = ALICE) -> models.User:
    async with database.read() as session:
        found = await session.get(models.User, user_id)
        assert found is not None
        return found


async def on_board(database: Database, guild_id: int = CLUB) -> list[int]:
    choice = BoardChoice(board_kind(Metric.DISTANCE, BoardDirection.BACKWARD), WEEK)
    found = await board(database, guild_id, BOB, choice, "UTC", NOW)
    assert found.total == len(found.rows)
    return [row.user_id for row in found.rows]


async def test_who_left_is_off_that_clubs_board_alone_and_keeps_the_runs(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, CLUB, ALICE, LATER)
    assert await on_board(clubs_at) == [BOB]
    assert set(await on_board(clubs_at, OTHER)) == {ALICE, BOB}
    assert (await member(clubs_at)).left_at == LATER
    assert (await member(clubs_at)).hidden is False, "which is the own wish"
    assert (await member(clubs_at, OTHER)).left_at is None
    async with clubs_at.read() as session:
        assert len((await session.scalars(select(models.Run).where(models.Run.user_id == ALICE))).all()) == 2


async def test_a_leave_learned_twice_stands_from_the_first_time(clubs_at: Database) -> None:
    for when in (NOW, LATER):
        await memberships.leave(clubs_at, CLUB, ALICE, when)
    assert (await member(clubs_at)).left_at == NOW


async def test_somebody_a_club_never_had_changes_nothing(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, THIRD, ALICE, LATER)
    await memberships.confirm(clubs_at, THIRD, ALICE, LATER)
    async with clubs_at.read() as session:
        assert len((await session.scalars(select(models.Member))).all()) == 4
    assert (await user(clubs_at)).home_guild_id == CLUB


async def test_an_organiser_who_left_is_none(clubs_at: Database) -> None:
    async with clubs_at.write() as session:
        await session.execute(update(models.Member).values(organiser=True))
    await memberships.leave(clubs_at, CLUB, ALICE, LATER)
    assert not (await member(clubs_at)).organiser
    assert (await member(clubs_at, user_id=BOB)).organiser


@pytest.mark.parametrize("wish", [False, True])
async def test_speaking_in_the_club_again_brings_back_what_was_wished_in_one_transaction(
    clubs_at: Database, wish: bool
) -> None:
    await settings.hide(clubs_at, ALICE, CLUB, hidden=wish)
    await memberships.leave(clubs_at, CLUB, ALICE, NOW)
    assert await out_of_ranks(clubs_at)
    commits = []
    event.listen(clubs_at.writer.sync_engine, "commit", commits.append)
    reads = 1 if clubs_at.reader is clubs_at.writer else 0  # PostgreSQL uses one pool for reads and writes
    assert (await meet(clubs_at, seen(CLUB), LATER)).guild_id == CLUB
    assert len(commits) == 1 + reads
    back = await member(clubs_at)
    assert (back.left_at, back.seen_at, back.hidden) == (None, LATER, wish)
    assert await out_of_ranks(clubs_at) is wish


async def test_a_wish_pressed_on_an_old_card_brings_nobody_back(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, CLUB, ALICE, NOW)
    await settings.hide(clubs_at, ALICE, CLUB, hidden=False)
    assert await out_of_ranks(clubs_at)
    await settings.hide(clubs_at, ALICE, CLUB, hidden=True)
    await meet(clubs_at, seen(CLUB), LATER)
    assert await out_of_ranks(clubs_at), "hidden by wish"


async def test_home_is_then_the_club_last_seen_in_where_both_still_are(clubs_at: Database) -> None:
    async with clubs_at.write() as session:
        await join(session, ALICE, THIRD)
        await session.execute(update(models.User).values(zone_told=True))
        newest = update(models.Member).where(models.Member.guild_id == THIRD).values(seen_at=LATER)
        await session.execute(newest)
    await memberships.leave(clubs_at, CLUB, ALICE, LATER)
    assert ((await user(clubs_at)).home_guild_id, (await user(clubs_at)).zone_told) == (THIRD, False)
    assert ((await user(clubs_at, BOB)).home_guild_id, (await user(clubs_at, BOB)).zone_told) == (CLUB, True)
    await clubs.leave(clubs_at, OTHER, LATER)  # the bot is removed from that club
    await memberships.leave(clubs_at, THIRD, ALICE, LATER)
    assert (await user(clubs_at)).home_guild_id is None
    assert (await meet(clubs_at, seen(), LATER)).club is None
    assert (await meet(clubs_at, seen(CLUB), LATER)).guild_id == CLUB
    assert (await user(clubs_at)).home_guild_id == CLUB, "the first club spoken in again"


async def test_leaving_another_club_leaves_home_as_it_is(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, OTHER, ALICE, LATER)
    assert (await user(clubs_at)).home_guild_id == CLUB


async def test_a_club_that_was_left_is_not_offered_and_not_chosen(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, OTHER, ALICE, LATER)
    assert [club.guild_id for club in (await settings.own_settings(clubs_at, ALICE)).clubs] == [CLUB]
    with pytest.raises(NotFound):
        await settings.choose_home(clubs_at, ALICE, OTHER)


async def test_a_home_that_was_left_counts_for_nothing_however_it_came_about(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, CLUB, ALICE, NOW)
    async with clubs_at.write() as session:
        await session.execute(update(models.User).values(home_guild_id=CLUB))
    person = await meet(clubs_at, seen(), LATER)
    assert (person.club, person.doubtful) == (None, False)


async def test_others_do_not_see_who_left(clubs_at: Database) -> None:
    assert (await profile_of(clubs_at, ALICE, CLUB, TODAY)).display_name == "Member 11"
    await memberships.leave(clubs_at, CLUB, ALICE, LATER)
    with pytest.raises(NotFound):
        await profile_of(clubs_at, ALICE, CLUB, TODAY)
    assert (await profile_of(clubs_at, ALICE, OTHER, TODAY)).display_name == "Member 11"


async def test_the_held_run_of_who_left_waits_until_they_are_back(clubs_at: Database) -> None:
    async with clubs_at.write() as session:
        for user_id in (ALICE, BOB):
            await write_run(session, user_id, TODAY, FIVE_K, counted=False, review=Review.HELD)
    await memberships.leave(clubs_at, CLUB, ALICE, LATER)
    held = await reviews.held_run(clubs_at, CLUB)
    assert held is not None
    assert (held.user_id, held.number, held.count) == (BOB, 1, 1)
    await meet(clubs_at, seen(CLUB), LATER)
    shown = [held]
    for _ in range(3):
        shown.append(await reviews.held_run(clubs_at, CLUB, shown[-1].run_id if shown[-1] else 0))
    assert [(run.user_id, run.number, run.count) for run in shown[1:] if run] == [
        (ALICE, 1, 2), (BOB, 2, 2), (ALICE, 1, 2)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("guild_id", "now", "doubtful"),
    [
        (None, NOW + CONFIRMED_FOR - timedelta(seconds=1), False),
        (None, NOW + CONFIRMED_FOR, True),
        (CLUB, NOW + CONFIRMED_FOR, False),
    ],
)
async def test_a_home_is_doubted_after_a_day_and_never_in_the_club(
    clubs_at: Database, guild_id: int | None, now: datetime, doubtful: bool
) -> None:
    assert (await meet(clubs_at, seen(guild_id), now)).doubtful is doubtful


async def test_a_home_that_removed_the_bot_is_not_doubted(clubs_at: Database) -> None:
    await clubs.leave(clubs_at, CLUB, NOW)
    assert not (await meet(clubs_at, seen(), LATER)).doubtful


async def test_who_was_confirmed_is_not_doubted_for_another_day(clubs_at: Database) -> None:
    await memberships.confirm(clubs_at, CLUB, ALICE, LATER)
    assert not (await meet(clubs_at, seen(), LATER + timedelta(hours=23))).doubtful
    assert (await meet(clubs_at, seen(), LATER + timedelta(hours=24))).doubtful
    assert (await member(clubs_at, user_id=BOB)).seen_at == NOW


async def test_who_is_found_there_after_all_is_back(clubs_at: Database) -> None:
    await memberships.leave(clubs_at, CLUB, ALICE, NOW)
    await memberships.confirm(clubs_at, CLUB, ALICE, LATER)
    assert set(await on_board(clubs_at)) == {ALICE, BOB}
    assert (await member(clubs_at)).left_at is None


async def test_a_leave_is_told_until_a_run_is_logged_after_it(clubs_at: Database) -> None:
    async with clubs_at.write() as session:
        await session.execute(update(models.Guild).where(models.Guild.guild_id == OTHER).values(name="Bonn"))
    assert await memberships.left_since_last_run(clubs_at, ALICE) is None
    await memberships.leave(clubs_at, CLUB, ALICE, LATER)
    assert await memberships.left_since_last_run(clubs_at, ALICE) == "Club"
    assert await memberships.left_since_last_run(clubs_at, BOB) is None
    await memberships.leave(clubs_at, OTHER, ALICE, LATER + timedelta(hours=1))
    assert await memberships.left_since_last_run(clubs_at, ALICE) == "Bonn"
    async with clubs_at.write() as session:
        run_id = await write_run(session, ALICE, TODAY, FIVE_K, guild_id=None)
        logged_at = LATER + timedelta(hours=1)
        await session.execute(update(models.Run).where(models.Run.run_id == run_id).values(created_at=logged_at))
    assert await memberships.left_since_last_run(clubs_at, ALICE) is None
