"""Lifecycle of an outing under way: swap, extend, home. `check_in` starts it.

Each function is one transaction. State changes are conditional updates, so that only one of two concurrent presses
wins, and a repeated interaction has no further effect.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import (
    ENDED,
    EXTENSIONS_MIN,
    LEAST_RESERVE,
    MOST_EXTENSION_MIN,
    OUT,
    OutingState,
    Presence,
)
from bot.errors import BadInput, Conflict, NotFound
from bot.services.messages.deliveries import cancel_jobs
from bot.services.outings import overdue_timers, quiet_alarm_updates, sent_letters, spotter_coverage
from bot.services.outings.outings import OutingView, pressed_before, read, redraw, tell
from db.engine import Database
from db.queries.outings import outings as queries

REMINDERS = (StoredKind.OUTING_EVENING, StoredKind.OUTING_HOUR, StoredKind.OUTING_START)


async def own_outing(database: Database, outing_id: int, user_id: int) -> OutingView:
    """Return an outing that a member is in.

    Raises:
        NotFound: it does not exist, or the member is not in it.
    """
    async with database.read() as session:
        return _of(await read(session, outing_id), user_id)


def check_out(outing: OutingView, user_id: int) -> None:
    """Check that a member is out.

    Raises:
        Conflict: the outing is not under way, or this member is home.
    """
    me = outing.who(user_id)
    if outing.state not in OUT or me is None or not me.out:
        raise Conflict("course.say.over" if outing.state in ENDED else "course.say.not_out")


def check_extendable(outing: OutingView, minutes: int = EXTENSIONS_MIN[0]) -> None:
    """Check that the return can be extended.

    Raises:
        Conflict: somebody has called for help, or the total would exceed `MOST_EXTENSION_MIN`.
    """
    if outing.help_at is not None:
        raise Conflict("course.extend.help")
    left = MOST_EXTENSION_MIN - outing.extended_min
    if minutes > left:
        raise Conflict("course.extend.none" if left < EXTENSIONS_MIN[0] else "course.extend.too_much", count=left)


def may_swap_now(outing: OutingView, now: datetime) -> bool:
    """Whether to announce the swap: two or more can swap, and the planned time is not over."""
    if outing.state is not OutingState.UNDER_WAY or outing.started_at is None:
        return False
    if not outing.may_swap or len(outing.out) < 2:
        return False
    return now < outing.started_at + timedelta(milliseconds=outing.planned_ms)


async def remind(session: AsyncSession, kind: str, outing_id: int, user_id: int | None, now: datetime) -> None:
    """Remind all members of a filled or confirmed outing, or one of them; `kind` is one of `REMINDERS`."""
    outing = await read(session, outing_id)
    if outing.state not in (OutingState.FILLED, OutingState.CONFIRMED):
        return
    ids = [c.user_id for c in outing.inside if user_id is None or c.user_id == user_id]
    priority = Priority.SAFETY if kind == StoredKind.OUTING_START else Priority.ASKED
    await tell(session, outing, kind, ids, now, occurrence=f"{outing.terms}", priority=priority)


async def call_half_time(session: AsyncSession, outing_id: int, now: datetime) -> None:
    """Tell those who are out to swap roles, unless it no longer applies."""
    outing = await read(session, outing_id, hold=True)
    if not may_swap_now(outing, now):
        return
    await tell(
        session,
        outing,
        StoredKind.OUTING_HALF,
        [c.user_id for c in outing.out],
        now,
        occurrence="1",
        priority=Priority.SAFETY,
    )


async def swap(database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime) -> OutingView:
    """Swap roles; possible once.

    Raises:
        NotFound: the outing does not exist, or the member is not in it.
        Conflict: not under way, this member is home, nobody swaps, already swapped, or somebody would run backward
            without a spotter.
    """
    async with database.urgent.write() as session:
        outing = await hold_own(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_out(outing, user_id)
        if not any(c.roles.swaps for c in outing.inside):
            raise Conflict("course.swap.nobody")
        if outing.swapped_at is not None:
            raise Conflict("course.swap.already", at=outing.swapped_at)
        if not outing.may_swap:
            raise Conflict("course.swap.no_eyes")
        await queries.move(session, outing_id, OUT, swapped_at=now)
        await cancel_jobs(session, [StoredKind.OUTING_HALF], outing_id)
        outing = await spotter_coverage.follow(
            session, outing, now, event=str(interaction_id), by_user_id=user_id, how="swap"
        )
        await sent_letters.refresh(session, outing, now, sent_letters.OF_ROLES)
        await redraw(session, outing, now)
        return outing


async def extend(
    database: Database, outing_id: int, user_id: int, minutes: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Extend the return; the escalation starts again from the new one.

    Raises:
        NotFound: the outing does not exist, or the member is not in it.
        BadInput: not one of the lengths offered.
        Conflict: not under way, this member is home, or more than `MOST_EXTENSION_MIN` in total.
    """
    if minutes not in EXTENSIONS_MIN:
        raise BadInput("course.extend.length", least=EXTENSIONS_MIN[0], most=EXTENSIONS_MIN[-1])
    async with database.urgent.write() as session:
        outing = await hold_own(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_out(outing, user_id)
        return await lengthen(session, outing, user_id, minutes, now)


async def lengthen(session: AsyncSession, outing: OutingView, user_id: int, minutes: int, now: datetime) -> OutingView:
    """Extend the return of a locked outing and tell the others; writes nothing if it is refused.

    Raises:
        Conflict: as `extend`.
    """
    check_extendable(outing, minutes)
    assert outing.due_back_at is not None
    # When already late, count the minutes from now: a return in the past would be no extension.
    due_back_at = max(outing.due_back_at, now) + timedelta(minutes=minutes)
    await queries.move(
        session,
        outing.outing_id,
        OUT,
        state=OutingState.UNDER_WAY.value,
        due_back_at=due_back_at,
        extended_min=outing.extended_min + minutes,
        rung=-1,
    )
    outing = await read(session, outing.outing_id)
    await overdue_timers.watch(session, outing.outing_id, outing.guild_id, due_back_at)
    others = [c.user_id for c in outing.out if c.user_id != user_id]
    await tell(
        session,
        outing,
        StoredKind.OUTING_EXTENDED,
        others,
        now,
        occurrence=f"{outing.extended_min}",
        priority=Priority.SAFETY,
        payload={"by_user_id": user_id, "minutes": minutes},
    )
    await overdue_timers.answered(session, outing, user_id, "extended", now)
    await sent_letters.refresh(session, outing, now, sent_letters.OF_RETURN)
    await redraw(session, outing, now)
    return outing


async def home(
    database: Database, outing_id: int, user_id: int, *, both: bool, interaction_id: int, now: datetime
) -> OutingView:
    """Record that a member is home. With `both`, ask the others to confirm it for themselves.

    A backward runner who loses their spotter by it is told in the same transaction.

    Raises:
        NotFound: the outing does not exist, or the member is not in it.
        Conflict: not under way, or already home.
    """
    async with database.urgent.write() as session:
        outing = await hold_own(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        me = outing.who(user_id)
        assert me is not None
        if me.home_at is not None:
            raise Conflict("course.home.already")
        check_out(outing, user_id)
        # With `both`, the question to the others already says what it means for their spotter coverage.
        outing = await come_home(session, outing, user_id, now, event=str(interaction_id), silent=both)
        if outing.out:
            if both:
                await tell(
                    session,
                    outing,
                    StoredKind.OUTING_BOTH_HOME,
                    [c.user_id for c in outing.out],
                    now,
                    occurrence=f"{user_id}:{now.timestamp():.0f}",
                    priority=Priority.SAFETY,
                    payload={"by_user_id": user_id},
                )
        elif outing.help_at is None:
            await end(session, outing, OutingState.HOME, now)
        how = "home" if outing.help_at is None and not outing.out else "one_home"
        if outing.help_at is not None and user_id in await overdue_timers.callers_for_help(session, outing_id):
            how = "help_home"
        await overdue_timers.answered(session, outing, user_id, how, now)
        outing = await read(session, outing_id)
        await sent_letters.refresh(session, outing, now)
        await redraw(session, outing, now)
        return outing


async def come_home(
    session: AsyncSession, outing: OutingView, user_id: int, now: datetime, *, event: str, silent: bool = False
) -> OutingView:
    """Mark a member who is out as home; `event` and `silent` are those of `spotter_coverage.follow`."""
    me = outing.who(user_id)
    assert me is not None
    await spotter_coverage.allow(session, outing, now)
    await queries.set_companion(session, outing.outing_id, user_id, home_at=now, draft=me.draft or "offered")
    outing = await spotter_coverage.follow(
        session, outing, now, event=event, by_user_id=user_id, how="home", silent=silent
    )
    await tell(session, outing, StoredKind.OUTING_DRAFT, [user_id], now, occurrence=f"home {now.timestamp():.0f}")
    await quiet_alarm_updates.came_home(session, outing, user_id, now)
    return outing


async def watch_on(
    session: AsyncSession, outing: OutingView, now: datetime, states: Collection[str], **values: object
) -> None:
    """Set an outing under way and restart its escalation, until its planned return or at least for `LEAST_RESERVE`."""
    assert outing.due_back_at is not None
    due_back_at = max(outing.due_back_at, now + LEAST_RESERVE)
    state = OutingState.UNDER_WAY.value
    given = {"state": state, "help_at": None, "rung": -1, "due_back_at": due_back_at, **values}
    await queries.move(session, outing.outing_id, states, **given)
    await overdue_timers.watch(session, outing.outing_id, outing.guild_id, due_back_at)


async def end(session: AsyncSession, outing: OutingView, state: OutingState, now: datetime, **values: object) -> None:
    """End an outing under way, and cancel its jobs."""
    await queries.move(session, outing.outing_id, OUT, state=state.value, ended_at=now, eyes_lost_at=None, **values)
    await cancel_jobs(session, [StoredKind.OUTING_HALF], outing.outing_id)
    await overdue_timers.unwatch(session, outing.outing_id)


async def hold_own(session: AsyncSession, outing_id: int, user_id: int) -> OutingView:
    """Return an outing that a member is in, locked.

    Raises:
        NotFound: it does not exist, or the member is not in it; both read the same.
    """
    return _of(await read(session, outing_id, hold=True), user_id)


def _of(outing: OutingView, user_id: int) -> OutingView:
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.IN:
        raise NotFound("partners.not_open")
    return outing
