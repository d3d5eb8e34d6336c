"""Reminder messages as members receive them: on time, late, snoozed, done, logged, and with closed DMs."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from sqlalchemy import select

from bot.interactions.components import button, classic
from db.models import Run
from tests.flows.conftest import Club, button_ids, text_of
from tests.flows.reminders.reminding import ask, forged, last, rows, said


async def press(club: Club, actor: Any, label: str) -> str:
    """Press a button of the member's newest direct message."""
    return text_of(await actor.user.click(last(club, actor), label=label))


async def snooze(club: Club, actor: Any, message: discord.Message, label: str) -> str:
    asked = await actor.user.click(message, label="Snooze")
    assert asked.response is not None
    found = next(custom_id for shown, custom_id in button_ids(asked).items() if shown.startswith(label))
    return text_of(await actor.user.click(asked.response, custom_id=found))


async def test_it_comes_at_its_time_with_three_buttons_and_done_counts_the_week(club: Club) -> None:
    await ask(club, club.alice)
    await club.pass_time(minutes=59)
    assert club.dms(club.alice) == []
    await club.pass_time(minutes=1)
    assert said(club, club.alice) == ["calf raises ⏰"]
    first = last(club, club.alice)
    assert list(button_ids(first)) == ["Done", "Snooze", "Log it"]
    done_id = button_ids(first)["Done"]
    await club.restart()
    assert await press(club, club.alice, "Done") == "Done: calf raises ✅\n1 of 5 this week.\nLog it"
    assert text_of(last(club, club.alice)) == "Done: calf raises ✅\n1 of 5 this week.\nLog it"
    with club.env._bot_scope():
        copy: Any = await first.channel.send("again", view=classic(button("Done", done_id)))
    assert "Ticked off already" in text_of(await club.alice.user.click(copy, label="Done"))
    for _ in range(3):
        await club.restart(days=1)
    assert await press(club, club.alice, "Done") == "Done: calf raises ✅\n2 of 5 this week.\nLog it"
    earlier = club.dms(club.alice)[2]
    assert "3 of 5 this week" in text_of(await club.alice.user.click(earlier, label="Done"))


async def test_put_off_it_comes_again_and_the_series_is_where_it_was(club: Club) -> None:
    await ask(club, club.alice)
    await club.pass_time(hours=1)
    message = last(club, club.alice)
    answer = await snooze(club, club.alice, message, "In 10 min")
    assert answer == "I'll remind you of **calf raises** again: Wed 18 Nov 13:10. 💤\nThe others come as planned."
    await club.restart()
    assert "Moved" in await snooze(club, club.alice, message, "In 1 h")
    await club.pass_time(minutes=59)
    assert len(club.dms(club.alice)) == 1
    await club.pass_time(minutes=1)
    assert said(club, club.alice) == ["calf raises ⏰", "calf raises ⏰"]
    assert "This evening" in text_of(await club.alice.user.click(last(club, club.alice), label="Snooze"))
    asked = await club.alice.user.click(message, label="Snooze")
    assert asked.response is not None
    await club.pass_time(hours=5)
    too_late = await club.alice.user.click(asked.response, label="This evening, 19:00")
    assert "too late for that one" in text_of(too_late)
    assert "13:00" in await snooze(club, club.alice, message, "Tomorrow")
    await club.restart(hours=18)
    assert len(club.dms(club.alice)) == 4, "the series of Thursday, and Wednesday's put off until then"
    await snooze(club, club.alice, message, "In 1 h")
    assert "1 of 5" in text_of(await club.alice.user.click(message, label="Done"))
    await club.pass_time(hours=2)
    assert len(club.dms(club.alice)) == 4, "what is done need not come again"


async def test_log_it_opens_the_filled_in_form_and_logs_the_run(club: Club, errors_expected: list[str]) -> None:
    await club.alice.slash(club.channel, "log", distance="5k", time="25:00", direction="forward")
    await ask(club, club.alice)
    await club.pass_time(hours=1)
    form = await club.alice.user.click(last(club, club.alice), label="Log it")
    filled = {part["component"]["custom_id"]: part["component"].get("value") for part in form.modal["components"]}
    assert filled == {"distance": None, "time": None, "direction": "forward", "when": "now", "note": None}
    refused = await club.alice.user.submit_modal(form, {"distance": "far", "time": "24:00"})
    assert "far" in text_of(refused)
    form = await club.alice.user.click(last(club, club.alice), label="Log it")
    logged = await club.alice.user.submit_modal(form, {"distance": "3k", "time": "24:00", "direction": "backward"})
    assert "3.00 km backward in 24:00" in text_of(logged)
    assert "1 of 5 this week" in text_of(logged), "what it reminded of is done by it"
    async with club.database.read() as session:
        run = (await session.scalars(select(Run).order_by(Run.run_id.desc()))).first()
    assert run is not None
    assert (run.duration_ms, run.started_at.hour, run.started_at.minute) == (24 * 60_000, 12, 36), "it has just ended"


