"""Outings: reading a whole outing, and what every change of one shares.

A change is one transaction. It locks the outing, records the interaction, writes only from a state that allows it, and
writes the card and messages that follow (`redraw`, `tell`), which `bot.delivery` sends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import (
    BEFORE,
    OUT,
    Audience,
    OutingState,
    Presence,
    Role,
    Roles,
    Wish,
    arrange,
    eyes_kept,
    free_wishes,
    half_time,
    is_filled,
    without_eyes,
)
from bot.domain.runs.runs import Surface
from bot.errors import NotFound
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from db import models
from db.engine import Database
from db.queries.outings import outings as queries


@dataclass(frozen=True, slots=True)
class CompanionView:
    """A member's place in an outing. `name` is the last seen display name in the club, unescaped."""

    user_id: int
    name: str
    wish: Wish
    roles: Roles
    presence: Presence
    since: datetime
    offered_until: datetime | None
    confirmed: bool
    checked_in_at: datetime | None
    home_at: datetime | None
    happened: str | None
    draft: str | None
    run_id: int | None

    @property
    def out(self) -> bool:
        """Whether this member is out and not home yet."""
        return self.checked_in_at is not None and self.home_at is None and self.presence is Presence.IN


@dataclass(frozen=True, slots=True)
class OutingView:
    """An outing. Attributes as in the table `outings`; `companions` in order of arrival.

    Only members in the outing may see `detail`: a public card does not show it.
    """

    outing_id: int
    guild_id: int
    round_id: int | None
    caller_id: int | None
    state: OutingState
    terms: int
    starts_at: datetime
    zone: str
    place: str
    detail: str | None
    point_id: int | None
    surface: Surface | None
    solo: bool
    backward_per_spotter: int
    places: int
    distance_m: int | None
    pace_s_per_km: float
    planned_ms: int
    audience: Audience
    audience_role_id: int | None
    channel_id: int
    message_id: int | None
    started_at: datetime | None
    due_back_at: datetime | None
    swapped_at: datetime | None
    eyes_lost_at: datetime | None
    extended_min: int
    escalation_step: int
    help_at: datetime | None
    ended_at: datetime | None
    resolution: str | None
    companions: tuple[CompanionView, ...]

    @property
    def inside(self) -> tuple[CompanionView, ...]:
        """Members who are in."""
        return tuple(c for c in self.companions if c.presence is Presence.IN)

    @property
    def waiting(self) -> tuple[CompanionView, ...]:
        """Members on the waiting list, in order of arrival."""
        return tuple(c for c in self.companions if c.presence in (Presence.WAITING, Presence.OFFERED))

    @property
    def out(self) -> tuple[CompanionView, ...]:
        """Members who are out and not home yet."""
        return tuple(c for c in self.companions if c.out)

    @property
    def uncovered(self) -> frozenset[int]:
        """Members who are out and run backward, now or after the swap, without enough spotters still out."""
        roles = [c.roles for c in self.out]
        found = without_eyes(roles, self.backward_per_spotter, swapped=self.swapped_at is not None)
        return frozenset(c.user_id for position, c in enumerate(self.out) if position in found)

    @property
    def may_swap(self) -> bool:
        """Whether those who are out can swap roles: it has not happened yet, and everybody stays covered."""
        roles = [c.roles for c in self.out]
        swapping = any(r.swaps for r in roles) and self.swapped_at is None
        return swapping and eyes_kept(roles, self.backward_per_spotter, solo=self.solo, swapped=True)

    @property
    def caller(self) -> CompanionView | None:
        """The caller, while they are in."""
        return next((c for c in self.inside if c.user_id == self.caller_id), None)

    @property
    def filled(self) -> bool:
        """Whether the outing can take place with the members who are in."""
        return is_filled([c.wish for c in self.inside], self.backward_per_spotter, solo=self.solo)

    @property
    def free(self) -> frozenset[Wish]:
        """Wishes with which one more member can join."""
        if self.state not in BEFORE:
            return frozenset()
        return free_wishes([c.wish for c in self.inside], self.backward_per_spotter, self.places, solo=self.solo)

    @property
    def half_at(self) -> datetime | None:
        """Planned time of the swap, once the outing has started and somebody swaps."""
        if self.started_at is None or not any(c.roles.swaps for c in self.inside):
            return None
        return half_time(self.started_at, self.planned_ms)

    def who(self, user_id: int) -> CompanionView | None:
        """Return a member's place, or None."""
        return next((c for c in self.companions if c.user_id == user_id), None)

    def goes_along(self, user_id: int) -> bool:
        """Whether a member is in before the start, or still out after it: they need no alarm about the others."""
        me = self.who(user_id)
        return me is not None and (me.out if self.state in OUT else me.presence is Presence.IN)


async def outing_of(database: Database, outing_id: int) -> OutingView:
    """Return an outing.

    Raises:
        NotFound: it does not exist.
    """
    async with database.read() as session:
        return await read(session, outing_id)


