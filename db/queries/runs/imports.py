"""Imported recordings: what is there already, and the laps an answer is given for. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Recording, Run, StretchRow

COMPARED = 300
"""Runs of a few days that another is compared with; nobody runs more."""


async def known_files(session: AsyncSession, user_id: int, digests: Collection[str]) -> set[str]:
    """Which of these files (SHA-256) this runner has imported into a run that still stands."""
    rows = await session.scalars(
        select(Recording.sha256)
        .join(Run, Run.run_id == Recording.run_id)
        .where(Recording.user_id == user_id, Recording.sha256.in_(digests), Run.deleted_at.is_(None))
    )
    return set(rows)


async def runs_between(
    session: AsyncSession, user_id: int, first: datetime, last: datetime
) -> Sequence[Row[int, datetime, int | None, int, str, dict[str, Any] | None]]:
    """A runner's standing runs that started from `first` to `last`, the newest `COMPARED` of them, newest first.

    Returns:
        (run_id, start, metres, milliseconds, source, totals of the recording or None) of each.
    """
    day = timedelta(days=1)  # between a local date and the instant's own
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
    """Write what a recording came to, and what its runner has said of it."""
    await session.execute(update(Recording).where(Recording.run_id == run_id).values(totals=dict(totals)))


async def insert_recording(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write what a file held."""
    await session.execute(insert(Recording).values(**values))


async def recorded(session: AsyncSession, run_id: int) -> tuple[str, list[dict[str, Any]], Mapping[str, Any]] | None:
    """The file name, laps and totals of an imported run; its series stays where it is."""
    row = (
        await session.execute(
            select(Recording.filename, Recording.laps, Recording.totals).where(Recording.run_id == run_id)
        )
    ).one_or_none()
    return (row[0], row[1], row[2]) if row is not None else None


async def keep_laps(session: AsyncSession, run_id: int, laps: list[dict[str, Any]]) -> None:
    """Write the laps of an imported run, with what is ticked in them."""
    await session.execute(update(Recording).where(Recording.run_id == run_id).values(laps=laps))


def _untold(user_id: int) -> Any:
    held = select(StretchRow.run_id).where(StretchRow.run_id == Run.run_id, StretchRow.direction == "untold")
    return select(Run.run_id).where(
        Run.user_id == user_id, Run.source != "typed", Run.deleted_at.is_(None), held.exists()
    )


async def count_untold(session: AsyncSession, user_id: int) -> int:
    """How many of a runner's imported runs wait for their directions."""
    counted: int | None = await session.scalar(select(func.count()).select_from(_untold(user_id).subquery()))
    return counted or 0


async def newest_untold(session: AsyncSession, user_id: int) -> int | None:
    """The newest of a runner's imported runs that wait for their directions."""
    found: int | None = await session.scalar(
        _untold(user_id).order_by(Run.started_at.desc(), Run.run_id.desc()).limit(1)
    )
    return found
