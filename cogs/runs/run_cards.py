"""Public cards of runs: record them, and redraw them when the run changes, also weeks and restarts later."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from weakref import WeakValueDictionary

import discord

from bot.context import BotClient
from bot.errors import Unavailable
from bot.interactions.replies import Interaction, tell
from bot.interactions.responses import BROKEN, retry_idempotent
from bot.interactions.tree import reader_in
from bot.services.members import people
from bot.services.runs import runs
from bot.services.runs.runs import RunView
from cogs.runs.run_card_view import public_card

log = logging.getLogger(__name__)

_drawing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


async def redraw(client: BotClient, run_id: int, *, except_message: int | None = None) -> list[str]:
    """Redraw every public card of a run.

    Returns:
        Links to those that could not be redrawn.

    Redraws of one run are serialised, and each reads the database, so that the later of two concurrent changes is
    shown. A deleted card is forgotten; one that may not be edited is left.
    """
    lock = _drawing.setdefault(run_id, asyncio.Lock())
    async with lock:
        cards = [c for c in await runs.public_cards(client.app.database, run_id) if c.message_id != except_message]
        if not cards:
            return []
        view = await runs.run_for_card(client.app.database, run_id)
        if view is None or view.guild_id is None:
            return []
        drawn = public_card(view, await people.reader_for(client.app.database, None, view.guild_id))
        stuck = []
        for card in cards:
            message = client.get_partial_messageable(card.channel_id).get_partial_message(card.message_id)
            try:
                await retry_idempotent(partial(message.edit, view=drawn))
            except discord.NotFound:
                await runs.drop_card(client.app.database, card.message_id)
            except discord.HTTPException as error:
                log.warning("could not redraw the card of run %d: %s", run_id, error)
                stuck.append(f"https://discord.com/channels/{view.guild_id}/{card.channel_id}/{card.message_id}")
            except BROKEN as error:
                log.warning("the card of run %d is out of date: %r", run_id, error)
        return stuck


async def follow(interaction: Interaction, run_id: int, *, except_message: int | None = None) -> None:
    """Redraw the cards after a change has been answered. A failure is reported, but undoes nothing."""
    interaction.client.app.outbox.wake()  # roles follow badges
    try:
        stuck = await redraw(interaction.client, run_id, except_message=except_message)
    except (Unavailable, discord.DiscordException) as error:
        log.warning("could not redraw the cards of run %d: %s", run_id, error)
        return
    if stuck:
        await tell(interaction, reader_in(interaction).t("runs.stuck", links=" ".join(stuck)))


async def keep(interaction: Interaction, view: RunView, message_id: int | None) -> None:
    """Record a public card just posted; redraw it if its run has changed meanwhile."""
    database, channel_id = interaction.client.app.database, interaction.channel_id
    if channel_id is None or message_id is None:
        log.warning("the card of run %d is not recorded: Discord did not return its message id", view.run_id)
        return
    try:
        revision = await runs.keep_card(database, view.run_id, channel_id, message_id)
    except Unavailable as error:
        log.warning("the card of run %d is not recorded: %s", view.run_id, error)
        return
    if revision != view.revision:
        await follow(interaction, view.run_id)
