"""Nudges as members receive them. Flows start on Wednesday 18 November 2026, 12:00 UTC; all members use UTC."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from sqlalchemy import select, update

from bot.i18n import catalogue
from db.models import Delivery, Due, Guild, User
from tests.flows.conftest import Club, MemberActor, assert_language, button_ids, text_of
from tests.flows.nudges import toy_nudge
from tests.flows.nudges.runners import choices, ran


async def to_friday(club: Club) -> None:
    """Advance to Friday 18:00, when the nudge about a week in danger is due."""
    await club.restart(days=2, hours=5, minutes=30)
    await club.pass_time(minutes=30)


async def press(club: Club, actor: MemberActor, message: Any, label: str) -> str:
    custom_id = next(found for shown, found in button_ids(message).items() if shown.startswith(label))
    here = message.channel.id == club.channel.id
    answer = await (actor if here else actor.user).click(message, custom_id=custom_id)
    return text_of(answer)


def kinds_sent(club: Club, actor: MemberActor) -> list[str]:
    return [message.content.split("\n")[0] for message in club.dms(actor)]


# ── a week in danger ──


async def test_a_week_in_danger_is_told_on_friday_and_stopped_in_the_message_itself(club: Club) -> None:
    await ran(club, club.alice, 7, 14)
    await ran(club, club.bob, 0, 7, 14)  # has run this week
    await ran(club, club.olga, 7)  # no streak yet
    await club.restart(days=2, hours=5, minutes=30)
    assert club.dms(club.alice) == []
    await club.pass_time(minutes=30)
    (nudge,) = club.dms(club.alice)
    assert "**2 weeks in a row**, and this one isn't in yet" in nudge.content
    assert "One backward run by Sunday night keeps your streak" in nudge.content
    assert "sorry" not in nudge.content
    assert not nudge.flags.suppress_notifications
    assert club.dms(club.bob) == club.dms(club.olga) == []
    await club.restart()
    said = await press(club, club.alice, nudge, "Stop these")
    assert "No more of these: **Streak in danger**" in said
    assert await choices(club) == [(club.alice.id, "nudge.week", False)]
    said = await press(club, club.alice, club.dms(club.alice)[0], "Turn back on")
    assert "Back on" in said
    assert await choices(club) == [(club.alice.id, "nudge.week", True)]


async def test_a_nudge_is_put_off_and_comes_again_unless_it_has_settled_itself(club: Club) -> None:
    await ran(club, club.alice, 7, 14)
    await to_friday(club)
    (nudge,) = club.dms(club.alice)
    answer = await club.alice.user.click(nudge, label="Snooze")
    assert list(button_ids(answer.response)) == ["In 10 minutes", "In 1 hour", "Tomorrow, 08:00"]  # no evening choice
    await club.restart()
    done = await club.alice.user.click(answer.response, label="In 1 hour")
    assert "remind you: <t:" in text_of(done)
    await club.pass_time(hours=1, minutes=1)
    again = club.dms(club.alice)[-1]
    assert again.content == nudge.content
    answer = await club.alice.user.click(again, label="Snooze")
    await club.alice.user.click(answer.response, label="Tomorrow, 08:00")
    await club.alice.slash(club.channel, "log", distance="2k", time="15:00", direction="backward")
    before = len(club.dms(club.alice))
    await club.restart(hours=14)
    assert len(club.dms(club.alice)) == before


async def test_what_is_put_off_too_long_is_said_to_be_of_no_use(club: Club) -> None:
    await ran(club, club.alice, 7, 14)
    await to_friday(club)
    (nudge,) = club.dms(club.alice)
    answer = await club.alice.user.click(nudge, label="Snooze")
    await club.restart(days=2)  # Sunday evening
    assert "no use any more" in text_of(await club.alice.user.click(answer.response, label="In 1 hour"))
    assert "no use any more" in text_of(await club.alice.user.click(nudge, label="Snooze"))


async def test_the_bot_was_down_and_says_that_it_is_late(club: Club) -> None:
    await ran(club, club.alice, 7, 14)
    await club.restart(days=2, hours=8)
    (nudge,) = club.dms(club.alice)
    assert "From 18:00, sorry: I was away." in nudge.content


async def test_one_that_is_due_in_the_night_waits_for_the_morning_and_is_not_late(club: Club) -> None:
    await ran(club, club.alice, 7, 14)
    async with club.database.write() as session:
        await session.execute(update(User).values(quiet_from_min=17 * 60, quiet_until_min=9 * 60))
    await to_friday(club)
    await club.pass_time(hours=14)
    assert club.dms(club.alice) == []
    await club.pass_time(hours=1)
    (nudge,) = club.dms(club.alice)
    assert "sorry" not in nudge.content


async def test_closed_direct_messages_call_nobody_in_public_and_are_left_alone(club: Club) -> None:
    await ran(club, club.alice, 7, 14)
    async with club.database.write() as session:
        await session.execute(update(Guild).values(partners_channel_id=club.channel.id))
    club.close_dms(club.alice)
    before = len(list(club.channel.history()))
    await to_friday(club)
    assert len(list(club.channel.history())) == before
    async with club.database.read() as session:
        (row,) = await session.scalars(select(Delivery))
        closed_at = await session.scalar(select(User.dm_closed_at).where(User.user_id == club.alice.id))
    assert row.state == "failed"
    assert closed_at is not None


async def test_two_quiet_weeks_are_asked_about_once_and_kindly(club: Club) -> None:
    await ran(club, club.alice, 13)
    await ran(club, club.bob, 40)
    await ran(club, club.olga, 13)
    async with club.database.write() as session:  # Olga's nudge is held until 20:00, after their next run
        await session.execute(
            update(User).where(User.user_id == club.olga.id).values(quiet_from_min=16 * 60, quiet_until_min=20 * 60)
        )
    await club.pass_time(hours=28)
    assert club.dms(club.alice) == []
    await club.pass_time(hours=1)
    (nudge,) = club.dms(club.alice)
    assert "**Two weeks without a run**, no harm done" in nudge.content
    assert nudge.flags.suppress_notifications
    await club.olga.slash(club.channel, "log", direction="backward", distance="2k", time="15:00")
    await club.pass_time(days=2)
    assert club.dms(club.olga) == []
    assert len(club.dms(club.alice)) == 1
    assert club.dms(club.bob) == []


async def test_a_german_reads_german_whatever_is_pressed(club: Club) -> None:
    await ran(club, club.alice, 7, 13)
    await club.speak("de", club.alice)
    await to_friday(club)
    (nudge,) = club.dms(club.alice)
    assert "**2 Wochen in Folge**" in nudge.content
    asked = await club.alice.user.click(nudge, label="Später")
    later = await club.alice.user.click(asked.response, label="In 10 Minuten")
    await club.pass_time(minutes=11)
    again = club.dms(club.alice)[-1]
    stopped = await club.alice.user.click(again, label="Davon keine mehr")
    started = await club.alice.user.click(club.dms(club.alice)[-1], label="Wieder einschalten")
    await club.restart(days=4)
    back = club.dms(club.alice)
    assert_language("de", nudge, asked, later, again, stopped, started, *back)


# ── other members' buttons ──


async def test_somebody_elses_buttons_do_nothing_to_them(club: Club) -> None:
    for actor in (club.alice, club.bob):
        await ran(club, actor, 7, 14)
    await to_friday(club)
    (hers,) = club.dms(club.alice)
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        copy = await channel.send("copied", view=discord.ui.View.from_message(hers))
    assert "for organisers" in await press(club, club.bob, copy, "Snooze")
    answer = await club.alice.user.click(hers, label="Snooze")
    with club.env._bot_scope():
        later = discord.ui.View(timeout=None)
        for label, custom_id in button_ids(answer.response).items():
            later.add_item(discord.ui.Button(label=label, custom_id=custom_id))
        chosen = await channel.send("copied", view=later)
    assert "someone else's" in await press(club, club.bob, chosen, "In 1 hour")
    await press(club, club.bob, copy, "Stop these")
    assert await choices(club) == [(club.bob.id, "nudge.week", False)]
    async with club.database.read() as session:
        assert not (await session.scalars(select(Due).where(Due.kind == "nudge.snoozed"))).all()


# ── a new nudge ──


async def test_a_nudge_declared_in_one_file_comes_stops_and_is_put_off(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_nudge.load_too(monkeypatch)
    await club.restart()
    await ran(club, club.alice)
    await club.pass_time(hours=2)
    (nudge,) = club.dms(club.alice)
    assert nudge.content == f"toy for {club.alice.id} in en"
    answer = await club.alice.user.click(nudge, label="Snooze")
    await club.alice.user.click(answer.response, label="This evening, 19:00")
    await club.pass_time(hours=5)
    assert kinds_sent(club, club.alice)[-1] == nudge.content
    assert len(club.dms(club.alice)) >= 2
    card = await club.alice.slash(club.channel, "settings")
    page = await club.alice.click(card.response, label="Nudges")
    assert catalogue("en")["board.card.pick"] in text_of(page)
    await press(club, club.alice, nudge, "Stop these")
    assert await choices(club) == [(club.alice.id, "toy.daily", False)]
    before = len(club.dms(club.alice))
    await club.pass_time(days=1)
    assert len(club.dms(club.alice)) == before
