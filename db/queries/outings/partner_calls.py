"""Queries for calls, their answers, and who can answer them. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Row, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.dialect import InsertOnConflict, upsert
from db.models import (
    Availability,
    Companion,
    Due,
    Guild,
    Member,
    Outing,
    Run,
    Spotting,
    StretchRow,
    User,
)

LIVE = ("open", "filled", "confirmed", "under_way", "overdue")
"""States in which an outing occupies its participants."""


async def insert_outing(session: AsyncSession, values: dict[str, object]) -> int | None:
    """Insert an outing; return None if its interaction has already inserted it."""
    statement = upsert(session, Outing).values(**values)
    outing_id: int | None = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["interaction_id", "ordinal"]).returning(Outing.outing_id)
    )
    return outing_id


async def outing_of_interaction(session: AsyncSession, interaction_id: int) -> int:
    """Return the outing that an interaction inserted."""
    found: int | None = await session.scalar(select(Outing.outing_id).where(Outing.interaction_id == interaction_id))
    assert found is not None
    return found


async def put_companion(session: AsyncSession, outing_id: int, user_id: int, values: dict[str, object]) -> None:
    """Insert or reset a person's place in an outing."""
    fresh = {"offered_until": None, "confirmed_terms": None, "happened": None, **values}
    statement = _put_companion(frozenset(fresh)).on(session)
    await session.execute(statement, {"outing_id": outing_id, "user_id": user_id, **fresh})


@lru_cache(maxsize=16)
def _put_companion(fresh: frozenset[str]) -> InsertOnConflict:
    """Build once per set of columns that are reset."""
    return InsertOnConflict(
        Companion,
        lambda insert: insert.on_conflict_do_update(
            index_elements=["outing_id", "user_id"], set_={name: insert.excluded[name] for name in sorted(fresh)}
        ),
    )


async def leave_all(session: AsyncSession, outing_id: int) -> None:
    """Remove everybody from the waiting list of an outing."""
    await session.execute(
        update(Companion)
        .where(Companion.outing_id == outing_id, Companion.presence.in_(("waiting", "offered")))
        .values(presence="left", offered_until=None)
    )


async def delete_due_of(session: AsyncSession, kinds: Sequence[str], subject_id: int, user_id: int) -> None:
    """Delete the jobs of some kinds about a subject and one person."""
    await session.execute(delete(Due).where(Due.kind.in_(kinds), Due.subject_id == subject_id, Due.user_id == user_id))


_LIVE_OUTINGS = (
    select(Companion.user_id, Outing)
    .join(Outing, Outing.outing_id == Companion.outing_id)
    .where(
        Companion.user_id.in_(bindparam("user_ids", expanding=True)),
        Companion.presence == "in",
        Companion.home_at.is_(None),
        Outing.state.in_(LIVE),
    )
    .order_by(Outing.starts_at, Outing.outing_id)
    .execution_options(populate_existing=True)
)


async def live_outings_of(session: AsyncSession, user_ids: Collection[int]) -> Sequence[Row[int, Outing]]:
    """Return (user_id, outing) of the unfinished outings that some people are in, soonest first."""
    return (await session.execute(_LIVE_OUTINGS, {"user_ids": list(user_ids)})).all()


async def outings_for(session: AsyncSession, user_id: int) -> Sequence[Outing]:
    """Return a person's unfinished outings, including waiting lists and offers, soonest first."""
    rows = await session.scalars(
        select(Outing)
        .join(Companion, Companion.outing_id == Outing.outing_id)
        .where(Companion.user_id == user_id, Companion.presence != "left", Outing.state.in_(LIVE))
        .order_by(Outing.starts_at, Outing.outing_id)
    )
    return rows.all()


# ── who can answer ──


