"""What waits for somebody whose direct messages are closed: a word in the club's channel, and Show, for them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.app import App
from bot.delivery.kinds import Drawn, Kind, Outgoing, outgoing_of
from bot.domain.delivery import Priority
from bot.services import outbox, people
from bot.tree import say_privately
from cogs.answer import Interaction, met, reply, say
from cogs.views.base import button, identity, pressed

if TYPE_CHECKING:
    from bot.client import Backpedal


class Delivery(commands.Cog):
    """The way round a closed direct channel."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.kinds = (Kind(outbox.WAITS, Priority.SAFETY, draw=self.draw),)

    async def draw(self, client: Backpedal, outgoing: Outgoing) -> Drawn | None:
        """Say that something waits, and no more; nothing where it no longer does."""
        original_id = int(outgoing.payload["delivery_id"])
        if await self._drawn(client, original_id) is None:
            return None
        club = await people.reader_for(self.app.database, None, outgoing.guild_id)
        view = discord.ui.View(timeout=None)
        view.add_item(
            button(club.t("delivery.show"), identity("delivery", "show", original_id), discord.ButtonStyle.primary)
        )
        return Drawn(
            club.t("delivery.waits", user_id=str(outgoing.user_id)),
            view=view,
            mentions=discord.AllowedMentions(users=[discord.Object(outgoing.user_id)], everyone=False, roles=False),
        )

    @pressed("delivery", "show", "delivery_id")
    async def show(self, interaction: Interaction, delivery_id: int) -> None:
        """Open what waits, for the one it waits for."""
        person = await met(interaction)
        original = await outbox.delivery(self.app.database, delivery_id)
        if original is not None and original.user_id != person.user_id:
            await say_privately(interaction, person.reader.t("delivery.not_for_you"))
            return
        drawn = await self._drawn(interaction.client, delivery_id)
        if drawn is None:
            await say_privately(interaction, person.reader.t("delivery.gone"))
            return
        if drawn.layout is not None:
            await reply(interaction, drawn.layout, private=True, files=drawn.files)
        else:
            await say(interaction, drawn.content, files=drawn.files, view=drawn.view)

    async def _drawn(self, client: Backpedal, delivery_id: int) -> Drawn | None:
        original = await outbox.delivery(self.app.database, delivery_id)
        kind = client.kinds.get(original.kind) if original is not None else None
        if original is None or kind is None or kind.draw is None:
            return None
        return await kind.draw(client, outgoing_of(original))


async def setup(bot: Backpedal) -> None:
    """Load the cog."""
    await bot.add_cog(Delivery(bot.app))
