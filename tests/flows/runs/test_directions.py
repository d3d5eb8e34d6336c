"""The direction of a typed run: asked at the first run, flipped by a button; and a spotter added afterwards."""

from __future__ import annotations

from db.models import Run, RunCard, Standing, StretchRow
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import forged
from tests.flows.runs.reading import filled, rows


async def test_the_first_run_without_a_direction_is_asked_and_shown_to_nobody_before(club: Club) -> None:
    asked = await club.alice.slash(club.channel, "log", distance="5k", time="27:30")
    assert asked.ephemeral
    assert "Which way did you run?" in text_of(asked)
    assert "5.00 km · 27:30 · 5:30/km" in text_of(asked)
    assert "The one rule" not in text_of(asked)
    assert list(button_ids(asked)) == ["Backward ⏪", "Forward ⏩", "Mixed"]
    assert not club.channel.history()
    assert not await rows(club, Standing)
    await club.restart()
    answer = await club.alice.click(asked.response, label="Forward ⏩")
    assert "5.00 km forward in 27:30" in text_of(club.channel.last_message)
    assert "The one rule" not in text_of(answer)
    assert len(await rows(club, RunCard)) == 1
    again = await club.alice.slash(club.channel, "log", distance="5k", time="27:30")
    assert "5.00 km forward" in text_of(again), "what is usual needs no question"


async def test_the_question_answered_twice_or_by_another_counts_once(club: Club) -> None:
    asked = await club.alice.slash(club.channel, "log", distance="5k", time="27:30")
    custom_id = button_ids(asked)["Backward ⏪"]
    copy = await forged(club, custom_id)
    other = await club.bob.click(copy, custom_id=custom_id)
    assert other.ephemeral
    assert [s.direction for s in await rows(club, StretchRow)] == ["untold"]
    await club.alice.click(asked.response, label="Backward ⏪")
    await club.alice.click(copy, custom_id=custom_id)
    assert [(s.direction, s.distance_m) for s in await rows(club, StretchRow)] == [("backward", 5000)]
    assert len(await rows(club, RunCard)) == 1


async def test_a_first_run_of_both_ways_is_told_in_the_form(club: Club) -> None:
    asked = await club.alice.slash(club.channel, "log", distance="10k", time="60:00", spotter=club.bob)
    await club.pass_time(seconds=5)
    assert not club.dms(club.bob), "nobody is asked about a run of unknown direction"
    form = await club.alice.click(asked.response, label="Mixed")
    await club.alice.submit_modal(form, {**filled(form), "direction": "mixed 40 %"})
    assert "4.00 km backward · 6.00 km forward" in text_of(club.channel.last_message)
    await club.pass_time(seconds=5)
    assert len(club.dms(club.bob)) == 1


async def test_an_unanswered_question_waits_in_the_list(club: Club) -> None:
    await club.alice.slash(club.channel, "log", distance="5k", time="27:30")
    (run,) = await rows(club, Run)
    shown = await club.alice.slash(club.channel, "runs show", run=f"#{run.run_id}")
    set_direction = next(iter(button_ids(shown)))
    asked = await club.alice.click(shown.response, label=set_direction)
    assert "Which way did you run?" in text_of(asked)
    await club.alice.click(asked.response or shown.response, label="Backward ⏪")
    assert "5.00 km backward in 27:30" in text_of(club.channel.last_message)


async def test_flip_direction_turns_the_run_round_once(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    message = club.channel.last_message
    custom_id = button_ids(message)["Flip"]
    other = await club.bob.click(message, label="Flip")
    assert other.ephemeral
    await club.alice.click(message, label="Flip")
    assert "5.00 km forward in 27:30" in text_of(club.channel.last_message)
    await club.alice.click(await forged(club, custom_id), custom_id=custom_id)
    assert [s.direction for s in await rows(club, StretchRow)] == ["forward"], "the second press of the same button"
    await club.restart()
    await club.alice.click(message, custom_id=custom_id.removesuffix(":1") + ":2")
    assert "5.00 km backward in 27:30" in text_of(club.channel.history()[0])


async def test_flip_direction_of_a_mixed_run_swaps_its_parts(club: Club) -> None:
    await club.alice.slash(club.channel, "log", run="10k 60:00, 2k backward")
    await club.alice.click(club.channel.last_message, label="Flip")
    assert "8.00 km backward · 2.00 km forward" in text_of(club.channel.last_message)


async def test_the_rule_offers_to_add_the_spotter(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "log", run="5k 27:30 backward", surface="road")
    notice = next(message for message in answer.followups if "Add spotter" in button_ids(message))
    assert "Was someone spotting you?" in text_of(notice)
    form = await club.alice.click(notice, label="Add spotter")
    done = await club.alice.submit_modal(form, {"spotter": [club.bob], "surface": ["path"]})
    assert "bob" in text_of(done)
    assert "Add spotter" not in button_ids(done.response or notice)
    (run,) = await rows(club, Run)
    assert (run.spotter_id, run.spotter_state, run.surface) == (club.bob.id, "asked", "path")
    await club.pass_time(seconds=5)
    assert len(club.dms(club.bob)) == 1


async def test_add_spotter_refuses_oneself_and_keeps_what_was_left_empty(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "log", run="5k 27:30 backward", surface="road")
    notice = next(message for message in answer.followups if "Add spotter" in button_ids(message))
    form = await club.alice.click(notice, label="Add spotter")
    refused = await club.alice.submit_modal(form, {"spotter": [club.alice]})
    assert refused.ephemeral
    form = await club.alice.click(notice, label="Add spotter")
    await club.alice.submit_modal(form, {})
    (run,) = await rows(club, Run)
    assert (run.spotter_id, run.surface) == (None, "road")


async def test_a_private_card_of_a_run_alone_has_the_button_too(club: Club) -> None:
    await club.alice.slash(club.channel, "log", run="5k 27:30 backward", surface="track")
    answer = await club.alice.user.slash("log", run="3k 18:00 backward", surface="road")
    assert "Add spotter" in button_ids(answer)
    assert "Add spotter" not in button_ids(await club.alice.user.slash("log", run="3k 18:00 forward"))


async def test_the_question_and_the_buttons_in_german(club: Club) -> None:
    await club.speak("de")
    asked = await club.alice.slash(club.channel, "log", distance="5k", time="27:30")
    answer = await club.alice.click(asked.response, label="Rückwärts ⏪")
    notice = next(message for message in answer.followups if "Begleitung ergänzen" in button_ids(message))
    form = await club.alice.click(notice, label="Begleitung ergänzen")
    turned = await club.alice.click(club.channel.last_message, label="Andersrum")
    assert "5,00 km vorwärts" in text_of(club.channel.last_message)
    assert_language("de", asked, answer, form, turned)
