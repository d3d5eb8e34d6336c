"""What follows when it has changed who is in an outing, as what, or on which terms: its state, and who is told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.call_terms import UNSTARTED
from bot.domain.outings.outing_rules import BEFORE, ENDED, OutingState
from bot.errors import Conflict
from bot.services.outings.outings import OutingView, read, redraw, settle_roles, tell
from bot.services.outings.waiting_list import ask_who_is_free, offer_places
from db.queries.outings import outings as queries


class LeaveReason(StrEnum):
    """Why somebody is no longer in an outing that has not begun."""

    CANNOT = "cannot"  # they say so, or have erased themselves
    MISSING = "missing"  # they were not there when the others checked in
    GONE = "gone"  # the club holds them no more


AGREED = (OutingState.FILLED, OutingState.CONFIRMED)


def check_before(outing: OutingView, now: datetime) -> None:
    """Refuse a change of an outing that has begun or is over.

    Raises:
        Conflict: it is.
    """
    if outing.state in ENDED or (outing.state in BEFORE and now >= outing.starts_at + UNSTARTED):
        raise Conflict("partners.refused.over")
    if outing.state not in BEFORE:
        raise Conflict("partners.refused.begun")


async def reopen(session: AsyncSession, outing: OutingView, **values: object) -> None:
    """Put an outing back to open, so that who is in may change; `settle` finds its state anew.

    Raises:
        Conflict: it has begun or ended meanwhile.
    """
    if not await queries.move(session, outing.outing_id, list(BEFORE), state=OutingState.OPEN.value, **values):
        raise Conflict("partners.refused.over")


async def settle(session: AsyncSession, outing_id: int) -> OutingView:
    """Give everybody a role, and the outing the state that follows from who is in and who has confirmed.

    The state is `open` when this is called (`reopen`), in the same transaction.
    """
    outing = await read(session, outing_id)
    await settle_roles(session, outing)
    if outing.filled:
        agreed = all(c.confirmed for c in outing.inside)
        state = OutingState.CONFIRMED if agreed else OutingState.FILLED
        await queries.move(session, outing_id, [OutingState.OPEN.value], state=state.value)
    return await read(session, outing_id)


async def follow(
    session: AsyncSession,
    before: OutingView,
    after: OutingView,
    now: datetime,
    *,
    event: str,
    left: Collection[int] = (),
    why: LeaveReason = LeaveReason.CANNOT,
    changed_by: int | None = None,
) -> OutingView:
    """Tell everybody what a change means for them, fill a place that became free, and have the card drawn.

    Args:
        session: of the change.
        before: the outing before it.
        after: the outing as `settle` left it.
        now: when.
        event: tells this change from others, such as the interaction's id.
        left: who is not in it any more.
        why: why that is so.
        changed_by: who changed the terms, if that is what happened; the others confirm anew.
    """
    inside = [c.user_id for c in after.inside]
    new = [c.user_id for c in after.inside if c.user_id not in {b.user_id for b in before.inside}]
    if changed_by is not None:
        others = [c.user_id for c in (*after.inside, *after.waiting) if c.user_id != changed_by]
        await tell(session, after, StoredKind.OUTING_CHANGED, others, now, occurrence=event)
    if left or (before.state in AGREED and after.state is OutingState.OPEN):
        # One id stands alone: of somebody erased it becomes 0, who is somebody still.
        gone: object = next(iter(left)) if len(left) == 1 else list(left)
        payload = {"left": gone, "why": why.value, "agreed": before.state in AGREED}
        await tell(session, after, StoredKind.OUTING_REOPENED, inside, now, occurrence=event, payload=payload)
    if after.state is OutingState.FILLED and changed_by is None:
        asked = inside if before.state is OutingState.OPEN else new
        await tell(session, after, StoredKind.OUTING_FILLED, asked, now, occurrence=event)
    if after.state is OutingState.CONFIRMED:
        told = new if before.state is OutingState.CONFIRMED else inside
        # Who was asked to confirm has read where and when; who was not has still to read it.
        payload = {"whole": before.state is not OutingState.FILLED}
        await tell(session, after, StoredKind.OUTING_CONFIRMED, told, now, occurrence=event, payload=payload)
    after = await offer_places(session, after, now)
    if before.state in AGREED:
        await ask_who_is_free(session, after, now)  # does nothing unless it is open with a place to give
    await redraw(session, after, now)
    return after
