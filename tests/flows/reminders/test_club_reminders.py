"""Reminders to a whole club as members see them: channel, role, language, missing permissions."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from sqlalchemy import select

from db.models import Reminder
from tests.flows.clubs.club_pages import allow
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.outings.calling import club_sets
from tests.flows.reminders.reminding import ONE, ask, last, rows, said


def role_named(club: Club, name: str) -> discord.Role:
    guild = club.env.bot.get_guild(club.guild.id)
    assert guild is not None
    return next(role for role in guild.roles if role.name == name)


async def test_a_channel_is_reminded_and_its_role_pinged_and_members_answer_for_themselves(club: Club) -> None:
    await club.olga.slash(club.channel, "settings", zone="London")
    await club.bob.slash(club.channel, "help")
    await club_sets(club, zone="Europe/Berlin")
    runners = club.guild.create_role("Runners")
    await club.env.settle()
    allow(club, role_named(club, "Organisers"), mention_everyone=True)
    typed = await club.olga.autocomplete(club.channel, "remind club", "when", ONE)
    assert "next Thu 19 Nov 13:00" in typed[0]["name"], "it is 13:00 in Berlin"
    words = await ask(club, club.olga, what="club run @everyone", channel=club.channel, role=runners)
    assert f"Posts in <#{club.channel.id}> 📣 · <@&{runners.id}>" in words
    assert "Berlin time" in words
    await club.restart(hours=24)
    message = club.channel.last_message
    assert message is not None
    assert message.content == f"<@&{runners.id}> club run @\u200beveryone ⏰"
    pinged = club.env.backend.messages[club.channel.id][message.id].allowed_mentions
    assert (pinged.everyone, pinged.roles, pinged.users) == (False, {runners.id}, frozenset())
    for actor, count in ((club.bob, "1 of 4"), (club.alice, "1 of 4")):
        done = await actor.click(message, label="Done")
        assert done.ephemeral
        assert count in text_of(done)
    assert "Done" in button_ids(message), "the message stays for the others"
    asked = await club.bob.click(message, label="Snooze")
    assert asked.ephemeral
    assert asked.response is not None
    await club.bob.click(asked.response, label="In 1 h, 14:00")
    await club.pass_time(hours=1)
    assert said(club, club.bob) == ["club run @\u200beveryone ⏰"]
    assert not last(club, club.bob).role_mentions
    assert "Ticked off already" in text_of(await club.bob.user.click(last(club, club.bob), label="Done"))
    form = await club.bob.click(message, label="Log it")
    await club.bob.submit_modal(form, {"distance": "3k", "time": "24:00", "direction": "backward"})
    card = club.channel.last_message
    assert card is not None
    assert "bob" in text_of(card), "a run logged in the club is shown there, as by /log"
    listed = text_of(await club.olga.slash(club.channel, "remind list"))
    assert f"-# every day 13:00 · next Fri 20 Nov 13:00 · <#{club.channel.id}>" in listed


async def test_what_may_not_be_said_or_pinged_is_refused_with_what_to_do(club: Club) -> None:
    await ask(club, club.olga, what="first")
    runners, open_role = club.guild.create_role("Runners"), club.guild.create_role("Open")
    nobody = discord.PermissionOverwrite(send_messages=False)
    shut = club.guild.create_text_channel("shut", overwrites={role_named(club, "Organisers"): nobody})
    mute = club.guild.create_text_channel("mute", overwrites={club.env.bot.user: nobody})  # type: ignore[dict-item]
    await club.env.settle()
    assert "That's for organisers" in await ask_as_member(club)
    assert "I ping roles, not everyone" in await ask(club, club.olga, role=club.guild.default_role)
    assert "You can't mention <@&" in await ask(club, club.olga, role=runners)
    assert f"You can't write in <#{shut.id}>" in await ask(club, club.olga, channel=shut)
    assert "can't post there" in await ask(club, club.olga, channel=mute)
    club.env.backend.guilds[club.guild.id].roles[open_role.id].mentionable = True
    assert "I'll remind the club" in await ask(club, club.olga, role=open_role)
    allow(club, role_named(club, "Organisers"), mention_everyone=True)
    assert "I'll remind the club" in await ask(club, club.olga, role=runners)
    held = role_named(club, "TestBot")
    allow(club, held, mention_everyone=False)
    assert "I'm not allowed to mention <@&" in await ask(club, club.olga, role=runners)
    refused = await club.olga.slash(club.channel, "remind edit", reminder="#3", what="pings harder")
    assert "I'm not allowed to mention <@&" in text_of(refused)
    assert [what for what, _, _ in await rows(club)] == ["first", "calf raises", "calf raises"]


def picked(form: Any) -> dict[str, list[str]]:
    """Return the preselected values of a form's menus, by custom id."""
    parts = [part["component"] for part in form.modal["components"]]
    return {
        part["custom_id"]: [str(chosen["id"]) for chosen in part.get("default_values", ())]
        for part in parts
        if part["custom_id"] in ("channel", "role")
    }


