"""Setup of a weekly round, and presses on its cards."""

from __future__ import annotations

from typing import Any

import discord
from simcord import ChannelHandle
from sqlalchemy import insert, select, update

from bot.services.rounds import rounds
from db.models import Availability, Guild, Outing, Round
from tests.flows.conftest import Club, MemberActor, button_ids


async def set_up(club: Club, **settings: Any) -> ChannelHandle:
    """Set up a round on Thursdays at 18:00 UTC; Alice (backward) and Bob (spotter) are free on Tuesdays."""
    partners = club.guild.create_text_channel("partners")
    await club.env.settle()
    for actor in (club.alice, club.bob, club.olga):
        await actor.slash(club.channel, "partner availability")  # creates the member's row
    async with club.database.write() as session:
        values = {"partners_channel_id": partners.id, "zone": "UTC", "round_on": True} | settings
        await session.execute(update(Guild).where(Guild.guild_id == club.guild.id).values(**values))
        for actor, role in ((club.alice, "backward"), (club.bob, "spotter")):
            await session.execute(
                insert(Availability).values(
                    guild_id=club.guild.id, user_id=actor.id, windows=[[1, 1080, 1200]], places=[], wishes=[role],
                    changed_at=club.env.now(),
                )
            )  # fmt: skip
    await rounds.plan_all(club.database, club.env.now())
    await club.wake()
    return partners


async def newest(club: Club) -> Round:
    async with club.database.read() as session:
        return (await session.scalars(select(Round).order_by(Round.monday.desc()))).one()


async def outings(club: Club) -> list[Outing]:
    async with club.database.read() as session:
        return list(await session.scalars(select(Outing)))


async def press(club: Club, actor: MemberActor, message: discord.Message, label: str) -> Any:
    custom_id = next(found for shown, found in button_ids(message).items() if shown.startswith(label))
    in_a_dm = isinstance(message.channel, discord.DMChannel)
    answer = await (actor.user if in_a_dm else actor).click(message, custom_id=custom_id)
    await club.env.settle()
    return answer
