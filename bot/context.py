"""The client's interface for the rooms below `bot.client`."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any

import discord
from discord.ext import commands

from bot.app import App
from bot.command_mentions import CommandMentions


class BotClient(commands.Bot, ABC):
    """The part of the client that delivery, membership, interactions and cogs may use.

    A base class and not a Protocol: `discord.Interaction[...]` and `CommandTree[...]` accept only subclasses of
    `discord.Client`.

    Attributes:
        app: the parts of the running bot.
        mentions: the commands' ids, for texts that name a command.
    """

    app: App
    mentions: CommandMentions

    @abstractmethod
    async def admits(self, interaction: discord.Interaction[BotClient]) -> bool:
        """Whether to handle an interaction. A member who sends too many is told to wait, and False is returned."""

    @abstractmethod
    def hold(self, task: asyncio.Task[Any], interaction: discord.Interaction[BotClient]) -> None:
        """Count an interaction as pending until the task that answers it ends."""
