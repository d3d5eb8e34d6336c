"""Calls for a partner: create, change and cancel a call, and run its timed steps.

Signing up is in `outing_signup`, the consequences of each change in `outing_transitions`.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.call_terms import UNSTARTED, Wanted, same_place
from bot.domain.outings.outing_rules import BEFORE, DETAIL_KEPT, Audience, OutingState, Presence, Role, Roles, Wish
from bot.domain.runs.runs import Surface
from bot.domain.text.free_text import is_blank, one_line
from bot.errors import BadInput, Conflict, NotAllowed
from bot.services.members.people import Club, Person, club_of
from bot.services.messages.deliveries import Job, cancel_jobs, schedule_job
from bot.services.outings.call_limits import check_often
from bot.services.outings.evening_reminders import plan_evening
from bot.services.outings.outing_transitions import check_before, follow, reopen, settle
from bot.services.outings.outings import OutingView, pressed_before, read, redraw, tell, view_of
from bot.services.outings.sent_letters import refresh_newest
from bot.services.outings.waiting_list import Presser, check_audience, check_free, check_sees, ends_at, held
from db.engine import Database
from db.queries.outings import outings as outing_queries
from db.queries.outings import partner_calls as queries
from db.queries.partners import meeting_points as point_queries
from db.queries.profile import settings as settings_queries

STEPS = (
    StoredKind.OUTING_EVENING,
    StoredKind.OUTING_HOUR,
    StoredKind.OUTING_START,
    StoredKind.OUTING_UNSTARTED,
    StoredKind.OUTING_LAPSE,
)
"""Steps before the end of an outing, rescheduled when its time changes. `OUTING_PURGE` stays after the end."""
RECENT_RUNS = 10
"""Backward runs whose median gives a member's usual pace."""
ROLES = {
    Wish.BACKWARD: Roles(Role.BACKWARD, Role.BACKWARD),
    Wish.SPOTTER: Roles(Role.SPOTTER, Role.SPOTTER),
    Wish.SWAP: Roles(Role.BACKWARD, Role.SPOTTER),
}
"""Roles stored for each wish until `settle_roles` assigns the final ones."""


