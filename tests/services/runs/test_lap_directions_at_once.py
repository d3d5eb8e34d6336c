"""Setting an imported run's directions concurrently with lap ticks or edits, on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.runs.run_measures import Backward
from bot.domain.runs.runs import Direction, RunContent
from bot.errors import Conflict
from bot.services.runs import lap_directions, run_changes
from bot.services.runs.runs import RunView, own_run
from db.queries.runs import imports as queries
from tests.builders.at_once import Overlapping, kinds
from tests.builders.imports import ALICE, NOW, lapped, met, report, save

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


async def imported(database: Overlapping, *metres: int) -> int:
    (outcome,) = await save(database, await met(database), report(lapped(*metres)))
    assert outcome.run_id is not None
    return outcome.run_id


async def ticks_of(database: Overlapping, run_id: int) -> list[bool]:
    async with database.read() as session:
        recorded = await queries.recorded(session, run_id)
    assert recorded is not None
    return [bool(lap.get("backward")) for lap in recorded[1]]


async def directions_of(database: Overlapping, run_id: int) -> list[Direction]:
    return [stretch.direction for stretch in (await own_run(database, run_id, ALICE)).content.stretches]


async def test_laps_ticked_beside_the_answer_are_in_it_or_refused(overlapping: Overlapping) -> None:
    run_id = await imported(overlapping, 1000, 1000)
    ticked, told = await overlapping.at_once(
        lap_directions.tick_laps(overlapping, run_id, ALICE, range(25), {0, 1}),
        lap_directions.tell_ticked(overlapping, run_id, ALICE, interaction_id=1, now=NOW),
    )
    assert isinstance(told, RunView)
    ticks = await ticks_of(overlapping, run_id)
    assert ticks == [not isinstance(ticked, Conflict)] * 2
    assert [one is Direction.BACKWARD for one in await directions_of(overlapping, run_id)] == ticks


@pytest.mark.parametrize("part", [False, True])
async def test_an_edit_beside_the_answer_is_kept(overlapping: Overlapping, part: bool) -> None:
    run_id = await imported(overlapping, 5000)

    def longer(content: RunContent) -> RunContent:
        return replace(
            content,
            note="longer",
            stretches=tuple(replace(one, distance_m=one.distance_m * 2) for one in content.stretches if one.distance_m),
        )

    edit = run_changes.edit_run(overlapping, run_id, ALICE, longer, interaction_id=1, now=NOW)
    if part:
        half = Backward(share=0.5)
        tell = lap_directions.tell_part(overlapping, run_id, ALICE, half, interaction_id=2, now=NOW)
    else:
        tell = lap_directions.tell_all(overlapping, run_id, ALICE, Direction.BACKWARD, interaction_id=2, now=NOW)
    assert kinds(await overlapping.at_once(edit, tell)) == ["RunView", "RunView"]
    content = (await own_run(overlapping, run_id, ALICE)).content
    assert (content.note, content.told) == ("longer", True)
    assert sum(one.distance_m or 0 for one in content.stretches) == 10_000


async def test_an_answer_delivered_twice_at_once_is_given_twice(overlapping: Overlapping) -> None:
    run_id = await imported(overlapping, 5000)
    first, second = await overlapping.at_once(
        *(
            lap_directions.tell_all(overlapping, run_id, ALICE, Direction.BACKWARD, interaction_id=1, now=NOW)
            for _ in range(2)
        )
    )
    assert isinstance(first, RunView)
    assert first == second