async def test_log_it_fills_in_minutes_and_seconds_and_no_hour_of_the_day(club: Club) -> None:
    for what, time in (("5k in 27:30", "27:30"), ("5k at 18:30", None)):
        await ask(club, club.alice, "in 20 minutes", what=what)
        await club.pass_time(minutes=20)
        form = await club.alice.user.click(last(club, club.alice), label="Log it")
        filled = {part["component"]["custom_id"]: part["component"].get("value") for part in form.modal["components"]}
        assert (filled["distance"], filled["time"]) == ("5k", time)


async def test_log_it_fills_in_what_the_reminder_names_for_those_it_was_said_to(club: Club) -> None:
    await club.speak("de", club.alice)
    await ask(club, club.alice, what="3,5 km rückwärts, dann Dehnen 10 min")
    await club.pass_time(hours=1)
    form = await club.alice.user.click(last(club, club.alice), label="Eintragen")
    filled = {part["component"]["custom_id"]: part["component"].get("value") for part in form.modal["components"]}
    assert filled == {
        "distance": "3,5 km", "time": "10 min", "direction": "rückwärts", "when": "jetzt", "note": None
    }  # fmt: skip
    log_it = list(button_ids(last(club, club.alice)).values())[2]
    await club.bob.slash(club.channel, "help")
    form = await club.bob.click(await forged(club, log_it), custom_id=log_it)
    filled = {part["component"]["custom_id"]: part["component"].get("value") for part in form.modal["components"]}
    assert (filled["distance"], filled["time"]) == (None, None)


async def test_after_it_was_deleted_the_buttons_say_so_and_a_run_can_still_be_logged(club: Club) -> None:
    await ask(club, club.alice)
    await club.pass_time(hours=1)
    sure = await club.alice.slash(club.channel, "remind delete", reminder="calf")
    assert sure.response is not None
    await club.alice.click(sure.response, label="Yes, delete it")
    assert "reminder's gone" in await press(club, club.alice, "Done")
    assert "reminder's gone" in await press(club, club.alice, "Snooze")
    form = await club.alice.user.click(last(club, club.alice), label="Log it")
    logged = text_of(
        await club.alice.user.submit_modal(form, {"distance": "3k", "time": "24:00", "direction": "backward"})
    )
    assert "3.00 km backward" in logged
    assert "Done" not in logged
    await club.restart(days=2)
    assert len(club.dms(club.alice)) == 1


async def test_anybody_else_gets_nowhere_with_its_buttons(club: Club) -> None:
    await ask(club, club.alice, what="my secret")
    await club.pass_time(hours=1)
    ids = list(button_ids(last(club, club.alice)).values())
    later = ids[1].replace("snooze", "later") + ":hour"
    await club.bob.slash(club.channel, "help")
    for custom_id in (ids[0], ids[1], later):
        answer = text_of(await club.bob.click(await forged(club, custom_id), custom_id=custom_id))
        assert "reminder's gone" in answer
    form = await club.bob.click(await forged(club, ids[2]), custom_id=ids[2])
    logged = text_of(await club.bob.submit_modal(form, {"distance": "3k", "time": "24:00", "direction": "backward"}))
    assert "secret" not in logged
    await club.pass_time(hours=2)
    assert club.dms(club.bob) == []


async def test_what_was_missed_comes_late_and_says_since_when_once_for_a_series(club: Club) -> None:
    await club.alice.slash(club.channel, "settings", zone="Berlin")
    await ask(club, club.alice)
    await ask(club, club.alice, "in 20 minutes", "stretch")
    await club.restart(days=3, hours=2)
    assert said(club, club.alice) == [
        "stretch (from Wed 18 Nov 13:20, sorry) ⏰", "calf raises (from 13:00, sorry) ⏰",
    ]  # fmt: skip
    await club.pass_time(days=1)
    assert said(club, club.alice)[2:] == ["calf raises ⏰"]


async def test_while_discord_takes_nothing_a_series_piles_up_no_messages(club: Club) -> None:
    await ask(club, club.alice, "every hour", "stretch")
    club.env.inject_error("POST", "/channels/*/messages", status=503, times=20)  # until after 14:01
    await club.pass_time(hours=2, minutes=1)
    assert said(club, club.alice) == []
    await club.pass_time(minutes=30)
    assert said(club, club.alice) == ["stretch (from 14:00, sorry) ⏰"]
    await club.pass_time(minutes=29)
    assert said(club, club.alice)[1:] == ["stretch ⏰"]


