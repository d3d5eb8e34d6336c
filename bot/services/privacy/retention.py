"""Forgetting messages long sent, a few at a time, once a day; what somebody may still press or ask about stays.

What was told of an outing goes a month after its end, an alarm's never by itself: somebody may want to show it. On a
reminder Done, Snooze and Log it are answered by its message's row, for a year. What waits behind Show, and cards, whose
row knows where their message is, stay as well.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import DETAIL_KEPT, ENDED
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.messages.fallbacks import ABOUT_OUTINGS
from bot.services.reminders.reminder_firing import KINDS as REMINDERS
from db.engine import Database
from db.queries.nudges import nudges as due_queries
from db.queries.privacy import retention as queries

DAY = timedelta(days=1)
KEPT = timedelta(days=30)
"""Longer than the two weeks a digest looks back, than anything can be snoozed, and than a day's count of nudges."""
ANSWERED = timedelta(days=365)
"""How long the buttons of a reminder work."""
AT_ONCE = 100
"""Messages deleted in one transaction, some 30 ms: whoever logs a run meanwhile waits for it."""
BETWEEN = timedelta(seconds=10)
"""Rest between two of those."""
REST = timedelta(hours=1)
"""After the first start, which has other things to do."""
ABOUT = (
    StoredKind.OUTING_FILLED,
    StoredKind.OUTING_CONFIRMED,
    StoredKind.OUTING_REOPENED,
    StoredKind.OUTING_CHANGED,
    StoredKind.OUTING_CANCELLED,
    StoredKind.OUTING_EVENING,
    StoredKind.OUTING_HOUR,
    StoredKind.OUTING_START,
    StoredKind.OUTING_OUT,
    StoredKind.OUTING_HALF,
    StoredKind.OUTING_DRAFT,
    StoredKind.OUTING_EXTENDED,
    StoredKind.OUTING_BOTH_HOME,
    StoredKind.OUTING_EYES_LOST,
    StoredKind.OUTING_EYES_BACK,
    StoredKind.OUTING_LIMITS,
    StoredKind.OUTING_HAPPENED,
    StoredKind.OUTING_MISSED,
    StoredKind.OUTING_NO_SHOWS,
    StoredKind.OUTING_UNPOSTED,
    StoredKind.OUTING_OFFER,
    StoredKind.OUTING_WANTED,
)
"""Kinds of messages about an outing, besides its card."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Delete = Callable[[AsyncSession, datetime, datetime], Awaitable[int]]


async def _others(session: AsyncSession, since: datetime, before: datetime) -> int:
    return await queries.delete_besides(
        session, (*REMINDERS, StoredKind.DELIVERY_WAITS), ABOUT_OUTINGS, since, before, AT_ONCE
    )


async def _reminders(session: AsyncSession, since: datetime, before: datetime) -> int:
    return await queries.delete_of(session, REMINDERS, since, before, AT_ONCE)


async def _outings(session: AsyncSession, since: datetime, before: datetime) -> int:
    states = [state.value for state in ENDED]
    return await queries.delete_about_outings(session, ABOUT, states, since, before, AT_ONCE)


_SORTS: Mapping[str, tuple[Delete, timedelta]] = {
    "others": (_others, KEPT),
    "reminders": (_reminders, ANSWERED),
    "outings": (_outings, DETAIL_KEPT),
}
"""Each with how long it is kept."""


async def begin(database: Database, now: datetime) -> None:
    """Plan the first day's work where none is planned; what the machine's clock once put far off is done now."""
    async with database.write() as session:
        planned = await due_queries.planned(session, StoredKind.DELIVERY_PURGE)
        if not planned:
            await schedule_job(session, [_next({}, now + REST)])
        elif planned[StoredKind.DELIVERY_PURGE] > now + DAY:
            await due_queries.hasten(session, StoredKind.DELIVERY_PURGE, now, beyond=now + DAY)


async def purge(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Delete some of what is old, and plan the next some: soon where there may be more, else in a day.

    Args:
        session: of the step that is due.
        payload: the row's: when this was last done, and of each sort until when it has been looked through.
        now: the present. A clock that has jumped ahead is followed by two days at a time, lest it take all.
    """
    before = datetime.fromisoformat(payload["at"]) if "at" in payload else now
    held = min(now, before + 2 * DAY)
    done: dict[str, str] = {"at": held.isoformat()}
    more = False
    for name, (delete, kept) in _SORTS.items():
        since, until = _since(payload, name), held - kept
        if await delete(session, since, until) == AT_ONCE:
            more, until = True, since
        done[name] = max(since, until).isoformat()
    if more and "at" in payload:
        done["at"] = payload["at"]  # the same day's work
    await schedule_job(session, [_next(done, now + (BETWEEN if more else DAY))])


def _since(payload: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(payload[name]) if name in payload else _LONG_AGO


def _next(payload: Mapping[str, str], at: datetime) -> Job:
    return Job(StoredKind.DELIVERY_PURGE, StoredKind.DELIVERY_PURGE, at, Priority.NUDGE, payload=payload)
