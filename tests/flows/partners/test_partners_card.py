"""The partners card: posted, edited, moved and posted again."""

from __future__ import annotations

import discord
from simcord import ChannelHandle

from bot.services.partners.partners_card import CardState
from tests.flows.clubs.club_pages import guild, page, settings
from tests.flows.conftest import Club, button_ids, text_of


def cards(channel: ChannelHandle) -> list[discord.Message]:
    return [message for message in channel.history() if "call:new:v1" in button_ids(message).values()]


async def test_the_card_is_posted_drawn_again_moved_missed_and_posted_anew(club: Club) -> None:
    first, second = (club.guild.create_text_channel(name) for name in ("partners", "others"))
    await club.env.settle()
    shown = (await page(club, "Partners")).response

    async def choose(action: str, *values: object) -> None:
        await club.olga.select(shown, list(values), custom_id=f"club:{action}:v1")
        await club.env.advance_time(1)

    await choose("partners", first)
    (card,) = cards(first)
    assert (await guild(club)).partners_card_id == card.id
    await choose("runners", "3")
    (card,) = cards(first)
    assert "3 runners at most" in text_of(card)
    await choose("partners", second)
    assert cards(first) == []
    (card,) = cards(second)
    await club.env.bot.get_partial_messageable(second.id).get_partial_message(card.id).delete()
    await choose("runners", "1")
    assert (await settings(club)).card is CardState.GONE
    gone = await page(club, "Partners")
    assert "is gone, or I couldn't post it" in text_of(gone)
    await club.olga.click(gone.response, label="Post it again")
    await club.env.advance_time(1)
    assert len(cards(second)) == 1
    assert (await settings(club)).card is CardState.THERE
