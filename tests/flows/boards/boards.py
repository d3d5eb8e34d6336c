"""Boards in flows: members with standings, and the menus of a board."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import discord
from simcord import InteractionResult, MemberActor, ResponseMessage

from bot.interactions.components import button, card, row, select
from db.models import Guild, Member, Standing, User
from tests.flows.conftest import Club

MONDAY = date(2026, 11, 16)


async def on_board(club: Club, figures: dict[int, int], *, names: dict[int, str] | None = None) -> None:
    """Add members with these metres to this week's backward board."""
    now = club.env.now()
    async with club.database.write() as session:
        if await session.get(Guild, club.guild.id) is None:
            session.add(Guild(guild_id=club.guild.id, name="Krebsgang", created_at=now))
        for user_id in figures:
            if await session.get(User, user_id) is None:
                session.add(User(user_id=user_id, created_at=now))
        await session.flush()
        for user_id, metres in figures.items():
            if await session.get(Member, (club.guild.id, user_id)) is None:
                name = (names or {}).get(user_id, f"runner {user_id}")
                session.add(Member(guild_id=club.guild.id, user_id=user_id, display_name=name, seen_at=now))
            session.add(
                Standing(
                    guild_id=club.guild.id,
                    direction="backward",
                    period="week",
                    starts_on=MONDAY,
                    user_id=user_id,
                    distance_m=metres,
                    duration_ms=metres * 330,
                    days_out=1,
                    longest_m=metres,
                )
            )


def menu_of(shown: Any, action: str) -> str:
    """Return the custom id of the menu of metrics (`metric`) or periods (`when`) of a board."""
    message = shown.response if isinstance(shown, InteractionResult) else shown
    tree = message.components
    plain = tree if isinstance(message, ResponseMessage) else [part.to_dict() for part in tree]
    return next(found for found in re.findall(r"board:[a-z]+:v1:[^'\"]*", repr(plain)) if f":{action}:" in found)


async def old_message(club: Club, custom_id: str, values: list[str] | None = None) -> discord.Message:
    """Return a new message with a button or menu as an earlier version, or a modified client, has it."""
    options = [discord.SelectOption(label=value, value=value) for value in values or ()]
    old = button("old", custom_id) if values is None else select(custom_id, options)
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        sent: discord.Message = await channel.send(view=card(row(old)))
    return sent


async def press_old(club: Club, actor: MemberActor, custom_id: str, values: list[str] | None = None) -> None:
    """Press a button, or choose in a menu, that an earlier version sent."""
    sent = await old_message(club, custom_id, values)
    if values is None:
        await actor.click(sent, custom_id=custom_id)
    else:
        await actor.select(sent, values, custom_id=custom_id)


async def pick(actor: MemberActor, shown: Any, action: str, value: str) -> Any:
    """Choose in the menu of metrics (`metric`) or periods (`when`)."""
    message = getattr(shown, "response", shown)
    return await actor.select(message, [value], custom_id=menu_of(shown, action))
