"""Naming a safety contact, again and again."""

from __future__ import annotations

import pytest

from tests.flows.conftest import Club, text_of
from tests.flows.test_alerts import club_sets, newcomer


@pytest.mark.parametrize(
    ("german", "decline", "waits", "back", "later"),
    [
        (False, "Rather not", "there is no answer yet", "still has your question", "would rather not for now"),
        (True, "Lieber nicht", "noch keine Antwort", "hat deine Frage noch", "möchte gerade lieber nicht"),
    ],
    ids=["en", "de"],
)
async def test_nobody_is_pressed(club: Club, german: bool, decline: str, waits: str, back: str, later: str) -> None:
    dora = newcomer(club, "dora")
    await club.env.settle()
    if german:
        await club.speak_german(club.alice, dora)
    await club.alice.slash(club.channel, "partner contact", member=dora)
    await club.env.settle()
    (asked,) = club.dms(dora)
    assert waits in text_of(await club.alice.slash(club.channel, "partner contact", member=dora))
    listed = await club.alice.slash(club.channel, "partner contact")
    assert listed.response is not None
    await club.alice.select(listed.response, [str(dora.id)], custom_id="contact:drop:v1")
    again = await club.alice.slash(club.channel, "partner contact", member=dora)
    assert back in text_of(again)
    await club.env.settle()
    assert len(club.dms(dora)) == 1
    await dora.user.click(asked, label=decline)
    refused = text_of(await club.alice.slash(club.channel, "partner contact", member=dora))
    assert later in refused
    assert ("kannst du wieder fragen" if german else "You can ask again from") in refused, "nobody asks by himself"


async def test_a_question_taken_back_before_it_could_be_put_is_not_put(club: Club) -> None:
    dora = newcomer(club, "dora")
    await club.env.settle()
    club.close_dms(dora)
    await club_sets(club, partners_channel_id=club.channel.id)
    await club.alice.slash(club.channel, "partner contact", member=dora)
    await club.pass_time(seconds=5)
    waiting = next(m for m in reversed(club.channel.history()) if "something waits" in m.content)
    listed = await club.alice.slash(club.channel, "partner contact")
    assert listed.response is not None
    await club.alice.select(listed.response, [str(dora.id)], custom_id="contact:drop:v1")
    shown = await dora.click(waiting, label="Show")
    assert "safety contact" not in text_of(shown)
