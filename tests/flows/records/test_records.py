"""`/records`: one's own bests, the club's records, and the best found on earth; pressed by anybody, after a restart."""

from __future__ import annotations

import re

import pytest

from bot.domain.runs.world_bests import BACKWARD, BACKWARD_WOMEN
from db.models import User
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import forged
from tests.flows.runs.imported_files import bring, track


async def log(club: Club, who: object, sentence: str) -> None:
    await who.slash(club.channel, "log", run=sentence)  # type: ignore[attr-defined]


async def test_a_newcomer_is_told_how_to_get_bests(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "records")
    assert answer.ephemeral
    assert "No bests here yet" in text_of(answer)
    form = (await club.alice.click(answer.response, label="Log a run")).modal
    assert form is not None


async def test_my_bests_say_when_how_and_how_good(club: Club) -> None:
    await log(club, club.alice, "5k 27:30 backward yesterday")
    await log(club, club.alice, "5k 21:30 forward 2 days ago")
    answer = await club.alice.slash(club.channel, "records")
    assert answer.ephemeral, "it holds private runs"
    seen = text_of(answer)
    assert "### Your backward bests" in seen
    assert "**5 km: 27:30** · grade 69.5\n-# 17 Nov 2026 · whole run" in seen
    assert "with a spotter" not in seen
    assert "**Retro index 0.78** over 5 km: trained" in seen
    assert "nobody has published age grading" in seen
    await club.alice.click(answer.response, label="Forward")
    ahead = text_of(answer)
    assert "### Your forward bests" in ahead
    assert "**5 km: 21:30**\n-# 16 Nov 2026 · whole run" in ahead
    assert "grade" not in ahead


async def test_a_spotter_who_agrees_is_said_and_taken_back_with_the_run(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="5k", time="27:30", spotter=club.bob)
    assert "with a spotter" not in text_of(await club.alice.slash(club.channel, "records"))
    (question,) = club.bob.user.dm_channel.history()
    await club.bob.user.click(question, label="Yes, I was the spotter")
    assert "whole run · with a spotter" in text_of(await club.alice.slash(club.channel, "records"))
    assert "whole run · with a spotter" in text_of(await club.bob.slash(club.channel, "records", whose="club"))
    await club.alice.click(club.channel.history()[0], label="Undo")
    assert "No bests here yet" in text_of(await club.alice.slash(club.channel, "records"))


async def test_the_laps_of_a_file_decide_where_its_segments_belong(club: Club) -> None:
    speeds = [*[2.5] * 400, *[4.0] * 300, *[3.0] * 400]  # laps of 1000, 1200 and 1200 m
    (question,) = (await bring(club, ("run.tcx", track(speeds, laps=(0, 400, 700))))).followups
    await club.alice.click(question, label="Choose laps")
    ticks = re.search(r"import:tick:v1:\d+:\d+", str(question.components))
    assert ticks
    await club.alice.select(question, ["0", "2"], custom_id=ticks[0])
    await club.alice.click(question, label="Save")
    mine = await club.alice.slash(club.channel, "records")
    backward = text_of(mine)
    assert "**400 m: 2:14** · grade" in backward
    assert "-# 17 Nov 2026 · within a run" in backward
    assert "**1 km: 5:34** · grade" in backward
    assert "1,500 m" not in backward, "it would cross a turn"
    await club.alice.click(mine.response, label="Forward")
    assert "**1 km: 4:10**\n-# 17 Nov 2026 · within a run" in text_of(mine)


async def test_the_clubs_records_are_public_and_name_their_holders(club: Club) -> None:
    await log(club, club.alice, "5k 27:30 backward yesterday")
    await log(club, club.bob, "5k 26:00 backward yesterday")
    await log(club, club.bob, "1k 6:00 backward 2 days ago")
    answer = await club.alice.slash(club.channel, "records", whose="club")
    assert not answer.ephemeral
    seen = text_of(answer)
    assert "### Club records, backward\n-# Krebsgang" in seen
    assert "**5 km: 26:00** · bob" in seen
    assert "**1 km: 6:00** · bob" in seen
    assert "alice" not in seen
    await club.alice.click(answer.response, label="Forward")
    assert "Nobody holds a record here yet" in text_of(club.channel.last_message)


async def test_a_public_card_never_shows_its_owners_own_bests(club: Club) -> None:
    async with club.database.write() as session:
        session.add(User(user_id=club.alice.id, created_at=club.env.now(), sharing="me"))
    await log(club, club.alice, "5k 25:00 backward yesterday")
    answer = await club.alice.slash(club.channel, "records", whose="club")
    public = text_of(answer)
    assert "25:00" not in public
    mine = await club.alice.click(answer.response, label="Mine")
    assert mine.ephemeral
    assert "25:00" in text_of(mine)
    assert text_of(club.channel.last_message) == public


async def test_anybody_elses_press_is_answered_privately_with_their_own(club: Club) -> None:
    await log(club, club.alice, "5k 27:30 backward yesterday")
    await log(club, club.bob, "5k 29:00 backward yesterday")
    answer = await club.alice.slash(club.channel, "records", whose="club")
    public = text_of(answer)
    for label, seen in (("On earth", "Backward on earth, men"), ("Mine", "**5 km: 29:00**"), ("Forward", "Nobody")):
        pressed = await club.bob.click(answer.response, label=label)
        assert pressed.ephemeral
        assert seen in text_of(pressed)
    assert text_of(club.channel.last_message) == public
    private = await club.bob.click(answer.response, label="Mine")
    await club.bob.click(private.response, label="The club's")
    assert "**5 km: 27:30** · alice" in text_of(private), "their own card is redrawn in place"


