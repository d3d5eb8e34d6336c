"""Concurrent presses on an outing, on PostgreSQL, where transactions overlap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OutingState, Wish
from bot.services.outings import run_drafts
from bot.services.outings.outing_signup import SignupDone
from bot.services.outings.outings import OutingView
from bot.services.partners import trust_and_blocks
from db.models import Companion, Run
from tests.builders.at_once import at_once, kinds
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE, START
from tests.builders.safety import MINUTE, Outside

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
BACK = START + 50 * MINUTE
ROOM = 955


# ── before it begins ──


async def test_the_last_place_is_given_once(town: Outside) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.call()
    answers = await at_once(town, *(town.join(who, outing) for who in (BEN, CEM, DORA)))
    assert sorted(answer.done for answer in answers) == [SignupDone.FULL, SignupDone.FULL, SignupDone.JOINED]
    assert len((await town.again(outing)).inside) == 2


async def test_of_two_outings_at_the_same_hour_one_is_joined(town: Outside) -> None:
    one, other = await town.call(), await town.call(CEM)
    answers = await at_once(town, town.join(BEN, one), town.join(BEN, other))
    assert kinds(answers) == ["Answer", "Conflict"]


async def test_of_two_calls_at_the_same_hour_one_is_made(town: Outside) -> None:
    answers = await at_once(town, town.call(), town.call(place="Park"))
    assert kinds(answers) == ["Conflict", "OutingView"]


async def test_two_outings_are_not_moved_to_the_same_hour(town: Outside) -> None:
    one, other = await town.call(), await town.call(at=START + timedelta(days=1))
    at = START + timedelta(days=3)
    answers = await at_once(town, *(town.change(ADA, outing, starts_at=at) for outing in (one, other)))
    assert kinds(answers) == ["Conflict", "OutingView"]


async def test_two_who_confirm_agree_once_and_each_is_told_once(town: Outside) -> None:
    outing = await town.call()
    await town.join(BEN, outing)
    await town.change(ADA, await town.again(outing), place="Park")
    await town.join(CEM, outing)
    answers = await at_once(town, town.confirm(BEN, outing), town.confirm(CEM, outing))
    assert [answer.done for answer in answers] == [SignupDone.CONFIRMED] * 2
    assert (await town.again(outing)).state is OutingState.CONFIRMED
    assert sorted(await town.letters("outing.confirmed")) == [ADA, BEN, CEM]


async def test_who_confirms_while_the_only_spotter_leaves_has_not_agreed_on_anything(town: Outside) -> None:
    outing = await town.call()
    await town.join(BEN, outing)
    await town.join(CEM, outing, Wish.BACKWARD)
    await at_once(town, town.confirm(CEM, outing), town.leave(BEN, outing))
    after = await town.again(outing)
    assert after.state is OutingState.OPEN
    assert [c.user_id for c in after.inside] == [ADA, CEM]


async def test_who_is_blocked_does_not_come_in_beside_the_block(town: Outside) -> None:
    outing = await town.call()
    joined, blocked = await at_once(
        town, town.join(BEN, outing), trust_and_blocks.block(town.database, ADA, BEN, "Ben", town.now)
    )
    assert isinstance(blocked, trust_and_blocks.Blocked)
    came_in = [c.user_id for c in (await town.again(outing)).inside] == [ADA, BEN]
    assert [one.outing_id for one in blocked.together] == ([outing.outing_id] if came_in else [])
    assert kinds([joined]) == ["Answer" if came_in else "NotFound"]


@pytest.mark.parametrize("press", ["confirm", "leave", "check in"])
async def test_a_block_beside_another_press_waits_for_it(town: Outside, press: str) -> None:
    outing = await town.call()
    await town.join(BEN, outing)
    town.now = START
    pressing = {"confirm": town.confirm, "leave": town.leave, "check in": town.check_in}[press](BEN, outing)
    answers = await at_once(town, pressing, trust_and_blocks.block(town.database, BEN, ADA, "Ada", town.now))
    assert kinds(answers) == sorted(["Blocked", "OutingView" if press == "check in" else "Answer"])


async def test_a_place_that_is_offered_is_taken_or_goes_on(town: Outside) -> None:
    await town.club_sets(backward_per_spotter=1)
    outing = await town.agreed()
    await town.wait(CEM, outing)
    await town.wait(DORA, outing)
    await town.leave(BEN, outing)
    offered = (await town.again(outing)).who(CEM)
    assert offered is not None
    assert offered.offered_until is not None
    town.now = offered.offered_until
    await at_once(town, town.take(CEM, outing), town.leave(CEM, outing), town.join(EVE, outing))
    after = await town.again(outing)
    assert len(after.inside) <= 2
    cem, dora = after.who(CEM), after.who(DORA)
    assert cem is not None
    assert dora is not None
    assert EVE not in {c.user_id for c in after.inside}, "the others came first"


# ── the start ──


async def test_an_outing_starts_once(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    answers = await at_once(town, town.check_in(ADA, outing), town.check_in(BEN, outing))
    assert kinds(answers) == ["Conflict", "OutingView"]
    assert await town.said(StoredKind.OUTING_OUT) == [(StoredKind.OUTING_OUT, ADA, 0), (StoredKind.OUTING_OUT, BEN, 0)]


@pytest.mark.parametrize("presser", [BEN, CEM])
async def test_nobody_starts_in_two_outings(town: Outside, presser: int) -> None:
    first = await town.agreed(minutes=20)
    second = await town.call(CEM, at=START + 30 * MINUTE)
    await town.join(BEN, second)
    await town.confirm(BEN, second)
    town.now = START + 29 * MINUTE
    second = await town.again(second)
    town.now = second.starts_at
    answers = await at_once(town, town.check_in(ADA, first), town.check_in(presser, second, present=[BEN, CEM]))
    assert kinds(answers) == ["Conflict", "OutingView"]
    async with town.database.read() as session:
        out = select(func.count()).where(Companion.user_id == BEN, Companion.checked_in_at.is_not(None))
        assert await session.scalar(out) == 1


async def test_what_is_called_off_does_not_start(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    answers = await at_once(town, town.check_in(BEN, outing), town.cancel(ADA, outing))
    assert kinds(answers) == ["Conflict", "OutingView"]
    state = (await town.again(outing)).state
    assert await town.letters("outing.cancelled") == ([BEN] if state is OutingState.CANCELLED else [])


async def test_who_leaves_while_the_other_checks_in_leaves_nobody_without_eyes(town: Outside) -> None:
    outing = await town.agreed()
    town.now = START
    answers = await at_once(town, town.check_in(ADA, outing), town.leave(BEN, outing))
    assert "Conflict" in kinds(answers)
    after = await town.again(outing)
    assert (after.state, len(after.out)) in [(OutingState.UNDER_WAY, 2), (OutingState.OPEN, 0)]


# ── under way ──


@pytest.mark.parametrize("both", [False, True])
async def test_two_who_are_home_end_it(town: Outside, both: bool) -> None:
    outing = await town.out()
    town.now = BACK
    await at_once(town, town.home(ADA, outing, both=both), town.home(BEN, outing, both=both))
    after = await town.again(outing)
    assert (after.state, after.out) == (OutingState.HOME, ())
    assert sorted(await town.letters("outing.draft")) == [ADA, BEN]
    assert await town.due(StoredKind.OUTING_OVERDUE) == []


async def test_home_pressed_twice_is_one(town: Outside) -> None:
    outing = await town.out()
    answers = await at_once(town, town.home(ADA, outing), town.home(ADA, outing))
    assert kinds(answers) == ["Conflict", "OutingView"]
    assert await town.letters("outing.draft") == [ADA]


async def test_extensions_add_up_to_what_is_allowed(town: Outside) -> None:
    outing = await town.out()
    answers = await at_once(
        town, town.extend(ADA, outing, 30), town.extend(BEN, outing, 30), town.extend(ADA, outing, 15)
    )
    after = await town.again(outing)
    assert after.extended_min == sum(
        minutes for minutes, answer in zip((30, 30, 15), answers, strict=True) if isinstance(answer, OutingView)
    )
    assert after.extended_min <= 60
    assert after.due_back_at == outing.due_back_at + after.extended_min * MINUTE  # type: ignore[operator]


async def test_roles_are_changed_once(town: Outside) -> None:
    outing = await town.call(wish=Wish.SWAP)
    await town.join(BEN, outing, Wish.SWAP)
    await town.confirm(BEN, outing)
    town.now = START
    await town.check_in(ADA, outing)
    town.now += 20 * MINUTE
    assert kinds(await at_once(town, town.swap(ADA, outing), town.swap(BEN, outing))) == ["Conflict", "OutingView"]


async def test_two_who_call_for_help_are_each_repeated(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, CEM)
    await town.contact(BEN, DORA)
    outing = await town.out()
    await at_once(town, town.help(ADA, outing), town.help(BEN, outing))
    after = await town.again(outing)
    assert after.state is OutingState.OVERDUE
    assert sorted(await town.letters("alert.contact")) == [CEM, DORA]
    assert await town.said("alert.organisers") == [("alert.organisers", 0, ROOM)] * 2
    assert [who for who, _ in await town.due(StoredKind.OUTING_HELP)] == [ADA, BEN]


async def test_one_call_for_help_pressed_twice_tells_a_contact_once(town: Outside) -> None:
    await town.contact(ADA, CEM)
    outing = await town.out()
    await at_once(town, town.help(ADA, outing), town.help(ADA, outing))
    assert await town.letters("alert.contact") == [CEM]
    assert len(await town.due(StoredKind.OUTING_HELP)) == 1


@pytest.mark.parametrize("presser", [ADA, BEN])
async def test_a_call_for_help_is_never_lost_to_home(town: Outside, presser: int) -> None:
    await town.contact(ADA, CEM)
    outing = await town.out()
    await town.home(BEN, outing)
    home, called = await at_once(town, town.home(ADA, outing), town.help(presser, outing))
    after = await town.again(outing)
    assert isinstance(home, OutingView)
    if isinstance(called, OutingView):
        assert after.help_at is not None
        assert after.state is OutingState.OVERDUE
        assert len(await town.due(StoredKind.OUTING_HELP)) == 1
    else:
        assert kinds([called]) == ["Conflict"], "it was over, and that is what the presser reads"
        assert after.state is OutingState.HOME


async def test_who_comes_home_while_the_alarm_goes_out_gives_the_all_clear(town: Outside) -> None:
    await town.contact(ADA, CEM)
    outing = await town.out()
    await town.home(BEN, outing)
    await town.until(BACK + 5 * MINUTE)
    await town.asked()
    (_, at), *_ = await town.due(StoredKind.OUTING_OVERDUE)
    town.now = at
    await at_once(town, town.until(at), town.home(ADA, outing))
    assert (await town.again(outing)).state is OutingState.HOME
    assert await town.letters("alert.clear") == await town.letters("alert.contact")
    assert await town.due(StoredKind.OUTING_OVERDUE) == []


async def test_an_alarm_is_resolved_once(town: Outside) -> None:
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    answers = await at_once(town, *(town.resolve(one, outing, organises=CLUB) for one in (DORA, EVE)))
    assert kinds(answers) == ["Conflict", "OutingView"]
    assert sorted(await town.letters("outing.draft")) == [ADA, BEN]


async def test_home_and_the_organisers_word_leave_nobody_out(town: Outside) -> None:
    outing = await town.out()
    await town.until(BACK + 31 * MINUTE)
    await at_once(town, town.home(ADA, outing), town.resolve(EVE, outing, organises=CLUB))
    after = await town.again(outing)
    assert (after.state, after.out) == (OutingState.RESOLVED, ())
    assert sorted(await town.letters("outing.draft")) == [ADA, BEN]


async def test_a_draft_is_logged_or_thrown_away(town: Outside) -> None:
    outing = await town.out()
    town.now = START + 30 * MINUTE
    await town.home(ADA, outing)
    ada = await town.person(ADA)
    log: Callable[[int], Awaitable[object]] = lambda number: run_drafts.log_draft(  # noqa: E731
        town.database, outing.outing_id, ada, interaction_id=number, now=town.now
    )
    throw = run_drafts.throw_draft(town.database, outing.outing_id, ADA)
    *logged, thrown = await at_once(town, log(1), log(2), throw)
    assert kinds(logged) in (["Conflict", "Conflict"], ["Conflict", "RunView"])
    assert await town.count(Run) == (1 if "RunView" in kinds(logged) else 0)
    assert (thrown is None) is (await town.count(Run) == 0)
