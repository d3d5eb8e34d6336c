"""Messages before the start: the newest to each person has the buttons that apply, and the earlier ones have none."""

from __future__ import annotations

from tests.flows.conftest import Club, MemberActor, button_ids, text_of
from tests.flows.outings.calling import card_of, find, press, state, steps_out
from tests.flows.outings.on_the_way import BEFORE, agreed, letter

WAITS = {"days": 1, "hours": 6, "minutes": 1}
"""From noon on Wednesday to the evening before the outing of `find`."""


def pressable(club: Club, actor: MemberActor) -> list[list[str]]:
    """Return the labels of the buttons of each direct message, oldest first."""
    return [list(button_ids(message)) for message in club.dms(actor)]


async def test_each_reminder_takes_the_buttons_of_the_messages_before_it(club: Club) -> None:
    await agreed(club)
    await club.env.settle()
    assert pressable(club, club.bob) == [["Can't come", "More"]]
    await club.pass_time(**WAITS)
    evening = letter(club, club.bob, "Tomorrow at")
    *before, now = pressable(club, club.bob)
    assert not any(before)
    assert now[:2] == ["Can't come", "More"], evening.content
    await club.pass_time(hours=23)
    *before, now = pressable(club, club.bob)
    assert not any(before)
    assert now[:3] == ["Check in", "Can't come", "More"]
    await club.pass_time(hours=1)
    assert pressable(club, club.bob)[-1] == ["Check in", "Can't come", "More"]
    assert sum(map(bool, pressable(club, club.bob))) == 1


async def test_once_the_outing_has_begun_only_the_message_about_it_is_pressed(club: Club) -> None:
    await agreed(club)
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    await club.alice.user.click(asked.response, label="We're all here")
    await club.env.settle()
    for actor in (club.alice, club.bob):
        *before, now = pressable(club, actor)
        assert not any(before)
        assert now[0] == "Home"


async def test_who_confirms_or_leaves_elsewhere_is_not_asked_again_by_the_message(club: Club) -> None:
    card = await find(club, club.alice)
    await press(club, club.bob, card, "Spotter")
    menu = await club.alice.click(card, label="More")
    form = await club.alice.click(menu.response, label="Change time or place")
    await club.alice.submit_modal(form, {"place": "Park", "when": "fri 18:30"})
    await club.env.settle()
    assert pressable(club, club.bob)[-1] == ["Confirm", "Can't come", "More"]
    mine = await club.bob.slash(club.channel, "partner mine")
    assert "Confirmed" in await press(club, club.bob, mine.response, "Confirm")
    await club.env.settle()
    assert pressable(club, club.bob)[-1][:2] == ["Can't come", "More"]
    assert (await state(club))[0] == "confirmed"
    await steps_out(club, club.bob, card)
    await club.env.settle()
    *before, now = pressable(club, club.bob)
    assert not any(before)
    assert "Can't come" not in now
    assert any(label.startswith("Spotter") for label in now), "the way back in"


async def test_a_cancelled_outing_leaves_no_button_behind(club: Club) -> None:
    await agreed(club)
    await club.env.settle()
    menu = await club.alice.click(card_of(club), label="More")
    sure = await club.alice.click(menu.response, label="Call it off")
    assert "Everyone's been told" in text_of(await club.alice.click(sure.response, label="Yes, call it off"))
    await club.env.settle()
    assert not any(pressable(club, club.bob) + pressable(club, club.alice))
