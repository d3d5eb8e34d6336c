"""Walks of outings that do not end on time: nobody answers, a member needs help, a member feels unsafe."""

from __future__ import annotations

import discord

from tests.flows.conftest import MemberActor, text_of
from tests.flows.outings.calling import card_of, state
from tests.flows.safety.alarms import organisers_room, role_of
from tests.flows.walks.walking import (
    DRAFT,
    HOME,
    IT_IS_TIME,
    MORE,
    OUT,
    Walk,
    agree,
    check_in,
)

ARE_YOU_HOME = "Are you home?|Bist du zu Hause?"
ASKED = "would like you as a safety contact|möchte dich als Sicherheitskontakt"
NAMED_YOU = "**bob** named you as a safety contact|**bob** hat dich als Sicherheitskontakt genannt"
OVERDUE = "🚨 **Overdue:** alice|🚨 **Überfällig:** alice"
UNSAFE = "feels unsafe|fühlt sich nicht sicher"
MORE_TIME = "need 15 more minutes|15 Minuten länger"
ON_IT = "I'm on it|Ich kümmere mich"
CLOSE = "Close with a word|Mit einem Wort abschließen"
FEEL_UNSAFE = "I feel unsafe|Ich fühle mich nicht sicher"
RESOLVED = "Resolved|Geklärt"
ALICE_HOME = "alice is home. ✅|alice ist zu Hause. ✅"
ENDED = "olga has said this outing is over|olga hat gesagt, dass diese Verabredung vorbei ist"
TAKE_YOUR_TIME = "Take your time|Lasst euch Zeit"


async def name_contacts(walk: Walk, accepts: MemberActor, declines: MemberActor) -> None:
    """Let Bob name two contacts, of whom one accepts."""
    bob = walk.club.bob
    await walk.slash(bob, "partner contact", "Nobody yet|Noch niemand")
    for actor in (declines, accepts):
        await walk.slash(bob, "partner contact", "Asked. Only those who accept|Gefragt. Nur wer zusagt", member=actor)
        walk.told(actor, ASKED)
    await walk.press(declines, ASKED, "Rather not|Lieber nicht", "OK. bob sees|Gut. bob sieht")
    await walk.press(accepts, ASKED, "I accept|Ich nehme an", "I'll only write to you|Ich schreibe dir nur")
    await walk.slash(
        bob, "partner contact", "1. **finn** · would rather not|1. **finn** · möchte lieber nicht",
        "2. **dora** · accepted|2. **dora** · hat zugesagt",
    )  # fmt: skip


async def out(walk: Walk, one: MemberActor, other: MemberActor, when: str, **until: float) -> None:
    """Start an outing of two; `until` is the time to an hour before its start."""
    await agree(walk, one, other, when=when)
    await walk.later(**until)
    for actor in (one, other):
        walk.told(actor, "Your run with|Du läufst")
    await walk.later(hours=1)
    for actor in (one, other):
        walk.told(actor, IT_IS_TIME)
    await check_in(walk, one, other)


