"""Escalation for members who do not come home; the steps are in `domain/safety/escalation_steps.py`.

Nobody is alarmed before those who are out were asked and had time to answer, counted from when the question was sent.
Nobody can press Home while the bot is down, so that it asks once more afterwards, whatever was sent before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OUT, OutingState, overdue_at
from bot.domain.safety.escalation_steps import Recipients, pause_after, step_at
from bot.services.outings import overdue_timers
from bot.services.outings.outings import OutingView, read, redraw, tell
from bot.services.safety.alerts import alarm_contacts, alarm_organisers
from db.engine import Database
from db.queries.outings import outings as outing_queries
from db.queries.safety import alerts as queries

AWAY = timedelta(minutes=2)
"""Delay after which a step counts as missed: the bot was down, and nobody could press Home."""
LOOK_AGAIN = timedelta(seconds=30)
"""Interval between checks of a question that is still on its way."""
ENOUGH_TRIES = 6
"""Failed attempts, about a minute in total, after which a question is not waited for: the alarm reports the failure."""


async def escalate(
    session: AsyncSession,
    outing_id: int,
    step: int,
    now: datetime,
    *,
    meant_at: datetime,
    help_for: int | None = None,
) -> None:
    """Run a step of the escalation, and schedule the next.

    Args:
        session: database session of the due job.
        outing_id: id of the outing.
        step: number of the step; numbers past the table repeat its last step.
        now: current time.
        meant_at: time when the job was due.
        help_for: member who has called for help, if the job repeats that call; nobody is asked first.
    """
    outing = await read(session, outing_id, hold=True)
    if outing.state not in OUT or outing.due_back_at is None or not (outing.out or outing.help_at):
        return
    if outing.help_at is None and not await _may_escalate(session, outing, step, now, meant_at):
        return
    await outing_queries.move(
        session, outing_id, OUT, state=OutingState.OVERDUE.value, rung=max(step, outing.escalation_step)
    )
    outing = await read(session, outing_id)
    out = [c.user_id for c in outing.out]
    recipients = step_at(step).recipients
    if recipients is Recipients.COMPANIONS:
        await tell(
            session,
            outing,
            step_at(step).kind,
            out,
            now,
            occurrence=overdue_timers.return_of(outing),
            priority=Priority.SAFETY,
        )
    elif recipients is Recipients.CONTACTS:
        await alarm_contacts(session, outing, out, now)
    else:
        await alarm_organisers(session, outing, step, now, help_for=help_for)
    next_at = now + pause_after(step)
    if help_for is None:
        await overdue_timers.watch_at(session, outing_id, step + 1, next_at)
    else:
        await overdue_timers.repeat_call(session, outing_id, help_for, step + 1, next_at)
    await redraw(session, outing, now)


async def ask_before(database: Database, outing_id: int, delivery_id: int, step: int, now: datetime) -> None:
    """Ask once more instead of sending an alarm that was written before the bot went down; the alarm is rescheduled.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        delivery_id: message of the alarm, which is not sent.
        step: step of the alarm.
        now: current time.
    """
    async with database.urgent.write() as session:
        outing = await read(session, outing_id, hold=True)
        await queries.drop_closed(session, delivery_id)
        if outing.state not in OUT or outing.help_at is not None or not outing.out:
            return
        planned = await queries.planned_step(session, StoredKind.OUTING_OVERDUE, outing_id)
        asks = await queries.newest_asks(session, StoredKind.ALERT_ASK, outing_id)
        asked_since = [asks[c.user_id].created_at for c in outing.out if c.user_id in asks]
        lower = step if planned is None else min(step, planned)
        if asked_since and min(asked_since) > now - AWAY:  # for another such alarm, a moment ago
            await overdue_timers.watch_at(session, outing_id, lower, now + pause_after(0))
        else:
            await _ask_again(session, outing, lower, [c.user_id for c in outing.out], now)


async def _may_escalate(
    session: AsyncSession, outing: OutingView, step: int, now: datetime, meant_at: datetime
) -> bool:
    """Whether a step may run now; if not, schedule it for when it may."""
    assert outing.due_back_at is not None
    if step == 0:
        if overdue_at(outing.due_back_at, await overdue_timers.grace_of(session, outing.guild_id)) <= now:
            return True
        await overdue_timers.watch(
            session, outing.outing_id, outing.guild_id, outing.due_back_at
        )  # the clock was set back
        return False
    asks = await queries.newest_asks(session, StoredKind.ALERT_ASK, outing.outing_id)
    never = [c.user_id for c in outing.out if c.user_id not in asks]  # out again after the others were asked
    if never:
        await _ask_again(session, outing, step, never, now)
        return False
    asked = [asks[c.user_id] for c in outing.out]
    if any(one.on_its_way and one.attempts < ENOUGH_TRIES for one in asked):
        await overdue_timers.watch_at(session, outing.outing_id, step, now + LOOK_AGAIN)
        return False
    sent = [one.sent_at for one in asked if one.sent_at is not None]
    if now - meant_at > AWAY and (not sent or min(sent) < meant_at):
        await _ask_again(session, outing, step, [c.user_id for c in outing.out], now)
        return False
    may_at = max(sent, default=now - pause_after(0)) + pause_after(0)
    if may_at > now:
        await overdue_timers.watch_at(session, outing.outing_id, step, may_at)
        return False
    return True


async def _ask_again(
    session: AsyncSession, outing: OutingView, step: int, user_ids: Collection[int], now: datetime
) -> None:
    occurrence = f"{overdue_timers.return_of(outing)}:{now.timestamp():.0f}"
    await tell(
        session, outing, StoredKind.ALERT_ASK, user_ids, now, occurrence=occurrence, priority=Priority.SAFETY,
        payload={"again": True},
    )  # fmt: skip
    await overdue_timers.watch_at(session, outing.outing_id, step, now + pause_after(0))
