"""The weekly round: Skip this week for members; preview, redraw and confirm for organisers."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import BotClient
from bot.errors import NotAllowed
from bot.interactions.arguments import PageNumber
from bot.interactions.authorization import check_organiser
from bot.interactions.components import pressed
from bot.interactions.replies import (
    Interaction,
    close_with,
    defer_if_slow,
    replace,
    reply,
    resolve_member,
    resolve_person,
)
from bot.interactions.startup_tasks import begin
from bot.interactions.tree import localized, say_privately
from bot.services.members.people import Person
from bot.services.rounds import round_draws, rounds
from bot.services.rounds.round_draws import RoundView
from cogs.partners.partner_group import add_to_partner
from cogs.rounds.round_messages import KINDS, draw_now, find_gone, try_now
from cogs.rounds.rounds_view import came_back, round_card, skipped


async def show(interaction: Interaction) -> None:
    """Show an organiser the current round, or a trial draw of it."""
    person = await resolve_member(interaction)
    if person.guild_id is None:
        raise NotAllowed("errors.guild.only")
    await check_organiser(interaction, person, person.guild_id)
    shown = await defer_if_slow(interaction, _newest(interaction, person.guild_id, person.user_id), private=True)
    await reply(interaction, round_card(shown, 0, person.reader), private=True)


async def _newest(interaction: Interaction, guild_id: int, user_id: int) -> RoundView:
    shown = await round_draws.newest(interaction.client.app.database, guild_id, user_id)
    return await try_now(interaction.client, shown.round_id) or shown


class RoundsCog(commands.Cog):
    """Messages and buttons of the round."""

    kinds = KINDS

    def __init__(self, bot: BotClient) -> None:
        self.bot = bot
        self.app = bot.app

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Schedule the missing jobs, such as after a downtime."""
        await begin(self.bot, "rounds", lambda: rounds.plan_all(self.app.database, self.app.clock()))
        self.app.outbox.wake()

    @pressed("round", "skip", "round_id")
    async def sit_out(self, interaction: Interaction, round_id: int) -> None:
        """Skip this week's round."""
        person = await resolve_person(interaction)
        asked = await rounds.sit_out(self.app.database, round_id, person.user_id, self.app.clock())
        self.app.outbox.wake()
        await close_with(interaction, *skipped(asked, person.reader))

    @pressed("round", "back", "round_id")
    async def back(self, interaction: Interaction, round_id: int) -> None:
        """Undo Skip this week."""
        person = await resolve_person(interaction)
        asked = await rounds.sit_out(self.app.database, round_id, person.user_id, self.app.clock(), back=True)
        self.app.outbox.wake()
        await close_with(interaction, *came_back(asked, person.reader))

    @pressed("round", "page", "round_id", "page")
    async def page(self, interaction: Interaction, round_id: int, page: PageNumber) -> None:
        """Show another page."""
        person = await self._organiser(interaction, round_id)
        shown = await round_draws.seen(self.app.database, round_id, person.user_id)
        shown = await try_now(interaction.client, round_id) or shown
        await replace(interaction, round_card(shown, page, person.reader))

    @pressed("round", "confirm", "round_id", "seed")
    async def confirm(self, interaction: Interaction, round_id: int, seed: int) -> None:
        """Confirm the draw, which creates its outings."""
        person = await self._organiser(interaction, round_id)

        async def confirm() -> bool:
            await find_gone(interaction.client, round_id)
            return await round_draws.confirm(self.app.database, round_id, person.user_id, seed, self.app.clock())

        done = await defer_if_slow(interaction, confirm(), private=True)
        self.app.outbox.wake()
        await self._answer(interaction, round_id, "rounds.said.confirmed" if done else "rounds.said.stale")

    @pressed("round", "redraw", "round_id", "seed")
    async def redraw(self, interaction: Interaction, round_id: int, seed: int) -> None:
        """Draw again with another seed."""
        person = await self._organiser(interaction, round_id)
        before = await round_draws.seen(self.app.database, round_id, person.user_id)
        await round_draws.redraw_round(self.app.database, round_id, person.user_id, seed, self.app.clock())
        await defer_if_slow(interaction, draw_now(interaction.client, round_id), private=True)
        after = await round_draws.seen(self.app.database, round_id, person.user_id)
        same = before.state == after.state == "drawn" and before.outings == after.outings
        await self._answer(interaction, round_id, "rounds.said.same" if same else "rounds.said.redrawn")

    async def _organiser(self, interaction: Interaction, round_id: int) -> Person:
        """Return the user, who must organise the round's club now."""
        person = await resolve_person(interaction)
        await check_organiser(interaction, person, (await round_draws.seen(self.app.database, round_id)).guild_id)
        return person

    async def _answer(self, interaction: Interaction, round_id: int, key: str) -> None:
        """Report the result on the user's own card, or ephemerally if a public message was pressed."""
        person = await resolve_person(interaction)
        words = person.reader.t(key)
        here = interaction.message
        if here is not None and here.flags.ephemeral:
            shown = await round_draws.seen(self.app.database, round_id, person.user_id)
            await replace(interaction, round_card(shown, 0, person.reader, words))
        elif isinstance(interaction.channel, discord.DMChannel):
            await close_with(interaction, words)
        else:
            await say_privately(interaction, words)


async def setup(bot: BotClient) -> None:
    """Add the cog, and its command to `/partner`."""
    await bot.add_cog(RoundsCog(bot))
    words = localized("rounds.commands.round")
    add_to_partner(bot, [app_commands.Command(name="round", description=words, callback=show)])
