"""Nudge settings of members, on `/settings` and `/me`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import discord
import pytest_asyncio
from sqlalchemy import select

from bot.worker.worker import Worker
from db.models import Pause, Repair, User, WeeklyGoal
from tests.flows.conftest import Club, MemberActor, assert_language, button_ids, text_of
from tests.flows.nudges.runners import SPENT, choices, ran
from tests.flows.reminders.reminding import forged


@pytest_asyncio.fixture
async def worker() -> AsyncIterator[Worker]:
    """A closed worker: `/me` is sent without its chart."""
    worker = Worker()
    await worker.close()
    yield worker


async def page(club: Club, actor: MemberActor, label: str = "Nudges") -> Any:
    card = await actor.slash(club.channel, "settings")
    return (await actor.click(card.response, label=label)).response


async def pauses(club: Club) -> list[tuple[int, date, date, str]]:
    async with club.database.read() as session:
        return [(p.user_id, p.from_on, p.until_on, p.why) for p in await session.scalars(select(Pause))]


async def test_defaults_are_shown_and_every_menu_is_kept_over_a_restart(club: Club) -> None:
    card = await club.alice.slash(club.channel, "settings")
    assert "**Nudges** 🔔 · quiet 21:00–07:00" in text_of(card)
    assert "Goal: 1× backward a week" in text_of(card)
    shown = await page(club, club.alice)
    for part in (
        "No pause",
        "Quiet from 21:00",
        "Quiet until 07:00",
        "Streak in danger",
        "Goal: 1× backward a week",
    ):
        assert part in text_of(shown)
    assert "weekly digest" not in text_of(shown)  # the digest belongs to the club
    await club.restart()
    await club.alice.select(shown, ["22"], custom_id="nudging:quiet:v1:begins")
    await club.alice.select(shown, ["8"], custom_id="nudging:quiet:v1:ends")
    await club.alice.select(shown, ["3 all"], custom_id="nudging:goal:v1")
    after = await club.alice.select(shown, ["nudge.back"], custom_id="nudging:kinds:v1")
    assert "Nudges wait from 22:00 to 08:00" in text_of(after)
    async with club.database.read() as session:
        user = await session.get(User, club.alice.id)
        (goal,) = await session.scalars(select(WeeklyGoal))
    assert user is not None
    assert (user.quiet_from_min, user.quiet_until_min) == (22 * 60, 8 * 60)
    assert (goal.runs, goal.counts, goal.since_on) == (3, "all", date(2026, 11, 16))
    chosen = {kind: wanted for _, kind, wanted in await choices(club)}
    outings = dict.fromkeys(("outing.wanted", "outing.evening", "outing.hour"), False)
    others = dict.fromkeys(("nudge.week", "nudge.reserve", "nudge.challenge", "nudge.cheers", "nudge.rewind"), False)
    assert chosen == {"nudge.back": True, **others, **outings}
    await club.alice.select(shown, [], custom_id="nudging:kinds:v1")
    assert not any(wanted for _, _, wanted in await choices(club))
    after = await club.alice.select(shown, ["8"], custom_id="nudging:quiet:v1:begins")
    assert "No quiet hours" in text_of(after)
    after = await club.alice.select(shown, ["0 backward"], custom_id="nudging:goal:v1")
    general = await club.alice.click(shown, label="All settings")
    assert "**Nudges** 🔔 · no quiet hours" in text_of(general)
    assert "No weekly goal" in text_of(await club.alice.slash(club.channel, "settings"))
    assert "🔥" not in text_of(await club.alice.slash(club.channel, "me"))


async def test_a_pause_by_the_command_with_help_while_typing(club: Club) -> None:
    (choice,) = await club.alice.autocomplete(club.channel, "settings", "pause", "until 3 dec")
    assert choice == {"name": "Back on Thu 3 Dec", "value": "until 3 dec"}
    (refusal,) = await club.alice.autocomplete(club.channel, "settings", "pause", "today")
    assert "until tomorrow at least" in refusal["name"]
    shown = await club.alice.slash(club.channel, "settings", pause="until 3 dec", why="injury")
    assert "**Paused for an injury** ⏸️ · back on Thu 3 Dec" in text_of(shown)
    assert "**Nudges are paused** ⏸️ · back on Thu 3 Dec" in text_of(shown)
    today = date(2026, 11, 18)
    assert await pauses(club) == [(club.alice.id, today, date(2026, 12, 3), "injury")]
    assert "safe" in text_of(await club.alice.slash(club.channel, "me"))
    shown = await club.alice.slash(club.channel, "settings", pause="2 weeks")  # the pause continues, now as a holiday
    assert await pauses(club) == [(club.alice.id, today, date(2026, 12, 2), "holiday")]
    refused = await club.alice.slash(club.channel, "settings", pause="when it heals")
    assert "when it heals" in text_of(refused)
    assert len(await pauses(club)) == 1


async def test_a_pause_by_form_ended_before_its_time(club: Club) -> None:
    shown = await page(club, club.alice)
    await club.restart()
    form = await club.alice.click(shown, label="Pause: injury")
    after = await club.alice.submit_modal(form, {"until": "in 2 weeks"})
    assert "**Paused for an injury** ⏸️ · back on Wed 2 Dec" in text_of(after)
    form = await club.bob.click(await page(club, club.bob), label="Pause: holiday")
    assert "until tomorrow at least" in text_of(await club.bob.submit_modal(form, {"until": "today"}))
    after = await club.alice.click(shown, label="I'm back")
    assert "Welcome back" in text_of(after)
    assert await pauses(club) == []  # ended on the day it began: removed


async def test_a_streak_on_me_and_its_repair(club: Club) -> None:
    await ran(club, club.alice, 0, 14, 21, *SPENT)
    await ran(club, club.bob, 14, 21, *SPENT)
    shown = await club.alice.slash(club.channel, "me")
    assert "**1 week** 🔥 · this week 1× backward ✅" in text_of(shown)
    assert "makes it **3 weeks**" in text_of(shown)
    assert "🔥" not in text_of(await club.bob.slash(club.channel, "me", member=club.alice))  # private
    await club.restart()
    repaired = await club.alice.click(shown.response, label="Repair")
    assert repaired.response is not None
    assert repaired.response.ephemeral
    assert "**Repaired:** 🩹 the week of Mon 9 Nov" in text_of(repaired)
    assert "**3 weeks** 🔥" in text_of(repaired)
    again = await club.alice.slash(club.channel, "me")
    assert "Repair" not in text_of(again)
    # A copy of Alice's button acts on the presser: Olga has nothing to repair, Bob repairs their own week.
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Repair", custom_id=button_ids(shown.response)["Repair"]))
        copy = await channel.send("copied", view=view)
    assert "needs no repair" in text_of(await club.olga.click(copy, label="Repair"))
    await club.bob.click(copy, label="Repair")
    async with club.database.read() as session:
        rows = [(row.user_id, row.monday) for row in await session.scalars(select(Repair).order_by(Repair.user_id))]
    monday = date(2026, 11, 9)
    assert rows == sorted([(club.alice.id, monday), (club.bob.id, monday)])


async def test_a_repair_of_what_is_no_week_is_refused_in_words(club: Club) -> None:
    ids = [f"streak:repair:v1:{day}" for day in ("garbage", "20261109", "2026-11-09")]
    made = await forged(club, *ids)
    for custom_id in ids[:2]:
        assert "too old" in text_of(await club.bob.click(made, custom_id=custom_id))
    for _ in range(2):
        assert "needs no repair" in text_of(await club.bob.click(made, custom_id=ids[2]))


async def test_a_german_reads_german_on_every_page(club: Club) -> None:
    await ran(club, club.alice, 0, 14, 21)
    await club.speak("de", club.alice)
    german: list[Any] = [await club.alice.slash(club.channel, "settings", pause="bis 3. Dezember", why="injury")]
    assert "**Pause, verletzt** ⏸️ · wieder da am Do. 3. Dez" in text_of(german[0])
    shown = await page(club, club.alice, "Hinweise")
    german += [shown, await club.alice.click(shown, label="Ich bin wieder da")]
    form = await club.alice.click(shown, label="Pause: Urlaub")
    german += [form, await club.alice.submit_modal(form, {"until": "heute"})]
    form = await club.alice.click(shown, label="Pause: Urlaub")
    german.append(await club.alice.submit_modal(form, {"until": "in 3 Jahren"}))
    form = await club.alice.click(shown, label="Pause: Urlaub")
    german.append(await club.alice.submit_modal(form, {"until": "nächsten Montag"}))
    german.append(await club.alice.select(shown, ["7"], custom_id="nudging:quiet:v1:begins"))
    german.append(await club.alice.select(shown, ["0 backward"], custom_id="nudging:goal:v1"))
    german.append(await club.alice.select(shown, ["2 backward"], custom_id="nudging:goal:v1"))
    german.append(await club.alice.click(shown, label="Alle Einstellungen"))
    german.append(await club.alice.autocomplete(club.channel, "settings", "pause", "morgen"))
    me = await club.alice.slash(club.channel, "me")
    german.append(me)
    assert_language("de", *german)
    assert "diese Woche 1 von 2 rückwärts" in text_of(me)


async def test_german_repairs(club: Club) -> None:
    await ran(club, club.alice, 0, 14, 21, *SPENT)
    await club.speak("de", club.alice)
    me = await club.alice.slash(club.channel, "me")
    done = await club.alice.click(me.response, label="Reparieren")
    assert_language("de", me, done, await club.alice.click(me.response, label="Reparieren"))
