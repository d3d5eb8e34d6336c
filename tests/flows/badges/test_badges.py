"""`/badges`: mine, the club's latest and all; on the card of the run that earned one; pressed by anybody."""

from __future__ import annotations

import pytest

from bot.errors import Unavailable
from bot.worker.worker import Worker
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import forged


async def log(club: Club, who: object, sentence: str) -> None:
    await who.slash(club.channel, "log", run=sentence)  # type: ignore[attr-defined]


async def test_the_way_of_a_badge(club: Club) -> None:
    empty = await club.alice.slash(club.channel, "badges")
    assert empty.ephemeral
    assert "No badges yet" in text_of(empty)
    assert (await club.alice.click(empty.response, label="Log a run")).modal is not None

    await log(club, club.alice, "1k 6:30 backward today 5am")
    card = text_of(club.channel.last_message)
    assert "**New badges: First kilometre backward and Dawn patrol 🎖️**" in card

    mine = await club.alice.slash(club.channel, "badges")
    seen = text_of(mine)
    assert "### 2 badges" in seen
    assert "**Next up**" in seen
    assert mine.response.attachments[0].description.startswith("2 badges.")
    await club.alice.click(mine.response, label="All")
    every = text_of(mine)
    assert "**Dawn patrol** · level 1 of 3\n-# Runs that start between 4 and 7 in the morning: 1 of 10" in every
    await club.alice.click(mine.response, label="For fun")
    fun = text_of(mine)
    assert "And 4 secret ones" in fun
    assert "Leap day" not in fun

    latest = await club.bob.slash(club.channel, "badges", whose="club")
    assert not latest.ephemeral
    assert "**Dawn patrol**\n-# alice · 18 Nov" in text_of(latest)
    ids = button_ids(latest)

    await club.restart()
    pressed = await club.alice.click(club.channel.last_message, custom_id=ids["Mine"])
    assert pressed.ephemeral, "one's own are never posted"
    assert "### 2 badges" in text_of(pressed)
    first = next(one for one in club.channel.history() if "New badges" in text_of(one))
    await club.alice.click(first, label="Undo")
    assert "No badges yet" in text_of(await club.alice.slash(club.channel, "badges"))
    assert "Nobody has a badge here yet" in text_of(await club.bob.slash(club.channel, "badges", whose="club"))


async def test_forged_pages_are_refused_and_the_id_of_another_shows_ones_own(club: Club) -> None:
    await log(club, club.bob, "1k 6:30 backward today 5am")
    ids = button_ids(await club.alice.slash(club.channel, "badges", whose="club"))
    bobs = ids["Mine"].replace(str(club.alice.id), str(club.bob.id))
    odd = ids["Mine"].replace("mine", "speed")
    copy = await forged(club, bobs, odd)
    for custom_id in (bobs, odd):
        pressed = await club.alice.click(copy, custom_id=custom_id)
        assert pressed.ephemeral
        assert "1 of 10" not in text_of(pressed)
        assert "2 badges" not in text_of(pressed)


async def test_a_spotter_reads_what_they_earned_when_they_confirm(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="backward", distance="2k", time="12:00", spotter=club.bob)
    (question,) = club.dms(club.bob)
    answer = await club.bob.user.click(question, label="Yes, I was the spotter")
    assert "**New badges: Looking out for others and Warm welcome 🎖️**" in text_of(answer)
    assert "Never blind" in text_of(club.channel.history()[0]), "the runner's card follows"


async def test_without_its_picture_the_card_has_the_names(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> bytes:
        raise Unavailable("errors.busy")

    await log(club, club.alice, "1k 6:30 backward today 5am")
    monkeypatch.setattr(Worker, "draw", fail)
    seen = text_of(await club.alice.slash(club.channel, "badges"))
    assert "You have: First kilometre backward and Dawn patrol" in seen


async def test_german(club: Club) -> None:
    await club.speak("de")
    await club.alice.slash(club.channel, "log", run="1 km 6:30 rückwärts heute 5 Uhr")
    assert "**Neue Abzeichen: Erster Kilometer rückwärts und Frühschicht 🎖️**" in text_of(club.channel.last_message)
    shown = [await club.alice.slash(club.channel, "badges", whose=whose) for whose in ("mine", "club", "all")]
    assert_language("de", *shown)
