"""Finding a partner as members do: calling, answering, agreeing, changing one's mind, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from sqlalchemy import insert, select, update

from bot.reader import Reader
from cogs.views.outing_card import classic, find_button
from db.models import Companion, Delivery, Due, Guild, MeetingPoint, Outing, Tie, User
from tests.flows.conftest import NOON, Club, MemberActor, assert_german, button_ids, text_of
from tests.flows.delivering import deliver, dms

FRIDAY = datetime(2026, 11, 20, 18, tzinfo=UTC)
STADIUM: dict[str, Any] = {"place": "Stadium", "when": "fri 18:00", "distance": "3k", "exactly": "gate 4, by the oak"}


async def find(club: Club, actor: MemberActor, role: str = "backward", **typed: Any) -> discord.Message:
    """Call, and answer the public card."""
    answer = await actor.slash(club.channel, "partner find", **(STADIUM | {"role": role} | typed))
    assert answer.response is not None
    assert answer.response.ephemeral
    assert "Your call goes to" in text_of(answer) or "Deine Suche" in text_of(answer), text_of(answer)
    await deliver(club)
    return card_of(club)


def card_of(club: Club) -> discord.Message:
    message = club.channel.last_message
    assert message is not None
    return message


async def press(club: Club, actor: MemberActor, message: Any, label: str) -> str:
    """Press a button by how its label begins; what is answered to the presser alone, then all is delivered."""
    custom_id = next(found for shown, found in button_ids(message).items() if shown.startswith(label))
    in_a_dm = isinstance(message, discord.Message) and isinstance(message.channel, discord.DMChannel)
    answer = await (actor.user if in_a_dm else actor).click(message, custom_id=custom_id)
    await deliver(club)
    return text_of(answer)


async def state(club: Club) -> tuple[str, list[tuple[int, str, str]]]:
    async with club.database.read() as session:
        outing = (await session.scalars(select(Outing).order_by(Outing.outing_id.desc()))).first()
        assert outing is not None
        rows = await session.scalars(
            select(Companion).where(Companion.outing_id == outing.outing_id).order_by(Companion.since)
        )
        return outing.state, [(c.user_id, c.wish, c.presence) for c in rows]


async def club_sets(club: Club, **values: Any) -> None:
    async with club.database.write() as session:
        await session.execute(update(Guild).where(Guild.guild_id == club.guild.id).values(**values))


async def block(club: Club, one: MemberActor, other: MemberActor) -> None:
    async with club.database.write() as session:
        for actor in (one, other):
            if await session.get(User, actor.id) is None:
                await session.execute(insert(User).values(user_id=actor.id, created_at=NOON))
        await session.execute(
            insert(Tie).values(user_id=one.id, other_id=other.id, kind="block", other_name="x", since=NOON)
        )


def newcomer(club: Club, name: str, *roles: Any) -> MemberActor:
    return club.guild.add_member(club.env.create_user(name), roles=list(roles))


# ── the way it goes ──


async def test_two_find_each_other_and_agree(club: Club) -> None:
    card = await find(club, club.alice)
    words = card.content
    assert "**alice** runs backward and looks for somebody who faces forward" in words
    assert "**Stadium**" in words
    assert f"<t:{FRIDAY.timestamp():.0f}:F>" in words
    assert "3.00 km · about 24:00 at 8:00/km backward" in words
    assert "oak" not in words
    assert list(button_ids(card)) == [
        "Run backward · 1 free", "Face forward · 2 free", "Swap · 2 free", "Can't come", "More",
    ]  # fmt: skip
    said = await press(club, club.bob, card, "Face forward")
    assert "You're in, and there are enough" in said
    assert "gate 4, by the oak" in said, "who is in sees where exactly"
    assert (await state(club))[0] == "filled"
    (asked,) = dms(club, club.bob)
    assert "There are enough of you" in asked.content
    assert "Facing forward: bob" in card_of(club).content
    assert "1 of 2 have confirmed" in card_of(club).content
    await press(club, club.bob, asked, "Confirm")
    assert await state(club) == (
        "confirmed", [(club.alice.id, "backward", "in"), (club.bob.id, "spotter", "in")],
    )  # fmt: skip
    assert "Everybody has confirmed" in card_of(club).content
    for actor in (club.alice, club.bob):
        last = dms(club, actor)[-1].content
        assert "it's on" in last
        assert "your local emergency number" in last
        assert "by the oak" in last


async def test_all_of_it_in_german(club: Club) -> None:
    await club.speak_german()
    await club_sets(club, emergency_number="112", backward_per_spotter=1)
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "swap", "when": "Fr 18 Uhr"}))
    await deliver(club)
    card = card_of(club)
    menu = await club.alice.click(card, label="Mehr")
    assert menu.response is not None
    form = await club.alice.click(menu.response, label="Zeit oder Ort ändern")
    sure = await club.alice.click(menu.response, label="Absagen")
    said = [await press(club, club.bob, card, "Abwechseln"), await press(club, club.olga, card, "Vorwärts mit")]
    full = await club.olga.click(card, custom_id=button_ids(card)["Vorwärts mit · 1 frei"])
    assert full.response is not None
    waits = await club.olga.click(full.response, label="Warteliste")
    mine = await club.bob.slash(club.channel, "partner mine")
    await press(club, club.bob, dms(club, club.bob)[-1], "Zusagen")
    assert "112" in dms(club, club.bob)[-1].content
    await press(club, club.bob, card, "Kann nicht")
    assert "Für dich ist ein Platz frei" in dms(club, club.olga)[-1].content
    assert_german(answer, card, menu, form, sure, full, waits, mine, card_of(club), [{"text": part} for part in said])
    for actor in (club.alice, club.bob, club.olga):
        assert_german(*dms(club, actor))


async def test_the_form_behind_the_button_calls_as_well(club: Club) -> None:
    message = await partners_card(club)
    form = await club.bob.click(message, label="Find a partner")
    values = {"place": "Park", "when": "tomorrow 7:00", "length": "40 min", "role": ["spotter"], "pace": ""}
    answer = await club.bob.submit_modal(form, values)
    assert "Your call goes to" in text_of(answer)
    await deliver(club)
    assert "**bob** faces forward: who would like to run backward?" in card_of(club).content
    assert "about 40:00" in card_of(club).content


async def partners_card(club: Club) -> discord.Message:
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        sent: discord.Message = await channel.send("Partners", view=classic(find_button(Reader())))
    return sent


async def test_meeting_points_are_offered_and_bring_what_is_known_of_them(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    async with club.database.write() as session:
        for name, surface in (("Track at the mill", "track"), ("Town park", "path")):
            await session.execute(
                insert(MeetingPoint).values(guild_id=club.guild.id, name=name, detail=f"{name} gate", surface=surface)
            )
    found = await club.alice.autocomplete(club.channel, "partner find", "place", "mill")
    assert [choice["name"] for choice in found] == ["Track at the mill"]
    read = await club.alice.autocomplete(club.channel, "partner find", "when", "fri 18:00")
    assert [choice["name"] for choice in read] == ["Fri 20 Nov 18:00"]
    unread = await club.alice.autocomplete(club.channel, "partner find", "when", "yesterday 18:00")
    assert "is over" in unread[0]["name"]
    card = await find(club, club.alice, place="Track at the mill", exactly="the far gate")
    assert "**Track at the mill** · track" in card.content


# ── refusals ──


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"when": "yesterday 18:00"}, "which is over"),
        ({"when": "friday"}, "not the hour"),
        ({"when": "2027-02-01 18:00"}, "up to 60 days ahead"),
        ({"distance": "60k"}, "longer than I take"),
        ({"distance": "far"}, "don't understand the distance"),
        ({"pace": "quick"}, "don't understand the pace"),
        ({"who": "women"}, "hasn't named a role for women-only calls"),
    ],
)
async def test_what_can_not_be_called_is_refused_in_words(club: Club, typed: dict[str, Any], words: str) -> None:
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "backward"} | typed))
    assert words in text_of(answer)
    async with club.database.read() as session:
        assert (await session.scalars(select(Outing))).first() is None
        assert (await session.scalars(select(Delivery))).first() is None


async def test_a_second_outing_at_the_time_is_refused_with_both_shown(club: Club) -> None:
    await find(club, club.alice)
    answer = await club.alice.slash(
        club.channel, "partner find", **(STADIUM | {"role": "backward", "place": "Park", "when": "fri 18:10"})
    )
    assert "• Stadium, Fri 20 Nov 18:00 until Fri 20 Nov 18:24" in text_of(answer)
    assert "• Park, Fri 20 Nov 18:10" in text_of(answer)


async def test_in_a_direct_message_it_goes_to_the_home_club_s_partners_channel(club: Club) -> None:
    typed = STADIUM | {"role": "backward"}
    assert "which club you mean" in text_of(await club.alice.user.slash("partner find", **typed))
    await club.alice.slash(club.channel, "partner mine")
    assert "no partners channel yet" in text_of(await club.alice.user.slash("partner find", **typed))
    await club_sets(club, partners_channel_id=club.channel.id)
    answer = await club.alice.user.slash("partner find", **typed)
    assert f"<#{club.channel.id}>" in text_of(answer)
    await deliver(club)
    assert "**alice** runs backward" in card_of(club).content


async def test_whoever_may_not_join_reads_the_same(club: Club) -> None:
    card = await find(club, club.alice)
    await block(club, club.alice, club.bob)
    refused = await press(club, club.bob, card, "Face forward")
    assert refused == "This outing is not open to you."
    for label in ("Run backward", "Swap", "Can't come"):
        assert await press(club, club.bob, card, label) == refused
    limited = await find(club, club.olga, who="trusted", when="sat 9:00")
    assert limited.content == "🤝 **olga** looks for a partner"
    assert list(button_ids(limited)) == ["Show"]
    assert await press(club, club.alice, limited, "Show") == refused
    async with club.database.write() as session:
        await session.execute(
            insert(Tie).values(user_id=club.olga.id, other_id=club.alice.id, kind="trust", other_name="x", since=NOON)
        )
    shown = await club.alice.click(limited, label="Show")
    assert "**Stadium**" in text_of(shown)
    assert "oak" not in text_of(shown)
    assert shown.response is not None
    assert "You're in" in await press(club, club.alice, shown.response, "Face forward")


async def test_a_call_to_a_role_opens_for_those_who_have_it(club: Club) -> None:
    role = club.guild.create_role("Spotters")
    carla = newcomer(club, "carla", role)
    await club.env.settle()
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, spotter_role_id=role.id)
    card = await find(club, club.alice, who="spotters")
    assert "Stadium" not in card.content
    assert await press(club, club.bob, card, "Show") == "This outing is not open to you."
    shown = await carla.click(card, label="Show")
    assert "**Stadium**" in text_of(shown)


# ── changing one's mind ──


async def test_can_t_come_opens_it_again_and_the_other_is_told_at_once(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Face forward")
    await press(club, club.bob, dms(club, club.bob)[-1], "Confirm")
    await club.restart()
    said = await press(club, club.bob, card, "Can't come")
    assert "you're out" in said
    assert "**bob can't come any more**, so the outing is open again" in dms(club, club.alice)[-1].content
    assert (await state(club))[0] == "open"
    assert "looks for somebody" in card_of(club).content


async def test_the_last_place_is_given_once_and_the_waiting_list_follows(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, backward_per_spotter=1)
    carla = newcomer(club, "carla")
    await club.env.settle()
    card = await find(club, club.alice)
    stale = dict(button_ids(card))
    await press(club, club.bob, card, "Face forward")
    late = await club.olga.click(card, custom_id=stale["Face forward · 1 free"])
    assert "That place is taken" in text_of(late)
    assert late.response is not None
    assert "on the waiting list" in await press(club, club.olga, late.response, "Waiting list")
    later = await carla.click(card, custom_id=stale["Face forward · 1 free"])
    assert later.response is not None
    await press(club, carla, later.response, "Waiting list")
    assert "2 on the waiting list" in card_of(club).content
    menu = await club.alice.click(card, label="More")
    assert "Waiting, in this order: olga, carla" in text_of(menu)
    await press(club, club.bob, card, "Can't come")
    offer = dms(club, club.olga)[-1]
    assert "A place is free for you" in offer.content
    assert dms(club, carla) == []
    await press(club, club.olga, offer, "No")
    assert "off the waiting list" in dms(club, club.olga)[-1].content
    await press(club, carla, dms(club, carla)[-1], "Take it")
    assert (await state(club))[0] == "filled"
    taken, asked = dms(club, carla)
    assert "You're in, and there are enough" in taken.content, "the letter says what came of it"
    assert "There are enough of you" in asked.content


async def test_the_caller_changes_the_time_and_everybody_is_asked_again(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Face forward")
    await press(club, club.bob, dms(club, club.bob)[-1], "Confirm")
    other = await club.bob.click(card, label="More")
    assert "Change time or place" not in text_of(other)
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    form, stale = [await club.alice.click(menu.response, label="Change time or place") for _ in range(2)]
    answer = await club.alice.submit_modal(form, {"place": "Stadium", "when": "sat 10:00"})
    await deliver(club)
    assert "I ask everybody else" in text_of(answer)
    assert (await state(club))[0] == "filled"
    asked = dms(club, club.bob)[-1]
    assert "alice has changed the time or place" in asked.content
    await press(club, club.bob, asked, "Confirm")
    assert (await state(club))[0] == "confirmed"
    again = await club.alice.submit_modal(stale, {"place": "Park", "when": "sat 11:00"})
    assert "changed since you opened the form" in text_of(again)


async def test_calling_off_asks_first_and_tells_everyone(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Face forward")
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    sure = await club.alice.click(menu.response, label="Call it off")
    assert "Call the whole outing off?" in text_of(sure)
    assert (await state(club))[0] == "filled"
    assert sure.response is not None
    await press(club, club.alice, sure.response, "Yes, call it off")
    assert card_of(club).content == "-# The outing of alice was called off."
    assert "was called off" in dms(club, club.bob)[-1].content
    assert list(button_ids(card_of(club))) == []


async def test_a_card_three_months_old_still_answers(club: Club) -> None:
    card = await find(club, club.alice)
    custom_id = button_ids(card)["Face forward · 2 free"]
    club.env.backend.advance_clock(timedelta(days=90).total_seconds())
    await club.restart()
    assert text_of(await club.bob.click(card, custom_id=custom_id)) == "This outing is over."


async def test_one_s_own_list_has_the_same_buttons(club: Club) -> None:
    assert "No outing yet" in text_of(await club.bob.slash(club.channel, "partner mine"))
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Face forward")
    mine = await club.bob.slash(club.channel, "partner mine")
    assert "by the oak" in text_of(mine)
    assert mine.response is not None
    assert {"Confirm", "Face forward", "Can't come", "More"} <= set(button_ids(mine.response))
    await press(club, club.bob, mine.response, "Confirm")
    assert (await state(club))[0] == "confirmed"


async def test_where_the_bot_may_not_write_the_caller_and_the_organisers_are_told(club: Club) -> None:
    await club.olga.slash(club.channel, "partner mine")
    closed = club.guild.create_text_channel("closed")
    await club.env.settle()
    await club_sets(club, partners_channel_id=closed.id + 1)
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "backward"}))
    assert "Your call goes to" in text_of(answer)
    await deliver(club)
    assert "I couldn't post your call" in dms(club, club.alice)[-1].content
    assert "I couldn't post a call for a partner" in dms(club, club.olga)[-1].content
    assert (await state(club))[0] == "open"


async def test_steps_are_due_where_the_course_looks_for_them(club: Club) -> None:
    await find(club, club.alice)
    async with club.database.read() as session:
        kinds = set(await session.scalars(select(Due.kind)))
    assert kinds == {
        "outing.evening", "outing.hour", "outing.start", "outing.unstarted", "outing.lapse", "outing.purge",
    }  # fmt: skip
