"""Who was expected and did not come: asked kindly, counted for a month on their own word, told to nobody else."""

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
from db.engine import Database
from db.queries.outings import outings as queries

MONTH = timedelta(days=30)
TOLD_AT = 2
"""How many in a month until the member is told, and nobody else."""
ANSWERS_KEPT = timedelta(days=1)
"""How long the question waits for answers."""
ANSWERS = ("yes", "no", "no_show")
"""It happened; it did not; I did not come."""


async def ask_absent(session: AsyncSession, outing: OutingView, user_id: int, now: datetime, *, began: bool) -> None:
    """Ask somebody privately who was not there when the others checked in; nothing is counted on others' word.

    Args:
        session: of the check-in.
        outing: as it was before.
        user_id: who was not there.
        now: when.
        began: the others went; else they could not without this one.
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
    """Nobody has checked in: ask everybody, each privately; a day later close it."""
    outing = await read(session, outing_id, hold=True)
    if outing.state is not OutingState.CONFIRMED:
        return  # one that not everybody has agreed to lapses by itself
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
    """Take an answer to "Did it happen?". It is about the one who answers alone.

    Raises:
        NotFound: not in it.
        Conflict: it has started after all, is not asked yet, or any more; or it never began, and is said to have
            happened.
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
            raise Conflict("course.happened.over")  # not offered: it is what "I'm not there" writes
        if said == "yes" and (missed or (me.presence is not Presence.IN and outing.started_at is None)):
            raise Conflict("course.happened.never_began")
        if me.happened == said:
            return outing
        draft = {"draft": "offered"} if said == "yes" and me.draft is None else {}
        # Of what did not begin nobody can say later that it happened: "missed" stays, whatever is answered.
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
    await redraw(session, await read(session, outing.outing_id), now)


async def _count(session: AsyncSession, outing: OutingView, user_id: int, now: datetime) -> None:
    counted = await queries.count_no_shows(session, user_id, (now - MONTH).date())
    if counted == TOLD_AT:
        await tell(
            session, outing, StoredKind.OUTING_NO_SHOWS, [user_id], now, occurrence="second", payload={"count": counted}
        )
