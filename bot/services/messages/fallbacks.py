"""Fallback notices for closed direct messages: a message in a club's channel that names whom a message waits for.

Messages of one priority class that are refused at about the same time share a notice. Its recipients are fixed once it
is claimed, so that a retry sends the same text; until then its state is `open`, and others join it. A notice stands for
a day: further messages for the same member are added to it, and it is edited instead of posted again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages import outbox
from bot.services.messages.deliveries import Destination
from bot.services.messages.outbox import ClaimedMessage
from db.engine import Database
from db.queries.messages import deliveries as rows
from db.queries.messages import fallbacks as queries

GATHER = timedelta(seconds=3)
"""Time for which a notice stays open for others; a safety message does not wait, but includes those already there."""
TOGETHER = 50
"""Most members named in one notice: about 1,300 of its 2,000 characters."""
DAY = timedelta(days=1)
BETWEEN_ALARMS = timedelta(minutes=5)
"""Minimum time between two pings in a channel for safety messages."""
MOST_ALARMS_A_DAY = 6
"""Pings of one member a day in a channel for safety messages."""
KEPT = 200
"""Newest messages that a notice keeps track of."""
ABOUT_OUTINGS = ("outing.", "alert.")
"""Prefixes of the kinds whose subject is an outing."""


async def channels_for(session: AsyncSession, one: ClaimedMessage) -> list[int]:
    """Return channels for a notice about a direct message, best first; empty if the club does not allow notices.

    In order: the message's own channel, the club's partners channel, the channel of the outing's card.
    """
    if one.guild_id is not None and not await queries.may_name(session, one.guild_id, one.user_id):
        return []
    found = [one.channel_id, None if one.guild_id is None else await queries.partners_channel(session, one.guild_id)]
    if one.subject_id is not None and one.kind.startswith(ABOUT_OUTINGS):
        found.append(await queries.outing_channel(session, one.subject_id))  # 0: no card
    return list(dict.fromkeys(channel_id for channel_id in found if channel_id))


async def fall_back(session: AsyncSession, one: ClaimedMessage, now: datetime, channel_id: int | None = None) -> bool:
    """Queue a notice that a direct message waits; False if no channel is known or it is not allowed.

    A member already named there is not pinged again except for the first message a day (a few for safety): the message
    joins the standing notice, which is edited, and an edit pings nobody.

    Args:
        session: database session of its own.
        one: direct message that was refused.
        now: current time.
        channel_id: channel of the notice; by default the first of `channels_for`.
    """
    channels = await channels_for(session, one)
    if channel_id is None:
        channel_id = channels[0] if channels else None
    if channel_id not in channels or channel_id is None or not await outbox.record_closed(session, one, now):
        return False
    if await _join_standing(session, one, channel_id, now):
        return True
    found = await queries.open_message(session, StoredKind.DELIVERY_WAITS, channel_id, one.guild_id, one.priority)
    if found is not None and len(found.payload["delivery_ids"]) < TOGETHER:
        await queries.write_payload(session, found.delivery_id, _with(found.payload, one))
        return True
    wait = timedelta() if one.priority == Priority.SAFETY else GATHER
    opened = _row(one, one.guild_id, channel_id, [one.delivery_id], now)
    opened["payload"] = _with({"delivery_ids": []}, one)
    await rows.insert_deliveries(session, [{**opened, "state": "open", "next_try_at": now + wait}], again=False)
    return True


async def _join_standing(session: AsyncSession, one: ClaimedMessage, channel_id: int, now: datetime) -> bool:
    """Add a message to the notice that names its recipient in a channel, unless they may be pinged there again."""
    theirs = [
        notice
        for notice in await queries.notices_since(session, StoredKind.DELIVERY_WAITS, channel_id, now - DAY)
        if one.user_id in notice.payload.get("user_ids", ())
    ]
    if one.priority == Priority.SAFETY:
        theirs = [notice for notice in theirs if notice.priority == Priority.SAFETY]
        if len(theirs) < MOST_ALARMS_A_DAY and not any(now - notice.created_at < BETWEEN_ALARMS for notice in theirs):
            return False
    if not theirs:
        return False
    newest = theirs[0]
    payload = _with(newest.payload, one)
    if newest.message_id is not None:
        await queries.edit_notice(session, newest.delivery_id, payload, one.due_at, now)
    else:
        await queries.write_payload(session, newest.delivery_id, payload)
    return True


def _with(payload: Mapping[str, Any], one: ClaimedMessage) -> dict[str, Any]:
    """Return the payload of a notice with one more direct message."""
    named = payload.get("user_ids", [])
    return {
        "delivery_ids": [*payload["delivery_ids"], one.delivery_id][-KEPT:],
        "user_ids": named if one.user_id in named else [*named, one.user_id],
    }


def waiting_ids(kind: str, payload: Mapping[str, Any]) -> list[int]:
    """Return the ids of the direct messages that a notice stands for; empty for other kinds."""
    if kind != StoredKind.DELIVERY_WAITS:
        return []
    return [int(one) for one in payload.get("delivery_ids") or [payload["delivery_id"]]]


async def waiting(database: Database, kind: str, payload: Mapping[str, Any]) -> list[ClaimedMessage]:
    """Return the direct messages that a notice stands for, without erased ones."""
    async with database.read() as session:
        found = await queries.deliveries(session, waiting_ids(kind, payload))
    return [outbox.as_written(row) for row in found]


async def take_apart(session: AsyncSession, one: ClaimedMessage, now: datetime) -> bool:
    """Replace a notice for several messages by one for each; False if it stands for only one."""
    ids = waiting_ids(one.kind, one.payload)
    if len(ids) < 2 or not await outbox.record_dropped(session, one, now):
        return False
    # The key includes the replaced notice, or the first part would count as that one.
    parts = [
        {**_row(one, one.guild_id, one.channel_id, [part], now), "occurrence": f"{one.delivery_id}.{part}"}
        for part in ids
    ]
    await rows.insert_deliveries(session, parts, again=False)
    return True


async def is_closed(database: Database, user_id: int) -> bool:
    """Whether the last direct message to a member was refused."""
    async with database.read() as session:
        return await queries.is_closed(session, user_id)


async def try_direct_again(database: Database, user_id: int) -> bool:
    """Allow the next message to a member to be sent directly; return whether one was refused last time."""
    closed = await is_closed(database, user_id)
    if closed:
        async with database.write() as session:
            await rows.set_direct(session, user_id, dm_closed_at=None)
    return closed


def _row(
    one: ClaimedMessage, guild_id: int | None, channel_id: int, ids: Sequence[int], now: datetime
) -> dict[str, Any]:
    return {
        "kind": StoredKind.DELIVERY_WAITS,
        "occurrence": str(ids[0]),
        "priority": one.priority,
        "destination": Destination.CHANNEL.value,
        "guild_id": guild_id,
        "user_id": 0,  # no user: erasing one member must not delete the others' messages
        "channel_id": channel_id,
        "message_id": None,
        "subject_id": -channel_id,  # finds standing notices of a channel; real subject ids are positive
        "payload": {"delivery_ids": list(ids)},
        "due_at": one.due_at,
        "next_try_at": now,
        "fallback_of": ids[0],
        "created_at": now,
    }
