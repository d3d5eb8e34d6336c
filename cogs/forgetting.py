"""Forgetting, once a day, messages long sent: what goes and what stays is `bot.services.purging`'s."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.delivery.kinds import DueNow, Kind
from bot.domain.delivery import Priority
from bot.services import purging
from cogs.beginning import begin

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.client import Backpedal


class Forgetting(commands.Cog):
    """A step that nobody sees."""

    def __init__(self, bot: Backpedal) -> None:
        self.bot = bot
        self.app = bot.app
        self.kinds = (Kind(purging.KIND, Priority.NUDGE, fire=self._purge),)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Have old messages forgotten from now on."""
        await begin(self.bot, "forgetting", lambda: purging.begin(self.app.database, self.app.clock()))
        self.app.courier.poke()

    @staticmethod
    async def _purge(session: AsyncSession, due: DueNow, now: datetime) -> None:
        await purging.purge(session, due.payload, now)


async def setup(bot: Backpedal) -> None:
    """Add the cog."""
    await bot.add_cog(Forgetting(bot))
