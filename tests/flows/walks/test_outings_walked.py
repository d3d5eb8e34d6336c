"""Walks of outings from the evening before to the logged runs, also with no-shows and absent members."""

from __future__ import annotations

import re

from sqlalchemy import insert, select

from db.models import Availability, NoShow, Run, StretchRow
from tests.flows.conftest import NOON
from tests.flows.outings.calling import state
from tests.flows.outings.on_the_way import outing_id
from tests.flows.walks.walking import (
    DRAFT,
    FORWARD,
    HOME,
    IT_IS_TIME,
    ITS_ON,
    LOG_IT,
    OUT,
    Walk,
    agree,
    check_in,
)

HAPPENED = "Did it happen?|Hat es stattgefunden?"
COULD_NOT = "I couldn't make it|Ich konnte nicht kommen"
THANKS = "Thanks for telling me|Danke, dass du es sagst"
HALF_TIME = "Half time: swap now|Halbzeit: jetzt wechseln"


async def test_an_outing_to_its_logged_runs(walk: Walk) -> None:
    club, alice, bob = walk.club, walk.club.alice, walk.club.bob
    await agree(walk, alice, bob, "swap", when="fri 18:00|Fr 18 Uhr")
    await walk.later(days=1, hours=6)
    for actor, part in (
        (alice, "run backward first, then spot|erst läufst du rückwärts, dann"),
        (bob, "spot first, then run backward|erst begleitest du, dann"),
    ):
        (evening,) = walk.told(actor, "Tomorrow|Morgen")
        assert walk.t(part) in evening
        assert walk.t("The calls|Die Zurufe") in evening
    await walk.later(hours=23)
    for actor in (alice, bob):
        (hour,) = walk.told(actor, "Your run with|Du läufst")
        assert "gate 4, by the oak" in hour
    await walk.later(hours=1)
    for actor in (alice, bob):
        walk.told(actor, IT_IS_TIME)
    await check_in(walk, alice, bob)
    walk.card("Under way|Unterwegs", without="oak")
    await walk.later(minutes=12)
    walk.told(alice, HALF_TIME)
    walk.told(bob, HALF_TIME)
    await walk.press(bob, HALF_TIME, "Swap now|Jetzt wechseln", "alice is the spotter|alice begleitet")
    longer = await walk.press(bob, OUT, "Extend|Verlängern", "How much longer?|Wie viel länger?")
    await walk.press(bob, longer, "15 more minutes|15 Minuten mehr", "Take your time|Lasst euch Zeit")
    walk.told(alice, "you need 15 more minutes|ihr braucht 15 Minuten länger")
    await walk.later(minutes=7, milliseconds=700)  # must not add tenths of a second to the run
    await walk.press(alice, OUT, "Both home|Beide zu Hause", "Welcome home|Willkommen zu Hause", "bob")
    walk.told(bob, "alice says you both are|alice sagt, ihr seid beide")
    (draft,) = walk.told(alice, DRAFT)
    assert re.search(walk.t(r"^Spotting: \d+:\d\d$|^Begleitet: \d+:\d\d$"), draft, re.M)
    await walk.press(bob, "both are|beide zu Hause", HOME, "Welcome home|Willkommen zu Hause")
    walk.told(bob, DRAFT)
    assert (await state(club))[0] == "home"
    walk.card("alice and company are home|alice und alle anderen sind zu Hause")
    for actor in (alice, bob):
        await walk.press(actor, DRAFT, LOG_IT, "Logged|Eingetragen")
    async with club.database.read() as session:
        ways = await session.execute(
            select(Run.user_id, StretchRow.direction)
            .join(StretchRow, StretchRow.run_id == Run.run_id)
            .order_by(Run.user_id, StretchRow.position)
        )
        assert [tuple(row) for row in ways] == [
            (alice.id, "backward"), (alice.id, "forward"), (bob.id, "forward"), (bob.id, "backward")
        ]  # fmt: skip
    await walk.later(hours=12)
    walk.nothing_left()


async def test_one_that_nobody_came_to_one_without_eyes_and_one_that_nobody_checked_in_to(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    await agree(walk, alice, bob, when="thu 18:00|Do 18 Uhr")
    await walk.later(days=1, hours=6, minutes=31)
    for actor in (alice, bob):
        walk.told(actor, IT_IS_TIME, HAPPENED)
    await walk.press(alice, HAPPENED, "No|Nein", "OK, another time|Gut, dann ein andermal")
    await walk.press(bob, HAPPENED, COULD_NOT, THANKS)
    walk.card("alice's outing didn't happen|Die Verabredung von alice fand nicht statt")

    await walk.slash(olga, "partner availability", "When you can|Wann du kannst")
    async with club.database.write() as session:
        row = {"guild_id": club.guild.id, "user_id": olga.id, "windows": [[4, 1000, 1300]], "places": [], "wishes": []}
        await session.execute(insert(Availability).values(**row, changed_at=NOON))
    await agree(walk, alice, bob, when="fri 20:00|Fr 20 Uhr")
    await walk.later(days=1, hours=1, minutes=30)
    for actor in (alice, bob):
        walk.told(actor, IT_IS_TIME)
    asked = await walk.press(alice, IT_IS_TIME, "Check in|Einchecken", "Who's there?|Wer ist da?")
    await walk.choose(
        alice, asked, f"outing:present:v1:{await outing_id(club)}", [], "short of a spotter|Es fehlt Begleitung"
    )
    walk.told(olga, "alice is short of someone|alice fehlt noch jemand")
    walk.told(alice, "Not there: bob.|Nicht da: bob.")
    walk.told(bob, "You were missed|Du hast gefehlt")
    await walk.press(bob, "You were missed|Du hast gefehlt", COULD_NOT, THANKS)
    walk.told(bob, "the second outing in a month|die zweite Verabredung in einem Monat")
    await walk.press(olga, "is short of|fehlt noch", FORWARD, "You're in|Du bist dabei")
    for actor in (alice, olga):
        walk.told(actor, ITS_ON)
    await check_in(walk, alice, olga)
    await walk.later(minutes=20)
    for actor in (alice, olga):
        await walk.press(actor, OUT, HOME, "Welcome home|Willkommen zu Hause")
        walk.told(actor, DRAFT)
        await walk.press(actor, DRAFT, "Throw away|Wegwerfen", "Nothing was logged|Nichts wurde eingetragen")

    await agree(walk, alice, bob, when="sat 18:00|Sa 18 Uhr")
    await walk.later(hours=22, minutes=10)
    for actor in (alice, bob):
        walk.told(actor, IT_IS_TIME, HAPPENED)
        await walk.press(actor, HAPPENED, "Yes, we ran|Ja, wir sind gelaufen", "Your run's drafted|als Entwurf")
        walk.told(actor, DRAFT)
    assert (await state(club))[0] == "home"
    async with club.database.read() as session:
        assert [row.user_id for row in await session.scalars(select(NoShow))] == [bob.id, bob.id]
    walk.nothing_left()
