"""An outing as its members see it: call, reminders, check-in, swap, home, and the drafted runs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.interactions.components import button, classic, identity
from bot.languages import LANGUAGES
from bot.services.outings.outing_lifecycle import call_half_time
from db.models import NoShow, Run, Spotting, StretchRow
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.outings.calling import card_of, club_sets, find, press, state
from tests.flows.outings.on_the_way import BEFORE, agreed, copy_to, last, letter, out, outing_id, words
from tests.flows.runs.reading import filled, resent, rows


async def test_from_the_evening_before_to_the_logged_runs_with_a_swap_between(club: Club) -> None:
    await agreed(club, "swap", "Swap")
    await club.pass_time(days=1, hours=6, minutes=1)
    for actor, role in ((club.alice, "run backward first, then spot"), (club.bob, "spot first")):
        evening = letter(club, actor, "Tomorrow").content
        assert role in evening
        assert "gate 4, by the oak" in evening
        assert 'never just "left"' in evening
    await club.pass_time(hours=23)
    assert "The calls" in letter(club, club.bob, "Your run with alice").content
    await club.pass_time(hours=1)
    asked = await club.bob.user.click(letter(club, club.bob, "It's time"), label="Check in")
    assert asked.response is not None
    done = await club.bob.user.click(asked.response, label="We're all here")
    assert "You're out" in text_of(done)
    await club.restart()
    assert "Under way" in text_of(card_of(club))
    assert "gate 4" not in text_of(card_of(club))
    await club.pass_time(minutes=12, seconds=1)
    assert "Half time" in last(club, club.alice).content
    assert "Then you're the spotter and bob runs backward." in last(club, club.alice).content
    assert "Then you run backward and alice is the spotter." in last(club, club.bob).content
    swapped = await club.alice.user.click(last(club, club.alice), label="Swap now")
    assert "now you're the spotter and bob runs backward" in text_of(swapped)
    await club.restart(minutes=12)
    for actor in (club.alice, club.bob):
        home = await actor.user.click(letter(club, actor, "You're out"), label="Home")
        assert "Welcome home" in text_of(home)
        await club.env.settle()
    await club.env.settle()
    assert "home" in text_of(card_of(club))
    for actor in (club.alice, club.bob):
        logged = await actor.user.click(letter(club, actor, "Your run from this outing"), label="Log it")
        assert "Logged" in text_of(logged)
        assert "Undo" in text_of(logged)
    async with club.database.read() as session:
        rows = await session.execute(
            select(Run.user_id, StretchRow.direction, StretchRow.duration_ms)
            .join(StretchRow, StretchRow.run_id == Run.run_id)
            .order_by(Run.user_id, StretchRow.position)
        )
        found = [(user, way, round(ms / 60_000)) for user, way, ms in rows]
        assert found == [
            (club.alice.id, "backward", 12), (club.alice.id, "forward", 12),
            (club.bob.id, "forward", 12), (club.bob.id, "backward", 12),
        ]  # fmt: skip
        credit = {s.user_id: round(s.duration_ms / 60_000) for s in await session.scalars(select(Spotting))}
        assert credit == {club.alice.id: 12, club.bob.id: 12}
    board = await club.alice.slash(club.channel, "leaderboard")
    assert "alice" in text_of(board)


async def test_both_reminders_can_be_put_off_or_stopped_in_the_message_and_the_start_is_told_all_the_same(
    club: Club,
) -> None:
    await agreed(club)
    await club.pass_time(days=1, hours=6, minutes=1)
    evening = letter(club, club.alice, "Tomorrow")
    assert list(button_ids(evening))[-2:] == ["Snooze", "Stop these"]
    asked = await club.alice.user.click(evening, label="Snooze")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="In 10 minutes")
    await club.restart(minutes=10)
    assert [first for first in words(club, club.alice) if "Tomorrow" in first] == [evening.content.splitlines()[0]] * 2
    hour_id = identity("nudge", "stop", "outing.hour")
    with club.env._bot_scope():
        copy: Any = await evening.channel.send("again", view=classic(button("Stop these", hour_id)))
    assert "Outing, an hour before" in text_of(await club.alice.user.click(copy, label="Stop these"))
    await club.pass_time(hours=22, minutes=50)
    assert list(button_ids(letter(club, club.bob, "Your run with alice")))[-2:] == ["Snooze", "Stop these"]
    assert not any("You're out with bob" in first for first in words(club, club.alice))
    await club.pass_time(hours=1)
    assert "It's time" in last(club, club.alice).content


async def test_a_draft_is_changed_in_a_form_before_it_is_logged(club: Club) -> None:
    await out(club)
    kept = await copy_to(club, club.alice, letter(club, club.alice, "You're out with"))
    await club.pass_time(minutes=30)
    await club.alice.user.click(kept, label="Home")
    await club.env.settle()
    form = await club.alice.user.click(letter(club, club.alice, "Your run"), label="Change it")
    done = await club.alice.user.submit_modal(form, {"distance": "2.5 km", "note": "windy"})
    assert "2.50 km" in text_of(done)
    again = await club.alice.user.click(kept, label="Home")
    assert "home already" in text_of(again)
    async with club.database.read() as session:
        (run,) = await session.scalars(select(Run))
        assert (run.user_id, run.distance_m, run.note, run.spotter_id) == (club.alice.id, 2500, "windy", club.bob.id)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_draft_that_nobody_runs_is_asked_about_instead_of_logged(club: Club, language: str) -> None:
    await out(club)
    await club.pass_time(minutes=1)
    await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    await club.env.settle()
    await club.speak(language, club.alice)
    drafted = letter(club, club.alice, "Your run")
    form = await club.alice.user.click(drafted, label="Log it")
    assert filled(form)["distance"].replace(",", ".") == "3.00 km"
    assert filled(form)["time"] == "1:00"
    refused = await club.alice.user.submit_modal(form, resent(form))
    assert await rows(club, Run) == []
    again = await club.alice.user.click(refused.response, label={"en": "Fix it", "de": "Korrigieren"}[language])
    assert filled(again)["distance"] == filled(form)["distance"]
    done = await club.alice.user.submit_modal(again, resent(again) | {"distance": "0.2 km"})
    (run,) = await rows(club, Run)
    assert (run.distance_m, run.duration_ms) == (200, 60_000)
    if language != "en":
        assert_language(language, form, refused, done)


async def test_nonsense_in_the_form_logs_nothing_and_leaves_the_draft(club: Club) -> None:
    await out(club)
    await club.pass_time(minutes=30)
    await club.alice.user.click(letter(club, club.alice, "You're out with"), label="Home")
    await club.env.settle()
    drafted = letter(club, club.alice, "Your run")
    form = await club.alice.user.click(drafted, label="Change it")
    await club.alice.user.submit_modal(form, {"distance": "@everyone \u202e far", "note": "x"})
    async with club.database.read() as session:
        assert list(await session.scalars(select(Run))) == []
    assert "Logged" in text_of(await club.alice.user.click(letter(club, club.alice, "Your run"), label="Log it"))
    again = await club.alice.user.click(await copy_to(club, club.alice, drafted), label="Log it")
    assert "You'll find it in </runs list:" in text_of(again)


async def test_half_time_that_could_not_be_called_in_time_is_not_called_after_the_end(club: Club) -> None:
    await out(club, role="swap", other="Swap")
    await club.pass_time(minutes=11)
    async with club.database.write() as session:  # stored, and the process dies before it is sent
        await call_half_time(session, await outing_id(club), club.env.now())
    await club.restart(minutes=14)
    await club.env.settle()
    for actor in (club.alice, club.bob):
        assert not any("Half time: swap" in message.content for message in club.dms(actor))


async def test_without_eyes_it_does_not_start_and_both_are_told(club: Club) -> None:
    await agreed(club)
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    refused = await club.alice.user.select(asked.response, [], custom_id=f"outing:present:v1:{await outing_id(club)}")
    assert "short of a spotter" in text_of(refused)
    await club.env.settle()
    assert (await state(club))[0] == "open"
    assert not any("went out without you" in m.content for m in club.dms(club.bob))
    missed = letter(club, club.bob, "You were missed")
    assert "couldn't start" in missed.content
    assert list(button_ids(missed)) == ["Run backward", "Spotter", "Swap", "I couldn't make it"]
    said = await club.bob.user.click(missed, label="I couldn't make it")
    assert "Thanks for telling me" in text_of(said)
    async with club.database.read() as session:
        assert [row.user_id for row in await session.scalars(select(NoShow))] == [club.bob.id]
    assert "bob" not in "".join(m.content for m in club.dms(club.olga))


async def test_who_was_missed_and_is_on_the_way_comes_in_again_from_the_message(club: Club) -> None:
    await agreed(club)
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.select(asked.response, [], custom_id=f"outing:present:v1:{await outing_id(club)}")
    await club.env.settle()
    back = await club.bob.user.click(letter(club, club.bob, "You were missed"), label="Spotter")
    assert "You're in" in text_of(back)
    assert (await state(club))[0] == "confirmed"


async def test_did_it_happen_is_asked_of_each_alone(club: Club) -> None:
    await agreed(club)
    await club.pass_time(**BEFORE)
    await club.pass_time(minutes=31)
    for actor in (club.alice, club.bob):
        said = await actor.user.click(letter(club, actor, "Did it happen?"), label="Yes, we ran")
        assert "Your run's drafted" in text_of(said)
    await club.env.settle()
    assert (await state(club))[0] == "home"
    assert "Your run from this outing" in last(club, club.alice).content


async def test_a_spotter_who_has_not_said_that_it_happened_is_asked_before_being_named(club: Club) -> None:
    await agreed(club)
    await club.pass_time(**BEFORE)
    await club.pass_time(minutes=31)
    await club.alice.user.click(letter(club, club.alice, "Did it happen?"), label="Yes, we ran")
    await club.env.settle()
    await club.alice.user.click(letter(club, club.alice, "Your run from this outing"), label="Log it")
    await club.env.settle()
    asked = last(club, club.bob)
    assert "alice" in asked.content
    await club.bob.user.click(asked, label="Yes, I was the spotter")
    async with club.database.read() as session:
        (run,) = await session.scalars(select(Run))
        assert (run.spotter_id, run.spotter_state) == (club.bob.id, "agreed")


async def test_extending_has_its_end_and_the_other_is_told(club: Club) -> None:
    await out(club)
    kept = await copy_to(club, club.bob, letter(club, club.bob, "You're out with"))
    for minutes in (30, 30):
        ask = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="Extend")
        assert ask.response is not None
        done = await club.bob.user.click(ask.response, label=f"{minutes} more minutes")
        assert "Take your time" in text_of(done)
        await club.env.settle()
        assert "bob says you need 30 more minutes" in last(club, club.alice).content
    sent = next(m for m in club.dms(club.bob) if "You're out with" in m.content)
    assert "Extend" not in button_ids(sent)
    ask = await club.bob.user.click(kept, label="Extend")
    assert "that's the limit" in text_of(ask)


async def test_a_partner_who_has_left_the_server_is_noticed_before_the_start(club: Club) -> None:
    await agreed(club)
    club.guild.remove_member(club.bob)
    await club.env.settle()
    await club.pass_time(days=2, hours=5, minutes=1)
    assert (await state(club))[0] == "open"
    told = [message.content for message in club.dms(club.alice)]
    assert "**bob is no longer in the club**, so the outing is open again" in told[-1]
    assert not any("you're out with" in words.lower() for words in told), "nobody is told to go out with who has left"
    assert not any("can't come" in words for words in told)
    assert "needs a spotter" in text_of(card_of(club))


async def test_who_is_there_without_having_confirmed_reads_at_the_start_what_the_bot_is_not(club: Club) -> None:
    card = await find(club, club.alice, "backward")
    await press(club, club.bob, card, "Spotter")
    await club_sets(club, emergency_number="112")
    menu = await club.alice.click(card, label="More")
    assert menu.response is not None
    form = await club.alice.click(menu.response, label="Change time or place")
    await club.alice.submit_modal(form, {"place": "Park", "when": "fri 18:00"})
    assert (await state(club))[0] == "filled"
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    await club.alice.user.click(asked.response, label="We're all here")
    await club.env.settle()
    told = letter(club, club.bob, "You're out with").content
    assert "Being there counts as confirming" in told
    assert "not an emergency service: in an emergency call 112" in told
    assert "Being there" not in letter(club, club.alice, "You're out with").content
