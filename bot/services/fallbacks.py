"""Past a closed direct channel: one message in a club's channel that says for whom something waits.

Those of one class who are refused at about the same time are named together. Who is named is fixed once the message is
claimed, so that one sent again is the same: until then it is `open`, and others join it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.delivery import Priority
from bot.services import outbox
from bot.services.deliveries import Destination
from bot.services.outbox import Leased
from db.engine import Database
from db.queries import deliveries as rows
from db.queries import fallbacks as queries

WAITS = "delivery.waits"
"""The kind of such a message."""
GATHER = timedelta(seconds=3)
"""How long one is open for others; a safety message is not kept for them, and takes along who is there already."""
TOGETHER = 50
"""So many are named in one message: some 1,300 of its 2,000 characters."""
ABOUT_OUTINGS = ("outing.", "alert.")
"""How kinds begin whose subject is an outing."""


async def fall_back(session: AsyncSession, one: Leased, now: datetime) -> bool:
    """Write for a channel that a direct message waits; False where none is known, or the person has left the club.

    The channel is the letter's own, else where the club looks for partners, else where the outing's card is.
    """
    chosen = None if one.guild_id is None else await queries.partners_channel(session, one.guild_id)
    channel_id: int | None = one.channel_id or chosen
    if channel_id is None and one.subject_id is not None and one.kind.startswith(ABOUT_OUTINGS):
        channel_id = await queries.outing_channel(session, one.subject_id) or None  # 0: it has no card
    if one.guild_id is not None and await queries.has_left(session, one.guild_id, one.user_id):
        return False
    if channel_id is None or not await outbox.record_closed(session, one, now):
        return False
    found = await queries.open_message(session, WAITS, channel_id, one.guild_id, one.priority)
    if found is not None and len(found.payload["delivery_ids"]) < TOGETHER:
        joined = {"delivery_ids": [*found.payload["delivery_ids"], one.delivery_id]}
        await queries.write_payload(session, found.delivery_id, joined)
        return True
    wait = timedelta() if one.priority == Priority.SAFETY else GATHER
    opened = _row(one, one.guild_id, channel_id, [one.delivery_id], now)
    await rows.insert_deliveries(session, [{**opened, "state": "open", "next_try_at": now + wait}], again=False)
    return True


def waiting_ids(kind: str, payload: Mapping[str, Any]) -> list[int]:
    """The ids of the direct messages that such a message stands for; none where it is another kind of message."""
    if kind != WAITS:
        return []
    return [int(one) for one in payload.get("delivery_ids") or [payload["delivery_id"]]]


async def waiting(database: Database, kind: str, payload: Mapping[str, Any]) -> list[Leased]:
    """The direct messages that such a message stands for, as they are written; those erased are left out."""
    async with database.read() as session:
        found = await queries.deliveries(session, waiting_ids(kind, payload))
    return [outbox.as_written(row) for row in found]


async def take_apart(session: AsyncSession, one: Leased, now: datetime) -> bool:
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


async def direct_is_closed(database: Database, user_id: int) -> bool:
    """Whether a person took no direct message when one was last tried."""
    async with database.read() as session:
        return await queries.is_closed(session, user_id)


def _row(one: Leased, guild_id: int | None, channel_id: int, ids: Sequence[int], now: datetime) -> dict[str, Any]:
    return {
        "kind": WAITS,
        "occurrence": str(ids[0]),
        "priority": one.priority,
        "destination": Destination.CHANNEL.value,
        "guild_id": guild_id,
        "user_id": 0,  # nobody's alone: who is erased takes nobody else's message along
        "channel_id": channel_id,
        "message_id": None,
        "subject_id": None,
        "payload": {"delivery_ids": list(ids)},
        "due_at": one.due_at,
        "next_try_at": now,
        "fallback_of": ids[0],
        "created_at": now,
    }