class Who(StrEnum):
    """Audience of a call, as the caller chooses it."""

    EVERYONE = "everyone"
    TRUSTED = "trusted"
    WOMEN = "women"
    SPOTTERS = "spotters"


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Meeting point of a club. Only members in an outing there see `detail`."""

    point_id: int
    name: str
    detail: str | None
    surface: Surface | None


@dataclass(frozen=True, slots=True)
class CallRequest:
    """Parameters of a call for a partner.

    Attributes:
        place: name of one of the club's meeting points, or free text.
        wanted: time, distance and pace.
        wish: role in which the caller takes part.
        who: audience.
        surface: surface; None for that of the meeting point, or unknown.
        exactly: exact place, for those who are in; None for that of the meeting point.
        channel_id: channel of the command; None in a direct message.
    """

    place: str
    wanted: Wanted
    wish: Wish
    who: Who = Who.EVERYONE
    surface: Surface | None = None
    exactly: str | None = None
    channel_id: int | None = None


async def places(database: Database, guild_id: int) -> tuple[CallPlace, ...]:
    """Return the meeting points of a club, by name."""
    async with database.read() as session:
        return await _places(session, guild_id)


async def call(
    database: Database, person: Person, wish: CallRequest, *, interaction_id: int, now: datetime
) -> OutingView:
    """Create a call for a partner; the same interaction again returns the same call.

    Raises:
        BadInput: no club, no channel for the card, no place, a surface other than the meeting point's, an outing that
            is too long or too short, or a role that the club has not set up.
        Conflict: the caller is in another outing at that time, or has reached a limit on calls.
    """
    club = person.club
    if club is None:
        raise BadInput("partners.refused.no_club")
    channel_id = club.partners_channel_id or wish.channel_id
    if channel_id is None:
        raise BadInput("partners.refused.no_channel")
    audience, role_id = _audience(wish.who, club)
    async with database.write() as session:
        where = await _where(session, club, wish.place, wish.surface, wish.exactly)
        usual = await queries.backward_paces(session, person.user_id, RECENT_RUNS)
        planned_ms, pace = wish.wanted.planned(statistics.median(usual) if usual else None)
        outing_id = await queries.insert_outing(
            session,
            {
                "interaction_id": interaction_id,
                "guild_id": club.guild_id,
                "caller_id": person.user_id,
                "state": OutingState.OPEN.value,
                "starts_at": wish.wanted.starts_at,
                "zone": person.reader.zone,
                "backward_per_spotter": club.backward_per_spotter,
                "places": 1 + club.backward_per_spotter,
                "distance_m": wish.wanted.distance_m,
                "pace_s_per_km": pace,
                "planned_ms": planned_ms,
                "audience": audience.value,
                "audience_role_id": role_id,
                "channel_id": channel_id,
                "created_at": now,
                **where,
            },
        )
        if outing_id is None:
            return await read(session, await queries.outing_of_interaction(session, interaction_id))
        await check_often(session, person.user_id, now)
        await put_in(session, outing_id, person.user_id, wish.wish, now, confirmed_terms=1)
        outing = await read(session, outing_id)
        await check_free(session, outing, person.user_id)
        await plan_steps(session, outing, now)
        await redraw(session, outing, now)
        return outing


async def put_in(
    session: AsyncSession,
    outing_id: int,
    user_id: int,
    wish: Wish,
    now: datetime,
    *,
    presence: Presence = Presence.IN,
    confirmed_terms: int | None,
) -> None:
    """Add a member to an open outing, or to its waiting list."""
    values: dict[str, object] = {
        "wish": wish.value,
        "first_role": ROLES[wish].first.value,
        "second_role": ROLES[wish].second.value,
        "presence": presence.value,
        "since": now,
        "confirmed_terms": confirmed_terms,
    }
    await queries.put_companion(session, outing_id, user_id, values)


async def change(
    database: Database,
    presser: Presser,
    outing_id: int,
    *,
    starts_at: datetime | None,
    place: str | None,
    seen_terms: int,
    interaction_id: int,
    now: datetime,
) -> OutingView:
    """Change the time, the place or both of a call; everybody else must confirm again.

    Args:
        database: database to write to.
        presser: member who changes it; only the caller may.
        outing_id: id of the outing.
        starts_at: new start, or None to keep it.
        place: new place, or None to keep it. Its surface is the meeting point's, else unknown.
        seen_terms: version of the terms that the form showed.
        interaction_id: id of the form's interaction.
        now: current time.

    Raises:
        NotFound: the outing does not exist or belongs to another club.
        NotAllowed: the presser is not the caller.
        Conflict: the outing has begun, is over or was changed meanwhile, or the caller is in another outing at the new
            time.
    """
    async with database.write() as session:
        before = await _own(session, outing_id, presser, now)
        if await pressed_before(session, interaction_id, outing_id, now):
            return before
        if before.terms != seen_terms:
            raise Conflict("partners.refused.changed_meanwhile")
        values: dict[str, object] = {}
        if starts_at is not None and starts_at != before.starts_at:
            values["starts_at"] = starts_at
        if place is not None and place.strip() != before.place:
            club = club_of(await settings_queries.guild_row(session, before.guild_id))
            assert club is not None
            values |= await _where(session, club, place, None, None)
        if not values:
            return before
        await reopen(session, before, terms=before.terms + 1, **values)
        await outing_queries.set_companion(session, outing_id, presser.user_id, confirmed_terms=before.terms + 1)
        after = await settle(session, outing_id)
        await check_free(session, after, presser.user_id)
        if "starts_at" in values:
            await plan_steps(session, after, now)
        return await follow(session, before, after, now, event=str(interaction_id), changed_by=presser.user_id)


async def cancel(
    database: Database, presser: Presser, outing_id: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Cancel a call, and tell everybody in it and on its waiting list.

    Raises:
        NotFound: the outing does not exist or belongs to another club.
        NotAllowed: the presser is not the caller.
        Conflict: the outing has begun or is over.
    """
    async with database.write() as session:
        before = await _own(session, outing_id, presser, now)
        if await pressed_before(session, interaction_id, outing_id, now):
            return before
        return await call_off(session, before, now, but=presser.user_id)


async def call_off(session: AsyncSession, outing: OutingView, now: datetime, *, but: int | None = None) -> OutingView:
    """End an outing that has not begun, cancel its jobs and tell everybody except `but`. Runs in a transaction."""
    moved = await outing_queries.move(
        session, outing.outing_id, list(BEFORE), state=OutingState.CANCELLED.value, ended_at=now
    )
    if not moved:
        raise Conflict("partners.refused.over")
    await cancel_jobs(session, [*STEPS, StoredKind.OUTING_OFFER_ENDS], outing.outing_id)
    await queries.leave_all(session, outing.outing_id)
    after = await read(session, outing.outing_id)
    await refresh_newest(session, outing.outing_id, now)
    told = [c.user_id for c in (*outing.inside, *outing.waiting) if c.user_id != but]
    await tell(session, after, StoredKind.OUTING_CANCELLED, told, now, occurrence="1", payload={"lapsed": but is None})
    await redraw(session, after, now)
    return after


async def lapse(session: AsyncSession, outing_id: int, now: datetime) -> None:
    """Cancel a call that not everybody has agreed to half an hour after its start."""
    outing = await held(session, outing_id)
    if outing.state in (OutingState.OPEN, OutingState.FILLED) and now >= outing.starts_at + UNSTARTED:
        await call_off(session, outing, now)


