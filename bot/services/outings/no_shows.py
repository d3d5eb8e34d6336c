"""No-shows: ask those who did not come, and count no-shows for a month on their own word, visible only to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.call_terms import UNSTARTED as UNASKED
from bot.domain.outings.outing_rules import OutingState, Presence
from bot.errors import Conflict, NotFound
from bot.services.messages.deliveries import Job, cancel_jobs, schedule_job
from bot.services.outings.outings import OutingView, pressed_before, read, redraw, tell
from bot.services.outings.sent_letters import refresh_newest
from db.engine import Database
from db.queries.outings import outings as queries

MONTH = timedelta(days=30)
TOLD_AT = 2
"""No-shows in a month at which the member, and nobody else, is told."""
ANSWERS_KEPT = timedelta(days=1)
"""How long the question can be answered."""
ANSWERS = ("yes", "no", "no_show")
"""It happened; it did not; I did not come."""


async def ask_absent(session: AsyncSession, outing: OutingView, user_id: int, now: datetime, *, began: bool) -> None:
    """Ask a member who was absent at check-in, in private; what others say is not counted.

    Args:
        session: database session of the check-in.
        outing: outing before it.
        user_id: absent member.
        now: current time.
        began: the others started; else they could not without this member.
    """
    occurrence = f"absent {now.timestamp():.0f}"
    payload = {"absent": True} if began else {}
    await tell(
        session,
        outing,
        StoredKind.OUTING_HAPPENED if began else StoredKind.OUTING_MISSED,
        [user_id],
        now,
        occurrence=occurrence,
        payload=payload,
    )


async def ask(session: AsyncSession, outing_id: int, now: datetime) -> None:
    """Ask everybody in private what happened when nobody has checked in; close the outing a day later."""
    outing = await read(session, outing_id, hold=True)
    if outing.state is not OutingState.CONFIRMED:
        return  # an outing that not everybody agreed to is cancelled by `lapse`
    if now >= outing.starts_at + ANSWERS_KEPT:
        await _close(session, outing, now)
        return
    await tell(
        session, outing, StoredKind.OUTING_HAPPENED, [c.user_id for c in outing.inside], now, occurrence="nobody"
    )
    await schedule_job(
        session,
        [
            Job(
                StoredKind.OUTING_UNSTARTED,
                f"{outing_id}:close",
                outing.starts_at + ANSWERS_KEPT,
                Priority.ASKED,
                subject_id=outing_id,
            )
        ],
    )


async def answer(
    database: Database, outing_id: int, user_id: int, said: str, *, interaction_id: int, now: datetime
) -> OutingView:
    """Record an answer to "Did it happen?" for the member who answers.

    Raises:
        NotFound: not in it.
        Conflict: it has started after all, the question is not open yet or any more, or it never began and the answer
            says that it happened.
    """
    if said not in ANSWERS:
        raise NotFound("partners.not_open")
    async with database.write() as session:
        outing = await read(session, outing_id, hold=True)
        me = outing.who(user_id)
        if me is None or (me.presence is not Presence.IN and me.happened is None):
            raise NotFound("partners.not_open")
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        too_early = now < outing.starts_at + UNASKED and me.happened is None
        if too_early or (me.presence is Presence.IN and outing.state is not OutingState.CONFIRMED):
            raise Conflict("course.happened.over")
        missed = me.happened == "missed"
        if said == "no" and me.presence is not Presence.IN:
            raise Conflict("course.happened.over")  # not offered here: "I'm not there" writes this value
        if said == "yes" and (missed or (me.presence is not Presence.IN and outing.started_at is None)):
            raise Conflict("course.happened.never_began")
        if me.happened == said:
            return outing
        draft = {"draft": "offered"} if said == "yes" and me.draft is None else {}
        # An outing that did not begin cannot be reported as happened later: "missed" stays, whatever the answer.
        kept = "missed" if missed else said
        await queries.set_companion(session, outing_id, user_id, happened=kept, **draft)
        if said == "no_show":
            missed_on = outing.starts_at.astimezone(ZoneInfo(outing.zone)).date()
            if await queries.note_no_show(session, outing_id, user_id, missed_on):
                await _count(session, outing, user_id, now)
        else:
            await queries.drop_no_show(session, outing_id, user_id)
        outing = await read(session, outing_id)
        if draft:
            await tell(session, outing, StoredKind.OUTING_DRAFT, [user_id], now, occurrence="happened")
        if outing.state is OutingState.CONFIRMED and all(c.happened for c in outing.inside):
            await _close(session, outing, now)
        return await read(session, outing_id)


async def _close(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    ran = any(c.happened == "yes" for c in outing.inside)
    state = OutingState.HOME if ran else OutingState.NO_SHOW
    await queries.move(session, outing.outing_id, {OutingState.CONFIRMED}, state=state.value, ended_at=now)
    await cancel_jobs(session, [StoredKind.OUTING_UNSTARTED], outing.outing_id)
    await refresh_newest(session, outing.outing_id, now)
    await redraw(session, await read(session, outing.outing_id), now)


async def _count(session: AsyncSession, outing: OutingView, user_id: int, now: datetime) -> None:
    counted = await queries.count_no_shows(session, user_id, (now - MONTH).date())
    if counted == TOLD_AT:
        await tell(
            session, outing, StoredKind.OUTING_NO_SHOWS, [user_id], now, occurrence="second", payload={"count": counted}
        )
