"""I feel unsafe: who is told, what the partner could notice of it, and what the presser learns when nobody can be."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
import pytest
from sqlalchemy import update

from bot.i18n import translate
from db.models import Member
from tests.flows.calling import card_of, find, press
from tests.flows.conftest import Club, MemberActor, assert_german, text_of
from tests.flows.test_alerts import club_sets, contact, german_out, newcomer, organisers_room, role_of
from tests.flows.test_outing import BEFORE, copy_to, last, letter, out


async def test_feeling_unsafe_looks_like_extending_and_the_partner_sees_nothing(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    card, dms = card_of(club).content, [m.content for m in club.dms(club.alice)]
    menu = await club.bob.user.click(letter(club, club.bob, "You are out with"), label="More")
    assert menu.response is not None
    pressed = await club.bob.user.click(menu.response, label="I feel unsafe")
    extend = await club.alice.user.click(letter(club, club.alice, "You are out with"), label="Extend")
    assert extend.response is not None
    later = await club.alice.user.click(extend.response, label="15 more minutes")
    assert text_of(pressed).splitlines()[0] == text_of(later).splitlines()[0]
    await club.env.settle()
    (alarm,) = room.history()
    assert "bob feels unsafe" in alarm.content
    assert card_of(club).content == card
    assert [m.content for m in club.dms(club.alice)][: len(dms)] == dms
    mine = await club.alice.slash(club.channel, "partner mine")
    assert "unsafe" not in text_of(mine)


async def test_a_partner_who_can_read_the_organisers_channel_is_gone_round(club: Club) -> None:
    room = await organisers_room(club)
    organisers = club.env.bot.get_guild(club.guild.id).get_role(role_of(club))
    vera = club.guild.add_member(club.env.create_user("vera"))
    await club.env.settle()
    await out_with(club, club.olga)
    menu = await club.alice.user.click(letter(club, club.alice, "You are out with"), label="More")
    assert menu.response is not None
    await vera.slash(club.channel, "partner mine")
    await club.alice.user.click(menu.response, label="I feel unsafe")
    await club.env.settle()
    assert organisers is not None
    assert room.history() == []
    assert not any("unsafe" in m.content for m in club.dms(club.olga))


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
    assert [text_of(m) for m in club.dms(club.bob)] == before
    assert [m.content for m in club.channel.history()] == public, "that somebody is waited for would tell him"
    told = last(club, club.alice)
    assert told.content.startswith("🕒 **Your extra time:** I could not pass it on")
    assert "unsafe" not in text_of(told)
    assert "your local emergency number" in told.content
    honest = await club.alice.user.click(told, label="Details")
    assert "Nobody could be reached" in text_of(honest)
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
    menu = await club.alice.user.click(letter(club, club.alice, "You are out with"), label="More")
    assert menu.response is not None
    said = await club.alice.user.click(menu.response, label="I feel unsafe")
    assert "Take your time" in text_of(said)
    await club.env.settle()
    assert room.history() == []
    assert "alice feels unsafe" in last(club, club.olga).content


async def out_with(club: Club, other: MemberActor) -> None:
    card = await find(club, club.alice)
    await press(club, other, card, "Face forward")
    await press(club, other, last(club, other), "Confirm")
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It is time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="We are all here")
    await club.env.settle()


async def feel_unsafe(club: Club, who: MemberActor) -> Any:
    menu = await who.user.click(letter(club, who, "You are out with"), label="More")
    assert menu.response is not None
    said = await who.user.click(menu.response, label="I feel unsafe")
    await club.env.settle()
    return said


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
    assert text_of(said).startswith("### 🕒 Take your time")
    assert "Your extra time:** I could not pass it on" in text_of(said)
    told = last(club, club.alice)
    assert "112" in told.content
    assert "112" in text_of(await club.alice.user.click(told, label="Details"))
    assert [text_of(m) for m in club.dms(club.bob)] == before


async def test_nobody_reached_in_german(club: Club) -> None:
    await club.speak_german(club.alice, club.bob, club.olga)
    await german_out(club)
    await club_sets(club, owner_id=club.olga.id)
    club.close_dms(club.olga)
    menu = await club.alice.user.click(letter(club, club.alice, "Du bist mit"), label="Mehr")
    assert menu.response is not None
    await club.alice.user.click(menu.response, label="Ich fühle mich nicht sicher")
    await club.env.settle()
    told = last(club, club.alice)
    honest = await club.alice.user.click(told, label="Einzelheiten")
    assert "Niemand war zu erreichen" in text_of(honest)
    again = await club.alice.user.click(menu.response, label="Ich fühle mich nicht sicher")
    assert_german(menu, told, honest, again)


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
