"""Previews of the partners card and the weekly round, for organisers alone."""

from __future__ import annotations

from tests.flows.clubs.club_pages import page
from tests.flows.conftest import Club, assert_language, text_of


async def test_the_partners_card_is_seen_before_it_is_posted(club: Club) -> None:
    shown = await club.olga.click((await page(club, "Partners")).response, label="Preview")
    assert shown.ephemeral
    lines = text_of(shown).splitlines()
    assert "only you see it" in lines[0]
    assert "Find a partner" in lines
    buttons = [part for row in shown.response.components for part in disabled_of(row)]  # type: ignore[union-attr]
    assert buttons == [True, True, True]
    assert club.channel.last_message is None


def disabled_of(node: object) -> list[bool]:
    if isinstance(node, dict):
        own = [bool(node.get("disabled"))] if node.get("type") == 2 else []
        return own + [one for value in node.values() for one in disabled_of(value)]
    return [one for item in node for one in disabled_of(item)] if isinstance(node, list) else []


async def test_the_round_is_seen_before_it_is_announced_and_while_it_is_off(club: Club) -> None:
    empty = dict.fromkeys(("when", "places", "forward", "backward"), "")
    for actor in (club.alice, club.bob):
        card = await actor.slash(club.channel, "partner availability")
        form = await actor.click(card.response, label="Add my times")
        await actor.submit_modal(form, empty | {"when": "tue thu 18-20"})
    shown = await club.olga.click((await page(club, "Weekly round")).response, label="Preview")
    assert shown.ephemeral
    assert "alice" in text_of(shown)
    assert "bob" in text_of(shown)


async def test_a_german_organiser_reads_german(club: Club) -> None:
    await club.speak("de")
    for name in ("Begleitung", "Wochenrunde"):
        opened = await page(club, name)
        assert_language("de", opened, await club.olga.click(opened.response, label="Vorschau"))