async def purge(session: AsyncSession, outing_id: int) -> None:
    """Delete the exact meeting place of an outing."""
    row = await outing_queries.outing_row(session, outing_id, hold=True)
    if row is not None:
        row.detail = None
        await session.flush()


async def mine(database: Database, user_id: int) -> tuple[OutingView, ...]:
    """Return the outings that a member is in, waits for or is offered a place in; soonest first."""
    async with database.read() as session:
        rows = await queries.outings_for(session, user_id)
        companions = await outing_queries.companions_of(session, [row.outing_id for row in rows])
    return tuple(view_of(row, companions[row.outing_id]) for row in rows)


async def seen(database: Database, outing_id: int) -> OutingView:
    """Return an outing, to check who may press its buttons. Raises as `held`."""
    async with database.read() as session:
        return await held(session, outing_id, hold=False)


async def show(database: Database, presser: Presser, outing_id: int) -> OutingView:
    """Return an outing for a member who asks for its details.

    Raises:
        NotFound: the outing does not exist, belongs to another club or has another audience.
    """
    async with database.read() as session:
        outing = await held(session, outing_id, hold=False)
        await check_sees(session, outing, presser)
        return outing


async def own(database: Database, presser: Presser, outing_id: int, now: datetime) -> OutingView:
    """Return a member's own call before they change it. Raises as `change`."""
    async with database.read() as session:
        return await _own(session, outing_id, presser, now, hold=False)


# ── jobs ──


async def plan_steps(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    """Schedule the reminders, the start and the end of an outing that lie ahead, in place of those scheduled before.

    Each step checks when it is due whether it still applies.
    """
    await cancel_jobs(session, STEPS, outing.outing_id)
    at = outing.starts_at
    inside = [c.user_id for c in outing.inside]
    await plan_evening(session, outing.outing_id, outing.guild_id, at, inside, now)
    steps = [
        (StoredKind.OUTING_HOUR, at - timedelta(hours=1), Priority.ASKED),
        (StoredKind.OUTING_START, at, Priority.SAFETY),
        (StoredKind.OUTING_UNSTARTED, at + UNSTARTED, Priority.ASKED),
        (StoredKind.OUTING_LAPSE, at + UNSTARTED, Priority.ASKED),
        (StoredKind.OUTING_PURGE, ends_at(outing) + DETAIL_KEPT, Priority.NUDGE),
    ]
    await schedule_job(
        session,
        [
            Job(kind, str(outing.outing_id), fire_at, priority, subject_id=outing.outing_id)
            for kind, fire_at, priority in steps
            if fire_at > now
        ],
    )


# ── private ──


def _audience(who: Who, club: Club) -> tuple[Audience, int | None]:
    if who is Who.EVERYONE:
        return Audience.EVERYONE, None
    if who is Who.TRUSTED:
        return Audience.TRUSTED, None
    role_id = club.women_role_id if who is Who.WOMEN else club.spotter_role_id
    if role_id is None:
        raise BadInput(f"partners.refused.no_role_{who.value}")
    return Audience.ROLE, role_id


async def _places(session: AsyncSession, guild_id: int) -> tuple[CallPlace, ...]:
    return tuple(
        CallPlace(row.point_id, row.name, row.detail, Surface(row.surface) if row.surface else None)
        for row in await point_queries.points_of(session, guild_id)
    )


async def _where(
    session: AsyncSession, club: Club, typed: str, surface: Surface | None, exactly: str | None
) -> dict[str, object]:
    """Return the columns of `outings` that follow from a place. A meeting point's own values win over typed ones.

    Raises:
        BadInput: no place, or a surface other than the meeting point's.
    """
    name = one_line(typed)[:80]
    if is_blank(name):
        raise BadInput("partners.refused.no_place")
    known = await _places(session, club.guild_id)
    point = next((place for place in known if place.name.casefold() == name.casefold()), None)
    point = point or next((place for place in known if same_place(place.name, name)), None)
    if point is not None and point.surface is not None:
        if surface not in (None, point.surface):
            raise BadInput("partners.refused.surface", place=point.name, known=point.surface, chosen=surface)
        surface = point.surface
    return {
        "place": point.name if point else name,
        "point_id": point.point_id if point else None,
        "detail": one_line(exactly or "")[:200] or (point.detail if point else None),
        "surface": surface.value if surface else None,
        "solo": surface in club.solo_surfaces if surface else False,
    }


async def _own(
    session: AsyncSession, outing_id: int, presser: Presser, now: datetime, *, hold: bool = True
) -> OutingView:
    outing = await held(session, outing_id, hold=hold)
    if outing.caller is None or outing.caller.user_id != presser.user_id:
        await check_audience(session, outing, presser)
        raise NotAllowed("partners.refused.not_the_caller")
    check_before(outing, now)
    return outing
