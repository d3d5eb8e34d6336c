"""Delivering by hand what is written to be sent."""

from __future__ import annotations

from typing import Any, cast

import discord
from sqlalchemy import select, update

from bot.delivery.kinds import Failure, Outgoing
from db.models import Delivery
from tests.flows.conftest import Club, MemberActor


async def deliver(club: Club) -> None:
    bot = cast(Any, club.env.bot)
    while True:
        async with club.database.read() as session:
            row = (
                await session.scalars(
                    select(Delivery).where(Delivery.state == "waiting").order_by(Delivery.delivery_id)
                )
            ).first()
        if row is None:
            break
        names = Outgoing.__dataclass_fields__
        outgoing = Outgoing(**{name: getattr(row, name) for name in names})
        kind = bot.kinds[row.kind]
        with club.env._bot_scope():
            drawn = await kind.draw(bot, outgoing)
            state, message, failure = "dropped", None, None
            if drawn is not None:
                state = "sent"
                try:
                    if row.destination == "dm":
                        user = await bot.fetch_user(row.user_id)
                        message = await user.send(drawn.content, view=drawn.view or discord.utils.MISSING)
                    elif row.message_id:
                        channel = bot.get_partial_messageable(row.channel_id)
                        message = await channel.get_partial_message(row.message_id).edit(
                            content=drawn.content, view=drawn.view
                        )
                    else:
                        channel = bot.get_partial_messageable(row.channel_id)
                        message = await channel.send(drawn.content, view=drawn.view or discord.utils.MISSING)
                except discord.HTTPException:
                    state, failure = "failed", Failure.GONE
        async with club.database.write() as session:
            await session.execute(
                update(Delivery)
                .where(Delivery.delivery_id == row.delivery_id)
                .values(state=state, message_id=message.id if message else row.message_id)
            )
            now = club.env.now()
            if failure and kind.failed:
                await kind.failed(session, outgoing, failure, now)
            if message is not None and kind.sent:
                await kind.sent(session, outgoing, message.channel.id, message.id, now)
    await club.env.settle()


def dms(club: Club, actor: MemberActor) -> list[discord.Message]:
    from simcord import ChannelHandle

    channel = ChannelHandle(club.env, None, club.env.backend.get_dm_channel(actor.id))
    return [m for m in channel.history() if m.author.id == club.env.backend.bot_user.id]
