"""Overlapping runs: the runner is asked which one counts; until then the imported one counts nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.runs.activity import Activity, Source
from bot.domain.runs.runs import Direction, RunContent, Stretch
from bot.domain.when.periods import Period
from bot.errors import Conflict, NotFound
from bot.services.runs import lap_directions, overlapping_runs, run_changes
from bot.services.runs.imports import Outcome
from db.engine import Database
from db.models import Standing
from tests.builders.imports import ALICE, BOB, NOW, START, interaction_ids, lapped, met, report, save, total

PHONE = replace(lapped(5000), distance_m=5300, duration_ms=1_700_000, source=Source.GPX)
"""The same run recorded by a phone, six per cent longer."""


async def told(database: Database, run_id: int | None) -> None:
    assert run_id is not None
    await lap_directions.tell_all(
        database, run_id, ALICE, Direction.BACKWARD, interaction_id=next(interaction_ids), now=NOW
    )


async def both(database: Database, second: Activity = PHONE) -> tuple[int, int]:
    """Save a watch's run with its direction, then a second recording."""
    alice = await met(database)
    (watch,) = await save(database, alice, report(lapped(5000)))
    await told(database, watch.run_id)
    (phone,) = await save(database, alice, report(second, "phone.gpx"))
    assert watch.run_id
    assert phone.run_id
    assert phone.outcome is Outcome.IMPORTED
    return watch.run_id, phone.run_id


async def test_a_second_recording_is_asked_about_before_its_direction(database: Database) -> None:
    watch, phone = await both(database)
    asked = await lap_directions.question(database, phone, ALICE)
    assert asked.twins
    assert (asked.twins.run.run_id, asked.twins.there.run_id) == (phone, watch)
    for answer in (
        lap_directions.tell_all(
            database, phone, ALICE, Direction.BACKWARD, interaction_id=next(interaction_ids), now=NOW
        ),
        lap_directions.tell_ticked(database, phone, ALICE, interaction_id=next(interaction_ids), now=NOW),
    ):
        with pytest.raises(Conflict, match=r"imports\.twins\.first"):
            await answer
    assert await total(database, Standing) == 2 * len(Period), "the watch's alone: two sums of each period"


async def test_two_recordings_brought_in_together_are_asked_about_once(database: Database) -> None:
    alice = await met(database)
    watch, phone = await save(database, alice, report(lapped(5000)), report(PHONE, "phone.gpx"))
    assert phone.warnings == ("imports.twins.warning",)
    assert watch.warnings == ()
    assert (await lap_directions.question(database, watch.run_id, ALICE)).twins is None
    assert (await lap_directions.question(database, phone.run_id, ALICE)).twins


async def test_keeping_one_deletes_the_other_and_undo_asks_again(database: Database) -> None:
    watch, phone = await both(database)
    dropped = await overlapping_runs.keep_one(
        database, phone, watch, ALICE, interaction_id=next(interaction_ids), now=NOW
    )
    assert dropped.deleted
    assert (await lap_directions.question(database, phone, ALICE)).twins is None
    await told(database, phone)
    await run_changes.undo_change(
        database, watch, ALICE, dropped.revision, interaction_id=next(interaction_ids), now=NOW
    )
    found = await overlapping_runs.twins(database, watch, ALICE)
    assert found
    assert found.there.run_id == phone


async def test_two_runs_both_count_and_are_not_asked_about_again(database: Database) -> None:
    watch, phone = await both(database)
    await overlapping_runs.keep_both(database, phone, watch, ALICE)
    assert (await lap_directions.question(database, phone, ALICE)).twins is None
    await told(database, phone)
    assert await overlapping_runs.twins(database, watch, ALICE) is None
    deleted = await run_changes.delete_run(database, watch, ALICE, interaction_id=next(interaction_ids), now=NOW)
    await run_changes.undo_change(
        database, watch, ALICE, deleted.revision, interaction_id=next(interaction_ids), now=NOW
    )
    assert await overlapping_runs.twins(database, watch, ALICE) is None


async def test_a_run_typed_over_an_imported_one(database: Database) -> None:
    alice = await met(database)
    (watch,) = await save(database, alice, report(lapped(5000)))
    await told(database, watch.run_id)
    content = RunContent(
        START + timedelta(minutes=3), "UTC", START.date(), (Stretch(Direction.BACKWARD, 5400, 1_700_000),)
    )
    logged = await run_changes.log_run(database, alice, content, interaction_id=next(interaction_ids), now=NOW)
    found = await overlapping_runs.twins(database, logged.view.run_id, ALICE)
    assert found
    assert found.there.run_id == watch.run_id
    again = await run_changes.log_run(
        database,
        alice,
        replace(content, started_at=START + timedelta(days=1)),
        interaction_id=next(interaction_ids),
        now=NOW,
    )
    assert await overlapping_runs.twins(database, again.view.run_id, ALICE) is None


async def test_an_imported_run_over_a_typed_one(database: Database) -> None:
    alice = await met(database)
    content = RunContent(START, "UTC", START.date(), (Stretch(Direction.BACKWARD, 5400, 1_700_000),))
    typed = await run_changes.log_run(database, alice, content, interaction_id=next(interaction_ids), now=NOW)
    (watch,) = await save(database, alice, report(lapped(5000)))
    asked = await lap_directions.question(database, watch.run_id, ALICE)
    assert asked.twins
    assert asked.twins.there.run_id == typed.view.run_id


async def test_two_typed_runs_of_one_hour_are_left_alone(database: Database) -> None:
    """Members often log a day's runs in the evening, without start times."""
    alice = await met(database)
    content = RunContent(START, "UTC", START.date(), (Stretch(Direction.BACKWARD, 5400, 1_700_000),))
    for _ in range(2):
        logged = await run_changes.log_run(database, alice, content, interaction_id=next(interaction_ids), now=NOW)
    assert await overlapping_runs.twins(database, logged.view.run_id, ALICE) is None


@pytest.mark.parametrize("minutes", [27.5, -28.4, 28, 60 * 24])
async def test_the_next_run_is_a_run_of_its_own(database: Database, minutes: float) -> None:
    _, phone = await both(database, replace(PHONE, started_at=START + timedelta(minutes=minutes)))
    assert (await lap_directions.question(database, phone, ALICE)).twins is None


async def test_nobody_else_settles_it_and_nothing_is_lost_when_one_is_gone(database: Database) -> None:
    watch, phone = await both(database)
    await met(database, BOB)
    with pytest.raises(Conflict):
        await overlapping_runs.keep_one(database, watch, phone, BOB, interaction_id=next(interaction_ids), now=NOW)
    with pytest.raises(NotFound):
        await overlapping_runs.keep_both(database, watch, phone, BOB)
    assert await overlapping_runs.twins(database, phone, BOB) is None
    await run_changes.delete_run(database, watch, ALICE, interaction_id=next(interaction_ids), now=NOW)
    with pytest.raises(Conflict, match=r"imports\.twins\.gone"):
        await overlapping_runs.keep_one(database, watch, phone, ALICE, interaction_id=next(interaction_ids), now=NOW)
    with pytest.raises(Conflict):
        await overlapping_runs.keep_one(database, phone, phone, ALICE, interaction_id=next(interaction_ids), now=NOW)


async def test_one_press_delivered_twice_deletes_once(database: Database) -> None:
    watch, phone = await both(database)
    press = next(interaction_ids)
    for _ in range(2):
        dropped = await overlapping_runs.keep_one(database, watch, phone, ALICE, interaction_id=press, now=NOW)
    assert (dropped.deleted, dropped.revision) == (True, 2)
