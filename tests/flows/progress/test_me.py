"""`/me`: this week, the year, trends, the way to bests; and the parts of it that other members may see."""

from __future__ import annotations

from typing import Any

import pytest

from bot.charts.weeks import WeeksChart
from bot.interactions.components import button, classic, identity
from db.models import User
from tests.flows.conftest import Club, assert_language, button_ids, text_of


async def test_a_newcomer_is_told_what_to_do(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "me")
    assert answer.ephemeral
    assert "No runs yet" in text_of(answer)
    assert "Leaderboard" in button_ids(answer)
    form = (await club.alice.click(answer.response, label="Log a run")).modal
    assert form is not None
    assert "Which way did you run?" in text_of(form)
    assert not answer.response.attachments


async def test_totals_chart_and_bests_per_direction(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await club.alice.slash(
        club.channel, "log", direction="backward", distance="5k", time="26:10", when="2026-11-10 18:00"
    )
    await club.alice.slash(club.channel, "log", distance="10k", time="50:00", direction="forward", when="yesterday 7am")
    answer = await club.alice.slash(club.channel, "me")
    assert answer.ephemeral, "it holds private runs"
    seen = text_of(answer)
    assert "## 15.00 km this week\n5.00 km backward · 10.00 km forward" in seen
    assert "**All in all:** 10.00 km backward · 10.00 km forward · 3 runs" in seen
    assert "usually" not in seen, "two weeks have no usual distance"
    (picture,) = answer.response.attachments
    assert (await picture.read()).startswith(b"\x89PNG")
    assert "Last 12 weeks: 10.00 km backward and 10.00 km forward" in picture.description
    assert "This week 5.00 km backward and 10.00 km forward, up 200 % on last week." in picture.description


async def test_bests_that_contradict_each_other_are_said_to(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="1k", time="5:18")
    await club.alice.slash(club.channel, "log", distance="5k", time="22:48", when="yesterday 7am")
    own = await club.alice.slash(club.channel, "me")
    other = text_of(await club.bob.slash(club.channel, "me", member=club.alice))
    assert "**Backward bests** 5 km **22:48**" in other.splitlines()
    listed = await club.alice.click(own.response, label="My bests")
    assert "**1 km: 4:33.6 or faster**\n-# somewhere in your 5 km" in text_of(listed)
    assert "**5 km: 22:48** · grade 83.9\n-# 17 Nov 2026 · whole run" in text_of(listed)
    assert not listed.response.attachments
    back = await club.alice.click(listed.response, label="My running")
    assert "6.00 km this week" in text_of(back)
    assert back.response.attachments


async def test_the_buttons_below_lead_on(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    leads = (("My runs", "Your runs"), ("Leaderboard", "🥇 · __alice__"), ("Rewind", "2026 so far, played backward"))
    for label, expected in leads:
        own = await club.alice.slash(club.channel, "me")
        assert expected in text_of(await club.alice.click(own.response, label=label))


async def test_private_runs_count_for_me_and_are_seen_by_nobody_else(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).sharing = "me"
    await club.alice.slash(club.channel, "log", direction="backward", distance="7k", time="40:00")
    assert "12.00 km backward" in text_of(await club.alice.slash(club.channel, "me"))
    seen = await club.bob.slash(club.channel, "me", member=club.alice)
    assert seen.ephemeral
    assert "alice, as shared with Krebsgang" in text_of(seen)
    assert "5.00 km backward" in text_of(seen)
    assert list(button_ids(seen)) == ["Week ✓", "Year", "Trend", "Follow"]
    assert "7.00" not in text_of(seen)
    assert "only you" not in text_of(seen)


async def test_a_member_who_never_ran_here_is_said_so(club: Club) -> None:
    unknown = await club.alice.slash(club.channel, "me", member=club.bob)
    assert unknown.ephemeral
    assert unknown.acknowledged
    await club.bob.slash(club.channel, "me")
    assert "Nothing shared with this club yet" in text_of(await club.alice.slash(club.channel, "me", member=club.bob))


async def test_naming_myself_shows_my_own(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "me", member=club.alice)
    assert "Your running" in text_of(answer)


async def test_in_a_direct_message_it_is_my_own_from_everywhere(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    answer = await club.alice.user.slash("me")
    assert "5.00 km backward" in text_of(answer)


async def test_without_the_worker_the_card_still_comes(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    await club.app.worker.close()
    answer = await club.alice.slash(club.channel, "me")
    assert "5.00 km this week" in text_of(answer)
    assert "I couldn't draw the chart" in text_of(answer)
    assert not answer.response.attachments


async def test_a_picture_that_cannot_be_made_leaves_the_card(
    club: Club, errors_expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    errors_expected.append("could not draw weeks.png")

    def scene(_: WeeksChart) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(WeeksChart, "scene", scene)
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    answer = await club.alice.slash(club.channel, "me")
    assert "5.00 km this week" in text_of(answer)
    assert "I couldn't draw the chart" in text_of(answer)
    assert not answer.response.attachments


async def test_miles_for_those_who_read_miles(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).units = "imperial"
    seen = text_of(await club.alice.slash(club.channel, "me"))
    assert "3.11 mi this week" in seen
    other = text_of(await club.alice.slash(club.channel, "rewind"))
    assert "5 km backward **27:30**" in other, "an event keeps its name"


async def test_a_german_reads_german(club: Club) -> None:
    await club.speak("de")
    empty = await club.alice.slash(club.channel, "me")
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    own = await club.alice.slash(club.channel, "me")
    others = await club.bob.slash(club.channel, "me", member=club.alice)
    assert "5,00 km rückwärts" in text_of(own)
    assert_language("de", empty, own, others)
    assert "nach einer Woche ohne Lauf" in own.response.attachments[0].description
    listed = await club.alice.click(own.response, label="Bestzeiten")
    assert "**5 km: 27:30** · Retro-Note 69,5" in text_of(listed)
    assert_language("de", listed)


async def test_what_one_faced_forward_for_others_is_said_to_oneself_and_to_the_club(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="42:30", spotter=club.bob)
    await club.alice.slash(club.channel, "log", direction="backward", time="10:00", spotter=club.bob)
    for message in list(club.bob.user.dm_channel.history()):
        await club.bob.user.click(message, label="Yes, I was the spotter")
    own = await club.bob.slash(club.channel, "me")
    assert "No runs yet" in text_of(own)
    assert "**Spotting:** 5.00 km in 52:30" in text_of(own)
    assert "**Spotting:** 5.00 km in 52:30" in text_of(await club.alice.slash(club.channel, "me", member=club.bob))
    assert "Spotting" not in text_of(await club.alice.slash(club.channel, "me"))
    await club.speak("de")
    german = await club.bob.slash(club.channel, "me")
    assert_language("de", german, await club.alice.slash(club.channel, "me", member=club.bob))
    assert "**Begleitet:** 5,00 km in 52:30" in text_of(german)


@pytest.mark.parametrize("german", [False, True])
async def test_who_hides_is_not_found_by_others_and_finds_themselves(club: Club, german: bool) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", surface="track")
    unknown = club.guild.add_member(club.env.create_user("never"))
    await club.env.settle()
    if german:
        await club.speak("de")
    card = await club.alice.slash(club.channel, "settings")
    hidden = await club.alice.click(card.response, label="Ausblenden" if german else "Hide me")
    assert ("`mitglied:`" if german else "`member:`") in text_of(hidden)
    stranger = text_of(await club.bob.slash(club.channel, "me", member=unknown))
    assert text_of(await club.bob.slash(club.channel, "me", member=club.alice)) == stranger
    assert "5" in text_of(await club.alice.slash(club.channel, "me"))


async def test_a_press_on_a_public_message_is_answered_privately(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    channel = club.env.bot.get_channel(club.channel.id)
    for action, expected in (("show", "5.00 km this week"), ("bests", "27:30")):
        with club.env._bot_scope():
            await channel.send("x", view=classic(button("Look", identity("me", action))))
        await club.env.settle()
        public = club.channel.last_message
        answer = await club.alice.click(public, label="Look")
        assert answer.ephemeral
        assert expected in text_of(answer)
        assert public.content == "x"


@pytest.mark.parametrize("german", [False, True])
async def test_year_and_trends_are_a_press_away_for_oneself_and_for_what_others_share(club: Club, german: bool) -> None:
    for day, minutes in (("2026-11-17", 30), ("2026-10-20", 32), ("2026-09-20", 33), ("2026-08-20", 34)):
        when = f"{day} 9:00"
        await club.alice.slash(
            club.channel, "log", direction="backward", distance="5k", time=f"{minutes}:00", when=when
        )
    async with club.database.write() as session:
        (await session.get(User, club.alice.id)).sharing = "me"
    await club.alice.slash(club.channel, "log", direction="forward", distance="8k", time="48:00")
    await club.alice.slash(club.channel, "remind me", when="in 2 hours", what="Shoes")
    if german:
        await club.speak("de")
    labels = ("Jahr", "Trend", "Trend vorwärts", "Woche") if german else ("Year", "Trend", "Trend forward", "Week")
    days, lately, alone = (
        ("## 5 Lauftage", "Zuletzt 6:30/km rückwärts", "Zuletzt 6:00/km vorwärts")
        if german
        else ("## 5 days out", "6:30/km backward lately", "6:00/km forward lately")
    )
    own = await club.alice.slash(club.channel, "me")
    assert ("deine Erinnerung, <t:" if german else "your reminder, <t:") in text_of(own)
    assert ("sonst 0 m" if german else "usually 0 m") not in text_of(own)
    await club.restart()
    seen = []
    for label, expected in zip(labels, (days, lately, alone, text_of(own)), strict=True):
        seen.append(await club.alice.click(own.response, label=label))
        assert expected in text_of(seen[-1])
        assert len(own.response.attachments) == 1, "one picture a page"
    other = await club.bob.slash(club.channel, "me", member=club.alice)
    for label, expected in zip(labels[:2], (days.replace("5", "4"), lately), strict=True):
        seen.append(await club.bob.click(other.response, label=label))
        assert expected in text_of(seen[-1])
    assert labels[2] not in button_ids(other.response), "the forward run is not shared"
    assert_language("de" if german else "en", *seen)


async def test_a_page_of_somebody_who_hides_or_of_another_club_is_not_shown(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30")
    other = await club.bob.slash(club.channel, "me", member=club.alice)
    card = await club.alice.slash(club.channel, "settings")
    await club.alice.click(card.response, label="Hide me")
    refused = await club.bob.click(other.response, label="Year")
    assert "5.00" not in text_of(refused)
    assert "they haven't used me here yet" in text_of(refused)
