"""Questions from one member to another: they survive a crash, end with an answer, are limited, and hide blocks."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import MemberActor
from sqlalchemy import select

from bot.services.messages.questions import OF_ONE, TO_ONE
from bot.services.outings import waiting_list
from bot.services.outings.call_limits import MOST_OPEN
from bot.services.runs import spotter_questions
from bot.services.safety import contacts
from db.models import Run
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.outings.calling import block, find, newcomer


async def log(club: Club, spotter: MemberActor, actor: MemberActor | None = None) -> Any:
    return await (actor or club.alice).slash(
        club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=spotter
    )


async def newest(club: Club) -> Run:
    async with club.database.read() as session:
        run = await session.scalar(select(Run).order_by(Run.run_id.desc()))
    assert run is not None
    return run


async def test_thirty_runs_and_edits_name_somebody_and_few_messages_follow(club: Club) -> None:
    for _ in range(10):
        await log(club, club.bob)
    run = await newest(club)
    for kilometres in range(6, 26):
        await club.alice.slash(club.channel, "runs edit", run=f"#{run.run_id}", distance=f"{kilometres}k")
    await club.env.settle()
    assert len(club.dms(club.bob)) == TO_ONE


async def test_naming_one_after_the_other_ends_at_a_day_s_number_and_the_runner_is_told(club: Club) -> None:
    spotters = [newcomer(club, f"s{n}") for n in range(spotter_questions.MOST + 1)]
    await club.env.settle()
    for spotter in spotters[:-1]:
        assert "today's limit of questions" not in text_of(await log(club, spotter))
    answer = await log(club, spotters[-1])
    assert "today's limit of questions" in text_of(answer)
    assert club.dms(spotters[-1]) == []
    assert (await newest(club)).spotter_id == spotters[-1].id, "the run stands"
    await club.pass_time(days=1, minutes=1)
    assert "today's limit of questions" not in text_of(await log(club, spotters[-1]))


async def test_somebody_is_asked_so_much_a_day_and_the_rest_waits(club: Club) -> None:
    runners = [newcomer(club, f"r{n}") for n in range(OF_ONE + 2)]
    await club.env.settle()
    for runner in runners:
        await log(club, club.bob, runner)
    await club.env.settle()
    assert len(club.dms(club.bob)) == OF_ONE
    await club.pass_time(days=1, minutes=5)
    assert len(club.dms(club.bob)) == OF_ONE + 2


def without_badge(card: str) -> str:
    """Return the text of a run's card without the badge, of which each run earns another."""
    return "\n".join(line for line in card.splitlines() if "badge" not in line)


@pytest.mark.parametrize("blocker", ["alice", "bob"])
async def test_a_block_asks_nobody_and_reads_the_same(club: Club, blocker: str) -> None:
    carla = newcomer(club, "carla")
    await club.env.settle()
    await log(club, carla)
    before = without_badge(text_of(await log(club, carla)))
    one, other = (club.alice, club.bob) if blocker == "alice" else (club.bob, club.alice)
    await block(club, one, other)
    after = without_badge(text_of(await log(club, club.bob)))
    assert after.replace("15.00 km", "10.00 km") == before, "but for the week"
    await club.env.settle()
    assert club.dms(club.bob) == []
    assert (await newest(club)).spotter_state == "asked"


@pytest.mark.parametrize("german", [False, True])
async def test_don_t_ask_me_again_holds_for_every_question_and_is_taken_back_from_the_list(
    club: Club, german: bool
) -> None:
    if german:
        await club.speak("de")
    await log(club, club.bob)
    (asked,) = club.dms(club.bob)
    said = await club.bob.user.click(asked, label="Nicht mehr fragen" if german else "Don't ask me again")
    if german:
        assert_language("de", said)
    assert "alice" in text_of(said)
    first = text_of(await log(club, club.bob))
    named = await club.alice.slash(club.channel, "partner contact", member=club.bob)
    assert ("Gefragt" if german else "Asked") in text_of(named)
    await club.env.settle()
    assert len(club.dms(club.bob)) == 1
    assert "🔕" not in first
    listed = await club.bob.slash(club.channel, "partner block")
    muted = await club.bob.click(listed.response, custom_id="tie:page:v1:mute:0")
    assert "alice" in text_of(muted)
    if german:
        assert_language("de", listed, muted)
    await club.bob.select(muted.response, [str(club.alice.id)], custom_id="ask:restore:v1")
    await log(club, club.bob)
    await club.env.settle()
    assert len(club.dms(club.bob)) == 2


async def test_a_mute_pressed_while_a_question_waits_keeps_it_back(club: Club) -> None:
    club.env.inject_error("POST", "/channels/*/messages", status=500, times=1)
    await log(club, club.bob)
    assert club.dms(club.bob) == []
    await block(club, club.bob, club.alice)
    await club.pass_time(minutes=1)
    assert club.dms(club.bob) == []


async def test_a_question_outlives_a_crash(club: Club) -> None:
    club.env.inject_error("POST", "/channels/*/messages", status=500, times=1)
    await log(club, club.bob)
    assert club.dms(club.bob) == []
    await club.restart(minutes=2)
    await club.pass_time(minutes=1)
    (asked,) = club.dms(club.bob)
    await club.bob.user.click(asked, label="Yes, I was the spotter")
    assert (await newest(club)).spotter_state == "agreed"


async def test_contacts_are_asked_of_people_of_the_club_and_a_few_a_day(club: Club) -> None:
    stranger = club.env.create_user("stranger")
    refused = await club.alice.slash(club.channel, "partner contact", member=stranger)
    assert "people in your club" in text_of(refused)
    for number in range(contacts.ASKED_A_DAY + 1):
        named = newcomer(club, f"c{number}")
        await club.env.settle()
        answer = await club.alice.slash(club.channel, "partner contact", member=named)
        if number < contacts.ASKED_A_DAY:
            assert "Asked" in text_of(answer), number
            await club.alice.select(answer.response, [str(named.id)], custom_id="contact:drop:v1")
        else:
            assert f"You've asked {contacts.ASKED_A_DAY} people today" in text_of(answer)


async def test_calls_standing_at_a_time_are_limited(club: Club) -> None:
    for day in range(MOST_OPEN):
        await find(club, club.alice, when=f"{10 + day} dec 18:00")
    refused = await club.alice.slash(
        club.channel, "partner find", place="Stadium", when="30 dec 18:00", role="backward", minutes=30
    )
    assert f"You already have {MOST_OPEN} open calls" in text_of(refused)
    assert waiting_list.ASKED_A_DAY == 20


async def test_a_forged_don_t_ask_me_again_tells_nobody_s_name(club: Club) -> None:
    await club.alice.slash(club.channel, "help")
    elsewhere = club.env.create_guild("Bonn")
    carla = elsewhere.add_member(club.env.create_user("carla"))
    channel = elsewhere.create_text_channel("runs")
    await club.env.settle()
    await carla.slash(channel, "help")
    await log(club, club.bob)
    (asked,) = club.dms(club.bob)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="x", custom_id=f"ask:never:v1:{carla.id}"))
    with club.env._bot_scope():
        there: Any = club.env.bot.get_partial_messageable(asked.channel.id)
        forged = await there.send("x", view=view)
    said = text_of(await club.bob.user.click(forged, custom_id=f"ask:never:v1:{carla.id}"))
    assert "carla" not in said
    assert said == club.words("errors.press.unknown")
