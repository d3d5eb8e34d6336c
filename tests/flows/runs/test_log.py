"""`/log` as members use it: Alice's answer, Bob's view, and the database."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from db.models import Revision, Run, RunCard, Standing, StretchRow, User
from tests.flows.conftest import Club, assert_language, button_ids, text_of


async def rows(club: Club, table: type) -> list:
    async with club.database.read() as session:
        return list(await session.scalars(select(table)))


async def test_a_member_logs_five_backward_and_the_club_sees_it(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    assert answer.acknowledged
    assert not answer.ephemeral
    seen = text_of(answer)
    assert "5.00 km backward in 27:30" in seen
    assert "5:30/km" in seen
    assert "35 % more work" in seen
    assert "Week: 5.00 km backward" in seen
    assert list(button_ids(answer)) == ["Cheer", "Undo", "Edit", "Flip", "Share"]
    (run,) = await rows(club, Run)
    assert (run.user_id, run.guild_id, run.distance_m, run.duration_ms) == (
        club.alice.id,
        club.guild.id,
        5000,
        1_650_000,
    )
    assert club.env.now().timestamp() - run.started_at.timestamp() == pytest.approx(1650, abs=2), "it has just ended"
    (card,) = await rows(club, RunCard)
    assert card.message_id == answer.response.id


async def test_the_first_card_says_which_zone_it_took_and_the_second_does_not(club: Club) -> None:
    first = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", surface="track"
    )
    second = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", surface="track"
    )
    assert "UTC" in text_of(first)
    assert first.followups[0].ephemeral, "what is about Alice alone is said to Alice alone"
    assert not second.followups


async def test_backward_alone_on_the_road_is_logged_and_the_rule_is_said_to_the_runner(club: Club) -> None:
    answer = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", surface="road"
    )
    assert len(await rows(club, Run)) == 1
    private = [message for message in answer.followups if message.ephemeral]
    assert "The one rule" in text_of(private[0])
    assert "The one rule" not in text_of(answer.response)


async def test_only_me_is_private_and_on_no_board(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).sharing = "me"
    answer = await club.alice.slash(club.channel, "log", direction="backward", distance="8k", time="50:00")
    assert answer.ephemeral
    assert "Only you see this run" in text_of(answer)
    assert sum(s.distance_m for s in await rows(club, Standing) if s.period == "week" and s.direction == "all") == 5000
    assert len(await rows(club, RunCard)) == 1


async def test_a_mixed_run_is_split_by_distance_and_says_that_it_is_an_estimate(club: Club) -> None:
    answer = await club.alice.slash(
        club.channel, "log", distance="10k", time="60:00", direction="mixed", backward="2 km"
    )
    assert "2.00 km backward · 8.00 km forward" in text_of(answer)
    assert "estimate" in text_of(answer)
    stretches = [(s.direction, s.distance_m, s.duration_ms, s.estimated) for s in await rows(club, StretchRow)]
    assert stretches == [("backward", 2000, 720_000, True), ("forward", 8000, 2_880_000, True)]


async def test_time_alone_is_a_run(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "log", time="45 min", direction="forward")
    assert "45:00 forward" in text_of(answer)
    (run,) = await rows(club, Run)
    assert run.distance_m is None


async def test_a_run_in_the_past_keeps_its_day(club: Club) -> None:
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", when="yesterday 18:30"
    )
    (run,) = await rows(club, Run)
    assert (str(run.ran_on), run.started_at.strftime("%H:%M")) == ("2026-11-17", "18:30")


@pytest.mark.parametrize(
    ("options", "understood"),
    [
        ({"distance": "5k"}, "5.00 km"),
        ({"distance": "five", "time": "27:30"}, "five"),
        ({"distance": "5k", "time": "27:30", "pace": "4:00/km"}, "don't add up"),
        ({"distance": "5k", "time": "27:30", "when": "tomorrow"}, "hasn't come yet"),
        ({"distance": "10k", "time": "60:00", "direction": "mixed"}, "How much of it was backward"),
        ({"distance": "@everyone", "time": "27:30"}, "everyone"),
        ({"run": "backward yesterday"}, "two of distance, time or pace"),
    ],
)
async def test_what_cannot_be_is_refused_privately_with_what_was_understood(
    club: Club, options: dict[str, str], understood: str
) -> None:
    answer = await club.alice.slash(club.channel, "log", **options)
    assert answer.acknowledged
    assert answer.ephemeral
    assert understood in text_of(answer)
    assert not await rows(club, Run)


async def test_autocomplete_shows_what_was_understood_while_typing(club: Club) -> None:
    lone = await club.alice.autocomplete(club.channel, "log", "distance", "5k")
    both = await club.alice.autocomplete(club.channel, "log", "time", "27:30", distance="5k")
    wrong = await club.alice.autocomplete(club.channel, "log", "when", "30 feb")
    assert [choice["name"] for choice in lone] == ["5.00 km"]
    assert [choice["name"] for choice in both] == ["5.00 km · 27:30 · 5:30/km"]
    assert "30 feb" in wrong[0]["name"]
    assert len(wrong[0]["name"]) <= 100


async def test_undo_by_its_owner_only_and_only_once(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    other = await club.bob.click(answer.response, label="Undo")
    assert other.ephemeral
    assert "not one of your runs" in text_of(other)
    undo = button_ids(answer)["Undo"]
    undone = await club.alice.click(answer.response, label="Undo")
    assert "Undone" in text_of(undone)
    assert "took a run back" in text_of(club.channel.last_message)
    assert "5.00 km" not in text_of(club.channel.last_message)
    assert not await rows(club, Standing)
    assert undo.endswith(":1")
    assert [r.kind for r in await rows(club, Revision)] == ["logged", "undone"]


async def test_edit_after_a_restart_redraws_the_public_card(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    message = club.channel.last_message
    await club.restart()
    form = await club.alice.click(message, label="Edit")
    filled = form.modal
    assert "5.00 km" in str(filled)
    changed = await club.alice.submit_modal(
        form,
        {"distance": "6k", "time": "27:30", "direction": "backward", "when": "yesterday 7am", "note": "felt great"},
    )
    assert changed.acknowledged
    card = text_of(club.channel.last_message)
    assert "6.00 km backward in 27:30" in card
    assert "felt great" not in card, "a note is private until ticked"
    (run,) = await rows(club, Run)
    assert (run.distance_m, str(run.ran_on), run.note, run.revision) == (6000, "2026-11-17", "felt great", 2)


async def test_a_form_sent_as_it_was_filled_in_changes_nothing(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="3.1mi", time="27:30", surface="track")
    form = await club.alice.click(club.channel.last_message, label="Edit")
    values = dict(
        re.findall(r"'custom_id': '(distance|time|direction|when|note)'.*?'value': '([^']*)'", str(form.modal))
    )
    answer = await club.alice.submit_modal(form, {"note": "", **values})
    assert "Nothing's different" in text_of(answer)
    assert [r.kind for r in await rows(club, Revision)] == ["logged"]


async def test_sharing_ticks_show_the_note_and_only_me_takes_the_card_away(club: Club) -> None:
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", note="windy", effort=7
    )
    message = club.channel.last_message
    panel = await club.alice.click(message, label="Share")
    assert panel.ephemeral
    run_id = (await rows(club, Run))[0].run_id
    await club.alice.select(panel.response, ["note"], custom_id=f"run:extras:v1:{run_id}")
    shown = text_of(club.channel.last_message)
    assert "windy" in shown
    assert "7/10" not in shown
    await club.alice.select(panel.response, ["me"], custom_id=f"run:sharing:v1:{run_id}")
    assert "made this run private" in text_of(club.channel.last_message)
    assert "5.00 km" not in text_of(club.channel.last_message)


async def test_a_note_in_which_nothing_can_be_seen_is_none(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", note="\u200b\u2060")
    await club.alice.slash(club.channel, "log", direction="backward", distance="4k", time="27:30", note="windy ")
    assert [run.note for run in await rows(club, Run)] == [None, "windy"]
    await club.alice.slash(club.channel, "runs edit", run="4", note="\ufeff")
    assert [run.note for run in await rows(club, Run)] == [None, None]


async def test_a_spotter_is_asked_and_credited_only_when_he_agrees(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    assert "bob" not in text_of(club.channel.last_message)
    bob = club.bob.user
    answer = await bob.click(bob.dm_channel.last_message, label="Yes, I was the spotter")
    assert answer.acknowledged
    assert "Spotter: bob 👀" in text_of(club.channel.last_message)
    (run,) = await rows(club, Run)
    assert run.spotter_state == "agreed"


async def test_a_spotter_who_was_not_there_stays_off_the_card(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    bob = club.bob.user
    await bob.click(bob.dm_channel.last_message, label="No, that wasn't me")
    assert "bob" not in text_of(club.channel.last_message)
    (run,) = await rows(club, Run)
    assert run.spotter_state == "declined"


async def test_a_spotter_with_closed_dms_is_asked_behind_a_button(club: Club) -> None:
    club.close_dms(club.bob)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    await club.pass_time(seconds=5)
    waiting = club.channel.last_message
    assert waiting.content == f"<@{club.bob.id}>, you have a message."
    assert [user.id for user in waiting.mentions] == [club.bob.id]
    others = await club.olga.click(waiting, label="Show")
    assert "someone else" in text_of(others)
    shown = await club.bob.click(waiting, label="Show")
    assert shown.ephemeral
    assert "5.00 km backward" in text_of(shown)


@pytest.mark.parametrize("who", ["alice", "bot"])
async def test_who_cannot_be_a_spotter(club: Club, who: str) -> None:
    bot = club.guild.add_member(club.env.create_user("helper", bot=True))
    spotter = bot if who == "bot" else club.alice
    answer = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=spotter
    )
    assert answer.ephemeral
    assert not await rows(club, Run)


NASTY = "**bold** @everyone <@1> [x](http://x) `code` \u202eright to left\u202c || spoiler\n# heading"


async def test_what_a_member_types_never_pings_nor_breaks_a_card(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", note=NASTY)
    message = club.channel.last_message
    panel = await club.alice.click(message, label="Share")
    run_id = (await rows(club, Run))[0].run_id
    await club.alice.select(panel.response, ["note"], custom_id=f"run:extras:v1:{run_id}")
    shown = club.channel.last_message
    assert not shown.mentions
    assert not shown.mention_everyone
    assert "@everyone" not in text_of(shown)
    assert "\u202e" not in text_of(shown)
    assert "\\*\\*bold\\*\\*" in text_of(shown)


async def test_a_deleted_channel_does_not_stop_an_edit(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    elsewhere = club.guild.create_text_channel("elsewhere")
    message = club.channel.last_message
    club.env.inject_error("PATCH", f"/channels/{club.channel.id}/messages/{message.id}", status=404, code=10003)
    (run,) = await rows(club, Run)
    answer = await club.alice.slash(elsewhere, "runs edit", run=f"#{run.run_id}", distance="6k")
    assert "6.00 km" in text_of(answer)
    assert not await rows(club, RunCard), "a card that is gone is forgotten"


async def test_everything_in_german(club: Club) -> None:
    await club.speak("de")
    answer = await club.alice.slash(
        club.channel, "log", direction="backward", distance="5,2 km", time="27:30", surface="road", note="hallo"
    )
    assert "5,20 km rückwärts in 27:30" in text_of(answer)
    form = await club.alice.click(club.channel.last_message, label="Ändern")
    panel = await club.alice.click(club.channel.last_message, label="Teilen")
    refused = await club.alice.slash(club.channel, "log", direction="backward", distance="5k")
    listed = await club.alice.slash(club.channel, "runs list")
    undone = await club.alice.click(club.channel.last_message, label="Rückgängig")
    assert_language("de", answer, form, panel, refused, listed, undone)


async def test_in_a_dm_the_run_is_private_and_counts_for_the_home_club(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).home_guild_id = club.guild.id
    answer = await club.alice.user.slash("log", direction="backward", distance="3k", time="18:00")
    assert answer.ephemeral
    runs = await rows(club, Run)
    assert [run.guild_id for run in runs] == [club.guild.id, club.guild.id]


async def test_a_card_is_remembered_though_the_private_word_failed(club: Club) -> None:
    club.env.inject_error("POST", "/webhooks/*", status=500)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    assert len(await rows(club, RunCard)) == 1
    assert "5.00 km" in text_of(club.channel.last_message)


async def test_a_private_run_leaves_no_word_in_the_channel_when_the_spotter_is_out_of_reach(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", surface="track")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).sharing = "me"
    before = club.channel.last_message.id
    club.close_dms(club.bob)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    await club.pass_time(seconds=5)
    public = [m for m in club.channel.history() if m.id > before and not m.flags.ephemeral]
    assert not public


async def test_a_card_that_may_not_be_changed_is_told(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    message = club.channel.last_message
    elsewhere = club.guild.create_text_channel("elsewhere")
    club.env.inject_error("PATCH", f"/channels/{club.channel.id}/messages/{message.id}", status=403, code=50001)
    (run,) = await rows(club, Run)
    answer = await club.alice.slash(elsewhere, "runs delete", run=f"#{run.run_id}")
    assert f"/{club.channel.id}/{message.id}" in text_of(answer)
    assert len(await rows(club, RunCard)) == 1, "it is tried again at the next change"


async def test_an_edit_that_breaks_the_rule_says_it(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", surface="track")
    (run,) = await rows(club, Run)
    answer = await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", surface="road")
    assert "The one rule" in text_of(answer)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"distance": "10k", "time": "60:00", "direction": "forward", "backward": "2 km"}, "choose mixed"),
        ({"distance": "50k", "time": "5h", "when": "10 minutes ago"}, "isn't over yet"),
    ],
)
async def test_what_contradicts_itself_is_refused(club: Club, options: dict[str, str], said: str) -> None:
    answer = await club.alice.slash(club.channel, "log", **options)
    assert said in text_of(answer)
    assert not await rows(club, Run)


async def test_a_typed_number_is_no_database_id(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="7k", time="40:00")
    await club.alice.slash(club.channel, "log", direction="backward", distance="1.5k", time="9:00")
    shown = await club.alice.slash(club.channel, "runs show", run="1.50")
    assert "1.50 km backward" in text_of(shown)


async def test_a_spotter_who_agreed_is_asked_again_about_another_distance(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    bob = club.bob.user
    await bob.click(bob.dm_channel.last_message, label="Yes, I was the spotter")
    asked = bob.dm_channel.last_message.id
    (run,) = await rows(club, Run)
    await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", distance="4k")
    assert bob.dm_channel.last_message.id > asked
    assert "4.00 km" in text_of(bob.dm_channel.last_message)
    assert "Spotter: bob 👀" not in text_of(club.channel.last_message)
