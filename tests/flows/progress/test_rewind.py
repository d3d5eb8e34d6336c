"""`/rewind` as members use it: played, drawn, shared, taken back, and announced in December."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from bot.languages import LANGUAGES
from db.models import User
from tests.flows.conftest import Club, assert_language, button_ids, text_of

LABELS = {
    "en": ("Portrait 4:5", "Share here", "Play mine", "Take back", "Another period"),
    "de": (
        "Hochformat 4:5",
        "Hier teilen",
        "Meinen abspielen",
        "Zurücknehmen",
        "Anderer Zeitraum",
    ),
}
NAMED = {"en": "bob once and one more", "de": "bob einmal und noch jemand einmal"}
LEAD = {
    "en": ("## 2 times someone faced forward for you", "**Oddest:** 24:42 on 18 Nov reads the same backward"),
    "de": ("## 2-mal hat jemand für dich nach vorn geschaut", "24:42 am 18. Nov., rückwärts gelesen dasselbe"),
}
SPANS = {"en": ("march", "Mar"), "de": ("märz", "März")}


async def size_of(message: Any) -> tuple[int, int]:
    (picture,) = message.attachments
    with Image.open(io.BytesIO(await picture.read())) as drawn:
        return drawn.size


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_year_is_played_drawn_shared_and_taken_back(club: Club, language: str) -> None:
    portrait, share, mine, back, other = LABELS[language]
    backward = {"direction": "backward", "spotter": club.bob}
    await club.alice.slash(club.channel, "log", distance="5k", time="24:42", when="2026-11-18 9:00", **backward)
    await club.alice.slash(club.channel, "log", distance="3k", time="18:00", when="2026-10-02 9:00", **backward)
    await club.speak(language)
    await club.bob.user.click(club.dms(club.bob)[0], label="Yes, I was the spotter")
    own = await club.alice.slash(club.channel, "rewind")
    assert own.ephemeral
    for expected in (*LEAD[language], NAMED[language]):
        assert expected in text_of(own)
    (picture,) = own.response.attachments
    assert picture.description.startswith(text_of(own).splitlines()[0].removeprefix("-# "))
    assert await size_of(own.response) == (1080, 1080)
    tall = await club.alice.click(own.response, label=portrait)
    assert await size_of(own.response) == (1080, 1350)
    await club.restart()
    shared = await club.alice.click(own.response, label=share)
    public = club.channel.last_message
    assert not shared.ephemeral
    assert await size_of(public) == (1080, 1350)
    assert text_of(public).startswith("-# alice · 2026")
    assert NAMED[language] in text_of(public)
    assert LEAD[language][0].replace("for you", "for alice").replace("für dich", "für alice") in text_of(public)
    assert_language(language, own, tall, shared)
    his = await club.bob.click(public, label=mine)
    assert his.ephemeral
    assert "alice" not in text_of(his)
    refused = await club.bob.click(public, label=back)
    assert refused.ephemeral
    assert club.channel.last_message.attachments
    await club.alice.click(public, label=back)
    assert not club.channel.last_message.attachments
    assert "2026" not in text_of(club.channel.last_message)
    form = await club.alice.click(own.response, label=other)
    empty = await club.alice.submit_modal(form, {"period": SPANS[language][0]})
    assert SPANS[language][1] in text_of(empty)
    assert not (empty.response or own.response).attachments
    assert_language(language, his, refused, empty)


async def test_another_span_is_refused_with_fix_it_and_a_direct_message_shares_nothing(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="forward", distance="5k", time="27:30")
    for typed in ("week 47", "all time", "2027", "1989", "week-20261116"):
        refused = await club.alice.slash(club.channel, "rewind", period=typed)
        assert "Fix it" in button_ids(refused), typed
    alone = await club.alice.user.slash("rewind", period="last month")
    assert "No runs in it" in text_of(alone)
    alone = await club.alice.user.slash("rewind", period="november")
    assert "## 1 day out" in text_of(alone)
    assert "Share here" not in button_ids(alone)


async def test_the_year_is_announced_after_christmas_once(club: Club) -> None:
    await club.alice.slash(club.channel, "log", direction="forward", distance="5k", time="27:30")
    await club.bob.slash(club.channel, "me")
    async with club.database.write() as session:
        for actor in (club.alice, club.bob):
            (await session.get(User, actor.id)).zone = "UTC"
    await club.restart(days=39, hours=4, minutes=30)
    before = len(club.dms(club.alice))
    await club.pass_time(hours=30)
    (nudge,) = club.dms(club.alice)[before:]
    assert "**Your 2026, played backward**" in nudge.content
    played = await club.alice.user.click(nudge, label="Play 2026")
    assert "## 1 day out" in text_of(played)
    assert not [one for one in club.dms(club.bob) if "2026, played" in one.content]