async def read(session: AsyncSession, outing_id: int, *, hold: bool = False) -> OutingView:
    """Return an outing within a transaction, locked against other writers if `hold`.

    Raises:
        NotFound: it does not exist.
    """
    row = await queries.outing_row(session, outing_id, hold=hold)
    if row is None:
        raise NotFound("partners.gone")
    return view_of(row, (await queries.companions_of(session, [outing_id]))[outing_id])


def view_of(row: models.Outing, companions: Iterable[tuple[models.Companion, str]]) -> OutingView:
    """Return a row and its companions as an `OutingView`."""
    return OutingView(
        outing_id=row.outing_id,
        guild_id=row.guild_id,
        round_id=row.round_id,
        caller_id=row.caller_id,
        state=OutingState(row.state),
        terms=row.terms,
        starts_at=row.starts_at,
        zone=row.zone,
        place=row.place,
        detail=row.detail,
        point_id=row.point_id,
        surface=Surface(row.surface) if row.surface else None,
        solo=row.solo,
        backward_per_spotter=row.backward_per_spotter,
        places=row.places,
        distance_m=row.distance_m,
        pace_s_per_km=row.pace_s_per_km,
        planned_ms=row.planned_ms,
        audience=Audience(row.audience),
        audience_role_id=row.audience_role_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        started_at=row.started_at,
        due_back_at=row.due_back_at,
        swapped_at=row.swapped_at,
        eyes_lost_at=row.eyes_lost_at,
        extended_min=row.extended_min,
        escalation_step=row.rung,
        help_at=row.help_at,
        ended_at=row.ended_at,
        resolution=row.resolution,
        companions=tuple(
            CompanionView(
                user_id=c.user_id,
                name=name,
                wish=Wish(c.wish),
                roles=Roles(Role(c.first_role), Role(c.second_role)),
                presence=Presence(c.presence),
                since=c.since,
                offered_until=c.offered_until,
                confirmed=c.confirmed_terms == row.terms,
                checked_in_at=c.checked_in_at,
                home_at=c.home_at,
                happened=c.happened,
                draft=c.draft,
                run_id=c.run_id,
            )
            for c, name in companions
        ),
    )


async def pressed_before(session: AsyncSession, interaction_id: int, outing_id: int, now: datetime) -> bool:
    """Record an interaction, and return whether it was recorded before."""
    return not await queries.note_press(session, interaction_id, outing_id, now)


async def settle_roles(session: AsyncSession, outing: OutingView) -> None:
    """Assign a role for each half to everybody who is in.

    Call this in state `open`: in an agreed outing the database rejects each row that leaves somebody without a spotter.
    Where no valid arrangement exists yet, each member gets the role they wish; whoever swaps begins backward.
    """
    wishes = [c.wish for c in outing.inside]
    roles = arrange(wishes, outing.backward_per_spotter, solo=outing.solo) or tuple(
        Roles(Role.SPOTTER, Role.SPOTTER)
        if wish is Wish.SPOTTER
        else Roles(Role.BACKWARD, Role.SPOTTER if wish is Wish.SWAP else Role.BACKWARD)
        for wish in wishes
    )
    for companion, settled in zip(outing.inside, roles, strict=True):
        if companion.roles != settled:
            await queries.set_companion(
                session,
                outing.outing_id,
                companion.user_id,
                first_role=settled.first.value,
                second_role=settled.second.value,
            )


async def redraw(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    """Queue an update of the public card, or its first post.

    An outing from a round in a club without a partners channel has no card.
    """
    if not outing.channel_id:
        return
    await post(
        session,
        [
            OutboundMessage(
                StoredKind.OUTING_CARD,
                str(outing.outing_id),
                Priority.SAFETY if outing.state in OUT else Priority.ASKED,
                Destination.CARD,
                due_at=now,
                channel_id=outing.channel_id,
                message_id=outing.message_id,
                guild_id=outing.guild_id,
                subject_id=outing.outing_id,
            )
        ],
        now,
    )


async def tell(
    session: AsyncSession,
    outing: OutingView,
    kind: str,
    user_ids: Collection[int],
    now: datetime,
    *,
    occurrence: str,
    priority: Priority = Priority.ASKED,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Queue a direct message about the outing to each of some members; the handler of `kind` renders it.

    Args:
        session: database session of the change that causes the message.
        outing: outing that the message is about.
        kind: message kind.
        user_ids: recipients, in this order.
        now: time to send it.
        occurrence: unique among messages of this kind about this outing, such as the version of the terms.
        priority: priority class.
        payload: values that the kind needs besides the outing.
    """
    await post(
        session,
        [
            OutboundMessage(
                kind,
                f"{outing.outing_id}:{occurrence}",
                priority,
                Destination.DM,
                due_at=now,
                user_id=user_id,
                guild_id=outing.guild_id,
                subject_id=outing.outing_id,
                payload=payload or {},
            )
            for user_id in user_ids
        ],
        now,
    )