async def members_among(session: AsyncSession, guild_id: int, user_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the roles, among those named in the club's settings, of present members."""
    rows = await session.execute(
        select(Member.user_id, Member.role_ids).where(
            Member.guild_id == guild_id, Member.user_id.in_(user_ids), Member.left_at.is_(None)
        )
    )
    return {user_id: frozenset(role_ids or ()) for user_id, role_ids in rows}


async def count_calls(
    session: AsyncSession, user_id: int, *, states: Collection[str] | None = None, since: datetime | None = None
) -> int:
    """Count a person's calls, in some states or since an instant, without outings of rounds."""
    found = select(func.count()).select_from(Outing).where(Outing.caller_id == user_id, Outing.round_id.is_(None))
    if states is not None:
        found = found.where(Outing.state.in_(states))
    if since is not None:
        found = found.where(Outing.created_at >= since)
    return await session.scalar(found) or 0


# ── who is free ──


async def available(session: AsyncSession, guild_id: int) -> Sequence[Row[Availability, str]]:
    """Return (availability, zone) of all present members."""
    rows = await session.execute(
        select(Availability, func.coalesce(User.zone, Guild.zone, "UTC"))
        .join(User, User.user_id == Availability.user_id)
        .join(Guild, Guild.guild_id == Availability.guild_id)
        .join(Member, (Member.guild_id == Availability.guild_id) & (Member.user_id == Availability.user_id))
        .where(Availability.guild_id == guild_id, Member.left_at.is_(None))
    )
    return rows.all()


async def recent_spotters(session: AsyncSession, guild_id: int, since: datetime, on: date, limit: int) -> list[int]:
    """Return members who have recently faced forward for others in the club, latest first."""
    spotted = await session.execute(
        select(Spotting.user_id, func.max(Spotting.ran_on))
        .where(Spotting.guild_id == guild_id, Spotting.ran_on >= on)
        .group_by(Spotting.user_id)
    )
    faced = await session.execute(
        select(Companion.user_id, func.max(Companion.home_at))
        .join(Outing, Outing.outing_id == Companion.outing_id)
        .where(
            Outing.guild_id == guild_id,
            Companion.home_at >= since,
            or_(Companion.first_role == "spotter", Companion.second_role == "spotter"),
        )
        .group_by(Companion.user_id)
    )
    latest = {user_id: ran_on for user_id, ran_on in spotted if ran_on}
    for user_id, home_at in faced:
        if home_at:
            latest[user_id] = max(latest.get(user_id, home_at.date()), home_at.date())
    return sorted(latest, key=lambda user_id: (latest[user_id], user_id), reverse=True)[:limit]


_OTHER = aliased(StretchRow)
_BACKWARD_PACES = (
    select(func.sum(StretchRow.duration_ms), func.sum(StretchRow.distance_m))
    .join(Run, Run.run_id == StretchRow.run_id)
    .where(
        Run.user_id == bindparam("user_id"),
        Run.deleted_at.is_(None),
        StretchRow.direction == "backward",
        ~exists().where(_OTHER.run_id == Run.run_id, _OTHER.direction == "backward", _OTHER.distance_m.is_(None)),
    )
    .group_by(Run.run_id, Run.started_at)
    .order_by(Run.started_at.desc(), Run.run_id.desc())
    .limit(bindparam("limit"))
)


async def backward_paces(session: AsyncSession, user_id: int, limit: int) -> list[float]:
    """Return the seconds per kilometre of the backward parts of a person's newest runs."""
    rows = await session.execute(_BACKWARD_PACES, {"user_id": user_id, "limit": limit})
    return [float(duration_ms) / float(distance_m) for duration_ms, distance_m in rows if distance_m]


_CLUB_ZONE = select(Guild.zone).where(Guild.guild_id == bindparam("guild_id"))
_ZONES = select(User.user_id, User.zone).where(User.user_id.in_(bindparam("user_ids", expanding=True)))


async def zones_of(session: AsyncSession, guild_id: int, user_ids: Collection[int]) -> dict[int, str]:
    """Return the zone of each of some people: their own, else the club's."""
    club: str | None = await session.scalar(_CLUB_ZONE, {"guild_id": guild_id})
    rows = await session.execute(_ZONES, {"user_ids": list(user_ids)})
    return {user_id: zone or club or "UTC" for user_id, zone in rows}


async def planned_of(
    session: AsyncSession, kind: str, *, user_id: int = 0, guild_id: int = 0
) -> Sequence[Row[int, int, datetime, int | None]]:
    """Return (outing, club, start, person) of jobs for a person or about a club's outings, locked."""
    rows = await session.execute(
        select(Outing.outing_id, Outing.guild_id, Outing.starts_at, Due.user_id)
        .join(Due, Due.subject_id == Outing.outing_id)
        .where(Due.kind == kind, or_(Due.user_id == user_id, Outing.guild_id == guild_id))
        .order_by(Due.due_id)
        .with_for_update(of=Due)
    )
    return rows.all()
