"""Calls after creation: changes, places given up and offered, deleted cards, passing time."""

from __future__ import annotations

import discord
from sqlalchemy import insert, select, update

from db.models import Availability, Due, User
from tests.flows.conftest import NOON, Club, button_ids, text_of
from tests.flows.outings.calling import (
    STADIUM,
    block,
    card_of,
    club_sets,
    copy_of,
    find,
    newcomer,
    press,
    state,
    steps_out,
    with_button,
)


async def test_can_t_come_opens_it_again_and_the_other_is_told_at_once(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    await club.restart()
    said = await steps_out(club, club.bob, card)
    assert "you're out" in said
    assert "**bob can't come any more**, so the outing is open again" in club.dms(club.alice)[-1].content
    assert (await state(club))[0] == "open"
    assert "needs a spotter" in text_of(card_of(club))


def as_it_is(club: Club, card: discord.Message) -> discord.Message:
    """Return the current state of the card."""
    return next(message for message in club.channel.history() if message.id == card.id)


async def test_the_last_place_is_given_once_and_the_waiting_list_follows(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, backward_per_spotter=1)
    carla = newcomer(club, "carla")
    await club.env.settle()
    card = await find(club, club.alice)
    old = await copy_of(club, card)
    await press(club, club.bob, card, "Spotter")
    assert list(button_ids(as_it_is(club, card))) == ["Come along", "More"], "what is full is not offered"
    late = await club.olga.click(old, label="Spotter · 1 free")
    assert "That place is taken" in text_of(late)
    assert late.response is not None
    waits = await press(club, club.olga, late.response, "Waiting list")
    assert waits.count("on the waiting list") == 1, "once, and no count of one that is read as somebody else"
    later = await carla.click(card, label="Come along")
    assert "What would you come as?" in text_of(later)
    assert later.response is not None
    assert list(button_ids(later)) == ["Wait: Run backward", "Wait: Spotter", "Wait: Swap"]
    await press(club, carla, later.response, "Wait: Spotter")
    assert "Stop waiting" in text_of(await carla.click(card, label="Come along")), "who waits sees that"
    assert "2 on the waiting list" in text_of(as_it_is(club, card))
    menu = await club.alice.click(card, label="More")
    assert "Waiting, in this order: olga and carla" in text_of(menu)
    await steps_out(club, club.bob, card)
    offer = club.dms(club.olga)[-1]
    assert "A place is free for you" in offer.content
    assert "on the waiting list" not in offer.content
    assert club.dms(carla) == []
    await press(club, club.olga, offer, "No")
    assert "off the waiting list" in club.dms(club.olga)[-1].content
    await press(club, carla, club.dms(carla)[-1], "Take it")
    assert (await state(club))[0] == "confirmed"
    taken, details = club.dms(carla)
    assert taken.content == "You're in, and everyone's confirmed. ✅ See you there!", "nothing is said twice"
    assert button_ids(taken) == {}
    assert "gate 4" in details.content


async def test_the_caller_changes_the_time_and_everybody_is_asked_again(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    other = await club.bob.click(card, label="More")
    assert "Change time or place" not in text_of(other)
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    form, stale = [await club.alice.click(menu.response, label="Change time or place") for _ in range(2)]
    answer = await club.alice.submit_modal(form, {"place": "Stadium", "when": "sat 10:00"})
    assert "I'll ask everyone else" in text_of(answer)
    assert (await state(club))[0] == "filled"
    asked = club.dms(club.bob)[-1]
    assert "alice changed the time or place" in asked.content
    await press(club, club.bob, asked, "Confirm")
    assert (await state(club))[0] == "confirmed"
    again = await club.alice.submit_modal(stale, {"place": "Park", "when": "sat 11:00"})
    assert "changed after you opened the form" in text_of(again)


async def test_calling_off_asks_first_and_tells_everyone(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    sure = await club.alice.click(menu.response, label="Call it off")
    assert "Call the whole outing off?" in text_of(sure)
    assert (await state(club))[0] == "confirmed"
    assert sure.response is not None
    await press(club, club.alice, sure.response, "Yes, call it off")
    assert text_of(card_of(club)) == "-# alice's outing was called off."
    assert "was called off" in club.dms(club.bob)[-1].content
    assert list(button_ids(card_of(club))) == []


async def test_a_call_nobody_answers_ends_and_a_card_three_months_old_still_answers(club: Club) -> None:
    card = await find(club, club.alice)
    old = await copy_of(club, card)
    await club.restart(days=90)
    await club.env.settle()
    assert (await state(club))[0] == "cancelled"
    assert "isn't happening" in club.dms(club.alice)[-1].content
    assert await press(club, club.bob, old, "Spotter") == "This outing is over."
    assert "didn't happen" in await press(club, club.bob, old, "More")
    assert "didn't happen" in as_it_is(club, card).content, "nobody called it off"


async def test_a_card_that_was_deleted_is_posted_anew(club: Club) -> None:
    card = await find(club, club.alice)
    with club.env._bot_scope():
        await card.delete()
    mine = await club.alice.slash(club.channel, "partner mine")
    assert mine.response is not None
    await press(club, club.alice, mine.response, "Switch: Swap")
    assert card_of(club).id != card.id
    assert "wants to swap" in text_of(card_of(club))
    await press(club, club.bob, card_of(club), "Spotter")
    assert "Spotter: bob" in text_of(card_of(club))


async def test_an_offer_nobody_answers_goes_to_the_next_by_the_clock(club: Club) -> None:
    await club.alice.slash(club.channel, "partner mine")
    await club_sets(club, backward_per_spotter=1)
    card = await find(club, club.alice)
    old = await copy_of(club, card)
    await press(club, club.bob, card, "Spotter")
    carla = newcomer(club, "carla")
    await club.env.settle()
    for actor in (club.olga, carla):
        full = await actor.click(old, custom_id=button_ids(old)["Spotter · 1 free"])
        assert full.response is not None
        await press(club, actor, full.response, "Waiting list")
        await club.pass_time(seconds=1)
    await steps_out(club, club.bob, card)
    offer = await with_button(club, club.olga, button_ids(club.dms(club.olga)[-1])["Take it"])
    await club.pass_time(minutes=29)
    assert club.dms(carla) == []
    await club.restart()
    await club.pass_time(minutes=2)
    assert "A place is free for you" in club.dms(carla)[-1].content
    assert "no longer holding the place" in await press(club, club.olga, offer, "Old")
    assert "You're in" in await press(club, carla, club.dms(carla)[-1], "Take it")


async def test_who_is_free_is_asked_and_comes_in_from_the_letter(club: Club) -> None:
    card = await find(club, club.alice)
    for actor in (club.bob, club.olga):
        await actor.slash(club.channel, "partner mine")
    async with club.database.write() as session:
        await session.execute(
            insert(Availability).values(
                guild_id=club.guild.id,
                user_id=club.olga.id,
                windows=[[4, 1000, 1200]],
                places=[],
                wishes=[],
                changed_at=NOON,
            )
        )
    await press(club, club.bob, card, "Spotter")
    async with club.database.write() as session:  # Olga did not request it, so it is held during quiet hours
        quiet = {"quiet_from_min": 11 * 60, "quiet_until_min": 14 * 60}
        await session.execute(update(User).where(User.user_id == club.olga.id).values(**quiet))
    await steps_out(club, club.bob, card)
    assert club.dms(club.olga) == []
    await club.pass_time(hours=2)
    asked = club.dms(club.olga)[-1]
    assert "alice is short of someone" in asked.content
    assert {"Snooze", "Stop these"} <= set(button_ids(asked))
    assert "by the oak" not in asked.content
    assert "You're in" in await press(club, club.olga, asked, "Spotter")
    assert (await state(club))[0] == "confirmed"
    assert "by the oak" in club.dms(club.olga)[-1].content


async def test_one_s_own_list_has_the_same_buttons(club: Club) -> None:
    assert "No outings yet" in text_of(await club.bob.slash(club.channel, "partner mine"))
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    mine = await club.bob.slash(club.channel, "partner mine")
    assert "by the oak" in text_of(mine)
    assert mine.response is not None
    assert list(button_ids(mine.response)) == ["Can't come", "More"], "a swap would leave alice without eyes"
    assert (await state(club))[0] == "confirmed"


async def test_joining_confirms_and_each_reads_it_once(club: Club) -> None:
    card = await find(club, club.alice)
    said = await press(club, club.bob, card, "Spotter")
    assert "everyone's confirmed" in said.lower()
    assert (await state(club))[0] == "confirmed"
    for actor in (club.alice, club.bob):
        (letter,) = club.dms(actor)
        assert letter.content.startswith("**Everyone's confirmed: it's on.**")
        assert "by the oak" in letter.content
    assert list(button_ids(as_it_is(club, card))) == ["Come along", "More"], "nothing is lacking any more"
    too = await club.olga.click(as_it_is(club, card), label="Come along")
    assert too.response is not None
    await press(club, club.olga, too.response, "Run backward")
    (whole,) = club.dms(club.olga)
    assert "by the oak" in whole.content
    assert len(club.dms(club.bob)) == 1


async def test_another_role_on_one_s_own_card_says_that_it_switches(club: Club) -> None:
    await find(club, club.alice)
    mine = await club.alice.slash(club.channel, "partner mine")
    assert mine.response is not None
    assert [one for one in button_ids(mine.response) if "Switch" in one] == ["Switch: Spotter", "Switch: Swap"]
    assert "Switched: you're the spotter now" in await press(club, club.alice, mine.response, "Switch: Spotter")


async def test_alone_nobody_else_is_said_to_be_asked_or_told(club: Club) -> None:
    card = await find(club, club.alice)
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    form = await club.alice.click(menu.response, label="Change time or place")
    changed = text_of(await club.alice.submit_modal(form, {"place": "Stadium", "when": "sat 10:00"}))
    assert changed.startswith("Changed.")
    assert "everyone" not in changed.lower()
    sure = await club.alice.click(menu.response, label="Call it off")
    assert "everyone" not in text_of(sure).lower()
    assert sure.response is not None
    assert await press(club, club.alice, sure.response, "Yes, call it off") == "Called off."


async def test_where_the_bot_may_not_write_the_caller_and_the_organisers_are_told(club: Club) -> None:
    await club.olga.slash(club.channel, "partner mine")
    closed = club.guild.create_text_channel("closed")
    await club.env.settle()
    await club_sets(club, partners_channel_id=closed.id + 1)
    answer = await club.alice.slash(club.channel, "partner find", **(STADIUM | {"role": "backward"}))
    assert "Your call's on its way to" in text_of(answer)
    assert "I couldn't post your call" in club.dms(club.alice)[-1].content
    assert "I couldn't post a call for a partner" in club.dms(club.olga)[-1].content
    assert (await state(club))[0] == "open"


async def test_steps_are_due_where_the_course_looks_for_them(club: Club) -> None:
    await find(club, club.alice)
    async with club.database.read() as session:
        kinds = set(await session.scalars(select(Due.kind).where(Due.kind.startswith("outing."))))
    assert kinds == {
        "outing.evening", "outing.hour", "outing.start", "outing.unstarted", "outing.lapse", "outing.purge",
    }  # fmt: skip


async def test_who_takes_no_direct_messages_reads_behind_show_that_it_is_on(club: Club) -> None:
    card = await find(club, club.alice)
    club.close_dms(club.bob)
    await press(club, club.bob, card, "Spotter")
    await club.pass_time(seconds=5)
    waits = card_of(club)
    assert waits.content == f"<@{club.bob.id}>, you have a message."
    shown = await club.bob.click(waits, label="Show")
    assert shown.response is not None
    assert "it's on" in text_of(shown)
    assert (await state(club))[0] == "confirmed"


async def test_in_a_direct_message_a_call_to_everyone_shows_the_same_with_and_without_a_block(club: Club) -> None:
    card = await find(club, club.alice)
    await club.bob.slash(club.channel, "partner mine")
    await press(club, club.olga, card, "Spotter")
    leave = await with_button(club, club.olga, button_ids(club.dms(club.olga)[-1])["Can't come"])
    await steps_out(club, club.olga, card)
    assert "You're not in this outing" in await press(club, club.olga, leave, "Old")
    letter = club.dms(club.olga)[-1]
    before = await press(club, club.olga, letter, "More")
    await block(club, club.alice, club.olga)
    assert await press(club, club.olga, letter, "More") == before
    assert "### Stadium" in before
