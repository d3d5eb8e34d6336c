"""Queries for the weekly round and members' availability. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.dialect import upsert
from db.models import Availability, Companion, Due, Guild, Member, NoShow, Outing, Round, RoundPlace, Tie, User

TAKEN_PLACE = ("under_way", "overdue", "home", "resolved")
TOGETHER = ("filled", "confirmed", *TAKEN_PLACE)
PENDING = ("announced", "drawing", "drawn")

# ── availability ──


async def availability_row(session: AsyncSession, guild_id: int, user_id: int) -> Availability | None:
    """Return a member's availability in a club."""
    return await session.get(Availability, (guild_id, user_id))


async def put_availability(session: AsyncSession, guild_id: int, user_id: int, **values: Any) -> None:
    """Insert a member's availability, or update some of its columns."""
    statement = upsert(session, Availability).values(
        guild_id=guild_id, user_id=user_id, **({"windows": [], "places": [], "wishes": []} | values)
    )
    await session.execute(statement.on_conflict_do_update(index_elements=["guild_id", "user_id"], set_=values))


async def opted_in(session: AsyncSession, guild_id: int, on: date) -> Sequence[Row[Availability, User, datetime]]:
    """Return (availability, person, last seen) of all participants by id: present members not paused on `on`."""
    rows = await session.execute(
        select(Availability, User, Member.seen_at)
        .join(User, User.user_id == Availability.user_id)
        .join(Member, (Member.guild_id == Availability.guild_id) & (Member.user_id == Availability.user_id))
        .where(
            Availability.guild_id == guild_id,
            or_(Availability.paused_until.is_(None), Availability.paused_until <= on),
            Member.left_at.is_(None),
        )
        .order_by(Availability.user_id)
    )
    return [row for row in rows.all() if row[0].windows and row[0].wishes]


# ── rounds ──


_CLUBS_WITHOUT_PLAN = select(Guild).where(
    Guild.round_on,
    Guild.left_at.is_(None),
    ~exists().where(Due.kind == bindparam("kind"), Due.subject_id == Guild.guild_id),
)


async def clubs_without_plan(session: AsyncSession, kind: str) -> Sequence[Guild]:
    """Return clubs that have the bot and a round, but no job of this kind."""
    return (await session.scalars(_CLUBS_WITHOUT_PLAN, {"kind": kind})).all()


async def planned_payload(session: AsyncSession, guild_id: int, kind: str) -> dict[str, Any] | None:
    """Return the payload of a club's job for the next round, or None."""
    found: dict[str, Any] | None = await session.scalar(
        select(Due.payload).where(Due.kind == kind, Due.subject_id == guild_id).limit(1)
    )
    return found


async def insert_round(session: AsyncSession, **values: Any) -> int | None:
    """Insert a week's round; return None if there is already one."""
    statement = upsert(session, Round).values(**values)
    round_id: int | None = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["guild_id", "monday"]).returning(Round.round_id)
    )
    return round_id


async def round_row(session: AsyncSession, round_id: int, *, hold: bool = False) -> Round | None:
    """Return a round, locked for update if `hold`."""
    statement = select(Round).where(Round.round_id == round_id).execution_options(populate_existing=True)
    found: Round | None = await session.scalar(statement.with_for_update() if hold else statement)
    return found


async def newest_round(session: AsyncSession, guild_id: int, states: Collection[str] = PENDING) -> Round | None:
    """Return a club's newest round in one of some states."""
    found: Round | None = await session.scalar(
        select(Round)
        .where(Round.guild_id == guild_id, Round.state.in_(states))
        .order_by(Round.monday.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return found


async def move_round(session: AsyncSession, round_id: int, states: Collection[str], **values: Any) -> bool:
    """Update columns of a round that is in one of `states`; return False if it is not."""
    changed = await session.scalar(
        update(Round)
        .where(Round.round_id == round_id, Round.state.in_(states))
        .values(**values)
        .returning(Round.round_id)
    )
    return changed is not None


async def put_places(session: AsyncSession, round_id: int, places: Mapping[int, tuple[str, str | None]]) -> None:
    """Insert or update members' places in a round: state, and the reason if somebody is left over."""
    if not places:
        return
    statement = upsert(session, RoundPlace)
    changed = {name: statement.excluded[name] for name in ("state", "reason")}
    rows = [
        {"round_id": round_id, "user_id": user_id, "state": state, "reason": reason}
        for user_id, (state, reason) in places.items()
    ]
    await session.execute(statement.on_conflict_do_update(index_elements=["round_id", "user_id"], set_=changed), rows)


async def places_of(session: AsyncSession, round_id: int) -> dict[int, str]:
    """Return the state of each member in a round."""
    rows = await session.execute(select(RoundPlace.user_id, RoundPlace.state).where(RoundPlace.round_id == round_id))
    return dict(rows.all())


# ── input of a match ──


async def ties_among(session: AsyncSession, user_ids: Collection[int]) -> Sequence[Row[int, int, str]]:
    """Return (who, whom, kind) of blocks and trust among some people."""
    rows = await session.execute(
        select(Tie.user_id, Tie.other_id, Tie.kind).where(Tie.user_id.in_(user_ids), Tie.other_id.in_(user_ids))
    )
    return rows.all()


async def met_since(
    session: AsyncSession, guild_id: int, user_ids: Collection[int], since: datetime
) -> Sequence[Row[int, int, datetime]]:
    """Return (one, another, start) of the club's outings since then that two of some people shared."""
    one, other = aliased(Companion), aliased(Companion)
    rows = await session.execute(
        select(one.user_id, other.user_id, func.max(Outing.starts_at))
        .select_from(Outing)
        .join(one, and_(one.outing_id == Outing.outing_id, one.presence == "in"))
        .join(other, and_(other.outing_id == Outing.outing_id, other.presence == "in", other.user_id != one.user_id))
        .where(
            Outing.guild_id == guild_id,
            Outing.state.in_(TOGETHER),
            Outing.starts_at >= since,
            one.user_id.in_(user_ids),
            other.user_id.in_(user_ids),
        )
        .group_by(one.user_id, other.user_id)
    )
    return rows.all()


async def faced_since(
    session: AsyncSession, guild_id: int, user_ids: Collection[int], since: datetime
) -> dict[tuple[int, str], int]:
    """Count, by (person, role), the outings since then in which a person had one role throughout."""
    rows = await session.execute(
        select(Companion.user_id, Companion.first_role, func.count())
        .join(Outing, Outing.outing_id == Companion.outing_id)
        .where(
            Outing.guild_id == guild_id,
            Outing.state.in_(TAKEN_PLACE),
            Outing.starts_at >= since,
            Companion.user_id.in_(user_ids),
            Companion.presence == "in",
            Companion.first_role == Companion.second_role,
        )
        .group_by(Companion.user_id, Companion.first_role)
    )
    return {(user_id, role): count for user_id, role, count in rows}


async def no_shows_since(
    session: AsyncSession, guild_id: int, user_ids: Collection[int], since: date
) -> dict[int, int]:
    """Count the no-shows of some people in the club."""
    rows = await session.execute(
        select(NoShow.user_id, func.count())
        .join(Outing, Outing.outing_id == NoShow.outing_id)
        .where(Outing.guild_id == guild_id, NoShow.user_id.in_(user_ids), NoShow.missed_on >= since)
        .group_by(NoShow.user_id)
    )
    return dict(rows.all())