async def test_the_best_found_on_earth_has_its_sources_and_says_what_it_is(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "records", whose="world")
    assert not answer.ephemeral
    seen = text_of(answer)
    assert "**Best found, not ratified**" in seen
    assert "**5 km: 19:07.13** · Thomas Dold\n-# Dresden · 2018 · [source](https://www.saechsische.de/" in seen
    assert "**100 m: 13.17** · Christian" in seen
    assert "**Mile: 5:30** · Aaron Yoder" in seen or "**1 mile: 5:30** · Aaron Yoder" in seen
    assert "**Half marathon: 1:35:49**" in seen
    assert "-# Bologna · Jul 2018 · [source](" in seen
    assert "-# Lindsborg · 4 Sept 2020" in seen or "-# Lindsborg · 4 Sep 2020" in seen
    assert seen.count("[source](") == len(BACKWARD)
    await club.alice.click(answer.response, label="Women")
    women = text_of(club.channel.last_message)
    assert r"Shantelle Gaston\-Hird" in women
    assert "**400 m: 1:29** · holder not named\n-# 2012" in women
    assert women.count("[source](") == len(BACKWARD_WOMEN)
    assert "None found: 1 mile and 3 km." in women


async def test_the_buttons_work_after_a_restart(club: Club) -> None:
    await log(club, club.alice, "5k 27:30 backward yesterday")
    answer = await club.alice.slash(club.channel, "records", whose="club")
    ids = button_ids(answer)
    await club.restart()
    message = club.channel.last_message
    await club.alice.click(message, custom_id=ids["On earth"])
    assert "Thomas Dold" in text_of(club.channel.last_message)
    await club.alice.click(club.channel.last_message, custom_id=ids["The club's ✓"])
    assert "**5 km: 27:30** · alice" in text_of(club.channel.last_message)


@pytest.mark.parametrize("leaves", [False, True])
async def test_who_hides_or_leaves_holds_no_record(club: Club, leaves: bool) -> None:
    await log(club, club.alice, "5k 27:30 backward yesterday")
    await log(club, club.bob, "5k 29:00 backward yesterday")
    if leaves:
        club.guild.remove_member(club.alice)
        await club.env.settle()
        await club.bob.slash(club.channel, "me", member=club.alice.user)  # the bot asks Discord, and learns it
    else:
        card = await club.alice.slash(club.channel, "settings")
        await club.alice.click(card.response, label="Hide me")
    seen = text_of(await club.bob.slash(club.channel, "records", whose="club"))
    assert "**5 km: 29:00** · bob" in seen
    assert "alice" not in seen
    if not leaves:
        own = text_of(await club.alice.slash(club.channel, "records"))
        assert "**5 km: 27:30**" in own, "to themselves, everything stays"


async def test_a_block_shows_nowhere(club: Club) -> None:
    await log(club, club.bob, "5k 26:00 backward yesterday")
    before = text_of(await club.alice.slash(club.channel, "records", whose="club"))
    await club.bob.slash(club.channel, "partner block", member=club.alice)
    assert text_of(await club.alice.slash(club.channel, "records", whose="club")) == before


async def test_a_held_mark_waits_for_an_organiser(club: Club) -> None:
    await log(club, club.alice, "5k 15:00 backward yesterday")
    for whose in ("mine", "club"):
        assert "15:00" not in text_of(await club.alice.slash(club.channel, "records", whose=whose))
    review = await club.olga.slash(club.channel, "club review")
    await club.olga.click(review.response, label="Approve")
    for whose in ("mine", "club"):
        assert "**5 km: 15:00**" in text_of(await club.alice.slash(club.channel, "records", whose=whose))


async def test_in_a_direct_message_the_club_is_the_home_club(club: Club) -> None:
    await log(club, club.alice, "5k 27:30 backward yesterday")
    answer = await club.alice.user.slash("records")
    assert "**5 km: 27:30**" in text_of(answer)
    await club.alice.user.click(answer.response, label="The club's")
    assert "**5 km: 27:30** · alice" in text_of(answer)


async def test_forged_choices_and_pages_are_refused(club: Club) -> None:
    answer = await club.alice.slash(club.channel, "records", whose="club")
    club_id = button_ids(answer)["Forward"]
    await log(club, club.bob, "5k 26:00 backward yesterday")
    bobs = club_id.replace(str(club.alice.id), str(club.bob.id)).replace("club_forward", "mine_backward")
    sideways, nobodys = club_id.replace("forward", "sideways"), club_id.replace(str(club.alice.id), "x")
    copy = await forged(club, sideways, nobodys, bobs)
    for custom_id in (sideways, nobodys, bobs):
        pressed = await club.alice.click(copy, custom_id=custom_id)
        assert pressed.ephemeral
        assert "26:00" not in text_of(pressed), "the id of another shows one's own"


async def test_german(club: Club) -> None:
    await club.speak("de")
    await club.alice.slash(club.channel, "log", run="5 km 27:30 rückwärts gestern")
    await club.alice.slash(club.channel, "log", run="5 km 21:30 vorwärts vorgestern")
    mine = await club.alice.slash(club.channel, "records")
    assert "**5 km: 27:30** · Retro-Note 69,5\n-# 17.11.2026 · ganzer Lauf" in text_of(mine)
    assert "**Retro-Index 0,78** über 5 km: trainiert" in text_of(mine)
    others = [await club.alice.slash(club.channel, "records", whose=whose) for whose in ("club", "world")]
    assert "Vereinsrekorde rückwärts" in text_of(others[0])
    assert "**Bestes Gefundenes, nicht anerkannt**" in text_of(others[1])
    empty = await club.bob.slash(club.channel, "records")
    assert_language("de", mine, *others, empty)
