"""Limits on questions hold for concurrent transactions, on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages import questions
from bot.services.runs import run_changes
from db.models import Question, Run
from tests.builders.at_once import at_once
from tests.builders.outings import ADA, BEN, CLUB
from tests.builders.safety import Outside
from tests.builders.spotting import a_run

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


async def asked(town: Outside, kind: str) -> int:
    async with town.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(Question).where(Question.kind == kind)) or 0)


@pytest.mark.parametrize("guild_id", [CLUB, None])
async def test_one_spotter_is_asked_no_more_than_is_allowed(town: Outside, guild_id: int | None) -> None:
    await town.user_sets(ADA, zone_told=True)  # else each run updates the zone and locks the runner
    ada = replace(await town.person(ADA), club=None) if guild_id is None else await town.person(ADA)

    async def log(number: int) -> object:
        return await run_changes.log_run(town.database, ada, a_run(spotter_id=BEN), interaction_id=number, now=town.now)

    for number in range(questions.TO_ONE - 1):
        await log(1 + number)
    await at_once(town, *(log(50 + number) for number in range(3)))
    assert await town.count(Run) == questions.TO_ONE + 2
    assert await asked(town, StoredKind.SPOTTER_ASK) == questions.TO_ONE
    assert await town.letters(StoredKind.SPOTTER_ASK) == [BEN] * questions.TO_ONE


async def test_what_one_may_ask_in_a_day_is_not_exceeded(town: Outside) -> None:
    async def choose(first: int) -> object:
        async with town.database.write() as session:
            return await questions.choose(session, "outing.wanted", ADA, range(first, first + 15), town.now, most=20)

    answers = await at_once(town, choose(100), choose(200))
    assert sorted(map(len, answers)) == [5, 15]  # type: ignore[arg-type]
