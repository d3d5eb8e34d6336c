"""The form of `/log`: opened by the bare command, and by Fix it below a refusal with the typed values filled in."""

from __future__ import annotations

from db.models import Run, StretchRow
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.runs.reading import filled, rows


async def test_the_bare_command_opens_the_form_and_one_field_is_enough(club: Club) -> None:
    form = await club.alice.slash(club.channel, "log")
    assert list(filled(form)) == ["run", "direction", "when", "spotter", "note"]
    answer = await club.alice.submit_modal(form, {"run": "5k in 27:30", "direction": "backward"})
    assert not answer.ephemeral
    assert "5.00 km backward in 27:30" in text_of(answer)


async def test_the_form_takes_everything(club: Club) -> None:
    form = await club.alice.slash(club.channel, "log", surface="track", effort=7)
    entered = {"run": "10k 60:00, 2k backward", "when": "yesterday 7am", "note": "windy", "spotter": [club.bob]}
    await club.alice.submit_modal(form, entered)
    (run,) = await rows(club, Run)
    assert (run.distance_m, run.surface, run.effort, run.note) == (10_000, "track", 7, "windy")
    assert (run.spotter_id, str(run.ran_on)) == (club.bob.id, "2026-11-17")
    assert [(s.direction, s.distance_m) for s in await rows(club, StretchRow)] == [
        ("backward", 2000),
        ("forward", 8000),
    ]


async def test_a_direction_in_the_sentence_prevails_over_the_preselected_one(club: Club) -> None:
    await club.alice.slash(club.channel, "log", run="5k 27:30 backward")
    form = await club.alice.slash(club.channel, "log")
    assert filled(form)["direction"] == "backward", "the usual one"
    answer = await club.alice.submit_modal(form, {"run": "5k 27:30 forward", "direction": "backward"})
    assert "5.00 km forward" in text_of(answer)


async def test_one_field_holds_the_whole_run_in_any_order(club: Club) -> None:
    for sentence in ("5k in 27:30 forward yesterday 7am", "yesterday 7am, forward, 27:30 for 5k"):
        answer = await club.alice.slash(club.channel, "log", run=sentence)
        assert "5.00 km forward in 27:30" in text_of(answer)
    assert {run.started_at.strftime("%d %H:%M") for run in await rows(club, Run)} == {"17 07:00"}


async def test_options_complete_and_correct_the_sentence(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "log", run="5k backward", time="27:30", direction="forward")
    assert "5.00 km forward in 27:30" in text_of(answer)


async def test_autocomplete_shows_the_whole_run_that_was_understood(club: Club) -> None:
    (choice,) = await club.alice.autocomplete(club.channel, "log", "run", "5k in 27:30 backward yesterday 7am")
    assert choice["name"] == "5.00 km · 27:30 · 5:30/km · backward · Tue 17 Nov 07:00"


async def test_a_refusal_names_every_fault_and_fix_it_opens_what_was_typed(club: Club) -> None:
    refused = await club.alice.slash(
        club.channel, "log", distance="five", time="27:30", when="tomorrow", surface="track", spotter=club.bob,
        effort=7, note="windy `gusts`\nand rain",
    )  # fmt: skip
    assert refused.ephemeral
    assert "five" in text_of(refused)
    assert "hasn't come yet" in text_of(refused)
    await club.restart()
    form = await club.alice.click(refused.response, label="Fix it")
    values = filled(form)
    assert values["run"] == "five 27:30"
    assert (values["when"], values["spotter"]) == ("tomorrow", [club.bob.id])
    assert values["note"].startswith("windy 'gusts'")
    answer = await club.alice.submit_modal(
        form, {**values, "run": "5k 27:30", "when": "yesterday 7am", "direction": "backward", "spotter": [club.bob]}
    )
    assert "5.00 km backward in 27:30" in text_of(answer)
    (run,) = await rows(club, Run)
    assert (run.surface, run.effort, run.spotter_id) == ("track", 7, club.bob.id)


async def test_fix_it_again_replaces_the_refusal_and_the_last_one_is_closed(club: Club) -> None:
    refused = await club.alice.slash(club.channel, "log", run="5k 27:30 bakward")
    assert "bakward" in text_of(refused)
    form = await club.alice.click(refused.response, label="Fix it")
    assert filled(form)["run"] == "5k 27:30 bakward"
    again = await club.alice.submit_modal(form, {"run": "5k 27:30 bakwart"})
    assert "bakwart" in text_of(again)
    second = await club.alice.click(again.response or refused.response, label="Fix it")
    assert filled(second)["run"] == "5k 27:30 bakwart"
    done = await club.alice.submit_modal(second, {"run": "5k 27:30 bakwart", "direction": "backward"})
    assert "Logged" in text_of(done)
    assert "5.00 km backward in 27:30" in text_of(club.channel.last_message)
    assert len(await rows(club, Run)) == 1


async def test_who_cannot_be_a_spotter_is_refused_in_the_form_as_well(club: Club) -> None:
    form = await club.alice.slash(club.channel, "log")
    refused = await club.alice.submit_modal(form, {"run": "5k 27:30", "spotter": [club.alice]})
    assert "Fix it" in button_ids(refused)
    assert not await rows(club, Run)


async def test_what_was_typed_pings_nobody_and_stays_inside_its_quotes(club: Club) -> None:
    refused = await club.alice.slash(club.channel, "log", distance="`@everyone\u202e", time="27:30")
    assert "@everyone" not in text_of(refused)
    assert "\u202e" not in text_of(refused)
    form = await club.alice.click(refused.response, label="Fix it")
    assert filled(form)["run"] == "'@everyone 27:30"


async def test_the_form_in_a_direct_message_has_no_spotter_and_stays_private(club: Club) -> None:
    await club.alice.slash(club.channel, "log", distance="5k", time="27:30")
    form = await club.alice.user.slash("log")
    assert "spotter" not in filled(form)
    answer = await club.alice.user.submit_modal(form, {"run": "3k 18:00 backward"})
    assert answer.ephemeral


async def test_the_form_and_fix_it_in_german(club: Club) -> None:
    await club.speak("de")
    form = await club.alice.slash(club.channel, "log")
    refused = await club.alice.submit_modal(form, {"run": "fünf km in 27:30", "when": "morgen"})
    again = await club.alice.click(refused.response, label="Korrigieren")
    done = await club.alice.submit_modal(again, {"run": "5 km in 27:30 rückwärts gestern 18 Uhr"})
    assert "5,00 km rückwärts in 27:30" in text_of(club.channel.last_message)
    assert_language("de", form, refused, again, done)
