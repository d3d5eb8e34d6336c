"""Alarms that were sent and are over, taken or repeated, and what says an old time after an extension."""

from __future__ import annotations

import re
from typing import Any

import discord
from sqlalchemy import select

from bot.i18n import translate
from db.models import Outing
from tests.flows.conftest import Club, MemberActor, button_ids, text_of
from tests.flows.outings.calling import newcomer
from tests.flows.outings.on_the_way import copy_to, last, letter, out
from tests.flows.safety.alarms import club_sets, contact, organisers_room

MANAGES = discord.Permissions(manage_guild=True)
LATE = {"hours": 1, "minutes": 10}
"""From the start until the organisers are alarmed."""


async def due_back(club: Club) -> str:
    """The planned return as it stands in a message."""
    async with club.database.read() as session:
        outing = (await session.scalars(select(Outing))).one()
        assert outing.due_back_at is not None
        return f"<t:{outing.due_back_at.timestamp():.0f}:t>"


async def extends(club: Club, actor: MemberActor, message: Any, minutes: int = 15) -> None:
    ask = await actor.user.click(message, label="Extend")
    assert ask.response is not None
    await actor.user.click(ask.response, label=f"{minutes} more minutes")
    await club.env.settle()


async def test_an_organiser_is_on_it_and_the_alarm_says_so_until_it_is_over(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    await club.pass_time(**LATE)
    alarm = room.history()[-1]
    assert f"<@{club.alice.id}>" in alarm.content, "a tap opens the profile"
    assert list(button_ids(alarm)) == ["I'm on it", "Resolved"]
    assert "the other organisers see it" in text_of(await club.olga.click(alarm, label="I'm on it")).lower()
    await club.env.settle()
    (alarm,) = [m for m in room.history() if m.id == alarm.id]
    assert "olga is on it" in alarm.content
    assert list(button_ids(alarm)) == ["Resolved"]
    await club.restart()
    await club.pass_time(minutes=15)
    repeated = room.history()[-1]
    assert repeated.id != alarm.id
    assert "olga is on it" in repeated.content, "the repeat says it too"
    assert [list(button_ids(m)) for m in room.history()] == [[], ["Resolved"]], "the newest alone is pressed"
    form = await club.olga.click(repeated, label="Resolved")
    await club.olga.submit_modal(form, {"word": "They are at the café"})
    await club.env.settle()
    for message in room.history()[:2]:
        assert message.content.startswith("**Over:** the alarm about alice and bob")
        assert button_ids(message) == {}
    assert not any("repeat this every" in m.content for m in room.history())
    for actor in (club.alice, club.bob):
        assert not any("on it" in m.content or "café" in m.content for m in club.dms(actor))


async def test_who_is_on_it_is_told_to_organisers_who_had_a_direct_message_and_nobody_else_can_press(
    club: Club,
) -> None:
    captain = newcomer(club, "vera", club.guild.create_role("Captains", permissions=MANAGES))
    await club.env.settle()
    for one in (club.olga, captain):
        await one.slash(club.channel, "partner mine")
    await out(club)
    await club.pass_time(**LATE)
    alarm = letter(club, club.olga, "Overdue")
    kept = await copy_to(club, captain, letter(club, captain, "Overdue"))
    forged = await copy_to(club, club.bob, alarm)
    answer = await club.bob.user.click(forged, label="I'm on it")
    assert text_of(answer) == translate("en", "partners.not_open")
    await club.olga.user.click(alarm, label="I'm on it")
    await club.env.settle()
    assert "olga is on it" in last(club, captain).content
    assert "olga is on it" not in last(club, club.olga).content.splitlines()[-1]
    again = await captain.user.click(kept, label="I'm on it")
    assert "olga is on it already" in text_of(again)


async def test_after_an_extension_nothing_says_the_old_time(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await out(club)
    old = await due_back(club)
    await club.pass_time(minutes=20)
    await extends(club, club.alice, letter(club, club.alice, "You're out with"))
    between = await due_back(club)
    await club.pass_time(**LATE)
    assert between in room.history()[-1].content
    await club.restart()
    await extends(club, club.bob, letter(club, club.bob, "Are you home?"), 30)
    now = await due_back(club)
    texts = [m.content for who in (club.alice, club.bob, dora) for m in club.dms(who)]
    texts += [m.content for m in room.history()]
    assert not [one for one in texts if old in one or between in one]
    for actor in (club.alice, club.bob):
        assert now in letter(club, actor, "You're out with").content
        assert button_ids(letter(club, actor, "Are you home?")) == {}
    assert button_ids(room.history()[0]) == {}
    assert "isn't overdue any more" in club.dms(dora)[1].content


async def test_need_help_stands_on_the_card_of_who_is_out(club: Club) -> None:
    await organisers_room(club)
    await out(club)
    card = letter(club, club.alice, "You're out with")
    assert list(button_ids(card)) == ["Home", "Need help", "More", "Both home", "Extend"]
    assert "I've raised the alarm" in text_of(await club.alice.user.click(card, label="Need help"))
    await club.env.settle()
    assert "Extend" not in button_ids(letter(club, club.alice, "You're out with")), "it would be refused"
    await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    await club.env.settle()
    home = letter(club, club.alice, "You're home")
    assert list(button_ids(home)) == ["I'm still out", "Need help", "More"], "bob is out, and alice may still need help"


async def test_i_feel_unsafe_is_explained_before_it_is_needed_and_never_how_it_is_disguised(club: Club) -> None:
    await out(club)
    first = letter(club, club.alice, "our first outing").content
    assert "nobody out with you notices" in first.lower()
    assert not re.search("extend|longer|more time|minutes", first.split("*Need help*")[1], re.IGNORECASE)
    help_card = await club.bob.slash(club.channel, "help")
    assert help_card.response is not None
    listed = await club.bob.click(help_card.response, label="All commands")
    assert "*I feel unsafe*" in text_of(listed)


async def test_german_words_of_an_alarm_that_is_taken_and_over(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    await club_sets(club, language="de")
    await club.pass_time(**LATE)
    alarm = room.history()[-1]
    await club.olga.click(alarm, custom_id=button_ids(alarm)["Ich kümmere mich"])
    await club.env.settle()
    (taken,) = room.history()
    assert "olga kümmert sich" in taken.content
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "Are you home?"), label="Home")
        await club.env.settle()
    assert room.history()[0].content == "**Vorbei:** der Alarm um alice und bob. ✅"
