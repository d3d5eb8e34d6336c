"""Corrections of wrong presses: Home too early, or a check-in by others of an absent member."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OUT, TAKE_BACK, OutingState, Presence
from bot.errors import Conflict, NotFound
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.outings import overdue_timers, quiet_alarm_updates, sent_letters, spotter_coverage
from bot.services.outings.check_in import check_nobody_is_elsewhere
from bot.services.outings.outing_lifecycle import check_out, end, hold_own, watch_on
from bot.services.outings.outings import CompanionView, OutingView, pressed_before, read, redraw
from db.engine import Database
from db.queries.outings import outings as queries

MOST_TAKEN_BACK = 5
"""How often a member can take Home back in an outing: each time the others get safety messages, which go first."""


async def still_out(
    database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Take Home back: this member is still out, and watched over.

    While others are out, the escalation continues unchanged. Where the outing had ended or was resolved, it is under
    way again until its planned return, or for `LEAST_RESERVE` if that has passed, and those who had been alarmed are
    told.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        user_id: member who presses.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: the outing does not exist, or the member is not in it.
        Conflict: never checked in, already out, in another outing meanwhile, taken back `MOST_TAKEN_BACK` times before,
            or the outing has been over for `TAKE_BACK`.
    """
    async with database.urgent.write() as session:
        outing = await hold_own(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        me = outing.who(user_id)
        assert me is not None
        over = outing.state not in OUT
        if me.checked_in_at is None:
            raise Conflict("course.say.over" if over else "course.say.not_out")
        if not over and me.home_at is None:
            raise Conflict("course.still_out.already")
        _check_in_time(outing, now)
        if await queries.count_messages(session, StoredKind.OUTING_DRAFT, outing_id, user_id) > MOST_TAKEN_BACK:
            raise Conflict("course.still_out.often")
        await _let_out_again(session, outing, me, now)
        draft = "logged" if me.draft == "logged" else None  # a logged run stays, and is not drafted again
        await queries.set_companion(session, outing_id, user_id, home_at=None, draft=draft)
        after = await spotter_coverage.follow(
            session, outing, now, event=str(interaction_id), by_user_id=user_id, how="still_out"
        )
        how = "still_out" if over else "one_still_out"
        await quiet_alarm_updates.out_again(session, after, user_id, now)
        await overdue_timers.answered(session, after, user_id, how, now)
        await sent_letters.refresh(session, after, now)
        await redraw(session, after, now)
        return after


async def not_there(
    database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Remove a member from an outing into which others checked them in by mistake, and tell the others at once.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        user_id: member who presses.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: the outing does not exist, or the member is not in it.
        Conflict: not under way, already home, they said before that they are there, or their call for help is active.
    """
    async with database.urgent.write() as session:
        outing = await hold_own(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_out(outing, user_id)
        me = outing.who(user_id)
        if me is not None and me.happened == "yes":
            raise Conflict("course.not_there.settled")
        if outing.help_at is not None and user_id in await overdue_timers.callers_for_help(session, outing_id):
            raise Conflict("course.extend.help")  # once removed they could not say what happened
        await spotter_coverage.allow(session, outing, now)
        await queries.set_companion(
            session, outing_id, user_id, presence=Presence.LEFT.value, checked_in_at=None, happened="no"
        )
        after = await spotter_coverage.follow(
            session, outing, now, event=str(interaction_id), by_user_id=user_id, how="not_there"
        )
        if not after.out and after.help_at is None:
            came = any(c.home_at is not None for c in after.inside)
            await end(session, after, OutingState.HOME if came else OutingState.NO_SHOW, now)
            after = await read(session, outing_id)
        await overdue_timers.answered(session, after, user_id, "not_there", now)
        await sent_letters.refresh(session, after, now)
        await redraw(session, after, now)
        return after


async def there_after_all(
    database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Take "I'm not there" back: the member is out since the start, and watched over; tell the others at once.

    This is possible as long as Home can be taken back, and only once: "I'm not there" is refused afterwards, so that it
    cannot be used to send the others endless messages.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        user_id: member who presses.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: the outing does not exist, or this member never said that they were not there.
        Conflict: already there, in another outing meanwhile, or the outing has been over for `TAKE_BACK`.
    """
    async with database.urgent.write() as session:
        outing = await read(session, outing_id, hold=True)
        me = outing.who(user_id)
        said_so = me is not None and me.presence is Presence.LEFT and me.happened == "no"
        if me is None or outing.started_at is None or not (said_so or me.presence is Presence.IN):
            raise NotFound("partners.not_open")
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        if not said_so:
            raise Conflict("course.still_out.already" if me.out else "course.say.not_out")
        _check_in_time(outing, now)
        await _let_out_again(session, outing, me, now)
        await queries.set_companion(
            session, outing_id, user_id, presence=Presence.IN.value, checked_in_at=outing.started_at, happened="yes"
        )
        after = await spotter_coverage.follow(
            session, outing, now, event=str(interaction_id), by_user_id=user_id, how="there"
        )
        await overdue_timers.answered(session, after, user_id, "there", now)
        await sent_letters.refresh(session, after, now)
        await redraw(session, after, now)
        return after


def _check_in_time(outing: OutingView, now: datetime) -> None:
    if outing.state not in OUT and (outing.ended_at is None or now > outing.ended_at + TAKE_BACK):
        raise Conflict("course.still_out.late")


async def _let_out_again(session: AsyncSession, outing: OutingView, me: CompanionView, now: datetime) -> None:
    """Prepare an outing for a member who is out after all; call `spotter_coverage.follow` after the change."""
    await check_nobody_is_elsewhere(session, outing, me.user_id, [me])
    if outing.state in OUT:
        await spotter_coverage.allow(session, outing, now)
    else:
        await _reopen(session, outing, now)


async def _reopen(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    states, lost_at = [outing.state.value], spotter_coverage.lost_at(outing, now)
    await watch_on(session, outing, now, states, ended_at=None, resolved_by=None, resolution=None, eyes_lost_at=lost_at)
    if outing.half_at is not None and outing.swapped_at is None and outing.half_at > now:
        half = Job(
            StoredKind.OUTING_HALF, str(outing.outing_id), outing.half_at, Priority.SAFETY, subject_id=outing.outing_id
        )
        await schedule_job(session, [half])
