"""Run search in the database by the parts of a run's line."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.runs.run_search import read_clues
from bot.domain.runs.runs import Direction, RunContent, Stretch
from bot.domain.text.units import Units
from bot.languages import LANGUAGES
from bot.localizer import Localizer
from bot.services.runs import run_changes, runs
from bot.services.runs.runs import RunLine
from cogs.runs.run_card_view import line
from db.engine import Database
from tests.builders.logged_runs import ALICE, BOB, NOW, person

WAYS = ("backward", "forward", "mixed", "untold")
READERS = [Localizer(language, units) for language in LANGUAGES for units in (Units.METRIC, Units.IMPERIAL)]
DIRECTIONS = (
    (Direction.BACKWARD,), (Direction.FORWARD,), (Direction.BACKWARD, Direction.FORWARD), (Direction.UNTOLD,),
)  # fmt: skip


async def some(database: Database, count: int = 20) -> tuple[RunLine, ...]:
    chance, who = random.Random(7), await person(database)
    for number in range(count):
        at = NOW - timedelta(days=chance.randrange(400))
        stretches = tuple(
            Stretch(
                direction, chance.choice((None, 400, chance.randrange(80, 45_000))), chance.randrange(9_000, 2 * 10**7)
            )
            for direction in chance.choice(DIRECTIONS)
        )
        content = RunContent(started_at=at, zone="UTC", ran_on=at.date(), stretches=stretches, surface=None)
        await run_changes.log_run(database, who, content, interaction_id=number, now=NOW)
    return await runs.find_runs(database, ALICE, (), count)


async def found(database: Database, typed: str, reader: Localizer, user_id: int = ALICE) -> list[int]:
    clues = read_clues(typed, reader.units, {way: reader.t(f"runs.direction.{way}") for way in WAYS})
    assert clues is not None
    return [run.run_id for run in await runs.find_runs(database, user_id, clues, 100)]


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS, ids=str)
async def test_every_part_of_a_line_finds_its_run_also_while_it_is_typed(database: Database, reader: Localizer) -> None:
    for run in await some(database):
        shown = line(run, reader).replace("\\", "").replace("\u200b", "")
        assert run.run_id in await found(database, shown, reader), shown
        for word in shown.split():
            figures = re.match("[0-9]*", word)
            assert figures is not None
            for end in range(figures.end() or 1, len(word) + 1):  # numbers match whole: `2` does not match the 24th
                assert run.run_id in await found(database, word[:end], reader), word[:end]


async def test_every_word_has_to_fit(database: Database) -> None:
    who = await person(database)
    for number, (day, metres) in enumerate(((16, 5000), (16, 7000), (17, 5000))):
        at = datetime(2026, 11, day, 9, tzinfo=UTC)
        stretches = (Stretch(Direction.BACKWARD, metres, 45 * 60_000),)
        content = RunContent(started_at=at, zone="UTC", ran_on=at.date(), stretches=stretches, surface=None)
        await run_changes.log_run(database, who, content, interaction_id=number, now=NOW)
    reader = Localizer()
    assert len(await found(database, "nov", reader)) == 3
    assert len(await found(database, "16 nov 5.00", reader)) == 1
    assert await found(database, "16 dec", reader) == []
    assert await found(database, "xyzzy", reader) == []
    assert await found(database, "nov", reader, BOB) == [], "another's are not looked at"
