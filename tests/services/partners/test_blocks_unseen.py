"""No press reveals a block: a blocked member gets the same answer, byte for byte, as any other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.outings.outing_rules import Presence, Wish
from bot.errors import MemberError
from bot.services.outings import outing_signup, partner_calls
from bot.services.outings.outings import OutingView
from bot.services.outings.partner_calls import Who
from bot.services.outings.waiting_list import Presser
from db.engine import Database
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE, Town

ROLE = 7


@pytest.fixture
async def town(database: Database) -> Town:
    return Town(database)


async def outcome(doing: Awaitable[Any]) -> tuple[object, ...]:
    """Return the result of a press: what was done, or the error with its key and parameters."""
    try:
        answer = await doing
    except MemberError as error:
        return type(error), error.key, tuple(sorted(error.params.items(), key=str))
    return ("done", getattr(answer, "done", "shown"))


def presses(town: Town, who: int, outing: OutingView) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return every press on an outing before its start, including forged custom ids."""
    presser = Presser(who, CLUB, frozenset({ROLE}))
    given: dict[str, Any] = {"role_ids": frozenset({ROLE})}
    return {
        "confirm": lambda: town.confirm(who, outing, **given),
        "leave": lambda: town.leave(who, outing, **given),
        "take": lambda: town._press(outing_signup.take, who, outing, **given),
        "join": lambda: town.join(who, outing, **given),
        "join backward": lambda: town.join(who, outing, Wish.BACKWARD, **given),
        "wait": lambda: town._press(outing_signup.wait, who, outing, Wish.SPOTTER, **given),
        "change": lambda: partner_calls.own(town.database, presser, outing.outing_id, town.now),
        "show": lambda: partner_calls.show(town.database, presser, outing.outing_id),
        "cancel": lambda: town.cancel(who, outing),
    }


async def call_in(town: Town, state: str, who: Who) -> OutingView:
    """Return Ada's call in the given state, with no free place."""
    await town.club_sets(backward_per_spotter=1, spotter_role_id=ROLE)
    outing = await town.call(who=who)
    await town.join(CEM, outing, role_ids=frozenset({ROLE}))
    if state in ("confirmed", "begun"):
        await town.confirm(CEM, outing, role_ids=frozenset({ROLE}))
    if state == "cancelled":
        await town.cancel(ADA, outing)
    if state == "over":
        town.now = outing.starts_at + timedelta(hours=1)
    return await town.again(outing)


@pytest.mark.long
@pytest.mark.parametrize("who", [Who.EVERYONE, Who.SPOTTERS])
@pytest.mark.parametrize("state", ["filled", "confirmed", "cancelled", "over"])
@pytest.mark.parametrize("blocker", [ADA, BEN])
async def test_every_press_reads_the_same_with_and_without_a_block(
    town: Town, blocker: int, state: str, who: Who
) -> None:
    outing = await call_in(town, state, who)
    for one in (BEN, DORA):
        await town.person(one)
    await town.tie(blocker, ADA + BEN - blocker)
    live_and_limited = who is Who.SPOTTERS and state in ("filled", "confirmed", "over")
    for name in presses(town, BEN, outing):
        if name == "show" and live_and_limited:
            continue  # a restricted call is shown only to members who may join
        with_block = await outcome(presses(town, BEN, outing)[name]())
        without = await outcome(presses(town, DORA, outing)[name]())
        assert with_block == without, name


async def test_a_block_since_the_offer_reads_like_a_press_too_late(town: Town) -> None:
    outing = await call_in(town, "filled", Who.EVERYONE)
    await town.wait(BEN, outing)
    await town.leave(CEM, outing)
    me = (await town.again(outing)).who(BEN)
    assert me is not None
    assert me.presence is Presence.OFFERED
    await town.tie(ADA, BEN)
    blocked = await outcome(town.take(BEN, outing))
    late = await outcome(town.take(EVE, outing))
    assert blocked == late


async def test_who_waits_though_blocked_is_passed_over(town: Town) -> None:
    outing = await call_in(town, "filled", Who.EVERYONE)
    await town.tie(ADA, BEN)
    await town.wait(BEN, outing)
    await town.wait(DORA, outing)
    await town.leave(CEM, outing)
    assert await town.letters("outing.offer") == [DORA]
