"""Messages about an outing that were sent before a change of it: which are edited after it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.services.messages.edits import edit_sent
from bot.services.outings.outings import OutingView

BEFORE_START = (
    StoredKind.OUTING_WANTED,
    StoredKind.OUTING_OFFER,
    StoredKind.OUTING_FILLED,
    StoredKind.OUTING_CONFIRMED,
    StoredKind.OUTING_REOPENED,
    StoredKind.OUTING_CHANGED,
    StoredKind.OUTING_LIMITS,
    StoredKind.OUTING_EVENING,
    StoredKind.OUTING_HOUR,
    StoredKind.OUTING_START,
    StoredKind.OUTING_MISSED,
)
"""Messages to one person before the start: the newest has the buttons that apply, the earlier ones have none."""

WHILE_OUT = (
    StoredKind.OUTING_OUT,
    StoredKind.OUTING_HALF,
    StoredKind.OUTING_EXTENDED,
    StoredKind.OUTING_BOTH_HOME,
    StoredKind.OUTING_EYES_LOST,
    StoredKind.OUTING_EYES_BACK,
    StoredKind.ALERT_ASK,
    StoredKind.ALERT_CONTACT,
    StoredKind.ALERT_ORGANISERS,
)
"""Messages that say who is out and until when, or whose buttons depend on it."""


OF_RETURN = (
    StoredKind.OUTING_OUT,
    StoredKind.OUTING_EXTENDED,
    StoredKind.ALERT_ASK,
    StoredKind.ALERT_CONTACT,
    StoredKind.ALERT_ORGANISERS,
)
"""Those that name the planned return, or wait for an answer about it."""
OF_ROLES = (StoredKind.OUTING_OUT, StoredKind.OUTING_HALF, StoredKind.OUTING_EYES_LOST)
"""Those that depend on who runs backward."""


async def refresh(
    session: AsyncSession, outing: OutingView, now: datetime, kinds: Collection[StoredKind] = WHILE_OUT
) -> None:
    """Edit what was sent while the outing was under way, after a change of who is out, in which role or until when."""
    await edit_sent(session, kinds, outing.outing_id, now)


async def refresh_newest(
    session: AsyncSession, outing_id: int, now: datetime, user_ids: Collection[int] | None = None
) -> None:
    """Edit the newest message from before the start, to some members or to everybody who got one.

    For a change that is told to nobody: who confirms or leaves knows it, and nobody else may press any more once the
    outing has begun or is over.
    """
    await edit_sent(session, BEFORE_START, outing_id, now, user_ids=user_ids, newest=True)


async def refresh_alarms(session: AsyncSession, outing_id: int, now: datetime) -> None:
    """Edit the alarms that the organisers were sent: one is repeated, or somebody is on it."""
    await edit_sent(session, [StoredKind.ALERT_ORGANISERS], outing_id, now, newest=True)
