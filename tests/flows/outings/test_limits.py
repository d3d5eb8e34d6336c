"""An organiser lowers a limit after outings are confirmed: messages and buttons of their members."""

from __future__ import annotations

from tests.flows.conftest import Club, button_ids, text_of
from tests.flows.outings.calling import card_of, find, press, state
from tests.flows.outings.on_the_way import letter


async def test_who_counted_on_a_surface_reads_that_the_rule_has_changed(club: Club) -> None:
    card = await find(club, club.alice, surface="track")
    await press(club, club.bob, card, "Run backward")
    assert (await state(club))[0] == "confirmed"
    settings = await club.olga.slash(club.channel, "club settings")
    await club.olga.select(settings.response, ["treadmill"], custom_id="club:surfaces:v1")
    await club.env.settle()
    for actor in (club.alice, club.bob):
        told = letter(club, actor, "Your club's rule has changed, so the outing is open again")
        assert "Alone only here: treadmill." in told.content
        assert list(button_ids(told)) == ["Can't come", "More"]
    assert (await state(club))[0] == "open"
    assert "needs a spotter" in text_of(card_of(club))


async def test_at_check_in_by_a_limit_lowered_meanwhile_it_does_not_start(club: Club) -> None:
    card = await find(club, club.alice, surface="track")
    await press(club, club.bob, card, "Run backward")
    await club.pass_time(days=2, hours=6)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    settings = await club.olga.slash(club.channel, "club settings")
    await club.olga.select(settings.response, [], custom_id="club:surfaces:v1")
    assert asked.response is not None
    done = text_of(await club.alice.user.click(asked.response, label="We're all here"))
    assert "You're out" not in done
    assert (await state(club))[0] == "open"
