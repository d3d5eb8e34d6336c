"""Spotter coverage of an outing under way: record and report who loses or regains a spotter.

Write each change of who is out between `allow` and `follow`, in one transaction. The database rejects a change that
leaves a backward runner without a spotter unless `eyes_lost_at` is set; `follow` writes the messages about it.
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
    """Return the value for `eyes_lost_at`: `now`, but never before the start, in case the clock was set back."""
    return max(now, outing.started_at or now)


async def allow(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    """Set `eyes_lost_at`, so that the next writes may leave somebody without a spotter; call `follow` after them."""
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
    """Tell everybody whose spotter coverage changed, and clear `eyes_lost_at` when everybody is covered.

    Args:
        session: database session of the change.
        before: outing before the change.
        now: current time.
        event: unique id of this change.
        by_user_id: member who went home or came back.
        how: "home", "not_there" (they say that they never came), "still_out" (they pressed Home too early), "there"
            (they came after all) or "swap".
        silent: do not tell those who lost their spotter, because another message of this transaction does.

    Returns:
        The outing after the change.
    """
    after = await read(session, before.outing_id)
    if after.eyes_lost_at is not None and (after.solo or not after.uncovered):
        await queries.move(session, after.outing_id, OUT, eyes_lost_at=None)
        after = await read(session, after.outing_id)
    lost = after.uncovered - before.uncovered
    if how == "not_there":
        lost = frozenset(c.user_id for c in after.out)  # everybody must know who is not with them
    out = {c.user_id for c in after.out} - {by_user_id}
    back = out & before.uncovered - after.uncovered if how in ("still_out", "there") else set()
    told = [(StoredKind.OUTING_EYES_LOST, set() if silent else lost, how), (StoredKind.OUTING_EYES_BACK, back, how)]
    if how == "there":  # everybody was told that this member is absent
        told.append((StoredKind.OUTING_EYES_BACK, out - back, "there_too"))
    for kind, user_ids, why in told:
        payload = {"by_user_id": by_user_id, "how": why}
        await tell(
            session, after, kind, sorted(user_ids), now, occurrence=event, priority=Priority.SAFETY, payload=payload
        )
    return after
