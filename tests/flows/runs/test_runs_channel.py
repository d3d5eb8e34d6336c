"""The card of a runs channel: organisers post it, and its buttons work for everyone, also after a restart."""

from __future__ import annotations

import pytest

from bot.interactions.components import button, classic, identity
from bot.languages import LANGUAGES
from db.models import Run
from tests.flows.conftest import Club, assert_language, text_of
from tests.flows.runs.imported_files import tcx
from tests.flows.runs.reading import rows

LABELS = {
    "en": ("Post it here", "Log a run", "My runs", "Upload"),
    "de": ("Hier posten", "Lauf eintragen", "Meine Läufe", "Hochladen"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_its_buttons_log_list_and_import_after_a_restart(club: Club, language: str) -> None:
    await club.speak(language)
    post, log, mine, upload = LABELS[language]
    page = await club.olga.slash(club.channel, "club settings")
    await club.olga.click(page.response, label=post)
    card = club.channel.last_message
    assert not card.flags.ephemeral
    await club.restart()
    form = await club.bob.click(card, label=log)
    done = await club.bob.submit_modal(form, {"run": "5k in 27:30", "direction": "backward"})
    assert not done.ephemeral, "as with /log, the club sees the run"
    own = await club.bob.click(card, label=mine)
    assert own.ephemeral
    assert "bob" not in text_of(own)
    files = await club.bob.click(card, label=upload)
    report = await club.bob.submit_modal(files, {"files": [("morning.tcx", tcx([1000, 2000]))]})
    assert report.ephemeral
    assert "morning.tcx" in text_of(report).replace("\\", "")
    assert {run.source for run in await rows(club, Run)} == {"typed", "tcx"}
    assert text_of(club.channel.history()[0]) == text_of(card), "the card stays as it is"
    if language != "en":
        assert_language(language, card, form, own, files, report)


async def test_only_organisers_post_it_and_whenever_they_like(club: Club) -> None:
    with club.env._bot_scope():
        view = classic(button("Post it here", identity("club", "logcard")))
        copy = await club.env.bot.get_partial_messageable(club.channel.id).send("copy", view=view)
    assert "organisers" in text_of(await club.alice.click(copy, label="Post it here"))
    assert len(club.channel.history()) == 1
    page = await club.olga.slash(club.channel, "club settings")
    for _ in range(2):
        await club.olga.click(page.response, label="Post it here")
    assert len(club.channel.history()) == 3, "again, after the first was deleted"


async def test_a_broken_file_is_reported_to_its_sender_alone(club: Club) -> None:
    page = await club.olga.slash(club.channel, "club settings")
    await club.olga.click(page.response, label="Post it here")
    form = await club.alice.click(club.channel.last_message, label="Upload")
    report = await club.alice.submit_modal(form, {"files": [("notes.txt", b"no run")]})
    assert report.ephemeral
    assert "notes.txt" in text_of(report).replace("\\", "")
    assert await rows(club, Run) == []
