"""Fifty people press for the last place in one burst of INTERACTION_CREATE frames on the real client."""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.client import Backpedal
from tests.wire.outside import answer_of, card_in, letter_to, told
from tests.wire.payloads import Json, Person
from tests.wire.server import LocalDiscord

ADA, BEN = Person("Ada"), Person("Ben")
CROWD = [Person(f"Runner {number}") for number in range(50)]


@pytest.fixture
def rows(database_file: Path) -> Any:
    """Return a function that runs a statement on the bot's database over another connection."""

    def run(statement: str) -> list[Any]:
        with sqlite3.connect(database_file) as connection:
            return connection.execute(statement).fetchall()

    return run


async def call(there: LocalDiscord) -> Json:
    """Post Ada's call, let Ben take one of its two places, and return the card with the buttons that it had before."""
    typed = {"when": "in 3 hours", "role": "spotter", "distance": "3k", "surface": "road"}
    await (await there.slash("partner find", ADA, place="Stadium", **typed)).answer()
    await there.until(lambda: card_in(there, "Who'd like to run backward?"))
    before = copy.deepcopy(card_in(there, "Stadium") or {})
    await (await there.press(before, "Run backward · 2 free", BEN)).answer()
    await there.until(lambda: card_in(there, "Backward\nBen"))
    return before


@pytest.mark.usefixtures("patient")
async def test_fifty_press_the_last_place_at_once_and_one_gets_it(
    there: LocalDiscord, bot: Backpedal, rows: Any
) -> None:
    card = await call(there)
    presses = [await there.press(card, "Run backward · 2 free", person) for person in CROWD]
    said = await asyncio.gather(*(told(there, asked) for asked in presses))
    winners = [person.id for person, words in zip(CROWD, said, strict=True) if "You're in" in words]
    losers = [words for words in said if "That place is taken. Shall I put you on the waiting list?" in words]
    assert (len(winners), len(losers)) == (1, 49), set(said)
    inside = "SELECT user_id FROM companions WHERE presence = 'in' ORDER BY since, user_id"
    assert [str(user_id) for (user_id,) in rows(inside)] == [ADA.id, BEN.id, *winners]
    assert rows("SELECT count(*) FROM companions") == [(3,)]
    assert rows("SELECT count(*) FROM outing_presses") == [(51,)], "every press was looked at, once"
    # All the others join the waiting list in one burst too, and none is lost.
    lists = [
        await there.press(answer_of(asked) or {}, "Waiting list", person)
        for person, asked in zip(CROWD, presses, strict=True)
        if person.id not in winners
    ]
    said = await asyncio.gather(*(told(there, asked) for asked in lists))
    assert {"waiting list" in words for words in said} == {True}
    assert rows("SELECT presence, count(*) FROM companions GROUP BY presence") == [("in", 3), ("waiting", 49)]
    # The place becomes free: only the first on the list is asked.
    winner = next(person for person in CROWD if person.id == winners[0])
    await there.until(lambda: letter_to(there, winner, "it's on"))
    left = await there.press(letter_to(there, winner, "it's on") or {}, "Can't come", winner)
    assert "you're out" in await told(there, left)
    assert rows("SELECT presence, count(*) FROM companions GROUP BY presence") == [
        ("in", 2), ("left", 1), ("offered", 1), ("waiting", 48),
    ]  # fmt: skip
    first = "SELECT user_id FROM companions WHERE presence IN ('waiting', 'offered') ORDER BY since, user_id LIMIT 1"
    assert rows("SELECT user_id FROM companions WHERE presence = 'offered'") == rows(first)
    assert rows("SELECT user_id FROM deliveries WHERE kind = 'outing.offer'") == rows(first)
    await there.until(lambda: card_in(there, "49 on the waiting list"))
