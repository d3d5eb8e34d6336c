"""What a member has planned next: an outing, or a reminder of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import BEFORE
from db.engine import Database
from db.queries.profile import planned as queries


class PlannedKind(StrEnum):
    """What is planned."""

    OUTING = "outing"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned, and when."""

    kind: PlannedKind
    at: datetime


async def planned_next(database: Database, user_id: int, now: datetime) -> Planned | None:
    """Return a member's next outing or reminder, whichever is sooner."""
    states = [state.value for state in BEFORE]
    async with database.read() as session:
        outing_at = await queries.next_outing(session, user_id, states, now)
        reminder_at = await queries.next_reminder(session, user_id, StoredKind.REMIND, now)
    found = [
        Planned(kind, at)
        for kind, at in ((PlannedKind.OUTING, outing_at), (PlannedKind.REMINDER, reminder_at))
        if at is not None
    ]
    return min(found, key=lambda one: one.at, default=None)
