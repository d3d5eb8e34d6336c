"""Queries for blocks and trust. None of them commits.

A tie is private to its author: other users only affect results through `blocked_among`, `blocked_with` and
`trusted_by`, and these results are never shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Tie
from db.queries.runs.run_search import has_words


async def has_tie(session: AsyncSession, user_id: int, other_id: int, kind: str) -> bool:
    """Whether a person has this kind of tie to another."""
    found = await session.scalar(
        select(Tie.user_id).where(Tie.user_id == user_id, Tie.other_id == other_id, Tie.kind == kind)
    )
    return found is not None


async def write_tie(session: AsyncSession, **values: object) -> None:
    """Insert a tie, or update its name."""
    statement = upsert(session, Tie).values(**values)
    newer = {"other_name": statement.excluded["other_name"]}
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "other_id", "kind"], set_=newer))


async def drop_tie(session: AsyncSession, user_id: int, other_id: int, kind: str) -> str | None:
    """Delete a tie; return its name, or None if there was none."""
    name: str | None = await session.scalar(
        delete(Tie).where(Tie.user_id == user_id, Tie.other_id == other_id, Tie.kind == kind).returning(Tie.other_name)
    )
    return name


async def ties_of(
    session: AsyncSession, user_id: int, kind: str, *, words: str = "", limit: int, offset: int = 0
) -> Sequence[Tie]:
    """Return a person's ties to others whose names contain some words, newest first."""
    rows = await session.scalars(
        select(Tie)
        .where(Tie.user_id == user_id, Tie.kind == kind, has_words(Tie.other_name, words))
        .order_by(Tie.since.desc(), Tie.other_id)
        .limit(limit)
        .offset(offset)
    )
    return rows.all()


async def count_ties(session: AsyncSession, user_id: int, kind: str) -> int:
    """Count a person's ties of a kind."""
    counted = await session.scalar(select(func.count()).where(Tie.user_id == user_id, Tie.kind == kind))
    return counted or 0


async def blocked_among(session: AsyncSession, user_ids: Collection[int], inside: Collection[int]) -> set[int]:
    """Return those of some people who have a block, in either direction, with anybody in `inside`."""
    rows = await session.execute(
        select(Tie.user_id, Tie.other_id).where(
            Tie.kind == "block",
            or_(
                and_(Tie.user_id.in_(user_ids), Tie.other_id.in_(inside)),
                and_(Tie.user_id.in_(inside), Tie.other_id.in_(user_ids)),
            ),
        )
    )
    return {user_id for pair in rows for user_id in pair if user_id in set(user_ids)}


async def blocked_with(session: AsyncSession, user_id: int, others: Collection[int]) -> bool:
    """Whether there is a block, in either direction, between a person and any of some others."""
    found = await session.scalar(
        select(Tie.user_id)
        .where(
            Tie.kind == "block",
            or_(
                and_(Tie.user_id == user_id, Tie.other_id.in_(others)),
                and_(Tie.other_id == user_id, Tie.user_id.in_(others)),
            ),
        )
        .limit(1)
    )
    return found is not None


async def trusted_by(session: AsyncSession, user_id: int, among: Collection[int]) -> set[int]:
    """Return those of some people whom a person trusts."""
    theirs = select(Tie.other_id).where(Tie.user_id == user_id, Tie.kind == "trust", Tie.other_id.in_(among))
    return set(await session.scalars(theirs))
