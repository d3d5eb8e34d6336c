"""The daily deletion of old messages (`privacy.retention`) and of clubs long gone (`privacy.gone_clubs`)."""

from __future__ import annotations

from datetime import datetime

import discord
from discord.ext import commands

from bot.context import BotClient
from bot.delivery.message_kinds import DueJob, Kind, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.interactions.startup_tasks import begin
from bot.services.privacy import gone_clubs, retention


class Forgetting(commands.Cog):
    """The retention jobs; members see nothing of them."""

    def __init__(self, bot: BotClient) -> None:
        self.bot = bot
        self.app = bot.app
        self.kinds = (
            Kind(StoredKind.DELIVERY_PURGE, Priority.NUDGE, fire=self._purge),
            Kind(StoredKind.CLUB_FORGET, Priority.NUDGE, fire=self._forget_club),
        )

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Schedule the retention jobs."""
        await begin(self.bot, "retention", lambda: retention.begin(self.app.database, self.app.clock()))
        owners = {guild.id: guild.owner_id for guild in self.bot.guilds}
        await begin(
            self.bot, "retention of clubs", lambda: gone_clubs.begin(self.app.database, owners, self.app.clock())
        )
        self.app.outbox.wake()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Keep the data of a club that invites the bot again."""
        await begin(self.bot, "the return of a club", lambda: gone_clubs.come_back(self.app.database, guild.id))

    @commands.Cog.listener()
    async def on_guild_update(self, before: discord.Guild, after: discord.Guild) -> None:
        """Record the server's new owner, since alarms can go to them."""
        if before.owner_id != after.owner_id:
            await begin(
                self.bot, "owner change", lambda: gone_clubs.change_owner(self.app.database, after.id, after.owner_id)
            )

    async def _forget_club(self, session: Session, _due: DueJob, now: datetime) -> None:
        await gone_clubs.forget_some(session, self.app.settings.data.gone_club_days, now)

    @staticmethod
    async def _purge(session: Session, due: DueJob, now: datetime) -> None:
        await retention.purge(session, due.payload, now)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Forgetting(bot))
