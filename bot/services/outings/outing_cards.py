"""Where the public card of an outing is, and what is done when it can not be posted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import ENDED
from bot.services.outings.outings import OutingView, read, redraw, tell
from db.queries.outings import outings as queries
from db.queries.outings import partner_calls as call_queries
from db.queries.profile import settings as settings_queries

ORGANISERS_TOLD = 5


async def card_sent(session: AsyncSession, outing_id: int, channel_id: int, message_id: int) -> None:
    """Remember where the card is."""
    row = await queries.outing_row(session, outing_id)
    if row is not None:
        row.channel_id, row.message_id = channel_id, message_id
        await session.flush()


async def card_failed(
    session: AsyncSession, outing_id: int, channel_id: int, now: datetime, *, card_gone: bool
) -> None:
    """The card can not be posted there, or drawn again there: the outing stays.

    A card that was deleted is posted anew. Where that can not be either, it goes to the club's partners channel if
    that is another one by now; else its caller and the organisers are told, once for a channel. Of what is over
    nothing is said.

    Args:
        session: of the transaction that records it.
        outing_id: whose card it is.
        channel_id: where it was to be.
        now: when.
        card_gone: there was a card, and it, or its channel, is no more.
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
    organisers = await call_queries.organisers_of(session, outing.guild_id, ORGANISERS_TOLD)
    occurrence = f"channel {outing.channel_id}"
    if outing.caller is not None:
        await tell(session, outing, StoredKind.OUTING_UNPOSTED, [outing.caller.user_id], now, occurrence=occurrence)
    told = [user_id for user_id in organisers if user_id != outing.caller_id]
    await tell(
        session, outing, StoredKind.OUTING_UNPOSTED, told, now, occurrence=occurrence, payload={"organiser": True}
    )