async def test_put_off_while_its_series_is_paused_it_comes_as_promised(club: Club) -> None:
    await ask(club, club.alice)
    await club.pass_time(hours=1)
    await snooze(club, club.alice, last(club, club.alice), "In 10 min")
    await club.alice.slash(club.channel, "remind pause", reminder="calf")
    await club.pass_time(minutes=30)
    assert len(said(club, club.alice)) == 1, "put off before the pause, it goes with it"
    assert "13:40" in await snooze(club, club.alice, last(club, club.alice), "In 10 min")
    await club.pass_time(minutes=30)
    assert said(club, club.alice)[1:] == ["calf raises ⏰"]


# ── closed direct messages ──


async def test_closed_direct_messages_wait_behind_show_where_it_was_asked_for(club: Club) -> None:
    await ask(club, club.alice)
    await club.bob.slash(club.channel, "help")
    club.close_dms(club.alice)
    await club.pass_time(hours=1, seconds=10)
    message = club.channel.last_message
    assert message is not None
    assert f"<@{club.alice.id}>" in message.content
    assert "calf" not in text_of(message)
    assert "someone else" in text_of(await club.bob.click(message, label="Show"))
    shown = await club.alice.click(message, label="Show")
    assert shown.ephemeral
    assert text_of(shown).startswith("calf raises ⏰\n-# This waited here because")
    assert list(button_ids(shown)) == ["Done", "Snooze", "Log it"]
    assert shown.response is not None
    asked = await club.alice.click(shown.response, label="Snooze")
    assert asked.response is not None
    assert "14:00" in text_of(await club.alice.click(asked.response, label="In 1 h, 14:00"))
    assert "1 of 5 this week" in text_of(await club.alice.click(shown.response, label="Done"))
    assert await rows(club) == [("calf raises", "active", 1)]
    await club.pass_time(minutes=40)
    shown = await club.alice.click(message, label="Show")
    assert text_of(shown).startswith("calf raises ⏰\n"), "it was said in time that it waits"


async def test_with_nowhere_to_fall_back_to_it_is_kept_and_offered_on_the_list(club: Club) -> None:
    await club.alice.user.slash("remind me", when="in 20 minutes", what="stretch")
    club.close_dms(club.alice)
    await club.pass_time(minutes=20)
    assert await rows(club) == [("stretch", "paused", 0)]
    listed = text_of(await club.alice.slash(club.channel, "remind list"))
    assert "⚠️ reached nobody, so I paused it: Wed 18 Nov 12:20" in listed
    assert "missed while paused" not in listed
    found = await club.alice.autocomplete(club.channel, "remind edit", "reminder", "stretch")
    assert found[0]["name"].endswith("· reached nobody")
    shown = await club.alice.slash(club.channel, "remind resume", reminder="stretch")
    assert "DMs are closed" in text_of(shown)
    club.open_dms(club.alice)
    assert shown.response is not None
    await club.alice.click(shown.response, label="In 10 min, 12:30")
    await club.pass_time(minutes=10)
    assert said(club, club.alice) == ["stretch ⏰"]


@pytest.mark.parametrize("german", [False, True])
async def test_what_discord_took_for_no_whole_day_is_kept_and_not_blamed_on_anybody(club: Club, german: bool) -> None:
    if german:
        await club.speak("de")
    await ask(club, club.alice, "in 20 min", "stretch")
    await ask(club, club.olga, "in 20 min", "doors open")
    club.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
    await club.pass_time(hours=25)
    club.env.backend.faults.clear()
    await club.pass_time(minutes=20)
    assert await rows(club) == [("stretch", "paused", 0), ("doors open", "paused", 0)]
    words = "einen ganzen Tag lang nichts" if german else "for a whole day Discord took nothing"
    shown = [
        text_of(await actor.slash(club.channel, "remind resume", reminder="s")) for actor in (club.alice, club.olga)
    ]
    for told in (*shown, *said(club, club.olga)):
        assert words in told
    assert len(said(club, club.olga)) == 1


# ── erased ──


async def test_nothing_is_said_of_somebody_who_was_erased(club: Club) -> None:
    await ask(club, club.alice)
    sure = await club.alice.slash(club.channel, "privacy erase")
    assert sure.response is not None
    form = await club.alice.click(sure.response, label="Erase …")
    assert "You're erased" in text_of(await club.alice.submit_modal(form, {"word": "erase"}))
    assert await rows(club) == []
    await club.restart(days=1)
    assert club.dms(club.alice) == []
