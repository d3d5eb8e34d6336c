"""Check-in before everyone has confirmed: it confirms exactly the members who are present."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, select

from bot.domain.outings.outing_rules import OutingState, Presence, Wish
from bot.domain.runs.runs import Surface
from db.engine import Database
from db.models import Delivery
from tests.builders.outings import ADA, BEN, CEM, START
from tests.builders.safety import Outside


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


def states_passed(database: Database) -> list[str]:
    """Return a list that collects the outing states written from now on, in order."""
    found: list[str] = []
    states = {state.value for state in OutingState}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("UPDATE outings SET") and "state=" in statement:
            given = parameters.values() if isinstance(parameters, dict) else parameters
            found.append(next(str(value) for value in given if value in states))

    event.listen(database.writer.sync_engine, "before_cursor_execute", note)
    return found


async def told(town: Outside) -> dict[int, bool]:
    """Return who was notified of the start, and whether their presence confirmed them."""
    async with town.database.read() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == "outing.out"))
        return {row.user_id: bool(row.payload.get("agreed_here")) for row in rows}


async def test_who_is_there_has_confirmed_and_the_state_passes_through_it(town: Outside) -> None:
    filled = await town.change(ADA, (await town.join(BEN, await town.call())).outing, place="Park")
    outing = filled
    assert [c.confirmed for c in filled.inside] == [True, False]
    town.now = START
    passed = states_passed(town.database)
    after = await town.check_in(ADA, outing)
    assert passed == ["open", "confirmed", "under_way"]
    assert (after.state, [c.confirmed for c in after.out]) == (OutingState.UNDER_WAY, [True, True])
    assert await told(town) == {ADA: False, BEN: True}


async def test_who_is_not_there_has_confirmed_nothing(town: Outside) -> None:
    outing = await town.call()
    await town.join(BEN, outing)
    both = (await town.join(CEM, outing, Wish.BACKWARD)).outing
    await town.change(ADA, both, place="Park")
    town.now = START
    after = await town.check_in(BEN, await town.again(outing), present=[ADA])
    absent = after.who(CEM)
    assert absent is not None
    assert (absent.presence, absent.confirmed, absent.happened) == (Presence.LEFT, False, "absent")
    assert {c.user_id for c in after.out if c.confirmed} == {ADA, BEN}


async def test_where_all_had_confirmed_nothing_is_said_of_it_again(town: Outside) -> None:
    await town.out()
    assert await told(town) == {ADA: False, BEN: False}


async def test_what_does_not_start_confirms_nobody(town: Outside) -> None:
    outing = await town.change(ADA, (await town.join(BEN, await town.call())).outing, place="Park")
    town.now = START
    after = await town.check_in(BEN, outing, present=[BEN])
    assert (after.state, [c.confirmed for c in after.inside]) == (OutingState.OPEN, [False])


@pytest.mark.parametrize("confirmed", [True, False])
async def test_alone_where_that_may_be_it_passes_confirmed_too(town: Outside, confirmed: bool) -> None:
    outing = await town.call(surface=Surface.TRACK)
    await town.join(BEN, outing)
    if confirmed:
        await town.confirm(BEN, outing)
    town.now = START
    passed = states_passed(town.database)
    after = await town.check_in(ADA, outing, present=[ADA])
    assert passed == ["open", "confirmed", "under_way"]
    assert after.state is OutingState.UNDER_WAY
