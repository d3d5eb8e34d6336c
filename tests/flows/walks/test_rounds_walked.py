"""Walk of the weekly round from an empty club: settings, availability, notice, draw, confirmation."""

from __future__ import annotations

from simcord import ChannelHandle, InteractionResult

from tests.flows.clubs.club_pages import private_channel, settings
from tests.flows.conftest import MemberActor
from tests.flows.outings.calling import state
from tests.flows.walks.walking import CONFIRM, ITS_ON, Walk

IN = "You're in.|Du bist dabei"
SETTLED = "Does it work for you?|Passt es für dich?"


PAIR = "**alice** backward + **bob** spotting|**alice** rückwärts + **bob** begleitet"


async def set_the_club_up(walk: Walk) -> ChannelHandle:
    """Go through every page of the settings as an organiser, and return the organisers' channel."""
    club, olga = walk.club, walk.club.olga
    office = await private_channel(club, name="office")
    card = await walk.slash(olga, "club settings", "Settings of Krebsgang|Einstellungen von Krebsgang")
    form = await walk.press(olga, card, "Time zone|Zeitzone")
    await walk.send(form, {"zone": "Berlin"}, "Club time zone: Berlin|Zeitzone des Vereins: Berlin")
    await walk.press(olga, card, "Partners|Begleitung", "No partners channel yet|Noch kein Kanal für Begleitung")
    await walk.choose(olga, card, "club:partners:v1", [club.channel])
    walk.posted(club.channel, "2 runners at most|höchstens 2")
    await walk.choose(olga, card, "club:runners:v1", ["1"], "one backward runner|eine Person")
    walk.card("a spotter looks after one|nur eine Person")
    refused = "With @everyone|Mit @everyone"
    await walk.choose(olga, card, "club:spotter:v1", [club.guild.default_role], refused)
    await walk.press(olga, card, "Meeting points|Treffpunkte", "None yet|Noch keine")
    form = await walk.press(olga, card, "Add|Hinzufügen")
    point = {"name": "Stadium", "surface": ["track"], "detail": "gate 4, by the oak"}
    await walk.send(form, point, "**Stadium** is a meeting point now|**Stadium** ist jetzt ein Treffpunkt")
    await walk.press(olga, card, "Back|Zurück", "One meeting point|Ein Treffpunkt")
    await walk.press(olga, card, "Safety|Sicherheit", "Grace: 15 min (default)|Frist: 15 Min. (Standard)")
    await walk.choose(olga, card, "club:alerts:v1", [club.channel], "Everyone can read|können alle lesen")
    await walk.choose(olga, card, "club:alerts:v1", [office], "pings nobody|pingt niemanden an")
    await walk.choose(olga, card, "club:grace:v1", ["30"], "Grace: 30 min|Frist: 30 Min.")
    form = await walk.press(olga, card, "Change|Ändern")
    await walk.send(form, {"number": "112"}, "**112**")
    off = "The weekly round is off|Die Wochenrunde ist aus"
    await walk.press(olga, card, "Weekly round|Wochenrunde", off)
    await walk.choose(olga, card, "club:when:v1:weekday", ["3"], "on Thursday at 18:00|am Donnerstag um 18:00")
    await walk.choose(olga, card, "club:when:v1:hour", ["19"], "19:00, Berlin|19:00, Zeit von Berlin")
    await walk.press(olga, card, "Turn on|Einschalten", "The weekly round is on|Die Wochenrunde ist an")
    held = await settings(club)
    assert (held.club.grace_min, held.club.emergency_number, held.club.backward_per_spotter) == (30, "112", 1)
    assert (held.club.organisers_channel_id, held.round.on, held.round.hour) == (office.id, True, 19)
    return office


async def say_when(walk: Walk, actor: MemberActor, role: str) -> InteractionResult:
    """Save a member's times, places, paces and role, and return the card."""
    card = await walk.slash(actor, "partner availability", "Tell me when|Sag mir, wann")
    form = await walk.press(actor, card, "Add my times|Zeiten eintragen")
    typed = {"when": "tue 18-20|Di 18-20", "places": ["Stadium"], "forward": "6:00", "backward": "8:30"}
    await walk.send(form, typed, IN, "Tue 18:00–20:00|Di 18:00–20:00", "Stadium", "8:30")
    await walk.choose(actor, card, f"avail:roles:v1:{walk.club.guild.id}", [role])
    return card


async def test_a_round_from_the_settings_to_an_agreed_outing(walk: Walk) -> None:
    club, alice, bob, olga = walk.club, walk.club.alice, walk.club.bob, walk.club.olga
    office = await set_the_club_up(walk)
    await say_when(walk, alice, "backward")
    card = await say_when(walk, bob, "spotter")
    form = await walk.press(bob, card, "Pause|Pausieren")
    await walk.send(form, {"until": "1 Dec|1. Dezember"}, "Paused until 1 Dec 2026|Pause bis 01.12.2026")
    await walk.press(bob, card, "Back in now|Wieder dabei", IN)

    await walk.later(hours=6)
    for actor in (alice, bob):
        (notice,) = walk.told(actor, "The weekly round of Krebsgang is coming|Bald ist Wochenrunde bei Krebsgang")
        assert walk.t("Tue 18:00–20:00|Di 18:00–20:00") in notice
    await walk.press(
        bob, "is coming|Bald ist", "Skip this week|Diese Woche nicht", "You're out of the round|bist du nicht dabei"
    )
    await walk.slash(olga, "partner round", "### Left over: 1|### Übrig: 1")
    await walk.press(
        bob, "out of the round|nicht dabei", "I'm in after all|Doch dabei", "You're in the round|bist du dabei"
    )
    await walk.slash(
        olga,
        "partner round",
        "As of now|Nach jetzigem Stand",
        PAIR,
    )

    await walk.later(hours=24)
    walk.posted(office, PAIR)
    await walk.slash(alice, "partner round", "for organisers|Orga-Team")
    await walk.press(olga, office.last_message, "Draw again|Neu auslosen", "Drawn again|Neu ausgelost")
    await walk.press(
        olga, office.last_message, "Confirm|Bestätigen", "Confirmed. ✅ I'll tell everyone|Bestätigt. ✅ Ich sage"
    )
    assert walk.t("everyone's been told|alle wissen Bescheid") in office.last_message.content
    for actor, part in (
        (alice, "You run backward|Du läufst rückwärts"),
        (bob, "You're the spotter|Du begleitest"),
    ):
        matched, asked = walk.told(actor, "This round you run with|In dieser Runde läufst du mit", SETTLED)
        assert walk.t(part) in matched
        assert "gate 4, by the oak" in asked
    walk.card("Stadium", "Confirmed: 0 of 2|Zugesagt: 0 von 2", without="oak")
    for actor in (alice, bob):
        await walk.press(actor, SETTLED, CONFIRM, "Confirmed|Zugesagt")
    for actor in (alice, bob):
        (settled,) = walk.told(actor, ITS_ON)
        assert "**112**" in settled
    assert (await state(club))[0] == "confirmed"
    await walk.later(hours=3)
    walk.nothing_left()