async def test_nobody_answers_then_somebody_needs_help(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    room = await organisers_room(club)
    dora, finn = await walk.joined_by("dora", "finn")
    await name_contacts(walk, dora, finn)
    await out(walk, alice, bob, "thu 18:00|Do 18 Uhr", days=1, hours=5)

    await walk.later(minutes=49)
    for actor in (alice, bob):
        walk.told(actor, ARE_YOU_HOME)
    await walk.later(minutes=5)
    (alarm,) = walk.told(dora, NAMED_YOU)
    for part in ("alice", "gate 4, by the oak", "Call them or go and look|Ruf an oder sieh nach"):
        assert walk.t(part) in alarm
    await walk.later(minutes=10)
    (alarm,) = walk.posted(room, OVERDUE)
    for part in ("gate 4, by the oak", f"<@&{role_of(club)}>", "your local emergency number|der Notruf vor Ort"):
        assert walk.t(part) in alarm
    await walk.later(minutes=15)
    walk.posted(room, OVERDUE)
    await walk.press(alice, ARE_YOU_HOME, HOME, "Still out: bob|Noch unterwegs: bob")
    walk.told(alice, DRAFT)
    for one_home in (walk.posted(room, ALICE_HOME), walk.told(dora, ALICE_HOME)):
        assert walk.t("Still out: bob|Noch unterwegs: bob") in one_home[0]
    form = await walk.press(olga, room.history()[-2], RESOLVED, "What happened?|Was war?")
    await walk.send(form, {"word": "Found, all well"}, "Thanks|Danke")
    assert (await state(club))[0] == "resolved"
    for said in (walk.posted(room, "Found, all well"), walk.told(dora, "Found, all well")):
        assert walk.t("Resolved by olga|Geklärt von olga") in said[0]
    walk.told(alice, ENDED)
    walk.told(bob, ENDED, DRAFT)
    await walk.later(hours=1)
    walk.nothing_left()


async def test_help_is_asked_for(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    room = await organisers_room(club)
    dora, finn = await walk.joined_by("dora", "finn")
    await name_contacts(walk, dora, finn)
    await out(walk, alice, bob, "thu 18:00|Do 18 Uhr", days=1, hours=5)

    menu = await walk.press(bob, OUT, MORE)
    await walk.press(bob, menu, "Need help|Ich brauche Hilfe", "I've raised the alarm|Der Alarm ist raus")
    (told,) = walk.told(dora, "🆘 " + NAMED_YOU.split("|")[0] + "|🆘 " + NAMED_YOU.split("|")[1])
    assert walk.t("asked for help|um Hilfe gebeten") in told
    (alarm,) = walk.posted(room, "🆘 **bob asks for help**|🆘 **bob bittet um Hilfe**")
    assert f"<@&{role_of(club)}>" in alarm
    await walk.later(minutes=15)
    walk.posted(room, "asks for help|bittet um Hilfe")
    form = await walk.press(olga, room.history()[-1], RESOLVED, "What happened?|Was war?")
    await walk.send(form, {"word": "Twisted ankle, fetched"}, "Everyone who was alerted|Alle, die alarmiert")
    walk.posted(room, "Resolved by olga: Twisted ankle|Geklärt von olga: Twisted ankle")
    walk.told(dora, "Resolved by olga|Geklärt von olga")
    for actor in (alice, bob):
        walk.told(actor, ENDED, DRAFT)
    assert (await state(club))[0] == "resolved"
    await walk.later(hours=1)
    walk.nothing_left()


async def test_somebody_feels_unsafe_with_one_who_cannot_and_with_one_who_can_read_the_alarm(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    room = await organisers_room(club)
    captains = club.guild.create_role("Captains", permissions=discord.Permissions(manage_guild=True))
    dora, finn = await walk.joined_by("dora", "finn")
    (vera,) = await walk.joined_by("vera", roles=(captains,))
    await walk.slash(vera, "partner mine")
    await name_contacts(walk, dora, finn)

    await out(walk, alice, bob, "thu 18:00|Do 18 Uhr", days=1, hours=5)
    card = text_of(card_of(club))
    menu = await walk.press(bob, OUT, MORE)
    await walk.press(bob, menu, FEEL_UNSAFE, TAKE_YOUR_TIME)
    (alarm,) = walk.posted(room, "🔴 **bob feels unsafe|🔴 **bob fühlt sich nicht sicher")
    assert walk.t("they don't know about this|Sie wissen nichts davon") in alarm
    walk.told(alice, MORE_TIME)
    walk.told(dora)
    assert text_of(card_of(club)) == card
    await walk.press(olga, room.history()[-1], ON_IT)
    walk.posted(room, "olga is on it|olga kümmert sich")
    for actor in (alice, bob):
        await walk.press(actor, OUT, HOME, "Welcome home|Willkommen zu Hause")
        walk.told(actor, DRAFT)
    walk.posted(room, "has pressed Home|„Zu Hause“ gedrückt")
    form = await walk.press(olga, room.history()[0], CLOSE, "What happened?|Was war?")
    await walk.send(form, {"word": "She is with me"})
    walk.posted(room, "She is with me")

    await out(walk, bob, olga, "fri 18:00|Fr 18 Uhr", hours=23)
    menu = await walk.press(bob, OUT, MORE)
    await walk.press(bob, menu, FEEL_UNSAFE, TAKE_YOUR_TIME)
    walk.posted(room)
    walk.told(olga, MORE_TIME)
    walk.told(dora, UNSAFE)
    walk.told(vera, UNSAFE)
    await walk.press(vera, UNSAFE, ON_IT)
    walk.told(dora, "vera is on it|vera kümmert sich")
    walk.nothing_left()
