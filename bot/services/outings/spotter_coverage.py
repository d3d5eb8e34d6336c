"""Who faces forward for those who are out: noticing that somebody has lost their eyes, and telling them at once.

A change of who is out is written between `allow` and `follow`, in one transaction: the database refuses to leave a
backward runner without eyes unless the outing says so (`eyes_lost_at`), and `follow` writes the message that says it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OUT
from bot.services.outings.outings import OutingView, read, tell
from db.queries.outings import outings as queries


def lost_at(outing: OutingView, now: datetime) -> datetime:
    """The instant to write: never before the start, even where the clock was set back since."""
    return max(now, outing.started_at or now)


async def allow(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    """Let what is written next leave somebody without eyes; `follow` must come after it."""
    if outing.eyes_lost_at is None:
        await queries.move(session, outing.outing_id, OUT, eyes_lost_at=lost_at(outing, now))


async def follow(
    session: AsyncSession,
    before: OutingView,
    now: datetime,
    *,
    event: str,
    by_user_id: int,
    how: str,
    silent: bool = False,
) -> OutingView:
    """Tell whoever has lost their eyes, or has them again, and note whether anybody is without.

    Args:
        session: of the change.
        before: the outing before it.
        now: when.
        event: tells this change from others.
        by_user_id: who went, or came back.
        how: "home", "not_there" (they say that they never came), "still_out" (they had pressed Home too early), "there"
            (they did come after all), "swap".
        silent: whoever has lost their eyes is told of it by another message of this transaction.

    Returns:
        The outing as it then is.
    """
    after = await read(session, before.outing_id)
    if after.eyes_lost_at is not None and (after.solo or not after.uncovered):
        await queries.move(session, after.outing_id, OUT, eyes_lost_at=None)
        after = await read(session, after.outing_id)
    lost = after.uncovered - before.uncovered
    if how == "not_there":
        lost = frozenset(c.user_id for c in after.out)  # all of them should know who is not with them
    out = {c.user_id for c in after.out} - {by_user_id}
    back = out & before.uncovered - after.uncovered if how in ("still_out", "there") else set()
    told = [(StoredKind.OUTING_EYES_LOST, set() if silent else lost, how), (StoredKind.OUTING_EYES_BACK, back, how)]
    if how == "there":  # all of them were told that they are not
        told.append((StoredKind.OUTING_EYES_BACK, out - back, "there_too"))
    for kind, user_ids, why in told:
        payload = {"by_user_id": by_user_id, "how": why}
        await tell(
            session, after, kind, sorted(user_ids), now, occurrence=event, priority=Priority.SAFETY, payload=payload
        )
    return after
