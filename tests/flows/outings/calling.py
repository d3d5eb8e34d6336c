"""Actions of members on calls for a partner, shared by the flows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
from sqlalchemy import insert, select, update

from bot.interactions.components import classic
from bot.localizer import Localizer
from cogs.outings.outing_card_view import find_button
from db.models import Companion, Guild, Outing, Tie, User
from tests.flows.conftest import NOON, Club, MemberActor, button_ids, text_of

FRIDAY = datetime(2026, 11, 20, 18, tzinfo=UTC)
STADIUM: dict[str, Any] = {"place": "Stadium", "when": "fri 18:00", "distance": "3k", "exactly": "gate 4, by the oak"}


async def find(club: Club, actor: MemberActor, role: str = "backward", **typed: Any) -> discord.Message:
    """Call with `/partner find` and return the public card."""
    answer = await actor.slash(club.channel, "partner find", **(STADIUM | {"role": role} | typed))
    assert answer.response is not None
    assert answer.response.ephemeral
    assert "Your call's on its way to" in text_of(answer) or "Deine Suche" in text_of(answer), text_of(answer)
    return card_of(club)


def card_of(club: Club) -> discord.Message:
    message = club.channel.last_message
    assert message is not None
    return message


async def press(club: Club, actor: MemberActor, message: Any, label: str) -> str:
    """Press the button whose label starts with `label`, and return the text of the private answer."""
    custom_id = next(found for shown, found in button_ids(message).items() if shown.startswith(label))
    in_a_dm = isinstance(message, discord.Message) and isinstance(message.channel, discord.DMChannel)
    answer = await (actor.user if in_a_dm else actor).click(message, custom_id=custom_id)
    return text_of(answer)


async def steps_out(club: Club, actor: MemberActor, card: Any) -> str:
    """Press Can't come, which stands behind More: the card is read by those too who are not in."""
    menu = await actor.click(card, label="More")
    assert menu.response is not None
    return await press(club, actor, menu.response, "Can't come")


async def state(club: Club) -> tuple[str, list[tuple[int, str, str]]]:
    async with club.database.read() as session:
        outing = (await session.scalars(select(Outing).order_by(Outing.outing_id.desc()))).first()
        assert outing is not None
        rows = await session.scalars(
            select(Companion).where(Companion.outing_id == outing.outing_id).order_by(Companion.since)
        )
        return outing.state, [(c.user_id, c.wish, c.presence) for c in rows]


async def club_sets(club: Club, **values: Any) -> None:
    async with club.database.write() as session:
        await session.execute(update(Guild).where(Guild.guild_id == club.guild.id).values(**values))


async def block(club: Club, one: MemberActor, other: MemberActor) -> None:
    async with club.database.write() as session:
        for actor in (one, other):
            if await session.get(User, actor.id) is None:
                await session.execute(insert(User).values(user_id=actor.id, created_at=NOON))
        await session.execute(
            insert(Tie).values(user_id=one.id, other_id=other.id, kind="block", other_name="x", since=NOON)
        )


def newcomer(club: Club, name: str, *roles: Any) -> MemberActor:
    return club.guild.add_member(club.env.create_user(name), roles=list(roles))


async def with_button(club: Club, actor: MemberActor, custom_id: str) -> discord.Message:
    """Send a member a message with one button, such as one that the bot has removed since."""
    with club.env._bot_scope():
        channel: Any = await club.env.bot.create_dm(discord.Object(actor.id))
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Old", custom_id=custom_id))
        sent: discord.Message = await channel.send("Of old", view=view)
    return sent


async def copy_of(club: Club, card: discord.Message) -> discord.Message:
    """Post a copy of a card with its buttons, which the bot does not edit."""
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        sent: discord.Message = await channel.send(
            card.content, embeds=card.embeds, view=discord.ui.View.from_message(card)
        )
    return sent


async def partners_card(club: Club) -> discord.Message:
    with club.env._bot_scope():
        channel: Any = club.env.bot.get_channel(club.channel.id)
        sent: discord.Message = await channel.send("Partners", view=classic(find_button(Localizer())))
    return sent
