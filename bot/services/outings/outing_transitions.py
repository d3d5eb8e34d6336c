"""Transitions of an outing before its start: its state and messages after a change of members, roles or terms."""

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
    """Why a member is no longer in an outing that has not begun."""

    CANNOT = "cannot"  # they say so, or have erased their data
    MISSING = "missing"  # they were absent when the others checked in
    GONE = "gone"  # they are no longer in the club


AGREED = (OutingState.FILLED, OutingState.CONFIRMED)


def check_before(outing: OutingView, now: datetime) -> None:
    """Check that an outing has not begun and is not over.

    Raises:
        Conflict: it has begun or is over.
    """
    if outing.state in ENDED or (outing.state in BEFORE and now >= outing.starts_at + UNSTARTED):
        raise Conflict("partners.refused.over")
    if outing.state not in BEFORE:
        raise Conflict("partners.refused.begun")


async def reopen(session: AsyncSession, outing: OutingView, **values: object) -> None:
    """Set an outing back to open, so that its members can change; `settle` computes the new state.

    Raises:
        Conflict: it has begun or ended meanwhile.
    """
    if not await queries.move(session, outing.outing_id, list(BEFORE), state=OutingState.OPEN.value, **values):
        raise Conflict("partners.refused.over")


async def settle(session: AsyncSession, outing_id: int) -> OutingView:
    """Assign the roles, and the state that follows from who is in and who has confirmed.

    Call `reopen` before, in the same transaction: this expects the state `open`.
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
    """Tell everybody what a change means for them, offer free places and update the card.

    Args:
        session: database session of the change.
        before: outing before the change.
        after: outing as returned by `settle`.
        now: current time.
        event: unique id of this change, such as the interaction's id.
        left: members who are no longer in it.
        why: reason why they left.
        changed_by: member who changed the terms, if any; the others must confirm again.
    """
    inside = [c.user_id for c in after.inside]
    new = [c.user_id for c in after.inside if c.user_id not in {b.user_id for b in before.inside}]
    if changed_by is not None:
        others = [c.user_id for c in (*after.inside, *after.waiting) if c.user_id != changed_by]
        await tell(session, after, StoredKind.OUTING_CHANGED, others, now, occurrence=event)
    if left or (before.state in AGREED and after.state is OutingState.OPEN):
        # A single id is stored as a scalar: erasure sets it to 0, which still counts as somebody.
        gone: object = next(iter(left)) if len(left) == 1 else list(left)
        payload = {"left": gone, "why": why.value, "agreed": before.state in AGREED}
        await tell(session, after, StoredKind.OUTING_REOPENED, inside, now, occurrence=event, payload=payload)
    if after.state is OutingState.FILLED and changed_by is None:
        asked = inside if before.state is OutingState.OPEN else new
        await tell(session, after, StoredKind.OUTING_FILLED, asked, now, occurrence=event)
    if after.state is OutingState.CONFIRMED:
        told = new if before.state is OutingState.CONFIRMED else inside
        # Members who were asked to confirm know time and place; the others get the whole text.
        payload = {"whole": before.state is not OutingState.FILLED}
        await tell(session, after, StoredKind.OUTING_CONFIRMED, told, now, occurrence=event, payload=payload)
    after = await offer_places(session, after, now)
    if before.state in AGREED:
        await ask_who_is_free(session, after, now)  # does nothing unless the outing is open with a free place
    await redraw(session, after, now)
    return after
