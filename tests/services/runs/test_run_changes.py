"""Runs as numbered revisions: log, edit, delete, undo; repeated interactions and other members' presses."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.domain.runs.runs import Direction, Extra, Review, RunContent, Sharing, SpotterState, Stretch
from bot.errors import Conflict, NotFound, Unavailable
from bot.services.runs import lap_directions, reviews, run_changes, runs
from db.engine import Database
from db.models import Revision, Run, Standing
from tests.builders.boards import standings_from_scratch, standings_now
from tests.builders.logged_runs import ALICE, BOB, CLUB, NOW, TODAY, five_k, log, person


async def counted(database: Database, table: type) -> int:
    async with database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def test_a_logged_run_stands_as_it_was_told_and_on_the_board(database: Database) -> None:
    content = replace(five_k(), effort=6, note="windy", extras=frozenset({Extra.NOTE}))
    view = await log(database, content)
    assert view.content == content
    assert view.revision == 1
    assert view.week.sums == {Direction.BACKWARD: (5000, 27 * 60_000)}
    assert await runs.own_run(database, view.run_id, ALICE) == view
    async with database.read() as session:
        assert await standings_now(session) == await standings_from_scratch(session) != {}


async def test_the_same_interaction_logs_one_run(database: Database) -> None:
    who = await person(database)
    first = await run_changes.log_run(database, who, five_k(), interaction_id=7, now=NOW)
    second = await run_changes.log_run(database, who, five_k(), interaction_id=7, now=NOW)
    assert (first.repeated, second.repeated) == (False, True)
    assert second.view == first.view
    assert await counted(database, Run) == 1


async def test_one_interaction_on_two_connections_logs_one_run(database: Database, database_url: str) -> None:
    other = Database.open(database_url)
    who = await person(database)
    try:
        both = await asyncio.gather(
            *(
                run_changes.log_run(db, who, five_k(), interaction_id=7, now=NOW)
                for db in (database, other)
                for _ in "ab"
            )
        )
    finally:
        await other.close()
    assert sorted(logged.repeated for logged in both) == [False, True, True, True]
    assert await counted(database, Run) == 1
    async with database.read() as session:
        assert await standings_now(session) == await standings_from_scratch(session)


async def test_undo_takes_back_a_log_and_a_second_press_changes_nothing(database: Database) -> None:
    view = await log(database, five_k())
    gone = await run_changes.undo_change(database, view.run_id, ALICE, 1, interaction_id=2, now=NOW)
    assert gone.deleted
    assert await counted(database, Standing) == 0
    with pytest.raises(Conflict) as told:
        await run_changes.undo_change(database, view.run_id, ALICE, 1, interaction_id=3, now=NOW)
    assert told.value.key == "runs.undo.already"
    assert await runs.own_run(database, view.run_id, ALICE) == gone


async def test_two_presses_at_once_undo_once(database: Database, database_url: str) -> None:
    view = await log(database, five_k())
    await run_changes.edit_run(database, view.run_id, ALICE, lambda c: replace(c, effort=3), interaction_id=2, now=NOW)
    other = Database.open(database_url)
    try:
        outcomes = await asyncio.gather(
            run_changes.undo_change(database, view.run_id, ALICE, 2, interaction_id=3, now=NOW),
            run_changes.undo_change(other, view.run_id, ALICE, 2, interaction_id=4, now=NOW),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "RunView"]
    now = await runs.own_run(database, view.run_id, ALICE)
    assert (now.revision, now.content.effort) == (3, None)


async def test_undo_of_an_older_change_says_what_came_after(database: Database) -> None:
    view = await log(database, five_k())
    await run_changes.edit_run(database, view.run_id, ALICE, lambda c: replace(c, note="x"), interaction_id=2, now=NOW)
    with pytest.raises(Conflict) as told:
        await run_changes.undo_change(database, view.run_id, ALICE, 1, interaction_id=3, now=NOW)
    assert told.value.key == "runs.undo.after_edited"
    assert told.value.params == {"when": NOW}
    assert not (await runs.own_run(database, view.run_id, ALICE)).deleted


async def test_undo_of_a_delete_brings_the_whole_run_back(database: Database) -> None:
    content = replace(
        five_k(), note="kept", effort=4, spotter_id=BOB, spotter_name="Bob", spotter_state=SpotterState.ASKED
    )
    view = await log(database, content)
    gone = await run_changes.delete_run(database, view.run_id, ALICE, interaction_id=2, now=NOW)
    assert gone.deleted
    back = await run_changes.undo_change(database, view.run_id, ALICE, gone.revision, interaction_id=3, now=NOW)
    assert (back.deleted, back.content) == (False, content)
    async with database.read() as session:
        assert await standings_now(session) == await standings_from_scratch(session) != {}


async def test_what_the_spotter_answered_survives_an_undo(database: Database) -> None:
    content = replace(five_k(), spotter_id=BOB, spotter_name="Bob", spotter_state=SpotterState.ASKED)
    view = await log(database, content)
    edited = await run_changes.edit_run(
        database, view.run_id, ALICE, lambda c: replace(c, effort=9), interaction_id=2, now=NOW
    )
    agreed = await run_changes.answer_spotter(database, view.run_id, BOB, agreed=True)
    assert agreed.content.spotter_state is SpotterState.AGREED
    back = await run_changes.undo_change(database, view.run_id, ALICE, edited.revision, interaction_id=3, now=NOW)
    assert back.content == replace(content, spotter_state=SpotterState.AGREED)


async def test_nobody_but_the_named_spotter_answers(database: Database) -> None:
    view = await log(database, five_k())
    with pytest.raises(NotFound):
        await run_changes.answer_spotter(database, view.run_id, BOB, agreed=True)


@pytest.mark.parametrize("what", ["show", "edit", "delete", "undo", "share", "tell"])
async def test_another_members_run_is_out_of_reach(database: Database, what: str) -> None:
    view = await log(database, five_k())
    await person(database, BOB)
    reach = {
        "show": lambda: runs.own_run(database, view.run_id, BOB),
        "edit": lambda: run_changes.edit_run(database, view.run_id, BOB, lambda c: c, interaction_id=2, now=NOW),
        "delete": lambda: run_changes.delete_run(database, view.run_id, BOB, interaction_id=2, now=NOW),
        "undo": lambda: run_changes.undo_change(database, view.run_id, BOB, 1, interaction_id=2, now=NOW),
        "share": lambda: run_changes.share_run(
            database, view.run_id, BOB, sharing=Sharing.ME, extras=None, interaction_id=2, now=NOW
        ),
        "tell": lambda: lap_directions.tell_all(
            database, view.run_id, BOB, Direction.FORWARD, interaction_id=2, now=NOW
        ),
    }
    with pytest.raises(NotFound) as refused:
        await reach[what]()
    missing = view.run_id + 999
    with pytest.raises(NotFound) as unknown:
        await runs.own_run(database, missing, BOB)
    assert refused.value.key == unknown.value.key, "another's run and no run read alike"
    assert await runs.own_run(database, view.run_id, ALICE) == view


async def test_a_form_opened_before_another_change_overwrites_nothing(database: Database) -> None:
    view = await log(database, five_k())
    await run_changes.edit_run(
        database, view.run_id, ALICE, lambda c: replace(c, note="phone"), interaction_id=2, now=NOW
    )
    with pytest.raises(Conflict):
        await run_changes.edit_run(
            database,
            view.run_id,
            ALICE,
            lambda c: replace(c, note="desk"),
            interaction_id=3,
            now=NOW,
            seen_revision=1,
        )
    assert (await runs.own_run(database, view.run_id, ALICE)).content.note == "phone"


async def test_a_run_faster_than_the_best_on_earth_waits_for_an_organiser(database: Database) -> None:
    view = await log(database, five_k(minutes=15))
    assert view.review is Review.HELD
    assert await counted(database, Standing) == 0
    agreed = await reviews.decide(database, view.run_id, CLUB, agree=True, seen_revision=1, now=NOW)
    assert agreed.review is Review.AGREED
    async with database.read() as session:
        assert await standings_now(session) == await standings_from_scratch(session) != {}
    with pytest.raises(Conflict):
        await reviews.decide(database, view.run_id, CLUB, agree=False, seen_revision=1, now=NOW, reason="A bike")
    faster = await run_changes.edit_run(
        database,
        view.run_id,
        ALICE,
        lambda c: replace(c, stretches=(Stretch(Direction.BACKWARD, 5000, 14 * 60_000),)),
        interaction_id=2,
        now=NOW,
    )
    assert faster.review is Review.HELD
    assert await counted(database, Standing) == 0


async def test_a_held_run_is_reviewed_in_its_own_club_only(database: Database) -> None:
    view = await log(database, five_k(minutes=15))
    with pytest.raises(NotFound):
        await reviews.decide(database, view.run_id, CLUB + 1, agree=True, seen_revision=1, now=NOW)


async def test_only_me_is_on_no_board_and_back_again(database: Database) -> None:
    view = await log(database, five_k())
    hidden = await run_changes.share_run(
        database, view.run_id, ALICE, sharing=Sharing.ME, extras=None, interaction_id=2, now=NOW
    )
    assert not hidden.public
    assert await counted(database, Standing) == 0
    await run_changes.undo_change(database, view.run_id, ALICE, 2, interaction_id=3, now=NOW)
    async with database.read() as session:
        assert await standings_now(session) == await standings_from_scratch(session) != {}


async def test_an_edit_that_changes_nothing_is_no_revision(database: Database) -> None:
    view = await log(database, five_k())
    same = await run_changes.edit_run(database, view.run_id, ALICE, lambda c: c, interaction_id=2, now=NOW)
    assert same.revision == 1
    assert await counted(database, Revision) == 1


async def test_the_zone_is_said_on_the_first_card_only(database: Database) -> None:
    first = await run_changes.log_run(database, await person(database), five_k(), interaction_id=1, now=NOW)
    second = await run_changes.log_run(database, await person(database), five_k(), interaction_id=2, now=NOW)
    assert (first.zone_assumed, second.zone_assumed) == (True, False)


async def test_a_failure_half_way_leaves_nothing(database: Database) -> None:
    view = await log(database, five_k())

    def explode(content: RunContent) -> RunContent:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await run_changes.edit_run(database, view.run_id, ALICE, explode, interaction_id=2, now=NOW)
    assert await runs.own_run(database, view.run_id, ALICE) == view


async def test_a_lock_held_elsewhere_is_told_in_time_and_nothing_is_written(
    database: Database, database_url: str
) -> None:
    who = await person(database)
    holder = Database.open(database_url)
    loop = asyncio.get_running_loop()
    try:
        async with holder.write() as session:
            await session.execute(text("UPDATE users SET zone_told = zone_told"))
            started = loop.time()
            with pytest.raises(Unavailable) as told:
                await run_changes.log_run(database, who, five_k(), interaction_id=1, now=NOW)
            waited_s = loop.time() - started
    finally:
        await holder.close()
    assert told.value.key == "errors.database.busy"
    assert waited_s < 3
    assert await counted(database, Run) == 0


async def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path, migrated_file: Path) -> None:
    file = tmp_path / "small.db"
    file.write_bytes(migrated_file.read_bytes())
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    try:
        who = await person(database)
        await log(database, five_k(), interaction_id=1)
        async with database.write() as session:
            pages = await session.scalar(text("PRAGMA page_count"))
            await session.execute(text(f"PRAGMA max_page_count={pages}"))

        async def log_until_full() -> None:
            for number in range(2, 500):
                content = replace(five_k(ran_on=TODAY - timedelta(days=number)), note="n" * 500)
                await run_changes.log_run(database, who, content, interaction_id=number, now=NOW)

        with pytest.raises(Unavailable) as told:
            await log_until_full()
        assert told.value.key == "errors.database.full"
        async with database.read() as session:
            written = set(await session.scalars(select(Run.run_id)))
            revised = set(await session.scalars(select(Revision.run_id)))
            assert written == revised
            assert await standings_now(session) == await standings_from_scratch(session)
    finally:
        await database.close()


async def test_an_organiser_decides_on_what_was_seen(database: Database) -> None:
    view = await log(database, five_k(minutes=15))
    faster = (Stretch(Direction.BACKWARD, 20_000, 30 * 60_000),)
    await run_changes.edit_run(
        database, view.run_id, ALICE, lambda c: replace(c, stretches=faster), interaction_id=2, now=NOW
    )
    with pytest.raises(Conflict) as told:
        await reviews.decide(database, view.run_id, CLUB, agree=True, seen_revision=1, now=NOW)
    assert told.value.key == "runs.review.changed"
    assert await counted(database, Standing) == 0


async def test_a_private_run_is_nobodys_to_review(database: Database) -> None:
    view = await log(database, replace(five_k(minutes=15), sharing=Sharing.ME))
    with pytest.raises(NotFound):
        await reviews.decide(database, view.run_id, CLUB, agree=True, seen_revision=1, now=NOW)


async def test_another_run_needs_the_spotters_word_again(database: Database) -> None:
    content = replace(five_k(), spotter_id=BOB, spotter_name="Bob", spotter_state=SpotterState.ASKED)
    view = await log(database, content)
    await run_changes.answer_spotter(database, view.run_id, BOB, agreed=True)
    noted = await run_changes.edit_run(
        database, view.run_id, ALICE, lambda c: replace(c, note="x"), interaction_id=2, now=NOW
    )
    assert noted.content.spotter_state is SpotterState.AGREED
    longer = (Stretch(Direction.BACKWARD, 42_000, 5 * 3_600_000),)
    edited = await run_changes.edit_run(
        database, view.run_id, ALICE, lambda c: replace(c, stretches=longer), interaction_id=3, now=NOW
    )
    assert edited.content.spotter_state is SpotterState.ASKED


async def test_an_undo_is_not_undone_by_pressing_again(database: Database) -> None:
    view = await log(database, five_k())
    edited = await run_changes.edit_run(
        database, view.run_id, ALICE, lambda c: replace(c, effort=3), interaction_id=2, now=NOW
    )
    undone = await run_changes.undo_change(database, view.run_id, ALICE, edited.revision, interaction_id=3, now=NOW)
    for revision in (edited.revision, undone.revision):
        with pytest.raises(Conflict) as told:
            await run_changes.undo_change(database, view.run_id, ALICE, revision, interaction_id=4 + revision, now=NOW)
        assert told.value.key == "runs.undo.already"
    assert (await runs.own_run(database, view.run_id, ALICE)).content.effort is None
