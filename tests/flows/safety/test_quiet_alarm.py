"""I feel unsafe: recipients, what the partner could notice, and the presser's message if nobody is reached."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
import pytest
from sqlalchemy import update

from bot.i18n import translate
from bot.interactions.components import button, classic, identity
from db.models import Member
from tests.flows.conftest import Club, MemberActor, assert_language, button_ids, text_of
from tests.flows.outings.calling import find, press
from tests.flows.outings.on_the_way import BEFORE, copy_to, last, letter, out
from tests.flows.safety.alarms import (
    club_sets,
    contact,
    feel_unsafe,
    german_out,
    newcomer,
    organisers_room,
    role_of,
    the_extension_alone,
)


async def test_it_sounds_until_an_organiser_is_on_it_whom_the_others_see_and_is_closed_with_a_word(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    await feel_unsafe(club, club.alice)
    (alarm,) = room.history()
    assert "alice feels unsafe" in alarm.content
    assert "as if alice only asked for more time" in alarm.content
    assert alarm.role_mentions
    old = await copy_to(club, club.olga, alarm)
    await club.restart(minutes=5)
    await club.env.settle()
    first, again = room.history()
    assert again.content == alarm.content
    assert list(button_ids(first)) == [], "the repeat has the buttons"
    await club.olga.click(again, label="I'm on it")
    seen, follow_up = room.history()[1:]
    assert "olga is on it" in seen.content
    assert "**olga is on it**: alice feels unsafe" in follow_up.content
    assert list(button_ids(seen)) == ["Close with a word"]
    await club.pass_time(minutes=20)
    assert len(room.history()) == 3
    form = await club.olga.click(seen, label="Close with a word")
    await club.olga.submit_modal(form, {"word": "He followed her home @everyone"})
    await club.env.settle()
    assert "Closed by olga" in room.history()[1].content
    closed = room.history()[-1]
    assert "olga has closed alice's quiet alarm: He followed her home" in closed.content
    assert not closed.mention_everyone
    assert "Closed by olga" in text_of(await club.olga.user.click(old, label="I'm on it"))
    assert [list(button_ids(m)) for m in room.history()[:2]] == [[], []], "nothing is left to press"
    for actor in (club.alice, club.bob):
        assert not any(part in text_of(m) for m in club.dms(actor) for part in ("followed", "is on it", "feels unsafe"))


async def test_a_partner_s_forged_press_on_it_reads_as_if_there_was_none(club: Club) -> None:
    await organisers_room(club)
    await out(club)
    for number in (1, 2):
        forged = classic(button("x", identity("alert", "onit", 1, number)))
        with club.env._bot_scope():
            channel: Any = await club.env.bot.create_dm(discord.Object(club.bob.id))
            copy: Any = await channel.send("x", view=forged)
        assert text_of(await club.bob.user.click(copy, label="x")) == translate("en", "partners.not_open")
        await feel_unsafe(club, club.alice)


async def test_a_partner_who_can_read_the_organisers_channel_is_gone_round(club: Club) -> None:
    room = await organisers_room(club)
    organisers = club.env.bot.get_guild(club.guild.id).get_role(role_of(club))
    vera = club.guild.add_member(club.env.create_user("vera"))
    await club.env.settle()
    await out_with(club, club.olga)
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert menu.response is not None
    await vera.slash(club.channel, "partner mine")
    before = {m.id: m.content for m in club.dms(club.olga)}  # the confirmation explains the button to everybody
    await club.alice.user.click(menu.response, label="I feel unsafe")
    await club.env.settle()
    assert organisers is not None
    assert room.history() == []
    assert not any("unsafe" in m.content for m in club.dms(club.olga) if m.content != before.get(m.id))


async def test_a_partner_let_into_the_channel_by_name_is_gone_round_and_reads_of_no_alarm_anywhere(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await out(club)
    await club_sets(club, partners_channel_id=club.channel.id)
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(room.id)
        member = await channel.guild.fetch_member(club.bob.id)
        await channel.set_permissions(member, view_channel=True)
    await club.env.settle()
    await club_sets(club, owner_id=club.olga.id)
    for closed in (club.olga, dora):
        club.close_dms(closed)
    before = [text_of(m) for m in club.dms(club.bob)]
    public = [m.content for m in club.channel.history()]
    await feel_unsafe(club, club.alice)
    assert room.history() == []
    assert the_extension_alone(club, before)
    assert [m.content for m in club.channel.history()] == public, "that somebody is waited for would tell him"
    told = last(club, club.alice)
    assert told.content.startswith("**Your extra time:** I couldn't tell the club")
    assert "unsafe" not in text_of(told)
    assert "your local emergency number" in told.content
    honest = await club.alice.user.click(told, label="Details")
    assert "I haven't reached anyone yet" in text_of(honest)
    pried = await club.bob.user.click(await copy_to(club, club.bob, told), label="Details")
    assert text_of(pried) == translate("en", "partners.not_open")
    exported = await club.bob.slash(club.channel, "privacy export")
    assert exported.response is not None
    files = "".join([(await file.read()).decode() for file in exported.response.attachments])
    assert "unsafe" not in files
    assert "delivery.waits" not in files
    assert "unheard" not in files
    mine = await club.bob.slash(club.channel, "partner mine")
    assert "extra time" not in text_of(mine)


async def test_where_discord_cannot_say_who_reads_the_channel_the_alarm_goes_by_direct_message(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await organisers_room(club)
    await out(club)

    async def hung_up(_guild: discord.Guild, _member_id: int) -> discord.Member:
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(discord.Guild, "fetch_member", hung_up)
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert menu.response is not None
    said = await club.alice.user.click(menu.response, label="I feel unsafe")
    assert "Take your time" in text_of(said)
    await club.env.settle()
    assert room.history() == []
    assert "alice feels unsafe" in last(club, club.olga).content


async def out_with(club: Club, other: MemberActor) -> None:
    card = await find(club, club.alice)
    await press(club, other, card, "Spotter")
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="We're all here")
    await club.env.settle()


async def test_one_closed_door_is_gone_round_to_the_next_and_no_word_of_it_stands_in_public(club: Club) -> None:
    await club.olga.slash(club.channel, "partner mine")
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await out(club)
    club.close_dms(club.olga)
    public = [m.content for m in club.channel.history()]
    await feel_unsafe(club, club.alice)
    assert "alice feels unsafe" in last(club, dora).content
    assert [m.content for m in club.channel.history()] == public
    assert not any("extra time" in m.content for m in club.dms(club.alice))


async def test_where_the_partner_is_the_owner_and_only_organiser_the_presser_knows_that_nobody_does(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    await out(club)
    await club_sets(club, owner_id=club.bob.id, emergency_number="112")
    async with club.database.write() as session:
        await session.execute(update(Member).values(organiser=False))
    before = [text_of(m) for m in club.dms(club.bob)]
    said = await feel_unsafe(club, club.alice)
    assert text_of(said).startswith("### Take your time")
    assert "Your extra time:** I couldn't tell the club" in text_of(said)
    told = last(club, club.alice)
    assert "112" in told.content
    assert "112" in text_of(await club.alice.user.click(told, label="Details"))
    assert the_extension_alone(club, before)


async def test_nobody_reached_in_german(club: Club) -> None:
    await club.speak("de", club.alice, club.bob, club.olga)
    await german_out(club)
    await club_sets(club, owner_id=club.olga.id)
    club.close_dms(club.olga)
    menu = await club.alice.user.click(letter(club, club.alice, "Du bist mit"), label="Mehr")
    assert menu.response is not None
    await club.alice.user.click(menu.response, label="Ich fühle mich nicht sicher")
    await club.env.settle()
    told = last(club, club.alice)
    honest = await club.alice.user.click(told, label="Einzelheiten")
    assert "Ich habe noch niemanden erreicht" in text_of(honest)
    again = await club.alice.user.click(menu.response, label="Ich fühle mich nicht sicher")
    assert_language("de", menu, told, honest, again)


async def test_a_presser_whose_own_door_is_closed_reads_it_at_the_next_press(club: Club) -> None:
    await club.olga.slash(club.channel, "partner mine")
    await out(club)
    await club_sets(club, owner_id=club.olga.id)
    for closed in (club.alice, club.olga):
        club.close_dms(closed)
    public = [m.content for m in club.channel.history()]
    assert "extra time" not in text_of(await feel_unsafe(club, club.alice))
    assert "extra time" in text_of(await feel_unsafe(club, club.alice))
    assert [m.content for m in club.channel.history()] == public
