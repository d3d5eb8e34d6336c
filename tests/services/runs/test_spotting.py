"""Spotting credit follows its run through every change, and is given once."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.boards.metrics import BoardDirection, Metric, board_kind
from bot.domain.boards.spans import WEEK
from bot.domain.runs.runs import Direction, RunContent, Sharing, SpotterState, Stretch
from bot.errors import BackpedalError
from bot.services.boards import boards
from bot.services.boards.boards import BoardChoice
from bot.services.members import people
from bot.services.members.people import Seen
from bot.services.privacy import privacy
from bot.services.profile import settings
from bot.services.profile.profile import profile, profile_of
from bot.services.projections import run_projections
from bot.services.runs import reviews, run_changes, spotting
from bot.services.runs.revisions import insert_run
from bot.services.runs.runs import own_run
from db import dialect
from db.engine import Database
from db.models import Run, Spotting, Standing
from db.models import StretchRow as StretchRow
from tests.builders.at_once import two_connections
from tests.builders.boards import standings_from_scratch, standings_now
from tests.builders.spotting import AHEAD, ALICE, BACK, BOB, CAROL, CLUB, NOW, TODAY, a_run


async def meet(database: Database, user_id: int, guild_id: int | None = CLUB) -> people.Person:
    return await people.meet(database, Seen(user_id, f"member {user_id}", "en-GB", guild_id, "Club"), NOW)


async def log(database: Database, content: RunContent, key: int = 1, user_id: int = ALICE) -> int:
    who = await meet(database, user_id)
    return (await run_changes.log_run(database, who, content, interaction_id=key, now=NOW)).view.run_id


async def log_outing(
    database: Database, content: RunContent, metres: int, ms: int, key: int = 1, user_id: int = BOB
) -> int:
    """Log a run from an outing's draft, with its credit."""
    who = await meet(database, user_id)
    async with database.write() as session:
        run = await insert_run(session, who, content, interaction_id=key, ordinal=0, now=NOW, source=spotting.OUTING)
        assert run is not None
        await spotting.credit(session, run, metres, ms)
    return run.run_id


async def credited(database: Database) -> dict[int, tuple[int, int]]:
    """Return (metres, milliseconds) by spotter on the all-time board, after comparing all standings with the runs."""
    async with database.read() as session:
        assert await standings_now(session) == await standings_from_scratch(session)
        rows = await session.scalars(select(Standing).where(Standing.direction == "spotting", Standing.period == "all"))
        return {row.user_id: (row.distance_m, row.duration_ms) for row in rows}


async def test_a_spotter_is_credited_with_what_was_run_backward_once_he_agrees(database: Database) -> None:
    await meet(database, BOB)
    run_id = await log(database, a_run())
    assert await credited(database) == {}
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    assert await credited(database) == {BOB: (5000, 1_650_000)}
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    assert await credited(database) == {BOB: (5000, 1_650_000)}
    await run_changes.answer_spotter(database, run_id, BOB, agreed=False)
    assert await credited(database) == {}


async def test_credit_goes_with_a_delete_and_comes_back_with_its_undo(database: Database) -> None:
    await meet(database, BOB)
    run_id = await log(database, a_run())
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    deleted = await run_changes.delete_run(database, run_id, ALICE, interaction_id=2, now=NOW)
    assert await credited(database) == {}
    await run_changes.undo_change(database, run_id, ALICE, deleted.revision, interaction_id=3, now=NOW)
    assert await credited(database) == {BOB: (5000, 1_650_000)}


async def test_an_edited_run_gives_credit_again_once_it_is_agreed_to_again(database: Database) -> None:
    await meet(database, BOB)
    run_id = await log(database, a_run())
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)

    def longer(content: RunContent) -> RunContent:
        return replace(content, stretches=(Stretch(Direction.BACKWARD, 8000, 3_000_000),))

    await run_changes.edit_run(database, run_id, ALICE, longer, interaction_id=2, now=NOW)
    assert await credited(database) == {}
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    assert await credited(database) == {BOB: (8000, 3_000_000)}


async def test_naming_another_spotter_takes_the_credit_from_the_first(database: Database) -> None:
    await meet(database, BOB)
    await meet(database, CAROL)
    run_id = await log(database, a_run())
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)

    def carol(content: RunContent) -> RunContent:
        return replace(content, spotter_id=CAROL, spotter_name="Carol", spotter_state=SpotterState.ASKED)

    named = await run_changes.edit_run(database, run_id, ALICE, carol, interaction_id=2, now=NOW)
    assert await credited(database) == {}
    await run_changes.answer_spotter(database, run_id, CAROL, agreed=True)
    assert await credited(database) == {CAROL: (5000, 1_650_000)}
    await run_changes.undo_change(database, run_id, ALICE, named.revision, interaction_id=3, now=NOW)
    assert await credited(database) == {BOB: (5000, 1_650_000)}


