"""Past a closed direct channel: one message in a club's channel that says for whom something waits.

Those of one class who are refused at about the same time are named together. Who is named is fixed once the message is
claimed, so that one sent again is the same: until then it is `open`, and others join it. It stands for a day: what
waits for the same member meanwhile is put behind it, and it is edited instead of posted again.
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
"""How long one is open for others; a safety message is not kept for them, and takes along who is there already."""
TOGETHER = 50
"""So many are named in one message: some 1,300 of its 2,000 characters."""
DAY = timedelta(days=1)
BETWEEN_ALARMS = timedelta(minutes=5)
"""Between two calls in a channel for what is about safety."""
MOST_ALARMS_A_DAY = 6
"""Calls in a channel for what is about safety, to one member in a day."""
KEPT = 200
"""The newest messages a notice stands for."""
ABOUT_OUTINGS = ("outing.", "alert.")
"""How kinds begin whose subject is an outing."""


async def channels_for(session: AsyncSession, one: ClaimedMessage) -> list[int]:
    """Where it may be said that a direct message waits, best first; none where the club does not want it said.

    The letter's own channel, where the club looks for partners, where the outing's card is.
    """
    if one.guild_id is not None and not await queries.may_name(session, one.guild_id, one.user_id):
        return []
    found = [one.channel_id, None if one.guild_id is None else await queries.partners_channel(session, one.guild_id)]
    if one.subject_id is not None and one.kind.startswith(ABOUT_OUTINGS):
        found.append(await queries.outing_channel(session, one.subject_id))  # 0: it has no card
    return list(dict.fromkeys(channel_id for channel_id in found if channel_id))


async def fall_back(session: AsyncSession, one: ClaimedMessage, now: datetime, channel_id: int | None = None) -> bool:
    """Write for a channel that a direct message waits; False where none is known, or it may not be said.

    Who is named there already is not named anew but for the first message a day (a few for safety): what waits joins
    the notice that stands, which is edited, and an edit calls nobody.

    Args:
        session: a transaction of its own.
        one: the direct message.
        now: when.
        channel_id: where; the first of `channels_for` by default.
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
    """Add a message to the notice that names its reader in a channel, unless they may be called there anew."""
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
    """What a notice stands for, with one direct message more."""
    named = payload.get("user_ids", [])
    return {
        "delivery_ids": [*payload["delivery_ids"], one.delivery_id][-KEPT:],
        "user_ids": named if one.user_id in named else [*named, one.user_id],
    }


def waiting_ids(kind: str, payload: Mapping[str, Any]) -> list[int]:
    """The ids of the direct messages that such a message stands for; none where it is another kind of message."""
    if kind != StoredKind.DELIVERY_WAITS:
        return []
    return [int(one) for one in payload.get("delivery_ids") or [payload["delivery_id"]]]


async def waiting(database: Database, kind: str, payload: Mapping[str, Any]) -> list[ClaimedMessage]:
    """The direct messages that such a message stands for, as they are written; those erased are left out."""
    async with database.read() as session:
        found = await queries.deliveries(session, waiting_ids(kind, payload))
    return [outbox.as_written(row) for row in found]


async def take_apart(session: AsyncSession, one: ClaimedMessage, now: datetime) -> bool:
    """Write in place of a message that stands for several one for each; False where it stands for one alone."""
    ids = waiting_ids(one.kind, one.payload)
    if len(ids) < 2 or not await outbox.record_dropped(session, one, now):
        return False
    # The key names the message taken apart, or the first would be taken for it.
    parts = [
        {**_row(one, one.guild_id, one.channel_id, [part], now), "occurrence": f"{one.delivery_id}.{part}"}
        for part in ids
    ]
    await rows.insert_deliveries(session, parts, again=False)
    return True


async def try_direct_again(database: Database, user_id: int) -> bool:
    """Have the next message to a person be tried directly; answers whether one was refused when last tried."""
    async with database.read() as session:
        closed = await queries.is_closed(session, user_id)
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
        "user_id": 0,  # nobody's alone: who is erased takes nobody else's message along
        "channel_id": channel_id,
        "message_id": None,
        "subject_id": -channel_id,  # by which those that stand there are found; no id of ours is negative
        "payload": {"delivery_ids": list(ids)},
        "due_at": one.due_at,
        "next_try_at": now,
        "fallback_of": ids[0],
        "created_at": now,
    }
