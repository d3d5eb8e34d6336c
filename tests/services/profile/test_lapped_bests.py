"""A run of several laps in one direction counts as one effort."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.runs.runs import Direction, Stretch
from bot.services.profile.profile import profile
from db.engine import Database
from tests.builders.logged_runs import ALICE, TODAY, five_k, log

KILOMETRE = Stretch(Direction.BACKWARD, 1000, 330_000)


async def test_five_laps_backward_are_a_best_over_five_kilometres(database: Database) -> None:
    await log(database, replace(five_k(), stretches=(KILOMETRE,) * 5))
    found = (await profile(database, ALICE, TODAY)).bests[Direction.BACKWARD]
    assert {best.listed_m: best.duration_ms for best in found} == {1000: 330_000, 5000: 1_650_000}


async def test_laps_both_ways_or_estimated_are_none(database: Database) -> None:
    forward = replace(KILOMETRE, direction=Direction.FORWARD)
    await log(database, replace(five_k(), stretches=(KILOMETRE,) * 4 + (forward,)), interaction_id=1)
    await log(database, replace(five_k(), stretches=(replace(KILOMETRE, estimated=True),) * 5), interaction_id=2)
    found = (await profile(database, ALICE, TODAY)).bests
    assert [best.listed_m for best in found[Direction.BACKWARD]] == [1000]
    assert [best.listed_m for best in found[Direction.FORWARD]] == [1000]
