"""Queries for imports of tables, and for their runs. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Recording, Revision, Run, RunCard, StretchRow, TableImport

ORDINALS = 1_000_000
"""Ordinals reserved for the runs of one table."""

_INSERT_RUNS = insert(Run).returning(Run.run_id, Run.ordinal)
_INSERT_RECORDINGS = insert(Recording.__table__)  # type: ignore[arg-type]
_INSERT_REVISIONS = insert(Revision.__table__)  # type: ignore[arg-type]
_INSERT_STRETCHES = insert(StretchRow.__table__)  # type: ignore[arg-type]
_RUNS = Run.__table__
_CHANGE_RUNS = (
    update(_RUNS)  # type: ignore[arg-type]
    .where(_RUNS.c.run_id == bindparam("key"))
    .values({name: bindparam(name) for name in ("review", "held_for", "counted", "revision", "deleted_at")})
)


async def insert_import(session: AsyncSession, values: dict[str, Any]) -> TableImport:
    """Insert an import."""
    row = TableImport(**values)
    session.add(row)
    await session.flush()
    return row


async def import_of(session: AsyncSession, import_id: int, user_id: int) -> TableImport | None:
    """Return a member's own import, locked for update, or None."""
    found: TableImport | None = await session.scalar(
        select(TableImport)
        .where(TableImport.import_id == import_id, TableImport.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def unfinished(session: AsyncSession, user_id: int, sha256: str) -> TableImport | None:
    """Return a member's newest import of this file that is not at its end, or None."""
    found: TableImport | None = await session.scalar(
        select(TableImport)
        .where(
            TableImport.user_id == user_id,
            TableImport.sha256 == sha256,
            TableImport.state.in_(("asking", "running")),
            TableImport.content.is_not(None),
        )
        .order_by(TableImport.import_id.desc())
        .limit(1)
    )
    return found


async def of_interaction(session: AsyncSession, interaction_id: int, first_ordinal: int) -> TableImport | None:
    """Return the import that an interaction began before, or None."""
    found: TableImport | None = await session.scalar(
        select(TableImport).where(
            TableImport.interaction_id == interaction_id, TableImport.first_ordinal == first_ordinal
        )
    )
    return found


async def drop_abandoned(session: AsyncSession, since: datetime, before: datetime, limit: int) -> int:
    """Drop up to `limit` imports that were last continued in a time span and are not done; return their number."""
    abandoned = (
        select(TableImport.import_id)
        .where(
            TableImport.content.is_not(None),
            TableImport.changed_at >= since,
            TableImport.changed_at < before,
        )
        .limit(limit)
    )
    ids = (await session.scalars(abandoned)).all()
    await session.execute(
        update(TableImport).where(TableImport.import_id.in_(ids)).values(state="dropped", content=None)
    )
    return len(ids)


async def runs_on(
    session: AsyncSession, user_id: int, first: date, last: date
) -> Sequence[Row[date, datetime, int | None, int, str, int]]:
    """Return a runner's undeleted runs from `first` to `last`.

    Returns:
        (day, start, metres, milliseconds, source, interaction that inserted it) of each.
    """
    rows = await session.execute(
        select(Run.ran_on, Run.started_at, Run.distance_m, Run.duration_ms, Run.source, Run.interaction_id).where(
            Run.user_id == user_id, Run.ran_on.between(first, last), Run.deleted_at.is_(None)
        )
    )
    return rows.all()


async def times_of(
    session: AsyncSession, user_id: int, first: date, last: date
) -> Sequence[Row[int, datetime, int | None, int]]:
    """Return (run_id, started_at, distance_m, duration_ms) of a runner's undeleted runs from `first` to `last`."""
    rows = await session.execute(
        select(Run.run_id, Run.started_at, Run.distance_m, Run.duration_ms).where(
            Run.user_id == user_id, Run.ran_on.between(first, last), Run.deleted_at.is_(None)
        )
    )
    return rows.all()


async def insert_runs(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Insert runs; return their ids by ordinal."""
    found = await session.execute(_INSERT_RUNS, rows)
    return {ordinal: run_id for run_id, ordinal in found}


async def insert_parts(
    session: AsyncSession,
    stretches: Sequence[dict[str, Any]],
    revisions: Sequence[dict[str, Any]],
    recordings: Sequence[dict[str, Any]] = (),
) -> None:
    """Insert stretches, revisions and recordings of several runs."""
    for statement, rows in (
        (_INSERT_STRETCHES, stretches),
        (_INSERT_REVISIONS, revisions),
        (_INSERT_RECORDINGS, recordings),
    ):
        if rows:
            await session.execute(statement, list(rows))


async def drop_stretches(session: AsyncSession, run_ids: Collection[int]) -> None:
    """Delete the stretches of several runs."""
    await session.execute(delete(StretchRow).where(StretchRow.run_id.in_(run_ids)))


async def change_runs(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Update review, counted, revision and deletion of several runs; `key` is the run's id."""
    await (await session.connection()).execute(_CHANGE_RUNS, list(rows))


def _of(imported: TableImport) -> list[ColumnElement[bool]]:
    last = imported.first_ordinal + ORDINALS
    return [
        Run.interaction_id == imported.interaction_id,
        Run.ordinal >= imported.first_ordinal,
        Run.ordinal < last,
        Run.user_id == imported.user_id,
        Run.deleted_at.is_(None),
    ]


_UNTOLD = select(StretchRow.run_id).where(StretchRow.run_id == Run.run_id, StretchRow.direction == "untold").exists()


async def runs_of_import(
    session: AsyncSession, imported: TableImport, *, after: int, limit: int, untold: bool
) -> Sequence[Run]:
    """Return up to `limit` undeleted runs of an import behind the id `after`, locked for update.

    Args:
        session: database session.
        imported: the import.
        after: id of the last run of the previous slice, 0 for the first slice.
        limit: most runs to return.
        untold: only runs whose direction is not known.
    """
    statement = select(Run).where(*_of(imported), Run.run_id > after).order_by(Run.run_id).limit(limit)
    if untold:
        statement = statement.where(_UNTOLD)
    return (await session.scalars(statement.with_for_update())).all()


async def count_runs(session: AsyncSession, imported: TableImport) -> tuple[int, int]:
    """Return how many undeleted runs of an import there are, and of how many the direction is not known."""
    row = await session.execute(
        select(func.count(), func.count().filter(_UNTOLD)).select_from(Run).where(*_of(imported))
    )
    runs, untold = row.one()
    return int(runs), int(untold)


async def with_cards(session: AsyncSession, run_ids: Collection[int]) -> list[int]:
    """Return those runs that a public message shows."""
    rows = await session.scalars(select(RunCard.run_id).where(RunCard.run_id.in_(run_ids)).distinct())
    return list(rows)
