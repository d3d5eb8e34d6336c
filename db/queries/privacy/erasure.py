"""Queries for the outings and runs of a person who is erased, and runs that name them. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Row, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Companion, Outing, Run, RunCard


async def hold_outings(session: AsyncSession, user_id: int, states: Collection[str]) -> Sequence[Row[int, str, str]]:
    """Lock and return (outing, state, presence) of a person's outings in some states."""
    rows = await session.execute(
        select(Outing.outing_id, Outing.state, Companion.presence)
        .join(Companion, Companion.outing_id == Outing.outing_id)
        .where(Companion.user_id == user_id, Outing.state.in_(states))
        .order_by(Outing.outing_id)
        .with_for_update(of=Outing)
    )
    return rows.all()


async def shown_in(session: AsyncSession, user_id: int) -> Sequence[int]:
    """Return the outings with a public card that a person joined or called."""
    own = select(Companion.outing_id).where(Companion.user_id == user_id)
    rows = await session.scalars(
        select(Outing.outing_id)
        .where(or_(Outing.outing_id.in_(own), Outing.caller_id == user_id), Outing.message_id.is_not(None))
        .order_by(Outing.outing_id)
    )
    return rows.all()


async def take_out(session: AsyncSession, outing_id: int, user_id: int) -> None:
    """Delete a person's place in an outing."""
    await session.execute(delete(Companion).where(Companion.outing_id == outing_id, Companion.user_id == user_id))


async def hold_runs(session: AsyncSession, user_id: int) -> int:
    """Lock a person's runs, and others' runs that name them, before the rows that depend on these.

    Returns:
        The number of the person's own runs.
    """
    held = await session.scalars(
        select(Run.user_id)
        .where(or_(Run.user_id == user_id, Run.spotter_id == user_id))
        .order_by(Run.run_id)
        .with_for_update()
    )
    return held.all().count(user_id)


async def cards_about(session: AsyncSession, user_id: int) -> Sequence[RunCard]:
    """Return the public messages that show a person's runs."""
    rows = await session.scalars(select(RunCard).join(Run, Run.run_id == RunCard.run_id).where(Run.user_id == user_id))
    return rows.all()


async def runs_naming(session: AsyncSession, user_id: int) -> Sequence[Run]:
    """Return others' runs that name a person as spotter."""
    return (await session.scalars(select(Run).where(Run.spotter_id == user_id, Run.user_id != user_id))).all()
