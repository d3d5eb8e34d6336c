"""Questions that one member has the bot ask another: whether they were the spotter, whether they will be a contact.

All of them go through this module, so that nobody can be flooded with messages. A question is written in the
transaction that causes it and sent by `bot.delivery`. Members separated from the asker by a block, or who chose "Don't
ask me again", are not asked, and the asker sees no difference. What one member may ask in a day is limited, and they
are told; what one member is asked in a day by everybody is limited too, and the rest waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.partners.tie_kinds import TieKind
from bot.errors import BadInput
from bot.services.messages.deliveries import OutboundMessage, post
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.messages import questions as queries
from db.queries.partners import trust_and_blocks as tie_queries
from db.queries.safety import contacts as contact_queries

KINDS = (StoredKind.SPOTTER_ASK, StoredKind.SPOTTER_ASK_ALONE, StoredKind.CONTACT_ASK)
DAY = timedelta(days=1)
TO_ONE = 3
"""Questions of a kind to the same member in a day: a run logged, edited and edited again."""
OF_ONE = 10
"""Questions that a member is sent in a day; the others wait for the next day."""
USEFUL_FOR = timedelta(days=7)
"""How long a question that could not be sent stays useful."""


async def put(session: AsyncSession, letter: OutboundMessage, asker_id: int, now: datetime, *, most: int) -> bool:
    """Queue a question to the recipient of `letter`, unless they are not to be asked.

    Args:
        session: database session of the change that causes it.
        letter: message with the question.
        asker_id: member who asks.
        now: current time.
        most: questions of this kind that one member may ask in a day.

    Returns:
        False if the asker has reached that limit; nothing is written then.
    """
    asked = await _asked(session, letter.kind, asker_id, now)
    if sum(asked.values()) >= most or asked.get(letter.user_id, 0) >= TO_ONE:
        return False
    await _note(session, letter.kind, asker_id, [letter.user_id], now)
    if not await queries.apart(session, asker_id, [letter.user_id]):
        await post(session, [letter], now)
    return True


async def choose(
    session: AsyncSession, kind: str, asker_id: int, user_ids: Sequence[int], now: datetime, *, most: int
) -> list[int]:
    """Return those who may be asked, in the given order, up to the asker's remaining questions of the day."""
    left = most - sum((await _asked(session, kind, asker_id, now)).values())
    apart = await queries.apart(session, asker_id, user_ids)
    chosen = [one for one in user_ids if one not in apart][: max(0, left)]
    await _note(session, kind, asker_id, chosen, now)
    return chosen


async def may_ask(database: Database, asker_id: int, user_id: int) -> bool:
    """Whether a queued question may still be sent: a block or "Don't ask me again" may have come since."""
    async with database.read() as session:
        return not await queries.apart(session, asker_id, [user_id])


async def put_from(session: AsyncSession, user_id: int, now: datetime) -> datetime | None:
    """Return from when a member may be sent a question; None for now."""
    put = await queries.put_to(session, user_id, KINDS, now - DAY)
    return put[-OF_ONE] + DAY if len(put) >= OF_ONE else None


async def never_again(database: Database, user_id: int, asker_id: int, name: str, now: datetime) -> None:
    """Record that a member wants no more questions from another, who is not told.

    Raises:
        BadInput: neither asked by them nor ever in a club with them: the button is forged.
    """
    async with database.write() as session:
        asked = await queries.was_put(session, asker_id, user_id, KINDS)
        if not asked and not await contact_queries.share_a_club(session, user_id, asker_id):
            raise BadInput("errors.press.unknown")
        await people_queries.hold(session, [user_id])
        await tie_queries.write_tie(
            session, user_id=user_id, other_id=asker_id, kind=TieKind.MUTE.value, other_name=name[:120], since=now
        )


async def _asked(session: AsyncSession, kind: str, asker_id: int, now: datetime) -> dict[int, int]:
    await people_queries.hold(session, [asker_id])  # of two concurrent questions the second counts the first
    await queries.forget_before(session, now - DAY)
    counted = StoredKind.SPOTTER_ASK if kind == StoredKind.SPOTTER_ASK_ALONE else kind
    return await queries.asked_since(session, asker_id, counted, now - DAY)


async def _note(session: AsyncSession, kind: str, asker_id: int, user_ids: Sequence[int], now: datetime) -> None:
    counted = StoredKind.SPOTTER_ASK if kind == StoredKind.SPOTTER_ASK_ALONE else kind
    rows: list[dict[str, object]] = [
        {"author_id": asker_id, "user_id": user_id, "kind": counted, "asked_at": now} for user_id in user_ids
    ]
    await queries.note(session, rows)
