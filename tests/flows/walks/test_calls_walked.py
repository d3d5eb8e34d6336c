"""Walks of calls for a partner: changed, waiting list, offers, cancelled, and restricted calls."""

from __future__ import annotations

from tests.flows.conftest import button_ids
from tests.flows.outings.calling import club_sets, copy_of, state
from tests.flows.walks.walking import (
    BACKWARD,
    CALLED,
    CANT_COME,
    CONFIRM,
    FORWARD,
    ITS_ON,
    MORE,
    NOT_OPEN,
    Walk,
)

STADIUM = {"place": "Stadium|Stadion", "distance": "3k", "exactly": "gate 4, by the oak", "role": "backward"}
WAITING = "Waiting list|Warteliste"
FREE = "A place is free for you|Für dich ist ein Platz frei"


async def test_terms_changed_a_place_offered_on_and_all_of_it_called_off(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    (carla,) = await walk.joined_by("carla")
    await walk.slash(alice, "partner mine", "No outings yet|Noch keine Verabredung")
    await club_sets(club, backward_per_spotter=1)

    await walk.slash(alice, "partner find", CALLED, when="fri 18:00|Fr 18 Uhr", **STADIUM)
    card = walk.card("**alice needs a spotter|**alice sucht Begleitung", without="oak")
    old = await copy_of(club, card)
    await walk.press(bob, card, FORWARD, "and everyone's confirmed|und alle haben zugesagt")
    for actor in (alice, bob):
        walk.told(actor, ITS_ON)
    for actor in (olga, carla):
        full = await walk.press(actor, old, FORWARD, "That place is taken|Dieser Platz ist weg")
        await walk.press(actor, full, WAITING, "on the waiting list|auf der Warteliste")
    await club.env.bot.get_partial_messageable(club.channel.id).get_partial_message(old.id).delete()
    walk.card("Everyone's confirmed|Alle haben zugesagt", "2 on the waiting list|2 auf der Warteliste")

    menu = await walk.press(alice, card, MORE, "Waiting, in this order: olga and carla|der Reihe nach: olga und carla")
    form = await walk.press(alice, menu, "Change time or place|Zeit oder Ort ändern")
    new = {"place": "Park", "when": "sat 10:00|Sa 10 Uhr"}
    await walk.send(form, new, "I'll ask everyone else to confirm|Alle anderen bitte ich noch einmal")
    walk.told(bob, "alice changed the time or place.** Still OK|alice hat Zeit oder Ort geändert.** Passt")
    for actor in (olga, carla):
        walk.told(actor, "of the outing you're waiting for|auf die du wartest")
    walk.card("Park", "Confirmed: 1 of 2|Zugesagt: 1 von 2")
    await walk.press(bob, "alice changed|geändert", CONFIRM, "Confirmed|Zugesagt")
    for actor in (alice, bob):
        walk.told(actor, ITS_ON)

    menu = await walk.press(bob, card, MORE)
    await walk.press(bob, menu, CANT_COME, "you're out|du bist raus")
    walk.told(alice, "bob can't come any more**, so the outing is open again|bob kann doch nicht**, deshalb")
    walk.told(olga, FREE)
    walk.told(carla)
    await walk.later(minutes=31)
    walk.told(carla, FREE)
    (offer,) = [message for message in club.dms(olga) if walk.t(FREE) in message.content]
    assert walk.t("Take it|Nehme ich") not in button_ids(offer), "the place is no longer kept"
    await walk.press(carla, FREE, "Take it|Nehme ich", "You're in|Du bist dabei")
    assert (await state(club))[0] == "confirmed"
    for actor in (alice, carla):
        walk.told(actor, ITS_ON)

    menu = await walk.press(alice, card, MORE)
    sure = await walk.press(
        alice, menu, "Call it off|Absagen", "Call the whole outing off?|Die ganze Verabredung absagen?"
    )
    assert (await state(club))[0] == "confirmed"
    await walk.press(alice, sure, "Yes, call it off|Ja, alles absagen", "Called off|Abgesagt")
    walk.told(carla, "was called off|wurde abgesagt")
    walk.card("alice's outing was called off|Die Verabredung von alice wurde abgesagt")
    await walk.slash(carla, "partner mine", "No outings yet|Noch keine Verabredung")
    walk.nothing_left()


async def test_calls_to_some_and_ones_own_lists(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    certified = club.guild.create_role("Spotters")
    (carla,) = await walk.joined_by("carla", roles=(certified,))
    await walk.slash(alice, "partner trust", "Nobody yet|Noch niemandem")
    await club_sets(club, spotter_role_id=certified.id)

    await walk.slash(alice, "partner trust", "You trust **bob**|Du vertraust **bob**", member=bob)
    await walk.slash(alice, "partner trust", "**bob** · since|**bob** · seit")
    await walk.slash(alice, "partner find", CALLED, when="fri 18:00|Fr 18 Uhr", who="trusted", **STADIUM)
    card = walk.card("**alice needs a partner|**alice sucht jemanden zum Laufen", without="Stadium|Stadion")
    assert list(button_ids(card)) == [walk.t("Show|Zeigen")]
    await walk.press(olga, card, "Show|Zeigen", NOT_OPEN)
    shown = await walk.press(bob, card, "Show|Zeigen", "### Stadium|### Stadion")
    await walk.press(bob, shown, FORWARD, "You're in|Du bist dabei")
    await walk.slash(alice, "partner untrust", "no longer trust **bob**|vertraust **bob** nicht mehr", member="bob")
    for actor in (alice, bob):
        walk.told(actor, ITS_ON)

    blocked = await walk.slash(
        alice, "partner block", "**bob** is blocked|**bob** ist blockiert",
        "still in an outing together|noch zusammen verabredet", member=bob,
    )  # fmt: skip
    walk.told(bob)
    await walk.slash(alice, "partner block", "**bob** · since|**bob** · seit")
    await walk.press(alice, blocked, CANT_COME, "you're out|du bist raus")
    walk.told(bob, "alice can't come any more|alice kann doch nicht")

    await walk.slash(alice, "partner find", CALLED, when="sat 10:00|Sa 10 Uhr", who="spotters", **STADIUM)
    card = walk.card("**alice needs a partner|**alice sucht jemanden zum Laufen", without="Stadium|Stadion")
    for actor in (bob, olga):
        await walk.press(actor, card, "Show|Zeigen", NOT_OPEN)
    shown = await walk.press(carla, card, "Show|Zeigen", "### Stadium|### Stadion")
    await walk.press(carla, shown, FORWARD, "You're in|Du bist dabei")
    for actor in (alice, carla):
        walk.told(actor, ITS_ON)

    await walk.slash(alice, "partner unblock", "no longer blocked|nicht mehr blockiert", member="bob")
    await walk.slash(alice, "partner find", CALLED, when="sun 10:00|So 10 Uhr", **STADIUM)
    await walk.press(bob, walk.card("Stadium|Stadion"), BACKWARD, "You're in|Du bist dabei")
    walk.nothing_left()


async def test_a_letter_that_is_refused_waits_behind_show_for_its_reader_alone(walk: Walk) -> None:
    club, alice, bob = walk.club, walk.club.alice, walk.club.bob
    await walk.slash(alice, "partner find", CALLED, when="fri 18:00|Fr 18 Uhr", **STADIUM)
    club.close_dms(bob)
    await walk.press(bob, walk.card("needs a spotter|sucht Begleitung"), FORWARD, "You're in|Du bist dabei")
    await walk.later(seconds=20)
    waits = next(m for m in reversed(club.channel.history()) if f"<@{bob.id}>" in m.content)
    assert waits.content == walk.t(f"<@{bob.id}>, you have a message.|<@{bob.id}>, du hast eine Nachricht.")
    await walk.press(alice, waits, "Show|Zeigen", "someone else|jemand anderen")
    await walk.press(bob, waits, "Show|Zeigen", ITS_ON, "gate 4")
    assert (await state(club))[0] == "confirmed"
    assert club.dms(bob) == []
