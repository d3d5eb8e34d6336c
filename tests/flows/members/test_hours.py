"""Hours in a reader's own form: that of their Discord, one form within a message."""

from __future__ import annotations

import re

from tests.flows.conftest import Club, text_of

TWELVE = re.compile(r"\b\d{1,2}:\d\d [AP]M\b")
TWENTY_FOUR = re.compile(r"\b\d{1,2}:\d\d\b(?! [AP]M)")


async def test_one_form_within_each_message(club: Club) -> None:
    club.locales = {club.alice.id: "en-US", club.olga.id: "en-US"}
    shown = [
        await club.alice.slash(club.channel, "settings"),
        await club.alice.slash(club.channel, "remind me", when="every tue and thu 6:30", what="calf raises"),
        await club.alice.slash(club.channel, "remind list"),
        await club.olga.click((await club.olga.slash(club.channel, "club settings")).response, label="Digest"),
    ]
    texts = [text_of(one) for one in shown]
    for text in texts:
        assert TWELVE.search(text), text
        assert not TWENTY_FOUR.search(re.sub("<t:[^>]*>", "", text)), text
    assert "quiet 9:00 PM–7:00 AM" in texts[0]
    assert "every Tue and Thu 6:30 AM" in texts[1]
    british = text_of(await club.bob.slash(club.channel, "settings"))
    assert "quiet 21:00–07:00" in british
    assert not TWELVE.search(british)


async def test_times_to_run_in_a_readers_own_form(club: Club) -> None:
    club.locales = {club.alice.id: "en-US"}
    shown = await club.alice.slash(club.channel, "partner availability")
    form = await club.alice.click(shown.response, label="Add my times")
    saved = await club.alice.submit_modal(form, {"when": "tue thu 18-20, sat 9-12"})
    assert "Tue Thu 6:00–8:00 PM, Sat 9:00 AM–12:00 PM" in text_of(saved)
    form = await club.alice.click(saved.response, label="Change")
    refused = await club.alice.submit_modal(form, {"when": "tue 18-18:30"})
    assert "Tue 6:00–6:30 PM is too short" in text_of(refused)


async def test_a_language_that_was_chosen_has_its_own_form(club: Club) -> None:
    club.locales = {club.alice.id: "en-US"}
    await club.speak("de", club.alice)
    german = text_of(await club.alice.slash(club.channel, "settings"))
    assert "Ruhe 21:00–07:00" in german
    assert not TWELVE.search(german)
