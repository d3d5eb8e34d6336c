"""Errors around an outing: deleted channels, roles and places, old buttons, and forbidden actions."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.i18n import translate
from bot.interactions.components import button, classic, identity
from bot.services.partners import meeting_points
from tests.flows.conftest import NOON, Club, button_ids, text_of
from tests.flows.outings.calling import STADIUM, card_of, find, newcomer, press, state, with_button
from tests.flows.outings.on_the_way import agreed, last, letter, out, outing_id
from tests.flows.safety.alarms import club_sets, feel_unsafe, organisers_room, the_extension_alone


async def test_the_channel_of_a_call_is_deleted_and_the_card_goes_where_the_club_calls_next(club: Club) -> None:
    calls, others = (club.guild.create_text_channel(name) for name in ("calls", "others"))
    await club.env.settle()
    await club_sets(club, partners_channel_id=calls.id)
    await club.alice.slash(club.channel, "partner find", **STADIUM, role="backward")
    await club.env.settle()
    await club.env.bot.get_channel(calls.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    mine = await club.alice.slash(club.channel, "partner mine")
    assert mine.response is not None
    await press(club, club.alice, mine.response, "Switch: Swap")
    assert "I couldn't post your call" in last(club, club.alice).content
    assert "couldn't post a call" in last(club, club.olga).content
    await club_sets(club, partners_channel_id=others.id)
    mine = await club.alice.slash(club.channel, "partner mine")
    assert mine.response is not None
    await press(club, club.alice, mine.response, "Switch: Run backward")
    card = others.last_message
    assert card is not None
    assert "needs a spotter" in text_of(card)
    assert "You're in" in await press(club, club.bob, card, "Spotter")


@pytest.mark.parametrize(("who", "column"), [("women", "women_role_id"), ("spotters", "spotter_role_id")])
async def test_a_role_that_was_deleted_is_no_role_to_call_for(club: Club, who: str, column: str) -> None:
    role = await deleted_role(club)
    await club_sets(club, **{column: role})
    answer = await club.alice.slash(club.channel, "partner find", **STADIUM, role="backward", who=who)
    assert club.words(f"partners.refused.no_role_{who}") in text_of(answer)


async def test_a_role_deleted_after_the_call_opens_it_to_nobody_and_leaves_the_caller_a_way_out(club: Club) -> None:
    role = club.guild.create_role("Spotters")
    carla = newcomer(club, "carla", role)
    await club.env.settle()
    await club_sets(club, spotter_role_id=role.id)
    card = await find(club, club.alice, who="spotters")
    with club.env._bot_scope():
        await club.env.bot.get_guild(club.guild.id).get_role(role.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    for actor in (carla, club.bob):
        assert await press(club, actor, card, "Show") == translate("en", "partners.not_open")
    assert "Spotter" in text_of(await club.alice.click(card, label="Show"))
    mine = await club.alice.slash(club.channel, "partner mine")
    assert mine.response is not None
    await press(club, club.alice, mine.response, "Can't come")
    assert (await state(club))[0] == "cancelled"


async def deleted_role(club: Club) -> int:
    role = club.guild.create_role("Gone")
    await club.env.settle()
    with club.env._bot_scope():
        await club.env.bot.get_guild(club.guild.id).get_role(role.id).delete()  # type: ignore[union-attr]
    await club.env.settle()
    return role.id


async def test_the_organisers_role_is_deleted_and_the_alarm_is_posted_all_the_same(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    await club_sets(club, organiser_role_id=await deleted_role(club))
    await club.pass_time(hours=1, minutes=10)
    assert "**Overdue:** alice" in room.history()[0].content


async def test_where_the_bot_may_no_longer_write_an_alarm_goes_by_direct_message_loud_or_quiet(club: Club) -> None:
    room = await organisers_room(club)
    await out(club)
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(room.id)
        await channel.set_permissions(channel.guild.me, view_channel=True, send_messages=False)
    await club.env.settle()
    before = [text_of(m) for m in club.dms(club.bob)]
    await feel_unsafe(club, club.alice)
    assert "alice feels unsafe" in last(club, club.olga).content
    assert the_extension_alone(club, before)
    for _ in range(5):
        await club.pass_time(minutes=17)
    assert letter(club, club.olga, "Overdue")
    assert room.history() == []


async def test_a_place_is_renamed_and_the_outing_stays_where_it_was_called(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    point = await meeting_points.add(club.database, club.guild.id, "Mill", "road", "the far gate", NOON)
    typed = {name: value for name, value in STADIUM.items() if name != "exactly"} | {"place": "Mill"}
    await club.alice.slash(club.channel, "partner find", **typed, role="backward")
    await club.env.settle()
    card = card_of(club)
    await meeting_points.change(club.database, club.guild.id, point.point_id, "Arena", "grass", "gate 3", NOON)
    await press(club, club.bob, card, "Spotter")
    await club.env.settle()
    assert "the far gate" in last(club, club.bob).content
    assert "### Mill" in text_of(card_of(club))
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    form = await club.alice.click(menu.response, label="Change time or place")
    answer = await club.alice.submit_modal(form, {"point": ["0"], "place": "Mill", "when": "sat 10:00"})
    assert "I'll ask everyone else" in text_of(answer)
    assert "### Mill" in text_of(card_of(club))
    await meeting_points.remove(club.database, club.guild.id, point.point_id)
    await press(club, club.bob, last(club, club.bob), "Confirm")
    assert (await state(club))[0] == "confirmed"


async def test_a_time_in_the_past_changes_nothing(club: Club) -> None:
    card = await find(club, club.alice)
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    form = await club.alice.click(menu.response, label="Change time or place")
    answer = await club.alice.submit_modal(form, {"place": "Stadium", "when": "yesterday 18:00"})
    assert "which is over" in text_of(answer)
    assert text_of(card_of(club)) == text_of(card)


async def test_who_has_left_the_club_and_presses_an_old_letter_is_let_in_nowhere(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    with club.env._bot_scope():
        channel: Any = await club.env.bot.create_dm(discord.Object(club.bob.id))
        kept: Any = await channel.send("x", view=classic(button("Confirm", identity("call", "confirm", 1))))
    club.guild.remove_member(club.bob)
    await club.env.settle()
    await club.pass_time(days=2, hours=5, minutes=1)
    assert (await state(club))[0] == "open"
    assert await press(club, club.bob, kept, "Confirm") == translate("en", "partners.not_open")
    assert (await state(club))[0] == "open"


async def test_every_button_of_an_outing_still_answers_three_months_later(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await club.alice.slash(club.channel, "partner contact", member=dora)
    await agreed(club, role="swap", other="Swap")
    ahead = [(club.bob, one) for m in club.dms(club.bob) for one in button_ids(m).values()]
    ahead.append((club.bob, identity("outing", "checkin", await outing_id(club))))
    await out_now(club)
    await club.pass_time(minutes=13)  # the half-time message is sent
    menu = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="More")
    assert menu.response is not None
    kept = [*menu_buttons(menu.response)]
    before_it = [
        (actor, one) for actor in (club.alice, club.bob) for m in club.dms(actor) for one in button_ids(m).values()
    ]
    await club.pass_time(hours=1)
    before_it += [(club.olga, one) for m in room.history() for one in button_ids(m).values()]
    for actor in (club.alice, club.bob):
        await actor.user.click(letter(club, actor, "Are you home?"), label="Home")
    await club.env.settle()
    messages = [(actor, m) for actor in (club.alice, club.bob, dora) for m in club.dms(actor)]
    messages += [(club.olga, m) for m in room.history()]
    pressed = [(actor, custom_id) for actor, m in messages for custom_id in button_ids(m).values()]
    pressed += [(club.bob, custom_id) for custom_id in kept] + ahead + before_it
    before = await state(club)
    assert before[0] == "home"
    await club.restart(days=90)
    await club.env.settle()
    actions = set()
    for actor, custom_id in sorted(set(pressed), key=lambda one: (one[0].id, one[1])):
        copied = await with_button(club, actor, custom_id)
        answer = await actor.user.click(copied, custom_id=custom_id)
        if answer.modal is not None:
            filled = {"word": "All well"} if ":resolve:" in custom_id else {}
            answer = await actor.user.submit_modal(answer, filled)
        assert text_of(answer), custom_id
        actions.add(":".join(custom_id.split(":")[:2]))
    assert await state(club) == before
    assert {
        "outing:home", "outing:both", "outing:extend", "outing:swap", "outing:calls", "outing:checkin", "call:leave",
        "call:more", "alert:help", "alert:unsafe", "alert:resolve", "contact:accept", "contact:decline",
        "outing:log", "outing:edit", "outing:throw",
    } <= actions  # fmt: skip


async def out_now(club: Club) -> None:
    await club.pass_time(days=2, hours=6)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="We're all here")
    await club.env.settle()


def menu_buttons(message: Any) -> list[str]:
    return list(button_ids(message).values())
