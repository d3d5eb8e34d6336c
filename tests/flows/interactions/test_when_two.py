"""A "when" with two readings: both are offered, and none is assumed where other members rely on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from db.models import Outing, Run
from tests.flows.conftest import Club, text_of
from tests.flows.outings.calling import STADIUM


async def count(club: Club, model: type[Outing] | type[Run]) -> int:
    async with club.database.read() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("typed", "names", "values"),
    [
        ("tomorrow at 6", ["Thu 19 Nov 06:00", "Thu 19 Nov 18:00"], ["2026-11-19 06:00", "2026-11-19 18:00"]),
        ("weekend 9am", ["Sat 21 Nov 09:00", "Sun 22 Nov 09:00"], ["2026-11-21 09:00", "2026-11-22 09:00"]),
        ("tomorrow 18:00", ["Thu 19 Nov 18:00"], ["tomorrow 18:00"]),
    ],
)
async def test_a_start_is_offered_in_each_of_its_readings(
    club: Club, typed: str, names: list[str], values: list[str]
) -> None:
    shown = await club.alice.autocomplete(club.channel, "partner find", "when", typed)
    assert [choice["name"] for choice in shown] == names
    assert [choice["value"] for choice in shown] == values
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "swap", "when": typed}))
    assert ("could be" in text_of(answer)) is (len(names) > 1)
    assert await count(club, Outing) == (0 if len(names) > 1 else 1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("yesterday 18:00", "I read that as Tue 17 Nov 2026 18:00, which is over. When do you start? Try `in 2 hours`"),
        ("24 dec 2025 9am", "Wed 24 Dec 2025 09:00"),
        ("yesterday", "“yesterday” is over, or nearly. When do you start"),
        ("soonish", "I can't tell when “soonish” is. Try `in 2 hours`, `tomorrow 18:00`"),
        ("24 dec 2028 9am", "Sun 24 Dec 2028 09:00"),
    ],
)
async def test_a_start_that_cannot_be_is_refused_with_examples_of_starts(club: Club, typed: str, words: str) -> None:
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "swap", "when": typed}))
    said = text_of(answer).replace("\\", "")
    assert words in said
    assert "yesterday 18:30" not in said
    assert await count(club, Outing) == 0


async def test_a_run_is_offered_in_each_of_its_readings(club: Club) -> None:
    shown = await club.alice.autocomplete(club.channel, "log", "when", "yesterday at 7")
    assert [choice["name"] for choice in shown] == ["Tue 17 Nov 07:00", "Tue 17 Nov 19:00"]
    chosen = {"distance": "5k", "time": "27:30", "when": shown[1]["value"]}
    await club.alice.slash(club.channel, "log", **chosen)
    async with club.database.read() as session:
        assert await session.scalar(select(Run.started_at)) == datetime(2026, 11, 17, 19, tzinfo=UTC)
    both = {"distance": "5k", "time": "27:30", "when": "last weekend"}
    refused = text_of(await club.alice.slash(club.channel, "log", **both))
    assert "could be Sun 15 Nov or Sat 14 Nov" in refused.replace("\\", "")
    assert await count(club, Run) == 1