async def test_channel_and_role_of_a_clubs_reminder_are_changed_by_options_and_in_the_form(club: Club) -> None:
    runners = club.guild.create_role("Runners")
    track = club.guild.create_text_channel("track")
    await club.env.settle()
    allow(club, role_named(club, "Organisers"), mention_everyone=True)
    await ask(club, club.olga, what="club run")
    moved = await club.olga.slash(club.channel, "remind edit", reminder="club", channel=track)
    assert f"Posts in <#{track.id}> 📣\n" in text_of(moved)
    pinging = await club.olga.slash(club.channel, "remind edit", reminder="club", role=runners)
    assert f"Posts in <#{track.id}> 📣 · <@&{runners.id}>" in text_of(pinging), "the channel stays"
    assert pinging.response is not None
    form = await club.olga.click(pinging.response, label="Edit")
    assert picked(form) == {"channel": [str(track.id)], "role": [str(runners.id)]}
    same = {"what": "club run", "when": "every day 13:00"}
    left = await club.olga.submit_modal(form, {**same, "channel": [track], "role": [runners]})
    assert f"Posts in <#{track.id}> 📣 · <@&{runners.id}>" in text_of(left)
    await club.pass_time(hours=1)
    message = track.last_message
    assert message is not None
    assert message.content == f"<@&{runners.id}> club run ⏰"
    form = await club.olga.click(pinging.response, label="Edit")
    changed = await club.olga.submit_modal(form, {**same, "channel": [club.channel], "role": []})
    assert f"Posts in <#{club.channel.id}> 📣\n" in text_of(changed)
    await club.pass_time(days=1)
    message = club.channel.last_message
    assert message is not None
    assert message.content == "club run ⏰"


async def test_where_a_reminder_is_moved_is_asked_about_as_where_it_is_asked_for(club: Club) -> None:
    runners, passing = club.guild.create_role("Runners"), club.guild.create_role("Passing")
    nobody = discord.PermissionOverwrite(send_messages=False)
    shut = club.guild.create_text_channel("shut", overwrites={role_named(club, "Organisers"): nobody})
    mute = club.guild.create_text_channel("mute", overwrites={club.env.bot.user: nobody})  # type: ignore[dict-item]
    await club.env.settle()
    await ask(club, club.olga, what="club run")
    form = await club.olga.slash(club.channel, "remind edit", reminder="club")
    for place, why in (
        ({"channel": shut}, f"You can't write in <#{shut.id}>"), ({"channel": mute}, "can't post there"),
        ({"role": runners}, "You can't mention <@&"), ({"role": club.guild.default_role}, "not everyone"),
    ):  # fmt: skip
        by_options = text_of(await club.olga.slash(club.channel, "remind edit", reminder="club", what="x", **place))
        assert why in by_options, place
        form = await club.olga.slash(club.channel, "remind edit", reminder="club")
        menus = {name: [chosen] for name, chosen in {"channel": club.channel, **place}.items()}
        filled = {"what": "x", "when": "every day 13:00", **menus}
        assert why in text_of(await club.olga.submit_modal(form, filled)), place
    form = await club.olga.slash(club.channel, "remind edit", reminder="club")
    club.env.bot.get_guild(club.guild.id)._remove_role(passing.id)  # type: ignore[union-attr]
    filled = {"what": "x", "when": "every day 13:00", "channel": [club.channel], "role": [passing]}
    assert "That role is gone" in text_of(await club.olga.submit_modal(form, filled))
    await ask(club, club.alice, what="mine")
    own = text_of(await club.alice.slash(club.channel, "remind edit", reminder="mine", channel=club.channel))
    assert "Only club reminders have a channel" in own
    form = await club.alice.slash(club.channel, "remind edit", reminder="mine")
    assert picked(form) == {}
    assert [what for what, _, _ in await rows(club)] == ["club run", "mine"]
    async with club.database.read() as session:
        row = await session.scalar(select(Reminder).where(Reminder.what == "club run"))
        assert row is not None
        assert (row.channel_id, row.role_id) == (club.channel.id, None)


