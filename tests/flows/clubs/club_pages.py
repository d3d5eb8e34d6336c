"""Access to the pages of `/club settings` and the club's row."""

from __future__ import annotations

from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, RoleHandle
from sqlalchemy import update

from bot.services.clubs import clubs
from bot.services.clubs.clubs import ClubSettings
from db.models import Guild
from tests.flows.conftest import Club


async def guild(club: Club) -> Guild:
    async with club.database.read() as session:
        found = await session.get(Guild, club.guild.id)
        assert found is not None
        return found


async def page(club: Club, name: str) -> InteractionResult:
    card = await club.olga.slash(club.channel, "club settings")
    assert card.response is not None
    return await club.olga.click(card.response, label=name)


async def boards(club: Club, label: str = "Leaderboards") -> InteractionResult:
    card = await club.olga.slash(club.channel, "club settings")
    await club.olga.click(card.response, label=label)
    return card


async def settings(club: Club) -> ClubSettings:
    return await clubs.club_settings(club.database, club.guild.id)


async def private_channel(club: Club, *who: RoleHandle, name: str = "organisers") -> ChannelHandle:
    allowed = {one: discord.PermissionOverwrite(view_channel=True) for one in (bot_role(club), club.olga, *who)}
    channel = club.guild.create_text_channel(name, overwrites={**hidden(club), **allowed})
    await club.env.settle()
    return channel


def hidden(club: Club) -> dict[Any, discord.PermissionOverwrite]:
    return {club.guild.default_role: discord.PermissionOverwrite(view_channel=False)}


def bot_role(club: Club) -> Any:
    bot_guild = club.env.bot.get_guild(club.guild.id)
    assert bot_guild is not None
    return bot_guild.me.top_role


def allow(club: Club, role: Any, **permissions: bool) -> None:
    """Set a role's server permissions."""
    held = club.env.backend.guilds[club.guild.id].roles[role.id]
    changed = discord.Permissions(held.permissions)
    changed.update(**permissions)
    held.permissions = changed.value
    discord_role = club.env.bot.get_guild(club.guild.id).get_role(role.id)  # type: ignore[union-attr]
    assert discord_role is not None
    discord_role._permissions = changed.value


async def set_guild(club: Club, **values: object) -> None:
    async with club.database.write() as session:
        await session.execute(update(Guild).where(Guild.guild_id == club.guild.id).values(**values))
