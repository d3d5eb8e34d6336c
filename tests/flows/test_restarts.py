"""The bot is restarted between any two steps: every button still answers, and nothing is said twice or lost."""

from __future__ import annotations

import pytest

from tests.flows.calling import card_of, find, press, state
from tests.flows.conftest import Club, MemberActor, text_of
from tests.flows.test_alerts import contact, newcomer, organisers_room
from tests.flows.test_outing import letter, words


async def step(club: Club, actor: MemberActor, part: str, *labels: str) -> str:
    """Press a button of the newest letter that says `part`, then one of each answer; a restart after each."""
    message = letter(club, actor, part)
    said = ""
    for label in labels:
        await club.restart(seconds=20)
        answer = await actor.user.click(message, label=label)
        said = text_of(answer)
        await club.env.settle()
        if answer.response is not None:
            message = answer.response  # type: ignore[assignment]
    return said


async def begin(club: Club) -> None:
    """From the call to the check-in."""
    card = await find(club, club.alice, "swap")
    await club.restart(minutes=1)
    await press(club, club.bob, card, "Swap")
    await step(club, club.bob, "There are enough of you", "Confirm")
    for hours in (30, 23, 1):  # the evening before, an hour before, the start
        await club.restart()
        await club.pass_time(hours=hours)
    assert "You are out" in await step(club, club.alice, "It is time", "Check in", "We are all here")
    assert (await state(club))[0] == "under_way"


async def test_an_outing_with_a_restart_between_any_two_steps(club: Club) -> None:
    await begin(club)
    await club.restart(minutes=6)
    await club.pass_time(minutes=7)
    assert "faces forward" in await step(club, club.bob, "Half time: swap", "Swap now")
    assert "Take your time" in await step(club, club.alice, "You are out with", "Extend", "15 more minutes")
    assert "Welcome home" in await step(club, club.alice, "You are out with", "Both home")
    assert "Welcome home" in await step(club, club.bob, "says", "Home")
    assert (await state(club))[0] == "home"
    for actor in (club.alice, club.bob):
        assert "Logged" in await step(club, actor, "Your run from this outing", "Log it")
        assert len(set(words(club, actor))) == len(words(club, actor)), "nothing is said twice"
    await club.restart(hours=12)
    await club.pass_time(hours=1)
    assert not any("should have been home" in m.content for m in club.dms(club.bob))
    assert "home" in card_of(club).content


@pytest.mark.parametrize("asks_help", [False, True])
async def test_an_alarm_with_a_restart_between_any_two_steps(club: Club, asks_help: bool) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.bob, dora)
    await begin(club)
    if asks_help:
        assert "Help is on its way" in await step(club, club.bob, "You are out with", "More", "Need help")
    else:
        for minutes in (35, 15, 6, 10):
            await club.restart(minutes=minutes)
            await club.pass_time(minutes=1)
    alarms = [m for m in room.history() if "🚨" in m.content or "🆘" in m.content]
    assert len(alarms) == 1
    assert sum("named you" in m.content for m in club.dms(dora)) == 1
    await club.restart(minutes=15)
    await club.pass_time(minutes=1)
    assert len(room.history()) == 2
    form = await club.olga.click(room.history()[-1], label="Resolved")
    await club.restart()
    await club.olga.submit_modal(form, {"word": "Found, all well"})
    await club.restart(minutes=40)
    await club.pass_time(hours=1)
    assert (await state(club))[0] == "resolved"
    assert len(room.history()) == 3
    assert "Found, all well" in club.dms(dora)[-1].content
