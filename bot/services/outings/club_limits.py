"""Club limits applied to outings: backward runners for each spotter, and surfaces where one may run alone.

They are applied when a setting or a meeting point changes, each outing in its own transaction, and again when a member
confirms or checks in. An open call takes the current limits; an agreed outing only becomes stricter. Where that leaves
somebody without a spotter or a role, everybody is told and must confirm again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.call_terms import same_place
from bot.domain.outings.outing_rules import BEFORE, OutingState, eyes_kept
from bot.domain.runs.runs import Surface
from bot.services.members.people import club_of
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.outings.outing_transitions import AGREED, reopen, settle
from bot.services.outings.outings import OutingView, read, redraw, tell
from bot.services.outings.waiting_list import ask_who_is_free, offer_places
from db.queries.outings import outings as queries
from db.queries.partners import meeting_points as point_queries
from db.queries.profile import settings as settings_queries

MOST_PLACES = 4


@dataclass(frozen=True, slots=True)
class _Limits:
    """Limits that apply to an outing now, named as the columns of `outings`."""

    backward_per_spotter: int
    solo: bool
    surface: Surface | None


async def plan_checks(session: AsyncSession, guild_id: int, now: datetime) -> None:
    """Schedule a check of each outing of a club that has not begun, in the transaction that changes a limit.

    One job for each outing: a transaction never locks two outings.
    """
    outing_ids = await queries.of_club(session, guild_id, [state.value for state in BEFORE])
    checks = [Job(StoredKind.OUTING_LIMITS, str(one), now, Priority.SAFETY, subject_id=one) for one in outing_ids]
    await schedule_job(session, checks)


async def check(session: AsyncSession, outing_id: int, now: datetime) -> None:
    """Apply the limits to an outing, if it has not begun."""
    outing = await read(session, outing_id, hold=True)
    if outing.state in BEFORE:
        await apply(session, outing, now)


async def apply(session: AsyncSession, outing: OutingView, now: datetime) -> tuple[OutingView, bool]:
    """Apply the current limits to a locked outing that has not begun.

    Args:
        session: database session. Do not roll it back afterwards: it contains messages to members.
        outing: current outing.
        now: current time.

    Returns:
        The outing after the change, and whether everybody in it must confirm again.
    """
    limits = await _today(session, outing)
    before = _Limits(outing.backward_per_spotter, outing.solo, outing.surface)
    if limits == before:
        return outing, False
    roles = [c.roles for c in outing.inside]
    kept = eyes_kept(roles, limits.backward_per_spotter, solo=limits.solo)
    anew = outing.state in AGREED and not kept
    values = {
        "backward_per_spotter": limits.backward_per_spotter,
        "solo": limits.solo,
        "surface": limits.surface.value if limits.surface else None,
        "places": _places(outing, limits, lacking=anew),
    }
    if not anew:
        await queries.move(session, outing.outing_id, [outing.state.value], **values)
        after = await read(session, outing.outing_id)
        await redraw(session, after, now)
        return after, False
    await reopen(session, outing, terms=outing.terms + 1, **values)
    after = await settle(session, outing.outing_id)
    inside = [c.user_id for c in after.inside]
    await tell(
        session, after, StoredKind.OUTING_LIMITS, inside, now, occurrence=f"{after.terms}", priority=Priority.SAFETY
    )
    after = await offer_places(session, after, now)
    await ask_who_is_free(session, after, now)  # does nothing unless the outing is open with a free place
    await redraw(session, after, now)
    return after, True


async def _today(session: AsyncSession, outing: OutingView) -> _Limits:
    club = club_of(await settings_queries.guild_row(session, outing.guild_id))
    assert club is not None
    points = await point_queries.points_of(session, outing.guild_id)
    point = next((p for p in points if p.point_id == outing.point_id), None)
    point = point or next((p for p in points if same_place(p.name, outing.place)), None)
    surface = Surface(point.surface) if point is not None and point.surface else outing.surface
    solo = surface is not None and surface in club.solo_surfaces
    if outing.state is OutingState.OPEN:
        return _Limits(club.backward_per_spotter, solo, surface)
    return _Limits(min(club.backward_per_spotter, outing.backward_per_spotter), solo and outing.solo, surface)


def _places(outing: OutingView, limits: _Limits, *, lacking: bool) -> int:
    """Return the places by the limit, with room for everybody who is in and for the spotter they lack."""
    wanted = 1 + limits.backward_per_spotter if outing.round_id is None else outing.places
    return min(max(wanted, len(outing.inside) + lacking, 2), MOST_PLACES)
