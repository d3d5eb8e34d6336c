"""Public cards of runs: posting them, and drawing them again when the run changes, weeks and restarts later."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import discord

from bot.services import people, runs
from bot.services.runs import RunView
from cogs.views.run_card import public_card

if TYPE_CHECKING:
    from bot.client import Backpedal

log = logging.getLogger(__name__)

_drawing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


async def redraw(client: Backpedal, run_id: int, *, except_message: int | None = None) -> None:
    """Draw every public card of a run as it is now.

    One at a time for each run, and each from what the database then says, so that of two changes at once the later
    is what stays. A card that is gone is forgotten; one that may not be edited is left.
    """
    lock = _drawing.setdefault(run_id, asyncio.Lock())
    async with lock:
        cards = [c for c in await runs.public_cards(client.app.database, run_id) if c.message_id != except_message]
        if not cards:
            return
        view = await runs.run_for_card(client.app.database, run_id)
        if view is None or view.guild_id is None:
            return
        drawn = public_card(view, await people.reader_for(client.app.database, None, view.guild_id))
        for card in cards:
            channel = client.get_partial_messageable(card.channel_id)
            try:
                await channel.get_partial_message(card.message_id).edit(view=drawn)
            except discord.NotFound:
                await runs.drop_card(client.app.database, card.message_id)
            except discord.HTTPException as error:
                log.warning("the card of run %d could not be redrawn: %s", run_id, error)


async def keep(client: Backpedal, view: RunView, channel_id: int | None, message_id: int | None) -> None:
    """Remember a public card just posted; draw it again if its run changed while it was on its way."""
    if channel_id is None or message_id is None:
        return
    await runs.keep_card(client.app.database, view.run_id, channel_id, message_id)
    now = await runs.run_for_card(client.app.database, view.run_id)
    if now is not None and now.revision != view.revision:
        await redraw(client, view.run_id)
