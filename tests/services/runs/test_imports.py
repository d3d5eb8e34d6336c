"""Saving imported activities: once each, and not ranked until the runner has given the direction."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.runs.activity import FileReport, Refusal, Source, Sport
from bot.domain.runs.run_input import Manner, Typed, amendment
from bot.domain.runs.run_measures import Backward
from bot.domain.runs.runs import Direction, RunContent, Stretch
from bot.domain.text.units import Units
from bot.errors import BadInput, Conflict, NotFound
from bot.services.profile.profile import profile
from bot.services.runs import lap_directions, run_changes
from bot.services.runs.imports import Outcome, save_import
from bot.services.runs.runs import RunView
from db.engine import Database
from db.models import Recording, Revision, Run, Standing
from db.models import StretchRow as Row
from tests.builders.boards import standings_from_scratch, standings_now
from tests.builders.imports import ALICE, BOB, CLUB, NOW, START, interaction_ids, lapped, met, report, save, total


async def test_a_run_is_saved_untold_with_its_laps_and_stands_on_no_board(database: Database) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(1000, 1000, 3000)))
    assert (outcome.outcome, outcome.ran_on, outcome.distance_m) == (Outcome.IMPORTED, date(2026, 11, 17), 5000)
    async with database.read() as session:
        run = await session.get(Run, outcome.run_id)
        assert (run.source, run.guild_id, run.counted, run.surface) == ("fit", CLUB, False, "track")
        assert (run.zone, run.started_at) == ("Etc/GMT-1", START), "the file's own local time wins over UTC"
        rows = list(await session.scalars(select(Row).order_by(Row.position)))
        assert [(r.direction, r.distance_m) for r in rows] == [("untold", 1000), ("untold", 1000), ("untold", 3000)]
        kept = await session.get(Recording, run.run_id)
        assert json.loads(zlib.decompress(kept.series)) == [[0.0, 0.0], [1650.0, 5000.0]]
        assert kept.totals["distance_m"] == 5000
        assert not list(await session.scalars(select(Standing)))


async def test_every_file_has_its_outcome_in_order(database: Database) -> None:
    alice = await met(database)
    ride = replace(lapped(20_000), sport=Sport.RIDE)
    early = lapped(1000, start=datetime(1989, 12, 31, tzinfo=UTC))
    outcomes = await save(
        database,
        alice,
        FileReport("bike.fit", "a", ride, Refusal.NOT_RUN, "files.reason.not_run"),
        FileReport("junk.fit", "b", None, Refusal.UNREADABLE, "files.reason.format"),
        FileReport("huge.zip", "", None, Refusal.TOO_LARGE, "imports.reason.attachment"),
        report(early, "unset.fit"),
        report(lapped(5000), "good.fit"),
    )
    assert [one.outcome for one in outcomes] == [
        Outcome.OFFERED,
        Outcome.UNREADABLE,
        Outcome.TOO_LARGE,
        Outcome.UNREADABLE,
        Outcome.IMPORTED,
    ]
    assert outcomes[0].sport is Sport.RIDE
    assert outcomes[3].reason == "imports.reason.clock"
    assert await total(database, Run) == 2


async def test_the_same_file_comes_in_once_until_its_run_is_deleted(database: Database) -> None:
    alice = await met(database)
    one = report(lapped(5000))
    (first,) = await save(database, alice, one)
    assert [(await save(database, alice, one))[0].outcome, await total(database, Run)] == [Outcome.SAME_FILE, 1]
    await run_changes.delete_run(database, first.run_id, ALICE, interaction_id=next(interaction_ids), now=NOW)
    assert (await save(database, alice, one))[0].outcome is Outcome.IMPORTED


async def test_another_member_may_bring_in_the_same_file(database: Database) -> None:
    one = report(lapped(5000))
    await save(database, await met(database), one)
    assert (await save(database, await met(database, BOB), one))[0].outcome is Outcome.IMPORTED


async def test_the_same_run_from_another_device_and_typed_by_hand_is_there_already(database: Database) -> None:
    alice = await met(database)
    typed = RunContent(
        START + timedelta(minutes=5), "UTC", START.date(), (Stretch(Direction.BACKWARD, 5000, 1_650_000),)
    )
    await run_changes.log_run(database, alice, typed, interaction_id=next(interaction_ids), now=NOW)
    phone = replace(lapped(5000), distance_m=5060, source=Source.GPX)
    later = lapped(5000, start=START + timedelta(hours=2))
    outcomes = await save(
        database,
        alice,
        report(lapped(5000)),
        report(phone, "phone.gpx"),
        report(later, "2.fit"),
        report(later, "2.tcx"),
    )
    assert [one.outcome for one in outcomes] == [
        Outcome.ALREADY,
        Outcome.ALREADY,
        Outcome.IMPORTED,
        Outcome.ALREADY,
    ]


async def test_one_interaction_delivered_twice_makes_each_run_once(database: Database) -> None:
    alice = await met(database)
    reports = [report(lapped(5000)), report(lapped(3000, start=START - timedelta(days=1)), "b.fit")]
    for _ in range(2):
        await save_import(database, alice, reports, interaction_id=77, now=NOW)
    assert await total(database, Run) == 2
    assert await total(database, Revision) == 2


async def test_ticked_laps_stay_ticked_and_count_once_told(database: Database) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(1000, 1000, 3000)))
    await lap_directions.tick_laps(database, outcome.run_id, ALICE, range(25), {0, 2})
    asked = await lap_directions.question(database, outcome.run_id, ALICE)
    assert [lap.backward for lap in asked.laps] == [True, False, True]
    view = await lap_directions.tell_ticked(
        database, outcome.run_id, ALICE, interaction_id=next(interaction_ids), now=NOW
    )
    assert [(s.direction, s.distance_m, s.estimated) for s in view.content.stretches] == [
        ("backward", 1000, False),
        ("forward", 1000, False),
        ("backward", 3000, False),
    ]
    async with database.read() as session:
        kept = await standings_now(session)
        assert kept == await standings_from_scratch(session)
        assert kept[CLUB, "backward", "week", date(2026, 11, 16), ALICE][0] == 4000
    undone = await run_changes.undo_change(
        database, outcome.run_id, ALICE, view.revision, interaction_id=next(interaction_ids), now=NOW
    )
    assert not undone.content.told
    again = await lap_directions.question(database, outcome.run_id, ALICE)
    assert [lap.backward for lap in again.laps] == [True, False, True], "an Undo asks again, ticks and all"
    assert await total(database, Standing) == 0


async def test_ticking_one_page_leaves_the_others(database: Database) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(*[400] * 30)))
    await lap_directions.tick_laps(database, outcome.run_id, ALICE, range(25), {0, 24})
    asked = await lap_directions.tick_laps(database, outcome.run_id, ALICE, range(25, 50), {29})
    assert [at for at, lap in enumerate(asked.laps) if lap.backward] == [0, 24, 29]
    asked = await lap_directions.tick_laps(database, outcome.run_id, ALICE, range(25), set())
    assert [at for at, lap in enumerate(asked.laps) if lap.backward] == [29]


@pytest.mark.parametrize("direction", [Direction.BACKWARD, Direction.FORWARD])
async def test_all_or_nothing(database: Database, direction: Direction) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(1000, 1000)))
    view = await lap_directions.tell_all(
        database, outcome.run_id, ALICE, direction, interaction_id=next(interaction_ids), now=NOW
    )
    assert [(s.direction, s.distance_m) for s in view.content.stretches] == [(direction, 1000), (direction, 1000)]
    with pytest.raises(Conflict):
        await lap_directions.tell_all(
            database, outcome.run_id, ALICE, direction, interaction_id=next(interaction_ids), now=NOW
        )


async def test_an_answer_delivered_twice_is_answered_twice(database: Database) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(1000, 1000)))
    first, again = [
        await lap_directions.tell_all(database, outcome.run_id, ALICE, Direction.BACKWARD, interaction_id=1, now=NOW)
        for _ in range(2)
    ]
    assert (again.revision, again.content) == (first.revision, first.content)


async def test_laps_of_a_told_run_are_ticked_no_more(database: Database) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(1000, 1000)))
    await lap_directions.tell_ticked(database, outcome.run_id, ALICE, interaction_id=1, now=NOW)
    with pytest.raises(Conflict):
        await lap_directions.tick_laps(database, outcome.run_id, ALICE, range(25), {0})
    async with database.read() as session:
        laps = await session.scalar(select(Recording.laps).where(Recording.run_id == outcome.run_id))
    assert not any(lap.get("backward") for lap in laps)


async def test_a_part_of_a_run_without_laps_is_an_estimate(database: Database) -> None:
    alice = await met(database)
    (outcome,) = await save(database, alice, report(lapped(5000)))
    with pytest.raises(BadInput):
        await lap_directions.tell_part(
            database, outcome.run_id, ALICE, Backward(distance_m=6000), interaction_id=next(interaction_ids), now=NOW
        )
    view = await lap_directions.tell_part(
        database, outcome.run_id, ALICE, Backward(share=0.4), interaction_id=next(interaction_ids), now=NOW
    )
    assert [(s.direction, s.distance_m, s.duration_ms, s.estimated) for s in view.content.stretches] == [
        ("backward", 2000, 660_000, True),
        ("forward", 3000, 990_000, True),
    ]


async def test_a_doubtful_time_makes_no_best_until_its_runner_gives_the_time(database: Database) -> None:
    alice = await met(database)
    doubtful = replace(lapped(1000, 1000, 3000), doubtful=True)
    (outcome,) = await save(database, alice, report(doubtful))

    async def listed() -> list[int]:
        found = (await profile(database, ALICE, NOW.date())).bests[Direction.BACKWARD]
        return [best.listed_m for best in found]

    async def edit(**fields: str) -> RunView:
        amend = amendment(Typed(**fields), Manner(Units.METRIC, "en", "UTC"), NOW)
        return await run_changes.edit_run(
            database, outcome.run_id, ALICE, amend, interaction_id=next(interaction_ids), now=NOW
        )

    backward = Direction.BACKWARD
    await lap_directions.tell_all(
        database, outcome.run_id, ALICE, backward, interaction_id=next(interaction_ids), now=NOW
    )
    assert await listed() == []
    await edit(direction="mixed 40 %")
    await edit(direction="backward")
    assert await listed() == []
    timed = await edit(time="27:00")
    assert await listed() == [5000]
    await run_changes.undo_change(
        database, outcome.run_id, ALICE, timed.revision, interaction_id=next(interaction_ids), now=NOW
    )
    assert await listed() == []


async def test_nobody_else_can_see_tick_or_tell(database: Database) -> None:
    alice = await met(database)
    await met(database, BOB)
    (outcome,) = await save(database, alice, report(lapped(1000, 1000)))
    with pytest.raises(NotFound):
        await lap_directions.question(database, outcome.run_id, BOB)
    with pytest.raises(NotFound):
        await lap_directions.tick_laps(database, outcome.run_id, BOB, range(25), {0})
    for told in (
        lap_directions.tell_ticked(database, outcome.run_id, BOB, interaction_id=next(interaction_ids), now=NOW),
    ):
        with pytest.raises(NotFound):
            await told
    assert await lap_directions.count_waiting(database, ALICE) == 1
    assert await lap_directions.count_waiting(database, BOB) == 0


async def test_the_next_question_is_the_newest_and_then_there_is_none(database: Database) -> None:
    alice = await met(database)
    older = report(lapped(3000, start=START - timedelta(days=1)), "b.fit")
    newer, _ = await save(database, alice, report(lapped(5000)), older)
    asked = await lap_directions.next_question(database, ALICE)
    assert (asked.run_id, asked.waiting, asked.filename) == (newer.run_id, 1, "run.fit")
    for _ in range(2):
        asked = await lap_directions.next_question(database, ALICE)
        await lap_directions.tell_all(
            database, asked.run_id, ALICE, Direction.FORWARD, interaction_id=next(interaction_ids), now=NOW
        )
    with pytest.raises(NotFound):
        await lap_directions.next_question(database, ALICE)
