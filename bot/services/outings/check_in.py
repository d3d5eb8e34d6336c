"""Check-in: start an outing with the members who are there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OUT, OutingState, Presence, arrange, planned_return
from bot.errors import Conflict
from bot.services.messages.deliveries import Job, cancel_jobs, schedule_job
from bot.services.outings import club_limits, no_shows, overdue_timers
from bot.services.outings.outing_lifecycle import hold_own
from bot.services.outings.outing_transitions import LeaveReason, follow, reopen, settle
from bot.services.outings.outings import CompanionView, OutingView, pressed_before, read, redraw, settle_roles, tell
from bot.services.outings.partner_calls import STEPS
from bot.services.outings.sent_letters import refresh_newest
from db.engine import Database
from db.queries.members import people as people_queries
from db.queries.outings import outings as queries

EARLIEST_CHECK_IN = timedelta(hours=1)
"""How long before the start a member may check in."""


def check_startable(outing: OutingView, now: datetime) -> None:
    """Check that an outing can be started.

    Raises:
        Conflict: it has started, is over, is not agreed on yet, or it is too early.
    """
    if outing.state in OUT:
        raise Conflict("course.check_in.already")
    if outing.state not in (OutingState.FILLED, OutingState.CONFIRMED):
        raise Conflict("course.check_in.open" if outing.state is OutingState.OPEN else "course.say.over")
    if now < outing.starts_at - EARLIEST_CHECK_IN:
        raise Conflict("course.check_in.early", at=outing.starts_at)


async def check_in(
    database: Database,
    outing_id: int,
    user_id: int,
    present: Collection[int],
    *,
    interaction_id: int,
    now: datetime,
) -> OutingView:
    """Start an outing with the members who are there; the others are removed from it.

    The club's current limits apply. Checking in counts as confirming, so that a `filled` outing passes through
    `confirmed` with those who are there. If somebody would have no spotter, the outing does not start: it returns to
    open, everybody in it is told, and absent members are removed but may join again.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        user_id: member who presses; counts as there.
        present: members who are there.
        interaction_id: idempotency key of the press.
        now: start of the outing.

    Returns:
        The outing after the change: `under_way`; `open` when somebody would have no spotter; `filled` when the club's
        limits changed and everybody must confirm again.

    Raises:
        NotFound: the outing does not exist, or the member is not in it.
        Conflict: it has started, is over or is not agreed on yet, it is too early to check in or to go without
            somebody, or somebody is out in another outing.
    """
    async with database.urgent.write() as session:
        outing = await hold_own(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_startable(outing, now)
        outing, anew = await club_limits.apply(session, outing, now)
        if anew:
            return outing  # roles or spotters changed: members must read it first
        there = [c for c in outing.inside if c.user_id == user_id or c.user_id in present]
        absent = [c for c in outing.inside if c not in there]
        if absent and now < outing.starts_at:
            raise Conflict("course.check_in.wait", at=outing.starts_at)  # they may still come until the start
        await check_nobody_is_elsewhere(session, outing, user_id, there)
        before = outing
        await reopen(session, outing)
        roles = arrange([c.wish for c in there], outing.backward_per_spotter, solo=outing.solo)
        begins = roles is not None and (len(there) > 1 or outing.solo)
        for missing in absent:
            await _leave_out(session, outing, missing, now, began=begins)
        if not begins:
            after = await settle(session, outing_id)
            left = [c.user_id for c in absent]
            return await follow(
                session, before, after, now, event=str(interaction_id), left=left, why=LeaveReason.MISSING
            )
        for waiting in outing.waiting:
            await queries.set_companion(session, outing_id, waiting.user_id, presence=Presence.LEFT.value)
        new = [c.user_id for c in there if not c.confirmed]
        for companion in there:  # checking in counts as confirming
            await queries.set_companion(session, outing_id, companion.user_id, confirmed_terms=outing.terms)
        await settle_roles(session, await read(session, outing_id))
        await _step(session, outing_id, OutingState.OPEN, OutingState.CONFIRMED)
        for companion in there:
            await queries.set_companion(session, outing_id, companion.user_id, checked_in_at=now)
        due_back_at = planned_return(now, outing.planned_ms, outing.extended_min)
        started = {"started_at": now, "due_back_at": due_back_at}
        await _step(session, outing_id, OutingState.CONFIRMED, OutingState.UNDER_WAY, **started)
        outing = await read(session, outing_id)
        await cancel_jobs(session, [*STEPS, StoredKind.OUTING_OFFER_ENDS], outing_id)
        await overdue_timers.watch(session, outing_id, outing.guild_id, due_back_at)
        if outing.half_at is not None:
            await schedule_job(
                session,
                [Job(StoredKind.OUTING_HALF, str(outing_id), outing.half_at, Priority.SAFETY, subject_id=outing_id)],
            )
        await refresh_newest(session, outing_id, now)
        for companion in outing.out:
            payload = {"agreed_here": companion.user_id in new, "by_others": companion.user_id != user_id}
            await tell(
                session, outing, StoredKind.OUTING_OUT, [companion.user_id], now,
                occurrence="1", priority=Priority.SAFETY, payload=payload,
            )  # fmt: skip
        await redraw(session, outing, now)
        return outing


async def has_been_out(database: Database, user_id: int) -> bool:
    """Whether a member was ever checked in on an outing."""
    async with database.read() as session:
        return await queries.has_been_out(session, user_id)


async def _step(
    session: AsyncSession, outing_id: int, before: OutingState, after: OutingState, **values: object
) -> None:
    if not await queries.move(session, outing_id, [before], state=after.value, **values):
        raise Conflict("course.check_in.already")


async def check_nobody_is_elsewhere(
    session: AsyncSession, outing: OutingView, user_id: int, there: Collection[CompanionView]
) -> None:
    """Check that nobody of `there` is out in another outing. The error shows details only of the presser's own.

    Raises:
        Conflict: one of them is.
    """
    # With two concurrent starts the second sees the first.
    await people_queries.hold(session, [c.user_id for c in there])
    elsewhere = await queries.out_elsewhere(session, outing.outing_id, [c.user_id for c in there])
    if user_id in elsewhere:
        other = await read(session, elsewhere[user_id])
        raise Conflict(
            "course.check_in.twice",
            place=other.place,
            at=other.started_at,
            other_place=outing.place,
            other_at=outing.starts_at,
        )
    if elsewhere:
        raise Conflict("course.check_in.elsewhere")


async def _leave_out(
    session: AsyncSession, outing: OutingView, absent: CompanionView, now: datetime, *, began: bool
) -> None:
    """Remove a member who was absent at check-in, tell them in private what came of it, and ask them."""
    happened = "absent" if began else "missed"
    await queries.set_companion(
        session, outing.outing_id, absent.user_id, presence=Presence.LEFT.value, happened=happened
    )
    await no_shows.ask_absent(session, outing, absent.user_id, now, began=began)
