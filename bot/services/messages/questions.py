"""Questions that one person has the bot put to another: was it you who faced forward, will you be my contact.

Every one goes through here, so that nobody can be made to receive messages. It is written in the transaction that is
its reason and sent by `bot.delivery`. Who is kept apart from the asker by a block, or has said "Don't ask me again", is
asked nothing, and the asker reads the same as ever. What one person may ask in a day is limited, and they are told;
what somebody is asked in a day by everybody is limited too, and the rest waits.
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
"""Questions of a kind to the same person in a day: a run logged, mended, and mended again."""
OF_ONE = 10
"""Questions that somebody is sent in a day; what is more waits for the next."""
USEFUL_FOR = timedelta(days=7)
"""How long a question that could not be put is of use."""


async def put(session: AsyncSession, letter: OutboundMessage, asker_id: int, now: datetime, *, most: int) -> bool:
    """Have a question sent to whom `letter` is for, unless that person is not to be asked.

    Args:
        session: of the transaction that is the reason.
        letter: the question.
        asker_id: whose question it is.
        now: when it is asked.
        most: how many of its kind one person may ask in a day.

    Returns:
        False where the asker has asked as much as that; nothing is written then.
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
    """Those of some people who may be asked for somebody, in the order given, as many as are left of a day's."""
    left = most - sum((await _asked(session, kind, asker_id, now)).values())
    apart = await queries.apart(session, asker_id, user_ids)
    chosen = [one for one in user_ids if one not in apart][: max(0, left)]
    await _note(session, kind, asker_id, chosen, now)
    return chosen


async def may_ask(database: Database, asker_id: int, user_id: int) -> bool:
    """Whether a question that was written may still be put: a block or a "Don't ask me again" may have come since."""
    async with database.read() as session:
        return not await queries.apart(session, asker_id, [user_id])


async def put_from(session: AsyncSession, user_id: int, now: datetime) -> datetime | None:
    """From when somebody may be sent a question; None: now."""
    put = await queries.put_to(session, user_id, KINDS, now - DAY)
    return put[-OF_ONE] + DAY if len(put) >= OF_ONE else None


async def never_again(database: Database, user_id: int, asker_id: int, name: str, now: datetime) -> None:
    """Somebody wants to be asked nothing more by another, who does not learn of it.

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
    await people_queries.hold(session, [asker_id])  # two questions at once: the second counts the first
    await queries.forget_before(session, now - DAY)
    counted = StoredKind.SPOTTER_ASK if kind == StoredKind.SPOTTER_ASK_ALONE else kind
    return await queries.asked_since(session, asker_id, counted, now - DAY)


async def _note(session: AsyncSession, kind: str, asker_id: int, user_ids: Sequence[int], now: datetime) -> None:
    counted = StoredKind.SPOTTER_ASK if kind == StoredKind.SPOTTER_ASK_ALONE else kind
    rows: list[dict[str, object]] = [
        {"author_id": asker_id, "user_id": user_id, "kind": counted, "asked_at": now} for user_id in user_ids
    ]
    await queries.note(session, rows)
