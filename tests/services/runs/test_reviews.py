"""Runs held for a member's other runs, and what organisers and runners say about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.review_reasons import ReviewReason
from bot.domain.runs.runs import Direction, Review, Sharing, Stretch
from bot.errors import BadInput, Conflict, NotFound
from bot.services.runs import overlapping_runs, reviews, run_changes
from bot.services.runs.runs import RunView, own_run
from db.engine import Database
from db.models import Delivery, Run, RunReview
from tests.builders.projections import AHEAD, ALICE, BACK, BOB, CLUB, NOW, TODAY, TOO_FAST, Town

F = Direction.FORWARD


def forward(km: int) -> Stretch:
    return Stretch(F, km * 1000, km * 360_000)


def at(hour: int) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=UTC)


async def shown(town: Town, run_id: int) -> RunView:
    return await own_run(town.database, run_id, ALICE)


async def test_the_run_that_makes_a_day_too_long_is_held_and_named_with_the_total(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(forward(60)))
    await town.log(BOB, town.content(forward(60)))
    await town.log(ALICE, town.content(forward(60), on=TODAY - timedelta(days=1)))
    await town.log(ALICE, replace(town.content(forward(60)), sharing=Sharing.ME))
    run_id = await town.log(ALICE, town.content(forward(41)))
    assert (await shown(town, run_id)).held_for is ReviewReason.DAY
    held = await reviews.held_run(database, CLUB)
    assert held is not None
    assert (held.run_id, held.reason, held.day_m, held.count) == (run_id, ReviewReason.DAY, 101_000, 1)
    later = await town.log(ALICE, town.content(forward(10)))
    assert (await shown(town, later)).review is Review.NONE, "a held run holds no other"
    await town.edit(run_id, ALICE, town.content(forward(4)))
    assert (await shown(town, run_id)).review is Review.NONE


async def test_a_decision_stands_while_the_figures_stay_the_same(database: Database) -> None:
    town = Town(database)
    await town.log(ALICE, town.content(forward(60)))
    run_id = await town.log(ALICE, town.content(forward(41)))
    await town.review(run_id)
    for change in (
        lambda content: replace(content, note="a long day"),
        lambda content: replace(content, sharing=Sharing.ME),
        lambda content: replace(content, sharing=Sharing.CLUB),
    ):
        await run_changes.edit_run(database, run_id, ALICE, change, interaction_id=next(town.ids), now=NOW)
        assert (await shown(town, run_id)).review is Review.AGREED
    await town.delete(run_id, ALICE)
    await town.undo(run_id, ALICE)
    assert (await shown(town, run_id)).review is Review.AGREED
    await town.edit(run_id, ALICE, town.content(forward(42)))
    assert (await shown(town, run_id)).review is Review.HELD


async def test_of_two_runs_at_one_time_the_later_entered_is_held(database: Database) -> None:
    town = Town(database)
    await town.log_outing(ALICE, replace(town.content(AHEAD), started_at=at(6)))
    second = await town.import_file(ALICE)  # at 6 o'clock
    assert second is not None
    assert (await shown(town, second)).review is Review.NONE, "it counts nowhere before its direction is known"
    found = await overlapping_runs.twins(database, second, ALICE)
    assert found is not None
    await overlapping_runs.keep_both(database, second, found.there.run_id, ALICE)  # the runner says they are two
    await town.tell(second, ALICE, F)
    assert (await shown(town, second)).held_for is ReviewReason.AT_ONCE
    held = await reviews.held_run(database, CLUB)
    assert held is not None
    assert held.other is not None
    assert (held.run_id, held.other.distance_m, held.other.started_at.hour) == (second, 3000, 6)


async def test_a_run_that_comes_back_is_compared_with_what_came_meanwhile(database: Database) -> None:
    town = Town(database)
    first = await town.log_outing(ALICE, town.content(BACK))
    await town.delete(first, ALICE)
    second = await town.log_outing(ALICE, town.content(AHEAD))
    assert (await shown(town, second)).review is Review.NONE
    await town.undo(first, ALICE)
    assert (await shown(town, first)).held_for is ReviewReason.AT_ONCE


async def test_typed_runs_often_have_no_time_of_day_and_are_not_held_for_it(database: Database) -> None:
    town = Town(database)
    for _ in range(2):
        run_id = await town.log(ALICE, town.content(BACK))
        assert (await shown(town, run_id)).review is Review.NONE


async def test_lines_of_a_table_are_compared_with_what_is_there_and_with_one_another(database: Database) -> None:
    town = Town(database)
    await town.log_outing(ALICE, replace(town.content(AHEAD), started_at=at(7)))
    await town.log(ALICE, town.content(forward(93)))
    await town.tell_table(await town.import_table(ALICE), ALICE)
    async with database.read() as session:
        lines = await session.execute(
            select(Run.distance_m, Run.held_for).where(Run.source == "csv").order_by(Run.started_at)
        )
    assert [tuple(one) for one in lines] == [(4000, None), (4000, ReviewReason.DAY), (8000, ReviewReason.DAY)]


async def test_a_runner_is_asked_and_answers_until_it_is_decided(database: Database) -> None:
    town = Town(database)
    run_id = await town.log(ALICE, town.content(TOO_FAST))

    async def said() -> tuple[bool, bool, str | None]:
        held = await reviews.held_run(database, CLUB)
        assert held is not None
        return held.asked, held.answered, held.answer

    with pytest.raises(NotFound):
        await reviews.answer(database, run_id, ALICE, None, NOW)
    assert await said() == (False, False, None)
    await reviews.ask(database, run_id, CLUB, seen_revision=1, now=NOW)
    assert await said() == (True, False, None)
    with pytest.raises(NotFound):
        await reviews.answer(database, run_id, BOB, None, NOW)
    with pytest.raises(BadInput):
        await reviews.answer(database, run_id, ALICE, " \u200b ", NOW)
    await reviews.answer(database, run_id, ALICE, "downhill,\nwind", NOW)
    assert await said() == (True, True, "downhill, wind")
    await reviews.answer(database, run_id, ALICE, None, NOW)
    assert await said() == (True, True, None)
    with pytest.raises(BadInput):
        await reviews.decide(database, run_id, CLUB, agree=False, seen_revision=1, now=NOW, reason=" ")
    await reviews.decide(database, run_id, CLUB, agree=False, seen_revision=1, now=NOW, reason="a bike")
    with pytest.raises(NotFound):
        await reviews.answer(database, run_id, ALICE, None, NOW)
    with pytest.raises(Conflict):
        await reviews.ask(database, run_id, CLUB, seen_revision=1, now=NOW)
    assert (await shown(town, run_id)).rejected_for == "a bike"
    assert (await own_run(database, run_id, ALICE, for_club=True)).rejected_for is None
    async with database.read() as session:
        sent = (await session.execute(select(Delivery.kind, Delivery.user_id).order_by(Delivery.delivery_id))).all()
    assert [tuple(one) for one in sent] == [(StoredKind.REVIEW_ASK, ALICE), (StoredKind.REVIEW_DECIDED, ALICE)]
    await town.edit(run_id, ALICE, town.content(BACK))
    async with database.read() as session:
        assert (await session.scalars(select(RunReview))).all() == []
