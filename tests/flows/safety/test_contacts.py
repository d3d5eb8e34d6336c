"""Naming a safety contact, repeatedly."""

from __future__ import annotations

import pytest

from tests.flows.conftest import Club, text_of
from tests.flows.outings.on_the_way import letter, out
from tests.flows.safety.alarms import club_sets, contact, newcomer, organisers_room


@pytest.mark.parametrize(
    ("german", "decline", "waits", "back", "later"),
    [
        (False, "Rather not", "there's no answer yet", "still has your question", "would rather not for now"),
        (True, "Lieber nicht", "noch keine Antwort", "hat deine Frage noch", "möchte gerade lieber nicht"),
    ],
    ids=["en", "de"],
)
async def test_nobody_is_pressed(club: Club, german: bool, decline: str, waits: str, back: str, later: str) -> None:
    dora = newcomer(club, "dora")
    await club.env.settle()
    if german:
        await club.speak("de", club.alice, dora)
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
    waiting = next(m for m in reversed(club.channel.history()) if "you have a message" in m.content)
    listed = await club.alice.slash(club.channel, "partner contact")
    assert listed.response is not None
    await club.alice.select(listed.response, [str(dora.id)], custom_id="contact:drop:v1")
    shown = await dora.click(waiting, label="Show")
    assert "safety contact" not in text_of(shown)


async def test_a_contact_who_becomes_the_partner_is_not_alarmed_and_the_member_is_told_in_time(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.alice, club.bob)
    await out(club)
    along = "**bob** is your safety contact but is coming along"
    agreed = letter(club, club.alice, "it's on").content
    assert f"{along}: I'll only alert them once they're home.\nName someone who stays behind" in agreed
    told = letter(club, club.alice, "You're out with").content
    assert along in told
    assert "If you don't answer, I'll tell the organisers." in told
    await contact(club, club.alice, dora)
    await club.pass_time(minutes=66)
    assert "named you as a safety contact" not in "".join(m.content for m in club.dms(club.bob)[-5:])
    assert "named you as a safety contact" in letter(club, dora, "was due home").content
    (alarm,) = room.history()
    assert "bob, contact of alice, is out with them." in alarm.content
    menu = await club.alice.user.click(letter(club, club.alice, "You're out with"), label="More")
    assert menu.response is not None
    raised = await club.alice.user.click(menu.response, label="Need help")
    assert "I'm telling the organisers and your contacts." in text_of(raised)
    await club.env.settle()
    assert not any("asked for help" in m.content for m in club.dms(club.bob))
