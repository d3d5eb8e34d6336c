"""Need help, pressed by a member who is home while others are out."""

from __future__ import annotations

from tests.flows.conftest import Club, button_ids, text_of
from tests.flows.outings.calling import state
from tests.flows.outings.on_the_way import last, letter, out
from tests.flows.safety.alarms import contact, newcomer, organisers_room


async def test_somebody_who_is_home_calls_for_help_while_others_are_out(club: Club) -> None:
    room = await organisers_room(club)
    dora = newcomer(club, "dora")
    await club.env.settle()
    await contact(club, club.bob, dora)
    await out(club)
    home = await club.bob.user.click(letter(club, club.bob, "You're out with"), label="Home")
    assert "Welcome home" in text_of(home)
    menu = await club.bob.user.click(letter(club, club.bob, "You're home"), label="More")
    assert menu.response is not None
    assert {"Need help", "I feel unsafe"} <= set(button_ids(menu.response))
    called = await club.bob.user.click(menu.response, label="Need help")
    assert "contacts" in text_of(called)
    await club.env.settle()
    assert "**bob asked for help**, and pressed Home at" in room.history()[-1].content
    assert "has asked for help while out running" in last(club, dora).content
    await club.alice.user.click(letter(club, club.alice, "You're out."), label="Home")
    assert (await state(club))[0] == "overdue"  # the call goes on
    menu = await club.bob.user.click(letter(club, club.bob, "You're home"), label="More")
    assert menu.response is not None
    form = await club.bob.user.click(menu.response, label="Resolved")
    await club.bob.user.submit_modal(form, {"word": "All is well"})
    await club.env.settle()
    assert (await state(club))[0] == "resolved"
    assert "Resolved by bob: All is well" in last(club, dora).content
