"""Outings of a confirmed round: created as filled, for each member to confirm; everybody who took part is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OutingState, Wish, is_filled
from bot.domain.partners.availability import LEAST_MIN, starts_of
from bot.domain.rounds.match_scoring import OUTING_SLOTS, Candidate, weigh
from bot.domain.rounds.matching import MissingHelp
from bot.errors import Conflict
from bot.services.members.people import Club, club_of
from bot.services.messages.deliveries import cancel_jobs, post
from bot.services.outings.outing_transitions import settle
from bot.services.outings.outings import OutingView, read, redraw, tell
from bot.services.outings.partner_calls import plan_steps, put_in
from bot.services.rounds import rounds
from bot.services.rounds.round_candidates import taking_part
from db import models
from db.queries.members import people as people_queries
from db.queries.outings import partner_calls as call_queries
from db.queries.partners.meeting_points import points_of
from db.queries.rounds import rounds as queries


async def settle_round(session: AsyncSession, row: models.Round, guild: models.Guild, now: datetime) -> None:
    """Create the outings of a drawn round and tell everybody; the conditional state change makes it happen once."""
    proposal = row.proposal or {"outings": [], "left": []}
    state = "confirmed" if proposal["outings"] or proposal["left"] else "cancelled"
    moved = await queries.move_round(session, row.round_id, ["drawn"], state=state, proposal=None, confirmed_at=now)
    if not moved:
        raise Conflict("rounds.over")
    await cancel_jobs(session, [StoredKind.ROUND_PREVIEW], row.round_id)
    club = club_of(guild)
    assert club is not None
    # Locked, so that a concurrent join of another outing is seen here, or sees these outings there.
    await people_queries.hold(session, {user_id for one in proposal["outings"] for user_id, _ in one["partners"]})
    there = {c.user_id: c for c in (await taking_part(session, row, guild, now)).candidates}
    left = {user_id: help_ for user_id, help_ in proposal["left"] if user_id in there}
    points = await points_of(session, row.guild_id)
    told: dict[int, dict[str, Any]] = {}
    made: list[OutingView] = []
    for ordinal, one in enumerate(proposal["outings"]):
        people = [there[user_id] for user_id, _ in one["partners"] if user_id in there]
        wishes = _still(people, one, club.backward_per_spotter)
        if wishes is None:
            left |= {c.user_id: MissingHelp.WIDER.value for c in people}
            continue
        outing = await _make(session, row, club, points, ordinal, one, wishes, now)
        made.append(outing)
        told |= {user_id: {"outing_id": outing.outing_id, "why": one["why"]} for user_id in wishes}
    places: dict[int, tuple[str, str | None]] = dict.fromkeys(told, ("matched", None))
    await queries.put_places(session, row.round_id, places | {i: ("left", help_) for i, help_ in left.items()})
    await post(session, rounds.letters(StoredKind.ROUND_MATCHED, row.round_id, row.guild_id, told, now), now)
    for outing in made:
        inside, occurrence = [c.user_id for c in outing.inside], f"round{row.round_id}"
        await tell(
            session, outing, StoredKind.OUTING_FILLED, inside, now, occurrence=occurrence, payload={"matched": True}
        )
    await rounds.tell_left(session, row, left, now)
    if proposal["outings"]:
        await rounds.show(session, row, guild, now)


def _still(people: Sequence[Candidate], one: dict[str, Any], backward_per_spotter: int) -> dict[int, Wish] | None:
    """Return the wishes of the members who still take part, or None if the outing cannot take place any more."""
    outing = weigh(people, backward_per_spotter) if len(people) > 1 else None
    if outing is None or not all(starts_of(c.mask, OUTING_SLOTS) >> one["slot"] & 1 for c in people):
        return None
    drawn = {user_id: Wish(wish) for user_id, wish in one["partners"]}
    if len(people) == len(drawn) and is_filled(list(drawn.values()), backward_per_spotter, solo=False):
        return drawn
    return {partner.user_id: partner.wish for partner in outing.partners}


async def _make(
    session: AsyncSession,
    row: models.Round,
    club: Club,
    points: Sequence[models.MeetingPoint],
    ordinal: int,
    one: dict[str, Any],
    wishes: dict[int, Wish],
    now: datetime,
) -> OutingView:
    """Create one filled outing, which each member must confirm."""
    # If all members would come anywhere, use the first meeting point of the club.
    point = next((p for p in points if one["place"] in (None, p.name.casefold())), None)
    place = point.name if point else one["place"] or club.reader.t("rounds.place_open")
    surface = point.surface if point else None
    outing_id = await call_queries.insert_outing(
        session,
        {
            "interaction_id": row.round_id,  # smaller than any interaction id; with `ordinal` unique within the round
            "ordinal": ordinal,
            "round_id": row.round_id,
            "guild_id": row.guild_id,
            "caller_id": None,
            "state": OutingState.OPEN.value,
            "starts_at": datetime.fromisoformat(one["starts_at"]),
            "zone": club.reader.zone,
            "place": place[:80],
            "detail": point.detail if point else None,
            "point_id": point.point_id if point else None,
            "surface": surface,
            "solo": surface in {s.value for s in club.solo_surfaces} if surface else False,
            "backward_per_spotter": club.backward_per_spotter,
            "places": len(wishes),
            "distance_m": None,
            "pace_s_per_km": one["pace_s_per_km"],
            "planned_ms": LEAST_MIN * 60_000,
            "channel_id": club.partners_channel_id or 0,
            "created_at": now,
        },
    )
    assert outing_id is not None
    for user_id, wish in wishes.items():
        await put_in(session, outing_id, user_id, wish, now, confirmed_terms=None)
    outing = await settle(session, outing_id)
    await plan_steps(session, outing, now)
    await redraw(session, outing, now)
    return await read(session, outing_id)
