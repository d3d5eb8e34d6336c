"""Started outings, and access to the direct messages of their members."""

from __future__ import annotations

from typing import Any

import discord
from sqlalchemy import select

from db.models import Outing
from tests.flows.conftest import Club, MemberActor, text_of
from tests.flows.outings.calling import find, press, state

BEFORE = {"days": 2, "hours": 6}
"""From the start of a flow to Friday 18:00, when outings of `find` start."""


def words(club: Club, actor: MemberActor) -> list[str]:
    """Return the first line of every direct message of the bot, oldest first."""
    return [message.content.splitlines()[0] for message in club.dms(actor)]


def last(club: Club, actor: MemberActor) -> discord.Message:
    return club.dms(actor)[-1]


def letter(club: Club, actor: MemberActor, part: str) -> discord.Message:
    """Return the newest direct message that contains `part`."""
    return next(m for m in reversed(club.dms(actor)) if part in m.content)


async def agreed(club: Club, role: str = "backward", other: str = "Spotter", **typed: Any) -> None:
    """Let Alice call, and Bob join."""
    card = await find(club, club.alice, role, **typed)
    await press(club, club.bob, card, other)
    assert (await state(club))[0] == "confirmed"


async def out(club: Club, **typed: Any) -> None:
    """Start the outing of both at 18:00."""
    await agreed(club, **typed)
    await club.pass_time(**BEFORE)
    asked = await club.alice.user.click(letter(club, club.alice, "It's time"), label="Check in")
    assert asked.response is not None
    done = await club.alice.user.click(asked.response, label="We're all here")
    assert "You're out" in text_of(done)
    await club.env.settle()
    assert "not an emergency service" in letter(club, club.bob, "You're out with").content


async def copy_to(club: Club, actor: MemberActor, message: discord.Message) -> discord.Message:
    """Send a copy of an old message with its buttons."""
    with club.env._bot_scope():
        channel: Any = await club.env.bot.create_dm(discord.Object(actor.id))
        sent: discord.Message = await channel.send(message.content, view=discord.ui.View.from_message(message))
    return sent


async def outing_id(club: Club) -> int:
    async with club.database.read() as session:
        outing = (await session.scalars(select(Outing).order_by(Outing.outing_id.desc()))).first()
        assert outing is not None
        return outing.outing_id