async def test_a_reminder_whose_channel_is_gone_goes_on_in_another(club: Club) -> None:
    room = club.guild.create_text_channel("reminders")
    await club.env.settle()
    await ask(club, club.olga, what="club run", channel=room)
    await club.env.bot.get_channel(room.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    await club.pass_time(hours=1)
    assert " there sets another channel" in said(club, club.olga)[-1]
    form = await club.olga.slash(club.channel, "remind edit", reminder="club")
    assert picked(form) == {"channel": [], "role": []}, "what is gone cannot stand in a menu"
    await club.speak("de", club.olga)
    form = await club.olga.slash(club.channel, "remind edit", reminder="club")
    filled = {"what": "club run", "when": "jeden Tag 13:00", "channel": [club.channel]}
    moved = await club.olga.submit_modal(form, filled)
    assert "nicht schreiben" not in text_of(moved), "that was the other channel"
    assert moved.response is not None
    assert_language("de", form, moved)
    assert "Läuft wieder" in text_of(await club.olga.click(moved.response, label="Fortsetzen"))
    await club.pass_time(days=1)
    message = club.channel.last_message
    assert message is not None
    assert message.content == "club run ⏰"


async def ask_as_member(club: Club) -> str:
    return text_of(await club.alice.slash(club.channel, "remind club", when=ONE, what="x"))


@pytest.mark.parametrize("gone", [True, False])
async def test_a_channel_gone_or_forbidden_tells_who_asked_and_pauses(club: Club, *, gone: bool) -> None:
    room = club.guild.create_text_channel("reminders")
    await club.env.settle()
    await ask(club, club.olga, what="club run", channel=room)
    await ask(club, club.olga, "in 20 minutes", "doors open", channel=room)
    if gone:
        await club.env.bot.get_channel(room.id).delete()  # type: ignore[union-attr]
    else:
        club.env.inject_error("POST", f"/channels/{room.id}/messages", status=403, code=50013, times=None)
    await club.env.settle()
    await club.pass_time(hours=1)
    assert await rows(club) == [("club run", "paused", 0), ("doors open", "paused", 0)]
    assert [f"I couldn't post **{what}**" in words for what, words in zip(
        ("doors open", "club run"), said(club, club.olga), strict=True
    )] == [True, True]  # fmt: skip
    await club.restart(days=2)
    assert len(club.dms(club.olga)) == 2
    shown = text_of(await club.olga.slash(club.channel, "remind resume", reminder="doors"))
    assert "couldn't write in its channel" in shown
    if not gone:
        club.env.backend.faults.clear()
        assert "On again" in text_of(await club.olga.slash(club.channel, "remind resume", reminder="club run"))
        await club.restart(days=1)
        assert [message.content for message in room.history()] == ["club run ⏰"]


async def test_the_club_is_reminded_in_its_language_and_its_zone_moves_what_is_to_come(club: Club) -> None:
    await ask(club, club.olga, what="Vereinslauf")
    await ask(club, club.alice)
    await club.speak("de")
    form = await club.olga.slash(club.channel, "club settings")
    assert form.response is not None
    asked = await club.olga.click(form.response, custom_id="club:zone:v1")
    await club.olga.submit_modal(asked, {"zone": "Berlin"})
    await club.restart(hours=25)
    message = club.channel.last_message
    assert message is not None
    assert message.content.startswith("Vereinslauf (von <t:")
    late = last(club, club.alice)
    assert late.content == "calf raises (von 13:00, entschuldige) ⏰", "alice goes by the club's zone"
    refused = await club.alice.slash(club.channel, "remind club", when="jeden Tag 7 Uhr", what="x")
    edited = await club.olga.slash(club.channel, "remind edit", reminder="Verein", when="morgen 6")
    await club.env.bot.get_channel(club.channel.id).delete()  # type: ignore[union-attr]
    await club.restart(days=2)
    assert_language("de", message, late, refused, edited, *club.dms(club.olga))
    async with club.database.read() as session:
        assert {row.zone for row in await session.scalars(select(Reminder))} == {"Europe/Berlin"}
