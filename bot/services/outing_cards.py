"""Where the public card of an outing is, and what is done when it can not be posted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.outings import ENDED
from bot.services.outings import OutingView, read, redraw, tell
from db.queries import calls as call_queries
from db.queries import outings as queries
from db.queries import settings as settings_queries

UNPOSTED = "outing.unposted"
ORGANISERS_TOLD = 5


async def card_sent(session: AsyncSession, outing_id: int, channel_id: int, message_id: int) -> None:
    """Remember where the card is."""
    row = await queries.outing_row(session, outing_id)
    if row is not None:
        row.channel_id, row.message_id = channel_id, message_id
        await session.flush()


async def card_failed(session: AsyncSession, outing_id: int, channel_id: int, now: datetime) -> None:
    """The card can not be posted there, or not any more: the outing stays.

    It goes to the club's partners channel where that is another one by now; else its caller and the organisers are
    told, once for a channel. Of what is over nothing is said.
    """
    row = await queries.outing_row(session, outing_id, hold=True)
    if row is None or row.state in ENDED or row.channel_id != channel_id:
        return
    guild = await settings_queries.guild_row(session, row.guild_id)
    row.message_id = None
    elsewhere = guild.partners_channel_id if guild is not None else None
    if elsewhere is not None and elsewhere != channel_id:
        row.channel_id = elsewhere
        await session.flush()
        await redraw(session, await read(session, outing_id), now)
        return
    await session.flush()
    outing = await read(session, outing_id)
    await _complain(session, outing, now)


async def _complain(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    organisers = await call_queries.organisers_of(session, outing.guild_id, ORGANISERS_TOLD)
    occurrence = f"channel {outing.channel_id}"
    if outing.caller is not None:
        await tell(session, outing, UNPOSTED, [outing.caller.user_id], now, occurrence=occurrence)
    told = [user_id for user_id in organisers if user_id != outing.caller_id]
    await tell(session, outing, UNPOSTED, told, now, occurrence=occurrence, payload={"organiser": True})
