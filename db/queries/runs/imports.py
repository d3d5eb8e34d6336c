"""Queries for imported recordings. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Recording, Run, StretchRow

COMPARED = 300
"""Most runs of a few days to compare with; nobody runs more."""


async def known_files(session: AsyncSession, user_id: int, digests: Collection[str]) -> set[str]:
    """Return those digests (SHA-256) of files that the runner has already imported into an undeleted run."""
    rows = await session.scalars(
        select(Recording.sha256)
        .join(Run, Run.run_id == Recording.run_id)
        .where(Recording.user_id == user_id, Recording.sha256.in_(digests), Run.deleted_at.is_(None))
    )
    return set(rows)


async def runs_between(
    session: AsyncSession, user_id: int, first: datetime, last: datetime
) -> Sequence[Row[int, datetime, int | None, int, str, dict[str, Any] | None]]:
    """Return a runner's newest `COMPARED` undeleted runs that started from `first` to `last`, newest first.

    Returns:
        (run_id, start, metres, milliseconds, source, totals of the recording or None) of each.
    """
    day = timedelta(days=1)  # most difference between a local date and the date of the instant
    rows = await session.execute(
        select(Run.run_id, Run.started_at, Run.distance_m, Run.duration_ms, Run.source, Recording.totals)
        .outerjoin(Recording, Recording.run_id == Run.run_id)
        .where(
            Run.user_id == user_id,
            Run.ran_on.between(first.date() - day, last.date() + day),
            Run.started_at.between(first, last),
            Run.deleted_at.is_(None),
        )
        .order_by(Run.run_id.desc())
        .limit(COMPARED)
    )
    return rows.all()


async def keep_totals(session: AsyncSession, run_id: int, totals: Mapping[str, Any]) -> None:
    """Store a recording's totals and the runner's answers."""
    await session.execute(update(Recording).where(Recording.run_id == run_id).values(totals=dict(totals)))


async def insert_recording(session: AsyncSession, values: dict[str, Any]) -> None:
    """Insert a recording."""
    await session.execute(insert(Recording).values(**values))


async def recorded(session: AsyncSession, run_id: int) -> tuple[str, list[dict[str, Any]], Mapping[str, Any]] | None:
    """Return the file name, laps and totals of an imported run, without its series."""
    row = (
        await session.execute(
            select(Recording.filename, Recording.laps, Recording.totals).where(Recording.run_id == run_id)
        )
    ).one_or_none()
    return (row[0], row[1], row[2]) if row is not None else None


async def keep_laps(session: AsyncSession, run_id: int, laps: list[dict[str, Any]]) -> None:
    """Store the laps of an imported run with the ticked directions."""
    await session.execute(update(Recording).where(Recording.run_id == run_id).values(laps=laps))


def _untold(user_id: int) -> Any:
    held = select(StretchRow.run_id).where(StretchRow.run_id == Run.run_id, StretchRow.direction == "untold")
    return select(Run.run_id).where(
        Run.user_id == user_id, Run.source != "typed", Run.deleted_at.is_(None), held.exists()
    )


async def count_untold(session: AsyncSession, user_id: int) -> int:
    """Count a runner's imported runs whose direction is unknown."""
    counted: int | None = await session.scalar(select(func.count()).select_from(_untold(user_id).subquery()))
    return counted or 0


async def newest_untold(session: AsyncSession, user_id: int) -> int | None:
    """Return a runner's newest imported run whose direction is unknown."""
    found: int | None = await session.scalar(
        _untold(user_id).order_by(Run.started_at.desc(), Run.run_id.desc()).limit(1)
    )
    return found
