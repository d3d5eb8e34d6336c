"""Answers to a call: join, confirm, leave, wait for a place, take an offered place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import BEFORE, Presence, Wish, is_filled
from bot.errors import Conflict
from bot.services.outings import club_limits
from bot.services.outings.evening_reminders import plan_evening
from bot.services.outings.outing_transitions import AGREED, LeaveReason, check_before, follow, reopen, settle
from bot.services.outings.outings import CompanionView, OutingView, pressed_before, read, redraw
from bot.services.outings.partner_calls import call_off, put_in
from bot.services.outings.sent_letters import refresh_newest
from bot.services.outings.waiting_list import (
    Presser,
    ask_who_is_free,
    check_audience,
    check_free,
    check_open,
    free_for,
    held,
    is_open,
    offer_places,
)
from db.engine import Database
from db.queries.outings import outings as outing_queries
from db.queries.outings import partner_calls as queries


class SignupDone(StrEnum):
    """Outcome of an answer."""

    JOINED = "joined"
    ALREADY_IN = "already_in"
    SWITCHED = "switched"
    FULL = "full"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    LEFT = "left"
    OFF_THE_LIST = "off_the_list"
    NOT_IN = "not_in"
    AGAIN = "again"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Answer:
    """Outcome of an answer, and the outing after it."""

    done: SignupDone
    outing: OutingView


async def join(
    database: Database, presser: Presser, outing_id: int, wish: Wish, *, interaction_id: int, now: datetime
) -> Answer:
    """Take a place, or change one's wish; `FULL` when no place is left.

    Raises:
        NotFound: not open to this member, for any reason.
        Conflict: begun or over, the member is in another outing at that time, or the change would leave somebody
            without a spotter.
    """
    async with database.write() as session:
        before = await held(session, outing_id)
        me = before.who(presser.user_id)
        inside = me is not None and me.presence is Presence.IN
        if not inside:
            await check_audience(session, before, presser)
        if await pressed_before(session, interaction_id, outing_id, now):
            return Answer(SignupDone.AGAIN, before)
        check_before(before, now)
        if me is not None and inside and me.wish is wish:
            return Answer(SignupDone.ALREADY_IN, before)
        if not free_for(before, presser.user_id)[wish]:
            if inside:
                raise Conflict("partners.refused.switch_full")
            return Answer(SignupDone.FULL, before)
        if me is not None and inside:
            return Answer(SignupDone.SWITCHED, await _switch(session, before, me, wish, interaction_id, now))
        return Answer(SignupDone.JOINED, await _take(session, before, presser, wish, interaction_id, now))


async def wait(
    database: Database, presser: Presser, outing_id: int, wish: Wish, *, interaction_id: int, now: datetime
) -> Answer:
    """Join the waiting list; `JOINED` when a place has become free meanwhile.

    Raises:
        NotFound: not open to this member, for any reason.
        Conflict: begun or over, or the member is in another outing at that time.
    """
    async with database.write() as session:
        before = await held(session, outing_id)
        me = before.who(presser.user_id)
        if me is not None and me.presence is Presence.IN:
            return Answer(SignupDone.ALREADY_IN, before)
        await check_audience(session, before, presser)
        if await pressed_before(session, interaction_id, outing_id, now):
            return Answer(SignupDone.AGAIN, before)
        check_before(before, now)
        if free_for(before, presser.user_id)[wish]:
            return Answer(SignupDone.JOINED, await _take(session, before, presser, wish, interaction_id, now))
        await check_free(session, before, presser.user_id)
        if me is None or me.presence is Presence.LEFT or me.wish is not wish:
            await put_in(
                session, outing_id, presser.user_id, wish, now, presence=Presence.WAITING, confirmed_terms=None
            )
        after = await read(session, outing_id)
        if me is not None and me.presence is Presence.OFFERED:
            after = await offer_places(session, after, now)  # offers the place kept for this member to the next
        await redraw(session, after, now)
        return Answer(SignupDone.WAITING, after)


async def take(database: Database, presser: Presser, outing_id: int, *, interaction_id: int, now: datetime) -> Answer:
    """Take the offered place.

    Raises:
        NotFound: not open to this member, for any reason.
        Conflict: the offer has ended, the outing has begun or is over, or the member is in another outing at that time.
    """
    async with database.write() as session:
        before = await held(session, outing_id)
        me = before.who(presser.user_id)
        if me is not None and me.presence is Presence.IN:
            return Answer(SignupDone.ALREADY_IN, before)
        await check_audience(session, before, presser)
        if await pressed_before(session, interaction_id, outing_id, now):
            return Answer(SignupDone.AGAIN, before)
        check_before(before, now)
        if me is None or me.presence is not Presence.OFFERED or me.offered_until is None or me.offered_until < now:
            raise Conflict("partners.refused.offer_over")
        if not await is_open(session, before, presser):  # a block since the offer reads like an expired offer
            raise Conflict("partners.refused.offer_over")
        return Answer(SignupDone.JOINED, await _take(session, before, presser, me.wish, interaction_id, now))


async def confirm(
    database: Database, presser: Presser, outing_id: int, *, interaction_id: int, now: datetime
) -> Answer:
    """Confirm the current terms; `LIMITS` when the club's limits changed, so that everybody must confirm again.

    Raises:
        NotFound: not in it, and outside the audience of the call.
        Conflict: begun or over, or the member is in another outing at that time.
    """
    async with database.write() as session:
        before = await held(session, outing_id)
        me = before.who(presser.user_id)
        if me is None or me.presence is not Presence.IN:
            await check_audience(session, before, presser)
            return Answer(SignupDone.NOT_IN, before)
        if await pressed_before(session, interaction_id, outing_id, now):
            return Answer(SignupDone.AGAIN, before)
        check_before(before, now)
        before, anew = await club_limits.apply(session, before, now)
        if anew:
            return Answer(SignupDone.LIMITS, before)
        if me.confirmed:
            return Answer(SignupDone.CONFIRMED, before)
        await check_free(session, before, presser.user_id)
        await reopen(session, before)
        await outing_queries.set_companion(session, outing_id, presser.user_id, confirmed_terms=before.terms)
        after = await settle(session, outing_id)
        await refresh_newest(session, outing_id, now, [presser.user_id])
        return Answer(SignupDone.CONFIRMED, await follow(session, before, after, now, event=str(interaction_id)))


async def leave(database: Database, presser: Presser, outing_id: int, *, interaction_id: int, now: datetime) -> Answer:
    """Leave an outing or its waiting list. The next member becomes the caller; without any the outing is cancelled.

    Raises:
        NotFound: not in it, and outside the audience of the call.
        Conflict: begun or over.
    """
    async with database.write() as session:
        before = await held(session, outing_id)
        me = before.who(presser.user_id)
        if me is None or me.presence is Presence.LEFT:
            await check_audience(session, before, presser)
            return Answer(SignupDone.NOT_IN, before)
        if await pressed_before(session, interaction_id, outing_id, now):
            return Answer(SignupDone.AGAIN, before)
        check_before(before, now)
        if me.presence is not Presence.IN:
            return Answer(SignupDone.OFF_THE_LIST, await _off_the_list(session, before, me.user_id, now))
        return Answer(SignupDone.LEFT, await drop(session, before, me.user_id, now, event=str(interaction_id)))


async def drop(
    session: AsyncSession,
    before: OutingView,
    user_id: int,
    now: datetime,
    *,
    event: str,
    why: LeaveReason = LeaveReason.CANNOT,
) -> OutingView:
    """Remove a member from an outing that has not begun, with all consequences. Runs in a transaction."""
    await reopen(session, before)
    await outing_queries.set_companion(
        session, before.outing_id, user_id, presence=Presence.LEFT.value, confirmed_terms=None
    )
    await queries.delete_due_of(session, [StoredKind.OUTING_EVENING], before.outing_id, user_id)
    await refresh_newest(session, before.outing_id, now, [user_id])
    staying = [c for c in before.inside if c.user_id != user_id]
    if not staying:
        return await call_off(session, await read(session, before.outing_id), now, but=user_id)
    if before.caller_id == user_id:
        await outing_queries.move(session, before.outing_id, list(BEFORE), caller_id=staying[0].user_id)
    after = await settle(session, before.outing_id)
    return await follow(session, before, after, now, event=event, left=[user_id], why=why)


async def end_offer(session: AsyncSession, outing_id: int, user_id: int, now: datetime) -> None:
    """End an offer that was not answered in time, and offer the place to the next. An earlier answer stands."""
    outing = await held(session, outing_id)
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.OFFERED or me.offered_until is None or me.offered_until > now:
        return
    await _off_the_list(session, outing, user_id, now)


# ── private ──


async def _take(
    session: AsyncSession, before: OutingView, presser: Presser, wish: Wish, interaction_id: int, now: datetime
) -> OutingView:
    await check_free(session, before, presser.user_id)
    await check_open(session, before, presser)
    await reopen(session, before)
    await queries.delete_due_of(session, [StoredKind.OUTING_OFFER_ENDS], before.outing_id, presser.user_id)
    await refresh_newest(session, before.outing_id, now, [presser.user_id])
    # Whoever joins has read time, place and length, so that joining confirms them.
    await put_in(session, before.outing_id, presser.user_id, wish, now, confirmed_terms=before.terms)
    after = await settle(session, before.outing_id)
    await plan_evening(session, after.outing_id, after.guild_id, after.starts_at, [presser.user_id], now)
    return await follow(session, before, after, now, event=str(interaction_id))


async def _switch(
    session: AsyncSession, before: OutingView, me: CompanionView, wish: Wish, interaction_id: int, now: datetime
) -> OutingView:
    wishes = [wish if c.user_id == me.user_id else c.wish for c in before.inside]
    if before.state in AGREED and not is_filled(wishes, before.backward_per_spotter, solo=before.solo):
        raise Conflict("partners.refused.switch_breaks")
    await reopen(session, before)
    await outing_queries.set_companion(session, before.outing_id, me.user_id, wish=wish.value)
    after = await settle(session, before.outing_id)
    return await follow(session, before, after, now, event=str(interaction_id))


async def _off_the_list(session: AsyncSession, before: OutingView, user_id: int, now: datetime) -> OutingView:
    await outing_queries.set_companion(
        session, before.outing_id, user_id, presence=Presence.LEFT.value, offered_until=None
    )
    await queries.delete_due_of(session, [StoredKind.OUTING_OFFER_ENDS], before.outing_id, user_id)
    await refresh_newest(session, before.outing_id, now, [user_id])
    after = await offer_places(session, await read(session, before.outing_id), now)
    await ask_who_is_free(session, after, now)
    await redraw(session, after, now)
    return after
