"""The course of an outing: check in, swap, extend, home.

One function is one transaction. The state moves only from one that allows it, so that two presses at once cannot
both win, and a press delivered twice has its effect once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.delivery import Priority
from bot.domain.outings import (
    ENDED,
    EXTENSIONS_MIN,
    MOST_EXTENSION_MIN,
    OUT,
    OutingState,
    Presence,
    arrange,
    half_time,
    planned_return,
)
from bot.errors import BadInput, Conflict, NotFound
from bot.reader import escaped
from bot.services import no_shows, watch
from bot.services.agreeing import follow, reopen, settle
from bot.services.calls import HOUR, START, STEPS
from bot.services.deliveries import Plan, plan, unplan
from bot.services.evenings import EVENING
from bot.services.outings import CompanionView, OutingView, pressed_before, read, redraw, settle_roles, tell
from bot.services.waiting import OFFER_ENDS
from db.engine import Database
from db.queries import outings as queries

EARLIEST_CHECK_IN = timedelta(hours=1)
"""How long before the start one may check in."""
REMINDERS = (EVENING, HOUR, START)
OUT_NOW = "outing.out"
"""Tells everybody who is out until when, with the buttons they need."""
HALF = "outing.half"
DRAFT = "outing.draft"
EXTENDED = "outing.extended"
PARTNER_HOME = "outing.both_home"
"""Asks somebody whose partner has said that both are home."""


async def own_outing(database: Database, outing_id: int, user_id: int) -> OutingView:
    """An outing one is in.

    Raises:
        NotFound: there is none, or one is not in it.
    """
    async with database.read() as session:
        return _of(await read(session, outing_id), user_id)


def check_startable(outing: OutingView, now: datetime) -> None:
    """Refuse to check in where that cannot be.

    Raises:
        Conflict: it has started, is over, is not agreed on yet, or it is too early.
    """
    if outing.state in OUT:
        raise Conflict("course.check_in.already")
    if outing.state not in (OutingState.FILLED, OutingState.CONFIRMED):
        raise Conflict("course.check_in.open" if outing.state is OutingState.OPEN else "course.say.over")
    if now < outing.starts_at - EARLIEST_CHECK_IN:
        raise Conflict("course.check_in.early", at=outing.starts_at)


def check_out(outing: OutingView, user_id: int) -> None:
    """Refuse what only somebody who is out can do.

    Raises:
        Conflict: the outing is not under way, or this person is home.
    """
    me = outing.who(user_id)
    if outing.state not in OUT or me is None or not me.out:
        raise Conflict("course.say.over" if outing.state in ENDED else "course.say.not_out")


def may_swap_now(outing: OutingView, now: datetime) -> bool:
    """Whether a call to change roles makes sense: under way, not done yet, and not over by the clock."""
    if outing.state is not OutingState.UNDER_WAY or outing.swapped_at is not None or outing.started_at is None:
        return False
    return now < outing.started_at + timedelta(milliseconds=outing.planned_ms)


async def remind(session: AsyncSession, kind: str, outing_id: int, user_id: int | None, now: datetime) -> None:
    """Remind those of an outing that has its people, or one of them; `kind` is one of `REMINDERS`."""
    outing = await read(session, outing_id)
    if outing.state not in (OutingState.FILLED, OutingState.CONFIRMED):
        return
    ids = [c.user_id for c in outing.inside if user_id is None or c.user_id == user_id]
    priority = Priority.SAFETY if kind == START else Priority.ASKED
    await tell(session, outing, kind, ids, now, occurrence=f"{outing.terms}", priority=priority)


async def check_in(
    database: Database,
    outing_id: int,
    user_id: int,
    present: Collection[int],
    *,
    interaction_id: int,
    now: datetime,
) -> OutingView:
    """Start an outing with those who are there; the others are taken out of it.

    Being there is agreeing: from `filled`, too, it passes `confirmed`, with those who are there and nobody else.
    Without eyes for everybody it does not start: it goes back to open, which everybody in it is told.

    Args:
        database: where.
        outing_id: ours.
        user_id: who presses; counts as there.
        present: who is there.
        interaction_id: the key of this press.
        now: the start of the outing.

    Returns:
        The outing as it then is: `under_way`, or `open` when the rule could not be kept.

    Raises:
        NotFound: none, or not in it.
        Conflict: it has started, is over, is not agreed on yet, it is too early to do so or to go without somebody, or
            somebody is out elsewhere.
    """
    async with database.write() as session:
        outing = await _mine(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_startable(outing, now)
        there = [c for c in outing.inside if c.user_id == user_id or c.user_id in present]
        absent = [c for c in outing.inside if c not in there]
        if absent and now < outing.starts_at:
            raise Conflict("course.check_in.wait", at=outing.starts_at)  # who may still come is not missing
        await _check_nobody_is_elsewhere(session, outing, user_id, there)
        before = outing
        await reopen(session, outing)
        for missing in absent:
            await _leave_out(session, outing, missing, now)
        roles = arrange([c.wish for c in there], outing.backward_per_spotter, solo=outing.solo)
        if roles is None or (len(there) < 2 and not outing.solo):
            after = await settle(session, outing_id)
            left = absent[0].user_id if absent else None
            return await follow(session, before, after, now, event=str(interaction_id), left=left)
        for waiting in outing.waiting:
            await queries.set_companion(session, outing_id, waiting.user_id, presence=Presence.LEFT.value)
        new = [c.user_id for c in there if not c.confirmed]
        for companion in there:  # being there is agreeing
            await queries.set_companion(session, outing_id, companion.user_id, confirmed_terms=outing.terms)
        await settle_roles(session, await read(session, outing_id))
        await _step(session, outing_id, OutingState.OPEN, OutingState.CONFIRMED)
        for companion in there:
            await queries.set_companion(session, outing_id, companion.user_id, checked_in_at=now)
        due_back_at = planned_return(now, outing.planned_ms, outing.extended_min)
        started = {"started_at": now, "due_back_at": due_back_at}
        await _step(session, outing_id, OutingState.CONFIRMED, OutingState.UNDER_WAY, **started)
        outing = await read(session, outing_id)
        await unplan(session, [*STEPS, OFFER_ENDS], outing_id)
        await watch.watch(session, outing_id, outing.guild_id, due_back_at)
        if outing.half_at is not None:
            await plan(session, [Plan(HALF, str(outing_id), outing.half_at, Priority.SAFETY, subject_id=outing_id)])
        for companion in outing.out:
            await tell(
                session, outing, OUT_NOW, [companion.user_id], now, occurrence="1", priority=Priority.SAFETY,
                payload={"agreed_here": True} if companion.user_id in new else {},
            )  # fmt: skip
        await redraw(session, outing, now)
        return outing


async def _step(
    session: AsyncSession, outing_id: int, before: OutingState, after: OutingState, **values: object
) -> None:
    if not await queries.move(session, outing_id, [before], state=after.value, **values):
        raise Conflict("course.check_in.already")


async def call_half_time(session: AsyncSession, outing_id: int, now: datetime) -> None:
    """Tell those who are out to change roles, unless that makes no sense any more."""
    outing = await read(session, outing_id, hold=True)
    if not may_swap_now(outing, now):
        return
    await tell(session, outing, HALF, [c.user_id for c in outing.out], now, occurrence="1", priority=Priority.SAFETY)


async def swap(database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime) -> OutingView:
    """Change roles; once.

    Raises:
        NotFound: none, or not in it.
        Conflict: not under way, this person is home, nobody swaps, or done already.
    """
    async with database.write() as session:
        outing = await _mine(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_out(outing, user_id)
        if not any(c.roles.swaps for c in outing.inside):
            raise Conflict("course.swap.nobody")
        if outing.swapped_at is not None:
            raise Conflict("course.swap.already", at=outing.swapped_at)
        await queries.move(session, outing_id, OUT, swapped_at=now)
        await unplan(session, [HALF], outing_id)
        outing = await read(session, outing_id)
        await redraw(session, outing, now)
        return outing


async def extend(
    database: Database, outing_id: int, user_id: int, minutes: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Come home later; the ladder begins anew from the new return.

    Raises:
        NotFound: none, or not in it.
        BadInput: not one of the lengths offered.
        Conflict: not under way, this person is home, or more than an hour in all.
    """
    if minutes not in EXTENSIONS_MIN:
        raise BadInput("course.extend.length")
    async with database.write() as session:
        outing = await _mine(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        check_out(outing, user_id)
        assert outing.due_back_at is not None
        if outing.help_at is not None:
            raise Conflict("course.extend.help")
        left = MOST_EXTENSION_MIN - outing.extended_min
        if minutes > left:
            raise Conflict("course.extend.none" if left < EXTENSIONS_MIN[0] else "course.extend.too_much", count=left)
        # Who is late already gets the minutes from now: a return that has passed would be no extension.
        due_back_at = max(outing.due_back_at, now) + timedelta(minutes=minutes)
        await queries.move(
            session,
            outing_id,
            OUT,
            state=OutingState.UNDER_WAY.value,
            due_back_at=due_back_at,
            extended_min=outing.extended_min + minutes,
            rung=-1,
        )
        climbed, outing = outing.rung, await read(session, outing_id)
        await watch.watch(session, outing_id, outing.guild_id, due_back_at)
        others = [c.user_id for c in outing.out if c.user_id != user_id]
        await tell(
            session,
            outing,
            EXTENDED,
            others,
            now,
            occurrence=f"{outing.extended_min}",
            priority=Priority.SAFETY,
            payload={"by_user_id": user_id, "minutes": minutes},
        )
        await watch.answered(session, outing, climbed, user_id, "extended", now)
        await redraw(session, outing, now)
        return outing


async def home(
    database: Database, outing_id: int, user_id: int, *, both: bool, interaction_id: int, now: datetime
) -> OutingView:
    """Be home. It closes the presser's part alone; with `both` the others are asked to say it themselves.

    Raises:
        NotFound: none, or not in it.
        Conflict: not under way, or home already.
    """
    async with database.write() as session:
        outing = await _mine(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        me = outing.who(user_id)
        if me is not None and me.home_at is not None:
            raise Conflict("course.home.already")
        check_out(outing, user_id)
        await queries.set_companion(session, outing_id, user_id, home_at=now, draft="offered")
        outing = await read(session, outing_id)
        await tell(session, outing, DRAFT, [user_id], now, occurrence="home")
        if outing.out:
            if both:
                await tell(
                    session,
                    outing,
                    PARTNER_HOME,
                    [c.user_id for c in outing.out],
                    now,
                    occurrence=f"{user_id}",
                    priority=Priority.SAFETY,
                    payload={"by_user_id": user_id},
                )
            if outing.help_at is None:
                await watch.answered(session, outing, outing.rung, user_id, "one_home", now)
        elif outing.help_at is None:
            await end(session, outing, OutingState.HOME, now)
            await watch.answered(session, outing, outing.rung, user_id, "home", now)
        outing = await read(session, outing_id)
        await redraw(session, outing, now)
        return outing


async def end(session: AsyncSession, outing: OutingView, state: OutingState, now: datetime, **values: object) -> None:
    """Close an outing that is out: nothing more of it is due."""
    await queries.move(session, outing.outing_id, OUT, state=state.value, ended_at=now, **values)
    await unplan(session, [HALF], outing.outing_id)
    await watch.unwatch(session, outing.outing_id)


def halves(outing: OutingView, companion: CompanionView) -> tuple[datetime, datetime, datetime, bool] | None:
    """Start, change of roles and end of one person's outing, and whether the change was measured; None before home."""
    if companion.checked_in_at is None or companion.home_at is None:
        return None
    start, ended = companion.checked_in_at, companion.home_at
    if outing.swapped_at is not None and start < outing.swapped_at < ended:
        return start, outing.swapped_at, ended, True
    whole_ms = round((ended - start) / timedelta(milliseconds=1))
    return start, half_time(start, whole_ms), ended, False


async def _mine(session: AsyncSession, outing_id: int, user_id: int) -> OutingView:
    """An outing one is in, held; `NotFound` where one is not, so that nothing is told of it."""
    return _of(await read(session, outing_id, hold=True), user_id)


def _of(outing: OutingView, user_id: int) -> OutingView:
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.IN:
        raise NotFound("partners.not_open")
    return outing


async def _check_nobody_is_elsewhere(
    session: AsyncSession, outing: OutingView, user_id: int, there: Collection[CompanionView]
) -> None:
    """Refuse those who are out with others still; the presser is shown both outings, of another's nothing is said."""
    elsewhere = await queries.out_elsewhere(session, outing.outing_id, [c.user_id for c in there])
    if user_id in elsewhere:
        other = await read(session, elsewhere[user_id])
        raise Conflict(
            "course.check_in.twice",
            place=escaped(other.place, 80),
            at=other.started_at,
            other_place=escaped(outing.place, 80),
            other_at=outing.starts_at,
        )
    if elsewhere:
        raise Conflict("course.check_in.elsewhere")


async def _leave_out(session: AsyncSession, outing: OutingView, absent: CompanionView, now: datetime) -> None:
    """Take somebody out who was not there when the others checked in; ask privately whether that is right."""
    await queries.set_companion(
        session, outing.outing_id, absent.user_id, presence=Presence.LEFT.value, happened="absent"
    )
    await no_shows.ask_absent(session, outing, absent.user_id, now)
