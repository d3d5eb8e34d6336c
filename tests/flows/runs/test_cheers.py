"""Cheers: the button on a public card, who may press it, and the runner's line of the day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from db.models import Cheer
from tests.flows.conftest import Club, assert_language, button_ids, text_of
from tests.flows.reminders.reminding import forged


def label(card: Any) -> str:
    return next(shown for shown, custom_id in button_ids(card).items() if custom_id.startswith("run:cheer:"))


async def press(club: Club, who: Any, card: Any) -> str:
    answer = await who.click(card, custom_id=button_ids(card)[label(card)])
    assert answer.ephemeral
    return text_of(answer)


async def test_a_run_is_cheered_for_and_its_runner_hears_of_it_once_a_day(club: Club) -> None:
    await club.alice.slash(club.channel, "log", run="5k 27:30 backward today 7am")

    def card() -> Any:
        return next(one for one in club.channel.history() if "27:30" in text_of(one))

    assert label(card()) == "Cheer"
    assert "the cheering is up to the others" in await press(club, club.alice, card())
    assert "Cheered" in await press(club, club.bob, card())
    assert label(card()) == "Cheer · 1"
    await club.restart()
    await press(club, club.olga, card())
    assert label(card()) == "Cheer · 2"
    assert "taken your cheer back" in await press(club, club.bob, card())
    assert label(card()) == "Cheer · 1"
    await press(club, club.bob, card())

    await club.pass_time(hours=7, minutes=1)
    (line,) = club.dms(club.alice)
    assert line.content == "**2 cheers** 👏 for Wed 18 Nov · 5.00 km backward · 27:30, from bob and olga"
    assert "Stop these" in button_ids(line)
    await club.pass_time(hours=24)
    assert len(club.dms(club.alice)) == 1, "nothing new, nothing said"

    await club.bob.slash(club.channel, "partner block", member=club.alice)
    assert "doesn't take cheers from you" in await press(club, club.bob, card())
    await club.olga.click(card(), custom_id=button_ids(card())[label(card())])
    assert label(card()) == "Cheer", "neither olga's nor that of somebody blocked"


async def test_a_private_run_and_a_forged_one_take_no_cheers(club: Club) -> None:
    await club.alice.slash(club.channel, "log", run="5k 27:30 backward today 7am")
    card = club.channel.history()[0]
    custom_id = button_ids(card)[label(card)]
    await club.bob.click(card, custom_id=custom_id)
    panel = (await club.alice.click(card, label="Share")).response
    await club.alice.select(panel, ["me"], custom_id=custom_id.replace("run:cheer", "run:sharing"))
    copy = await forged(club, custom_id, custom_id.rpartition(":")[0] + ":999", custom_id + "x")
    for one in (custom_id, custom_id.rpartition(":")[0] + ":999", custom_id + "x"):
        answer = await club.olga.click(copy, custom_id=one)
        assert answer.ephemeral
        assert "Cheered" not in text_of(answer)
    async with club.database.read() as session:
        assert list(await session.scalars(select(Cheer.user_id))) == [club.bob.id]
    await club.pass_time(hours=8)
    assert club.dms(club.alice) == [], "a cheer for a run that is private now is not told"


async def test_german(club: Club) -> None:
    await club.speak("de")
    await club.alice.slash(club.channel, "log", run="5 km 27:30 rückwärts heute 7 Uhr")
    card = club.channel.history()[0]
    answer = await club.bob.click(card, custom_id=button_ids(card)[label(card)])
    own = await club.alice.click(card, custom_id=button_ids(card)[label(card)])
    assert_language("de", answer, own)
    await club.pass_time(hours=8)
    assert club.dms(club.alice)[0].content.startswith("**1 Anfeuerung** 👏 für Mi. 18. Nov.")
