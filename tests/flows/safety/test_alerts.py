"""Overdue members: recipients, texts and order of the alarms, also across restarts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import discord

from bot.i18n import translate
from bot.interactions.components import button, classic, identity
from tests.flows.conftest import Club, MemberActor, button_ids, text_of
from tests.flows.outings.calling import STADIUM, card_of, press, state
from tests.flows.outings.on_the_way import BEFORE, copy_to, last, letter, out
from tests.flows.safety.alarms import club_sets, contact, newcomer, organisers_room, role_of

HALF_AN_HOUR_AND_MORE = {"minutes": 34}
"""From 18:00 to the planned return of 3 km at 8:00/km: 24 minutes plus ten."""


def heard(club: Club, since: datetime, room: Any, *actors: MemberActor) -> list[tuple[str, str]]:
    """Return (recipient, first words) of every message since an instant, in the order sent."""
    told = [(m.id, actor.name, m.content) for actor in actors for m in club.dms(actor) if m.created_at >= since]
    if room is not None:
        told += [(m.id, "organisers", m.content) for m in room.history() if m.created_at >= since]
    words = [(name, " ".join(content.split()[:4])) for _, name, content in sorted(told)]
    return sorted(words[:2]) + words[2:]  # the two members who are out are asked at the same time


async def test_the_process_dies_for_two_hours_and_asks_before_it_alarms_killed_again_in_the_middle(club: Club) -> None:
    room = await organisers_room(club)
    dora, finn = newcomer(club, "dora"), newcomer(club, "finn")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await contact(club, club.alice, finn)
    await out(club, role="swap", other="Swap")  # so half time is missed, too
    club.close_dms(dora)
    before = club.env.now()
    everybody = (club.alice, club.bob, dora, finn, club.olga)
    asked = [("alice", "**Are you home?** 🏡"), ("bob", "**Are you home?** 🏡")]
    await club.restart(hours=2)
    await club.pass_time(minutes=4)
    assert heard(club, before + timedelta(hours=1), room, *everybody) == asked
    await club.restart(hours=1)
    await club.pass_time(minutes=4)
    again = club.env.now() - timedelta(minutes=5)
    assert heard(club, again, room, *everybody) == asked
    assert "I was out of reach for a while" in last(club, club.alice).content
    await club.pass_time(minutes=12)
    assert heard(club, again, room, *everybody)[2:] == [
        ("finn", "⚠️ **alice** named you"),
        ("organisers", f"<@&{role_of(club)}> 🚨 **Overdue:** alice"),
    ]
    (alarm,) = room.history()
    for line in (
        "alice was asked and isn't answering", "bob was asked and isn't answering",
        "dora, contact of alice, was told and hasn't answered", "bob has no contact I could tell",
    ):  # fmt: skip
        assert line in alarm.content
    waiting = card_of(club)
    assert waiting.content == f"<@{dora.id}>, you have a message."
    shown = await dora.click(waiting, label="Show")
    assert "named you as a safety contact" in text_of(shown)
    refused = await club.bob.click(waiting, label="Show")
    assert "named you" not in text_of(refused)


async def test_contacts_answer_and_the_organisers_read_it(club: Club) -> None:
    room = await organisers_room(club)
    dora, finn = newcomer(club, "dora"), newcomer(club, "finn")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await contact(club, club.alice, finn)
    await out(club)
    await club.pass_time(minutes=55)
    assert "alice isn't answering me" in last(club, dora).content
    assert "I'll tell the organisers at <t:" in last(club, dora).content
    kept = await copy_to(club, dora, last(club, dora))
    said = await dora.user.click(kept, label="I can't")
    assert "Thanks for saying so" in text_of(said)
    await club.pass_time(minutes=10)
    (alarm,) = room.history()
    assert "dora, contact of alice, can't check on them" in alarm.content
    assert "finn, contact of alice, was told and hasn't answered" in alarm.content
    said = await finn.user.click(last(club, finn), label="I reached them")
    assert "You've reached **alice**" in text_of(said)
    await club.env.settle()
    assert room.history()[-1].content == "**finn**, contact of alice, has reached them."
    forged = await copy_to(club, club.bob, last(club, finn))
    assert text_of(await club.bob.user.click(forged, label="I can't")) == translate("en", "partners.not_open")
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "Are you home?"), label="Home")
    await club.env.settle()
    assert list(button_ids(letter(club, dora, "isn't being looked for any more"))) == []
    old = await copy_to(club, dora, letter(club, dora, "Thanks for saying so"))
    assert "That's over" in text_of(await dora.user.click(old, label="I reached them"))


async def test_the_escalation_step_by_step_until_home_and_nothing_of_it_in_public(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.bob, dora)
    await out(club)
    public = len(club.channel.history())
    await club.pass_time(**HALF_AN_HOUR_AND_MORE)
    await club.pass_time(minutes=15)
    asked = last(club, club.alice)
    assert "**Are you home?** 🏡 You were due back" in asked.content
    assert list(button_ids(asked)) == ["Home", "Extend", "Need help"]
    await club.pass_time(minutes=5)
    told = last(club, dora).content
    for part in ("**bob** named you", "alice", "Stadium", "gate 4, by the oak", "Checked in"):
        assert part in told
    await club.pass_time(minutes=10)
    (alarm,) = room.history()
    for part in ("🚨", "alice", "bob", "gate 4, by the oak", "your local emergency number"):
        assert part in alarm.content
    assert alarm.role_mentions
    await club.pass_time(minutes=15)
    assert len(room.history()) == 2
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "Are you home?"), label="Home")
    await club.env.settle()
    assert "All clear" in last(club, dora).content
    assert "All clear" in room.history()[-1].content
    await club.pass_time(hours=3)
    assert len(room.history()) == 4
    assert len(club.channel.history()) == public
    assert "Overdue" not in text_of(card_of(club))


async def test_help_is_told_at_once_and_resolved_with_a_word(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    menu = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="More")
    assert menu.response is not None
    assert "I feel unsafe" in button_ids(menu.response)
    helped = await club.bob.user.click(menu.response, label="Need help")
    assert "I've raised the alarm" in text_of(helped)
    await club.env.settle()
    (alarm,) = room.history()
    assert "bob asks for help" in alarm.content
    form = await club.olga.click(alarm, label="Resolved")
    done = await club.olga.submit_modal(form, {"word": "Twisted ankle @everyone, being fetched"})
    assert "Thanks" in text_of(done)
    await club.env.settle()
    clear = room.history()[-1]
    assert "Resolved by olga: Twisted ankle" in clear.content
    assert not clear.mention_everyone
    assert (await state(club))[0] == "resolved"
    for actor in (club.alice, club.bob):
        (ended,) = [m.content for m in club.dms(actor) if "this outing is over" in m.content]
        assert "olga" in ended
        assert not any("ankle" in m.content for m in club.dms(actor)), "the word is for those who were alarmed"


async def test_who_was_alarmed_before_an_extension_hears_more_time_and_home(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await out(club)
    await club.pass_time(hours=1, minutes=10)
    alarms = len(room.history())
    ask = await club.alice.user.click(letter(club, club.alice, "Are you home?"), label="Extend")
    assert ask.response is not None
    await club.alice.user.click(ask.response, label="30 more minutes")
    home = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    assert "Welcome home" in text_of(home)
    await club.env.settle()
    await club.bob.user.click(letter(club, club.bob, "You're out."), label="Home")
    await club.env.settle()
    for said in ([m.content for m in room.history()][alarms:], [m.content for m in club.dms(dora)][-3:]):
        more, one, all_home = said
        assert "they need longer" in more
        assert one == "alice is home. ✅ Still out: bob. I'll keep watching."
        assert "All clear" in all_home


async def test_home_says_that_an_alarm_is_running_only_where_somebody_was_alarmed(club: Club) -> None:
    await out(club)
    await club.pass_time(minutes=55)
    home = await club.bob.user.click(letter(club, club.bob, "Are you home?"), label="Home")
    assert "Still out: alice" in text_of(home)
    assert "alarm" not in text_of(home), "nobody was told: alice has no contacts"


async def test_a_contact_whose_direct_messages_are_closed_hears_the_end_behind_show(club: Club) -> None:
    await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.alice, dora)
    await out(club)
    club.close_dms(dora)
    await club.pass_time(minutes=55)
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "Are you home?"), label="Home")
    await club.env.settle()
    waiting = [m for m in club.channel.history() if f"<@{dora.id}>" in m.content]
    shown = [text_of(await dora.click(one, label="Show")) for one in waiting]
    assert any("All clear" in one for one in shown)


async def test_welcome_home_never_hides_a_call_for_help(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    menu = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="More")
    assert menu.response is not None
    await club.bob.user.click(menu.response, label="Need help")
    await club.env.settle()
    home = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    assert "The call for help is still running" in text_of(home)
    assert "Still out: bob" in text_of(home)
    home = await club.bob.user.click(letter(club, club.bob, "You're out."), label="Home")
    assert "Welcome" not in text_of(home)
    assert "The call for help is still running" in text_of(home)
    await club.env.settle()
    first, last_said = room.history()[-2:]
    assert first.content == "alice is home. ✅ The call for help goes on until one of you says what happened."
    assert "bob**, who asked for help, has pressed Home. The alarm goes on" in last_said.content
    await club.pass_time(minutes=15)
    repeated = room.history()[-1]
    assert "**bob asked for help**, and pressed Home at" in repeated.content
    assert home.response is not None
    form = await club.bob.user.click(home.response, label="Resolved")
    done = await club.bob.user.submit_modal(form, {"word": "My ankle is better"})
    assert "Everyone who was alerted is told" in text_of(done)
    await club.env.settle()
    assert "Resolved by bob: My ankle is better" in room.history()[-1].content


async def test_an_organiser_who_ends_what_alarmed_nobody_is_not_told_that_everybody_hears(club: Club) -> None:
    await organisers_room(club)
    await out(club)
    with club.env._bot_scope():
        channel: Any = await club.env.bot.create_dm(discord.Object(club.olga.id))
        forged = await channel.send("x", view=classic(button("Resolved", identity("alert", "resolve", 1))))
    form = await club.olga.user.click(forged, label="Resolved")
    done = await club.olga.user.submit_modal(form, {"word": "They called"})
    assert "Nobody had been alerted" in text_of(done)


async def test_who_leaves_the_club_meanwhile_is_looked_for_all_the_same(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    club.guild.remove_member(club.bob)
    await club.env.settle()
    await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    await club.pass_time(hours=1, minutes=10)
    assert "**Overdue:** bob" in room.history()[0].content
    home = await club.bob.user.click(letter(club, club.bob, "You were due back"), label="Home")
    assert "Welcome home" in text_of(home)
    await club.env.settle()
    assert "All clear" in room.history()[-1].content
    assert (await state(club))[0] == "home"


async def test_an_organisers_channel_that_everybody_can_read_by_now_is_not_used(club: Club) -> None:
    await club_sets(club, organisers_channel_id=club.channel.id)
    await out(club)
    said = len(club.channel.history())
    await club.pass_time(hours=1, minutes=10)
    assert "🚨" in last(club, club.olga).content
    assert len(club.channel.history()) == said


async def test_the_all_clear_is_not_said_where_everybody_reads_by_now(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    await club.pass_time(hours=1, minutes=10)
    assert len(room.history()) == 1
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(room.id)
        await channel.set_permissions(channel.guild.default_role, view_channel=True)
    await club.env.settle()
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "You were due back"), label="Home")
    await club.env.settle()
    assert len(room.history()) == 1
    assert "All clear" in last(club, club.olga).content


async def test_an_organiser_told_by_direct_message_resolves_it_there_and_nobody_else_can(club: Club) -> None:
    await club.olga.slash(club.channel, "partner mine")
    vera = newcomer(club, "vera")
    await vera.slash(club.channel, "partner mine")
    await out(club)
    helped = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="More")
    assert helped.response is not None
    await club.bob.user.click(helped.response, label="Need help")
    await club.env.settle()
    alarm = letter(club, club.olga, "bob asks for help")
    copied = await copy_to(club, vera, alarm)
    form = await vera.user.click(copied, label="Resolved")
    assert translate("en", "partners.not_open") in text_of(await vera.user.submit_modal(form, {"word": "Ha"}))
    form = await club.olga.user.click(alarm, label="Resolved")
    done = await club.olga.user.submit_modal(form, {"word": "I fetched him"})
    assert "Thanks" in text_of(done)
    assert (await state(club))[0] == "resolved"


async def test_the_channel_of_the_card_is_deleted_while_they_are_out(club: Club) -> None:
    await club_sets(club, organiser_role_id=role_of(club))
    calls = club.guild.create_text_channel("calls")
    await club.env.settle()
    await club_sets(club, partners_channel_id=calls.id)
    await club.alice.slash(club.channel, "partner find", **STADIUM, role="backward")
    await club.env.settle()
    card = calls.last_message
    assert card is not None
    await press(club, club.bob, card, "Spotter")
    await club.pass_time(**BEFORE)
    await club.env.bot.get_channel(calls.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="We're all here")
    await club.pass_time(hours=1, minutes=10)
    assert "🚨" in letter(club, club.olga, "Overdue").content
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "You were due back"), label="Home")
    await club.env.settle()
    assert (await state(club))[0] == "home"
    assert sum(f"<#{calls.id}>" in m.content for m in club.dms(club.olga)) == 1


async def test_a_deleted_organisers_channel_sends_the_alarm_by_direct_message(club: Club) -> None:
    await club_sets(club, organisers_channel_id=club.channel.id + 12345)
    await out(club)
    await club.pass_time(hours=1, minutes=10)
    assert "🚨" in last(club, club.olga).content
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "You were due back"), label="Home")
    await club.env.settle()
    assert sum("All clear" in m.content for m in club.dms(club.olga)) == 1
