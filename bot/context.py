"""The client as the rooms below `bot.client` know it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any

import discord
from discord.ext import commands

from bot.app import App


class BotClient(commands.Bot, ABC):
    """What delivery, membership, interactions and cogs may use of the client.

    A base class and not a Protocol: `discord.Interaction[...]` and `CommandTree[...]` accept only subclasses of
    `discord.Client`.

    Attributes:
        app: the parts of the running bot.
    """

    app: App

    @abstractmethod
    async def admits(self, interaction: discord.Interaction[BotClient]) -> bool:
        """Whether to handle an interaction; whoever asks too often is told to wait, and False is returned."""

    @abstractmethod
    def hold(self, task: asyncio.Task[Any], interaction: discord.Interaction[BotClient]) -> None:
        """Count an interaction as in hand until the task that answers it ends."""
