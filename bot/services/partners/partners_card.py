"""Partners card of a club: the message in the partners channel with the buttons to find a partner.

`bot.delivery` posts and edits it like every card. When it moves, its pending delivery is cancelled; the caller deletes
the old message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.members.people import Club, club_of
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from db.engine import Database
from db.models import Guild
from db.queries.partners import partners_card as queries
from db.queries.profile import settings


class CardState(StrEnum):
    """State of the card."""

    NONE = "none"  # no partners channel is set
    COMING = "coming"
    THERE = "there"
    GONE = "gone"  # its message or channel was deleted, or it could not be posted


@dataclass(frozen=True, slots=True)
class OldCard:
    """A card in a former channel."""

    channel_id: int
    message_id: int


async def choose_channel(
    database: Database, guild_id: int, channel_id: int | None, now: datetime, *, again: bool = False
) -> OldCard | None:
    """Set the partners channel and queue the card there; nothing happens for the same channel.

    Args:
        database: database to write to.
        guild_id: id of the club.
        channel_id: channel, where the caller has checked that the bot may write; None for none.
        now: time when the card is due.
        again: post it again, even in the same channel.

    Returns:
        The card in the old place, for the caller to delete.
    """
    async with database.write() as session:
        guild = await settings.guild_row(session, guild_id, hold=True)
        assert guild is not None  # created by `people.meet`
        old_channel_id, old_card_id = guild.partners_channel_id, guild.partners_card_id
        if channel_id == old_channel_id and not again:
            return None
        await settings.set_guild(session, guild_id, partners_channel_id=channel_id, partners_card_id=None)
        await queries.forget_card(session, StoredKind.CLUB_PARTNERS, str(guild_id))
        if channel_id is not None:
            await put_up(session, guild_id, channel_id, now)
    return OldCard(old_channel_id, old_card_id) if old_channel_id and old_card_id else None


async def put_up(session: AsyncSession, guild_id: int, channel_id: int, now: datetime) -> None:
    """Queue a card in a channel that has none."""
    await post(session, [_letter(guild_id, channel_id, None, now)], now)


async def redraw(session: AsyncSession, guild_id: int, now: datetime) -> None:
    """Queue an update of the card with the current settings, if there is one."""
    guild = await settings.guild_row(session, guild_id)
    if guild is not None and guild.partners_channel_id is not None and guild.partners_card_id is not None:
        await post(session, [_letter(guild_id, guild.partners_channel_id, guild.partners_card_id, now)], now)


async def club_of_card(database: Database, guild_id: int, channel_id: int) -> Club | None:
    """Return the club for its card; None if that channel is no longer its partners channel."""
    async with database.read() as session:
        club = club_of(await settings.guild_row(session, guild_id))
    return club if club is not None and club.partners_channel_id == channel_id else None


async def state_of(session: AsyncSession, guild: Guild) -> CardState:
    """Return the state of a club's card."""
    if guild.partners_channel_id is None:
        return CardState.NONE
    if guild.partners_card_id is not None:
        return CardState.THERE
    on_its_way = await queries.card_state(
        session, StoredKind.CLUB_PARTNERS, str(guild.guild_id), guild.partners_channel_id
    )
    return CardState.COMING if on_its_way in ("waiting", "leased") else CardState.GONE


async def posted(session: AsyncSession, guild_id: int, channel_id: int, message_id: int) -> None:
    """Store the message that shows the card."""
    await queries.keep_card(session, guild_id, channel_id, message_id)


async def lost(session: AsyncSession, guild_id: int, channel_id: int) -> None:
    """Delete the reference to a card that cannot be reached; the settings then offer to post it again."""
    await queries.keep_card(session, guild_id, channel_id, None)


def _letter(guild_id: int, channel_id: int, message_id: int | None, now: datetime) -> OutboundMessage:
    return OutboundMessage(
        StoredKind.CLUB_PARTNERS,
        str(guild_id),
        Priority.ASKED,
        Destination.CARD,
        due_at=now,
        channel_id=channel_id,
        message_id=message_id,
        guild_id=guild_id,
    )