async def test_a_run_shared_with_nobody_gives_no_credit_on_the_boards(database: Database) -> None:
    await meet(database, BOB)
    run_id = await log(database, a_run())
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    share = {"extras": None, "now": NOW}
    await run_changes.share_run(database, run_id, ALICE, sharing=Sharing.ME, interaction_id=2, **share)
    assert await credited(database) == {}
    assert (await profile_of(database, BOB, CLUB, TODAY)).spotted_ms == 0
    await run_changes.share_run(database, run_id, ALICE, sharing=Sharing.CLUB, interaction_id=3, **share)
    assert await credited(database) == {BOB: (5000, 1_650_000)}


async def test_a_held_run_gives_credit_when_an_organiser_agrees_to_it(database: Database) -> None:
    await meet(database, BOB)
    content = a_run(Stretch(Direction.BACKWARD, 10_000, 600_000))
    run_id = await log(database, content)
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    assert await credited(database) == {}
    await reviews.decide(database, run_id, CLUB, agree=True, seen_revision=1, now=NOW)
    assert await credited(database) == {BOB: (10_000, 600_000)}


async def test_who_agrees_by_direct_message_becomes_a_member_by_the_name_the_run_gave(database: Database) -> None:
    await meet(database, BOB, None)
    run_id = await log(database, a_run())
    await run_changes.answer_spotter(database, run_id, BOB, agreed=True)
    choice = BoardChoice(board_kind(Metric.SPOTTING, BoardDirection.BACKWARD), WEEK)
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    found = await boards.board(database, CLUB, ALICE, choice, "UTC", now)
    assert [(row.user_id, row.display_name, row.value) for row in found.rows] == [(BOB, "member 12", 1_650_000)]
    assert found.kind.direction is BoardDirection.ALL


async def test_a_run_without_a_backward_step_or_a_club_gives_no_credit(database: Database) -> None:
    await meet(database, BOB)
    for key, guild_id, content in ((1, CLUB, a_run(AHEAD)), (2, None, a_run(BACK))):
        person = replace(await meet(database, ALICE), club=None) if guild_id is None else await meet(database, ALICE)
        logged = await run_changes.log_run(database, person, content, interaction_id=key, now=NOW)
        await run_changes.answer_spotter(database, logged.view.run_id, BOB, agreed=True)
    assert await credited(database) == {}


async def test_an_outings_run_credits_its_runner_and_not_the_spotter_it_names(database: Database) -> None:
    await meet(database, ALICE)
    swap = replace(a_run(BACK, AHEAD, spotter_id=ALICE), spotter_state=SpotterState.AGREED)
    run_id = await log_outing(database, swap, 2500, 800_000)
    assert await credited(database) == {BOB: (2500, 800_000)}
    await run_changes.answer_spotter(database, run_id, ALICE, agreed=True)
    assert await credited(database) == {BOB: (2500, 800_000)}
    deleted = await run_changes.delete_run(database, run_id, BOB, interaction_id=2, now=NOW)
    assert await credited(database) == {}
    await run_changes.undo_change(database, run_id, BOB, deleted.revision, interaction_id=3, now=NOW)
    assert await credited(database) == {BOB: (2500, 800_000)}

    def corrected(content: RunContent) -> RunContent:
        return replace(content, stretches=(Stretch(Direction.FORWARD, 2000, 700_000),), ran_on=TODAY - timedelta(9))

    await run_changes.edit_run(database, run_id, BOB, corrected, interaction_id=4, now=NOW)
    assert await credited(database) == {BOB: (2000, 700_000)}
    async with database.read() as session:
        assert await session.scalar(select(Spotting.ran_on)) == TODAY - timedelta(9)


async def test_an_outings_draft_that_is_undone_takes_its_credit_along(database: Database) -> None:
    run_id = await log_outing(database, a_run(AHEAD, spotter_id=None), 3000, 900_000)
    await run_changes.undo_change(database, run_id, BOB, 1, interaction_id=2, now=NOW)
    assert await credited(database) == {}


async def test_my_own_figures_hold_what_only_i_see_and_the_clubs_do_not(database: Database) -> None:
    await meet(database, BOB)
    first = await log(database, a_run())
    await run_changes.answer_spotter(database, first, BOB, agreed=True)
    own = await log_outing(database, replace(a_run(AHEAD, spotter_id=None), sharing=Sharing.ME), 3000, 900_000, 2)
    mine, clubs = await profile(database, BOB, TODAY), await profile_of(database, BOB, CLUB, TODAY)
    assert (mine.spotted_m, mine.spotted_ms) == (8000, 2_550_000)
    assert (clubs.spotted_m, clubs.spotted_ms) == (5000, 1_650_000)
    await run_changes.delete_run(database, own, BOB, interaction_id=3, now=NOW)
    assert (await profile(database, BOB, TODAY)).spotted_m == 5000


async def test_erasing_takes_credit_away_and_the_others_keep_theirs(database: Database) -> None:
    await meet(database, BOB)
    for key, runner, spotter in ((1, ALICE, BOB), (2, CAROL, BOB), (3, BOB, CAROL)):
        await meet(database, spotter)
        run_id = await log(database, a_run(spotter_id=spotter), key, runner)
        await run_changes.answer_spotter(database, run_id, spotter, agreed=True)
    assert await credited(database) == {BOB: (10_000, 3_300_000), CAROL: (5000, 1_650_000)}
    await privacy.erase(database, ALICE, NOW)
    assert await credited(database) == {BOB: (5000, 1_650_000), CAROL: (5000, 1_650_000)}
    await privacy.erase(database, BOB, NOW)
    assert await credited(database) == {}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
