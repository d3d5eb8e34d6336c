"""The club's partners card: the message in the partners channel under which one finds a partner.

It is sent and drawn again by `bot.delivery` like every card. When it moves, what was on its way is taken back; a
message that stays behind is the caller's to take down.
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
    """Where the card is."""

    NONE = "none"  # no partners channel is set
    COMING = "coming"
    THERE = "there"
    GONE = "gone"  # its message or channel is no more, or it could not be posted


@dataclass(frozen=True, slots=True)
class OldCard:
    """A card that was left behind."""

    channel_id: int
    message_id: int


async def choose_channel(
    database: Database, guild_id: int, channel_id: int | None, now: datetime, *, again: bool = False
) -> OldCard | None:
    """Set the partners channel and have the card posted there; the same channel again changes nothing.

    Args:
        database: where.
        guild_id: the club.
        channel_id: the channel, in which the caller has seen that the bot may write; None for none.
        now: when it should be there.
        again: post it anew, even in the same channel.

    Returns:
        The card that is now in the wrong place, to be taken down.
    """
    async with database.write() as session:
        guild = await settings.guild_row(session, guild_id, hold=True)
        assert guild is not None  # `people.meet` has made it known
        old_channel_id, old_card_id = guild.partners_channel_id, guild.partners_card_id
        if channel_id == old_channel_id and not again:
            return None
        await settings.set_guild(session, guild_id, partners_channel_id=channel_id, partners_card_id=None)
        await queries.forget_card(session, StoredKind.CLUB_PARTNERS, str(guild_id))
        if channel_id is not None:
            await put_up(session, guild_id, channel_id, now)
    return OldCard(old_channel_id, old_card_id) if old_channel_id and old_card_id else None


async def put_up(session: AsyncSession, guild_id: int, channel_id: int, now: datetime) -> None:
    """Have a card posted in a channel where none is."""
    await post(session, [_letter(guild_id, channel_id, None, now)], now)


async def redraw(session: AsyncSession, guild_id: int, now: datetime) -> None:
    """Have the card drawn by the settings as they then are, where there is one."""
    guild = await settings.guild_row(session, guild_id)
    if guild is not None and guild.partners_channel_id is not None and guild.partners_card_id is not None:
        await post(session, [_letter(guild_id, guild.partners_channel_id, guild.partners_card_id, now)], now)


async def club_of_card(database: Database, guild_id: int, channel_id: int) -> Club | None:
    """The club as its card shows it; None where that channel is no longer the partners channel."""
    async with database.read() as session:
        club = club_of(await settings.guild_row(session, guild_id))
    return club if club is not None and club.partners_channel_id == channel_id else None


async def state_of(session: AsyncSession, guild: Guild) -> CardState:
    """Where a club's card is."""
    if guild.partners_channel_id is None:
        return CardState.NONE
    if guild.partners_card_id is not None:
        return CardState.THERE
    on_its_way = await queries.card_state(
        session, StoredKind.CLUB_PARTNERS, str(guild.guild_id), guild.partners_channel_id
    )
    return CardState.COMING if on_its_way in ("waiting", "leased") else CardState.GONE


async def posted(session: AsyncSession, guild_id: int, channel_id: int, message_id: int) -> None:
    """Note where the card is."""
    await queries.keep_card(session, guild_id, channel_id, message_id)


async def lost(session: AsyncSession, guild_id: int, channel_id: int) -> None:
    """Forget a card that cannot be reached any more; the settings say so, and that it can be posted again."""
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
