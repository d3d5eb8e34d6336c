"""Queries for outings and their participants. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import InsertOnConflict, upsert
from db.models import Companion, Delivery, Member, NoShow, Outing, OutingPress

_OUTING = select(Outing).where(Outing.outing_id == bindparam("outing_id"))
_OUTING_HELD = _OUTING.with_for_update().execution_options(populate_existing=True)
_COMPANIONS = (
    select(Companion, func.coalesce(Member.display_name, "?"))
    .join(Outing, Outing.outing_id == Companion.outing_id)
    .outerjoin(Member, (Member.guild_id == Outing.guild_id) & (Member.user_id == Companion.user_id))
    .where(Companion.outing_id.in_(bindparam("outing_ids", expanding=True)))
    .order_by(Companion.outing_id, Companion.since, Companion.user_id)
    .execution_options(populate_existing=True)
)


async def outing_row(session: AsyncSession, outing_id: int, *, hold: bool = False) -> Outing | None:
    """Return an outing, locked for update if `hold`."""
    found: Outing | None = await session.scalar(_OUTING_HELD if hold else _OUTING, {"outing_id": outing_id})
    return found


async def of_club(session: AsyncSession, guild_id: int, states: Collection[str]) -> Sequence[int]:
    """Return the ids of a club's outings in some states."""
    rows = await session.scalars(
        select(Outing.outing_id).where(Outing.guild_id == guild_id, Outing.state.in_(states)).order_by(Outing.outing_id)
    )
    return rows.all()


async def newest_in(session: AsyncSession, states: Collection[str], limit: int) -> Sequence[int]:
    """Return the ids of the newest outings in some states, newest first."""
    rows = await session.scalars(
        select(Outing.outing_id).where(Outing.state.in_(states)).order_by(Outing.outing_id.desc()).limit(limit)
    )
    return rows.all()


async def companions_of(session: AsyncSession, outing_ids: Sequence[int]) -> dict[int, list[tuple[Companion, str]]]:
    """Return the participants of several outings with their last seen names, in order of joining."""
    found: dict[int, list[tuple[Companion, str]]] = {outing_id: [] for outing_id in outing_ids}
    rows = await session.execute(_COMPANIONS, {"outing_ids": list(outing_ids)})
    for companion, name in rows:
        found[companion.outing_id].append((companion, name))
    return found


async def move(session: AsyncSession, outing_id: int, states: Collection[str], **values: object) -> bool:
    """Update columns of an outing that is in one of `states`; return False if it is not."""
    changed = await session.scalar(
        update(Outing)
        .where(Outing.outing_id == outing_id, Outing.state.in_(states))
        .values(**values)
        .returning(Outing.outing_id)
    )
    return changed is not None


async def set_start(session: AsyncSession, outing_id: int, starts_at: datetime) -> None:
    """Update the start of an outing."""
    await session.execute(update(Outing).where(Outing.outing_id == outing_id).values(starts_at=starts_at))


async def set_companion(session: AsyncSession, outing_id: int, user_id: int, **values: object) -> None:
    """Update columns of a person's place in an outing."""
    await session.execute(
        update(Companion).where(Companion.outing_id == outing_id, Companion.user_id == user_id).values(**values)
    )


_NOTE_PRESS = InsertOnConflict(
    OutingPress,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["interaction_id"]).returning(
        OutingPress.interaction_id
    ),
)


async def note_press(session: AsyncSession, interaction_id: int, outing_id: int, now: object) -> bool:
    """Record that an interaction takes effect; return False if it already has."""
    given = {"interaction_id": interaction_id, "outing_id": outing_id, "pressed_at": now}
    return await session.scalar(_NOTE_PRESS.on(session), given) is not None


async def count_messages(session: AsyncSession, kind: str, outing_id: int, user_id: int) -> int:
    """Count the sent and unsent messages of a kind to a person about an outing."""
    counted: int | None = await session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.kind == kind, Delivery.subject_id == outing_id, Delivery.user_id == user_id)
    )
    return counted or 0


async def out_elsewhere(session: AsyncSession, outing_id: int, user_ids: Collection[int]) -> dict[int, int]:
    """Return those of some people who are out in another outing, with that outing."""
    rows = await session.execute(
        select(Companion.user_id, Companion.outing_id).where(
            Companion.user_id.in_(user_ids),
            Companion.outing_id != outing_id,
            Companion.presence == "in",
            Companion.checked_in_at.is_not(None),
            Companion.home_at.is_(None),
        )
    )
    return dict(rows.all())


async def has_been_out(session: AsyncSession, user_id: int) -> bool:
    """Whether a person was ever checked in."""
    found = exists().where(Companion.user_id == user_id, Companion.checked_in_at.is_not(None))
    return bool(await session.scalar(select(found)))


async def note_no_show(session: AsyncSession, outing_id: int, user_id: int, missed_on: date) -> bool:
    """Record a no-show; return False if it was already recorded."""
    statement = upsert(session, NoShow).values(outing_id=outing_id, user_id=user_id, missed_on=missed_on)
    written = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["outing_id", "user_id"]).returning(NoShow.user_id)
    )
    return written is not None


async def drop_no_show(session: AsyncSession, outing_id: int, user_id: int) -> None:
    """Delete a no-show."""
    await session.execute(delete(NoShow).where(NoShow.outing_id == outing_id, NoShow.user_id == user_id))


async def count_no_shows(session: AsyncSession, user_id: int, since: date) -> int:
    """Count a person's no-shows since a day."""
    counted: int | None = await session.scalar(
        select(func.count()).select_from(NoShow).where(NoShow.user_id == user_id, NoShow.missed_on >= since)
    )
    return counted or 0