async def test_credits_and_standings_equal_sums_from_scratch_after_any_changes(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    users = (ALICE, BOB, CAROL)
    for user_id in users:
        await meet(database, user_id)
    runs: dict[int, int] = {}

    def stretches() -> tuple[Stretch, ...]:
        return tuple(
            Stretch(rng.choice((Direction.BACKWARD, Direction.FORWARD)), rng.choice([None, 1000, 5000]), ms * 60_000)
            for ms in rng.sample(range(10, 40), rng.choice([1, 2]))
        )

    for step in range(40):
        action = rng.choice(["log", "outing", "answer", "answer", "answer", "edit", "share", "delete", "undo", "hide"])
        day = TODAY - timedelta(days=rng.choice([0, 0, 1, 7, 30]))
        if action in ("log", "outing") or not runs:
            runner, spotter = rng.sample(users, 2)
            content = a_run(*stretches(), spotter_id=spotter, ran_on=day)
            ahead = [s for s in content.stretches if s.direction is Direction.FORWARD]
            if action == "outing" and ahead:
                share = sum(s.distance_m or 0 for s in ahead), sum(s.duration_ms for s in ahead)
                runs[await log_outing(database, content, *share, step, runner)] = runner
            else:
                runs[await log(database, content, step, runner)] = runner
        elif action == "hide":
            await settings.hide(database, rng.choice(users), CLUB, hidden=rng.random() < 0.5)
        else:
            run_id, runner = rng.choice(list(runs.items()))
            view = await own_run(database, run_id, runner)
            try:
                if action == "answer":
                    spotter_id = view.content.spotter_id or 0
                    await run_changes.answer_spotter(database, run_id, spotter_id, agreed=rng.random() < 0.8)
                elif action == "edit":
                    spotter = rng.choice([None, *(user for user in users if user != runner)])
                    new = a_run(*stretches(), spotter_id=spotter, ran_on=day)
                    await run_changes.edit_run(
                        database, run_id, runner, lambda _, new=new: new, interaction_id=step, now=NOW
                    )
                elif action == "share":
                    await run_changes.share_run(
                        database, run_id, runner, sharing=rng.choice(list(Sharing)), extras=None,
                        interaction_id=step, now=NOW,
                    )  # fmt: skip
                elif action == "delete":
                    await run_changes.delete_run(database, run_id, runner, interaction_id=step, now=NOW)
                else:
                    await run_changes.undo_change(database, run_id, runner, view.revision, interaction_id=step, now=NOW)
            except BackpedalError:
                pass  # a refused change must change nothing
        async with database.read() as session:
            assert await standings_now(session) == await standings_from_scratch(session), f"step {step}: {action}"
            due = {}
            for run in await session.scalars(select(Run).where(Run.spotter_state == "agreed", Run.source == "typed")):
                parts = (
                    await session.scalars(
                        select(StretchRow).where(StretchRow.run_id == run.run_id, StretchRow.direction == "backward")
                    )
                ).all()
                if parts:
                    sums = sum(p.distance_m or 0 for p in parts), sum(p.duration_ms for p in parts)
                    due[run.run_id, run.spotter_id] = (run.ran_on, *sums)
            kept = await session.scalars(
                select(Spotting).join(Run, Run.run_id == Spotting.run_id).where(Run.source == "typed")
            )
            assert {(c.run_id, c.user_id): (c.ran_on, c.distance_m, c.duration_ms) for c in kept} == due
    async with database.write() as session:
        await run_projections.rebuild_club(session, CLUB)
        assert await standings_now(session) == await standings_from_scratch(session)


async def test_two_who_spot_one_another_answer_and_edit_at_once(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change locks both members: no deadlock and no lost update in any order."""
    monkeypatch.setattr(dialect, "POOL_WAIT_S", 60.0)  # 24 transactions in a row, on a busy machine
    for user_id in (ALICE, BOB):
        await meet(database, user_id)
    runs = {
        await log(database, a_run(spotter_id=spotter), 10 + number, runner): (runner, spotter)
        for number, (runner, spotter) in enumerate([(ALICE, BOB), (BOB, ALICE)] * 4)
    }

    async def change(at: Database, run_id: int, runner: int, spotter: int) -> None:
        await run_changes.answer_spotter(at, run_id, spotter, agreed=True)
        gone = await run_changes.delete_run(at, run_id, runner, interaction_id=100 + run_id, now=NOW)
        await run_changes.undo_change(at, run_id, runner, gone.revision, interaction_id=200 + run_id, now=NOW)

    async with two_connections(database_url) as both:
        await asyncio.gather(
            *(change(both[number % 2], run_id, *who) for number, (run_id, who) in enumerate(runs.items()))
        )
    assert await credited(database) == {BOB: (20_000, 6_600_000), ALICE: (20_000, 6_600_000)}
