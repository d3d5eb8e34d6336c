"""Following a member, from their profile: their rows are then on a board of those one follows."""

from __future__ import annotations

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.errors import NotFound
from bot.interactions.components import card, pressed, row
from bot.interactions.replies import Interaction, reply, resolve_member
from bot.localizer import escaped
from bot.services.boards.follows import follow
from bot.services.members.people import name_of
from cogs.boards.follows_view import follow_button


class Following(commands.Cog):
    """The Follow button. Its answers are private, and the member is not told."""

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("follow", "set", "user_id", "following")
    async def set(self, interaction: Interaction, user_id: int, following: bool) -> None:
        """Follow a member, or stop doing so."""
        person = await resolve_member(interaction)
        if person.club is None or user_id == person.user_id:
            raise NotFound("board.follow.unknown")
        guild_id, reader = person.club.guild_id, person.reader
        await follow(self.app.database, person.user_id, guild_id, user_id, following=following)
        name = escaped(await name_of(self.app.database, user_id, guild_id), 60)
        words = reader.t("board.follow.on" if following else "board.follow.off", name=name)
        shown = card(words, row(follow_button(user_id, reader, following=following)))
        await reply(interaction, shown, private=True)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Following(bot.app))
