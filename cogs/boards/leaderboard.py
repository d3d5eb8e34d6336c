"""/leaderboard: rankings by metric, direction and period."""

from __future__ import annotations

from typing import Annotated

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.domain.boards.metrics import FIRST, BoardDirection, BoardKind, Metric, board_kinds
from bot.domain.when.periods import Period, today_in
from bot.errors import NotFound
from bot.interactions.arguments import Chosen, PageNumber
from bot.interactions.components import card, offered, pressed
from bot.interactions.replies import Interaction, defer_if_slow, replace, reply, resolve_member
from bot.interactions.tree import localized
from bot.services.boards.boards import Board, board
from bot.services.members.people import Person
from cogs.boards.leaderboard_view import board_card, own_line

METRICS = [app_commands.Choice(name=localized(m.label_key), value=m.value) for m in Metric]
DIRECTIONS = [app_commands.Choice(name=localized(f"board.direction.{d.value}"), value=d.value) for d in BoardDirection]
PERIODS = [app_commands.Choice(name=localized(f"board.period.{p.value}"), value=p.value) for p in Period]
BOARDS = {kind.key: kind for kind in board_kinds()}
"""The options of a board's menu, by value."""


class Leaderboard(commands.Cog):
    """The club's leaderboards."""

    def __init__(self, app: App) -> None:
        self.app = app

    @app_commands.command(name="leaderboard", description=localized("board.commands.leaderboard"))
    @app_commands.describe(
        metric=localized("board.commands.metric"),
        direction=localized("board.commands.direction"),
        period=localized("board.commands.period"),
    )
    @app_commands.choices(metric=METRICS, direction=DIRECTIONS, period=PERIODS)
    async def leaderboard(
        self,
        interaction: Interaction,
        metric: str = FIRST.value,
        direction: str = BoardDirection.BACKWARD.value,
        period: str = Period.WEEK.value,
    ) -> None:
        """Show a board, in the club's language, or in a DM in the user's."""
        person = await resolve_member(interaction)
        public = person.in_guild
        wanted = offered(Metric, metric), offered(BoardDirection, direction), offered(Period, period)
        found = await defer_if_slow(interaction, self._board(person, *wanted, 0), private=not public)
        await reply(interaction, _drawn(found, person, public=public), private=not public)
        if public and found.mine.hidden:
            await _say_hidden(interaction, found, person)

    @pressed("board", "show", "owner_id", "metric", "direction", "period")
    async def show(
        self, interaction: Interaction, owner_id: int, metric: Metric, direction: BoardDirection, period: Period
    ) -> None:
        """Show another period."""
        await self._turn(interaction, owner_id, metric, direction, period, 0)

    @pressed("board", "page", "owner_id", "metric", "direction", "period", "page")
    async def page(
        self,
        interaction: Interaction,
        owner_id: int,
        metric: Metric,
        direction: BoardDirection,
        period: Period,
        page: PageNumber,
    ) -> None:
        """Show another page."""
        await self._turn(interaction, owner_id, metric, direction, period, page)

    @pressed("board", "what", "owner_id", "period")
    async def what(
        self,
        interaction: Interaction,
        owner_id: int,
        period: Period,
        kind: Chosen[Annotated[BoardKind, BOARDS]],
    ) -> None:
        """Show another metric or direction."""
        await self._turn(interaction, owner_id, kind.metric, kind.direction, period, 0)

    async def _turn(
        self,
        interaction: Interaction,
        owner_id: int,
        metric: Metric,
        direction: BoardDirection,
        period: Period,
        page: int,
    ) -> None:
        """Redraw the board for its owner; anybody else gets a private board of their own."""
        person = await resolve_member(interaction)
        found = await defer_if_slow(interaction, self._board(person, metric, direction, period, page), private=True)
        if person.user_id != owner_id:
            await reply(interaction, _drawn(found, person, public=False), private=True)
            return
        public = person.in_guild and not _seen_alone(interaction.message)
        await replace(interaction, _drawn(found, person, public=public))

    async def _board(
        self, person: Person, metric: Metric, direction: BoardDirection, period: Period, page: int
    ) -> Board:
        if person.club is None:
            raise NotFound("board.home.none")
        return await board(
            self.app.database,
            person.club.guild_id,
            person.user_id,
            metric,
            direction,
            period,
            page,
            today_in(person.club.reader.zone, self.app.clock()),
        )


def _drawn(found: Board, person: Person, *, public: bool) -> discord.ui.LayoutView:
    assert person.club is not None
    return board_card(
        found,
        person.club.reader if public else person.reader,
        club=person.club.name,
        owner_id=person.user_id,
        caller=person.display_name if public else None,
    )


async def _say_hidden(interaction: Interaction, found: Board, person: Person) -> None:
    """Send a hidden member's own value to that member alone."""
    await reply(interaction, card(own_line(found, person.reader, None)), private=True)


def _seen_alone(message: discord.Message | None) -> bool:
    return message is not None and message.flags.ephemeral


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Leaderboard(bot.app))
