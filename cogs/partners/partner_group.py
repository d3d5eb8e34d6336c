"""The command group `/partner`, to which several cogs add commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.interactions.tree import localized


def add_to_partner(bot: commands.Bot, found: Iterable[app_commands.Command[Any, Any, Any]]) -> None:
    """Add commands to `/partner`; create the group if it does not exist."""
    group = bot.tree.get_command("partner")
    if not isinstance(group, app_commands.Group):
        group = app_commands.Group(name="partner", description=localized("partners.commands.partner"), guild_only=False)
        bot.tree.add_command(group)
    for command in found:
        group.add_command(command)
