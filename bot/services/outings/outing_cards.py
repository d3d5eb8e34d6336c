"""Public card of an outing: where it is, and what happens when it cannot be posted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import ENDED
from bot.services.messages.organiser_addresses import organisers_to_tell
from bot.services.outings.outings import OutingView, read, redraw, tell
from db.queries.outings import outings as queries
from db.queries.profile import settings as settings_queries


async def card_sent(session: AsyncSession, outing_id: int, channel_id: int, message_id: int) -> None:
    """Store the message that shows the card."""
    row = await queries.outing_row(session, outing_id)
    if row is not None:
        row.channel_id, row.message_id = channel_id, message_id
        await session.flush()


async def card_failed(
    session: AsyncSession, outing_id: int, channel_id: int, now: datetime, *, card_gone: bool
) -> None:
    """Handle a card that cannot be posted or updated in its channel; the outing stays.

    A deleted card is posted again. If that fails too, the card goes to the club's current partners channel if that is
    another one; else the caller and the organisers are told, once for each channel. Ended outings are ignored.

    Args:
        session: database session that records the failure.
        outing_id: id of the outing.
        channel_id: channel of the failed post.
        now: current time.
        card_gone: the card existed, and it or its channel was deleted.
    """
    row = await queries.outing_row(session, outing_id, hold=True)
    if row is None or row.state in ENDED or row.channel_id != channel_id:
        return
    guild = await settings_queries.guild_row(session, row.guild_id)
    elsewhere = guild.partners_channel_id if guild is not None else None
    moved = elsewhere is not None and elsewhere != channel_id
    row.message_id = None
    if moved and elsewhere is not None and not card_gone:
        row.channel_id = elsewhere
    await session.flush()
    outing = await read(session, outing_id)
    if card_gone or moved:
        await redraw(session, outing, now)
    else:
        await _complain(session, outing, now)


async def _complain(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    guild = await settings_queries.guild_row(session, outing.guild_id)
    organisers = await organisers_to_tell(session, guild) if guild is not None else []
    occurrence = f"channel {outing.channel_id}"
    if outing.caller is not None:
        await tell(session, outing, StoredKind.OUTING_UNPOSTED, [outing.caller.user_id], now, occurrence=occurrence)
    told = [user_id for user_id in organisers if user_id != outing.caller_id]
    await tell(
        session, outing, StoredKind.OUTING_UNPOSTED, told, now, occurrence=occurrence, payload={"organiser": True}
    )
