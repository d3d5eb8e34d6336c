"""Where a message to a club's organisers goes: their channel, or a direct message to each of some.

An alarm is more than such a message: it goes to the owner and to every organiser
(`db.queries.members.organisers.owner_and_organisers`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Guild
from db.queries.members import organisers as queries

MOST_TOLD = 10
"""Organisers who get a direct message: enough for one of them to act on it, without a message to everybody."""


@dataclass(frozen=True, slots=True)
class Address:
    """One recipient of a message to the organisers: the channel, or a user; the other id is 0."""

    channel_id: int = 0
    user_id: int = 0


async def organiser_addresses(session: AsyncSession, guild: Guild) -> list[Address]:
    """Return the organisers' channel; without one, the users of `organisers_to_tell`."""
    if guild.organisers_channel_id is not None:
        return [Address(channel_id=guild.organisers_channel_id)]
    return [Address(user_id=user_id) for user_id in await organisers_to_tell(session, guild)]


async def organisers_to_tell(session: AsyncSession, guild: Guild) -> list[int]:
    """Return the `MOST_TOLD` organisers last seen; of a club with none yet, its owner."""
    organisers = list(await queries.organisers_of(session, guild.guild_id, MOST_TOLD))
    return organisers or ([guild.owner_id] if guild.owner_id else [])
