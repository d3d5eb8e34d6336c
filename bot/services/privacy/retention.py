"""Retention: delete old messages in batches, once a day, except those that can still be answered, and unread tables.

Messages about an outing are deleted a month after its end, those of an alarm never: somebody may want to show them.
Messages of reminders are kept for a year, because Done, Snooze and Log it look up their row. Messages behind Show are
kept, and so are cards, whose row knows where they are.
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
from db.queries.runs import table_imports as table_queries

DAY = timedelta(days=1)
KEPT = timedelta(days=30)
"""Longer than the two weeks a digest looks back, than the longest snooze, and than a day's count of nudges."""
ANSWERED = timedelta(days=365)
"""How long the buttons of a reminder work."""
TABLES_KEPT = timedelta(days=2)
"""How long an imported table is kept whose import was not finished: the member can send it again."""
AT_ONCE = 100
"""Messages deleted in one transaction: about 30 ms during which other writers wait."""
BETWEEN = timedelta(seconds=10)
"""Pause between two batches."""
REST = timedelta(hours=1)
"""Delay after the first start, which has other work to do."""
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
    StoredKind.OUTING_EDIT,
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


async def _tables(session: AsyncSession, since: datetime, before: datetime) -> int:
    return await table_queries.drop_abandoned(session, since, before, AT_ONCE)


_SORTS: Mapping[str, tuple[Delete, timedelta]] = {
    "others": (_others, KEPT),
    "reminders": (_reminders, ANSWERED),
    "outings": (_outings, DETAIL_KEPT),
    "tables": (_tables, TABLES_KEPT),
}
"""Deletions by name, each with how long its messages are kept."""


async def begin(database: Database, now: datetime) -> None:
    """Schedule the first deletion if none is; run one at once that a wrong clock had scheduled too far ahead."""
    async with database.write() as session:
        planned = await due_queries.planned(session, StoredKind.DELIVERY_PURGE)
        if not planned:
            await schedule_job(session, [_next({}, now + REST)])
        elif planned[StoredKind.DELIVERY_PURGE] > now + DAY:
            await due_queries.hasten(session, StoredKind.DELIVERY_PURGE, now, beyond=now + DAY)


async def purge(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Delete a batch of old messages, and schedule the next: soon if there may be more, else in a day.

    Args:
        session: database session of the due job.
        payload: payload of the job: time of the last run, and for each name until when it was searched.
        now: current time. After a jump of the clock it advances by two days at a time, so that a wrong clock does not
            delete everything.
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
        done["at"] = payload["at"]  # still the same day's run
    await schedule_job(session, [_next(done, now + (BETWEEN if more else DAY))])


def _since(payload: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(payload[name]) if name in payload else _LONG_AGO


def _next(payload: Mapping[str, str], at: datetime) -> Job:
    return Job(StoredKind.DELIVERY_PURGE, StoredKind.DELIVERY_PURGE, at, Priority.NUDGE, payload=payload)
