"""Queries for jobs, the rows of `due`. None of them commits.

Taking jobs skips rows that another process has taken: PostgreSQL skips locked rows, and SQLite serializes writers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.messages.priority import Priority
from db.dialect import InsertOnConflict
from db.models import Due

Values = dict[str, Any]

_MOVED = ("fire_at", "meant_at", "priority", "payload", "subject_id", "user_id", "attempts")
_UPSERT = InsertOnConflict(
    Due,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["kind", "occurrence"], set_={name: insert.excluded[name] for name in _MOVED}
    ),
)


def one_of(column: InstrumentedAttribute[str], kinds: Collection[str]) -> ColumnElement[bool]:
    """Return `column IN kinds` in a form for which SQLite uses no index on the column.

    With that index, finding the first of a million rows took 3 s; by instant it takes 1 ms. The kinds are literals,
    because parameters would be expanded into the statement in each iteration of the delivery loop.
    """
    named = ", ".join("'" + kind.replace("'", "''") + "'" for kind in sorted(kinds)) or "''"
    return (column + "").bool_op("IN")(literal_column(f"({named})"))


async def upsert_due(session: AsyncSession, rows: Sequence[Values]) -> None:
    """Insert jobs, or move them to a new instant."""
    await session.execute(_UPSERT.on(session), [{**row, "meant_at": row["fire_at"], "attempts": 0} for row in rows])


async def delete_due(session: AsyncSession, kinds: Sequence[str], subject_id: int) -> None:
    """Delete the jobs of some kinds about a subject."""
    await session.execute(delete(Due).where(Due.kind.in_(kinds), Due.subject_id == subject_id))


async def take_due(
    session: AsyncSession, kinds: Collection[str], now: datetime, together: Collection[str], most: int, apart: set[int]
) -> Sequence[Row[Any]]:
    """Delete and return the most urgent and oldest due jobs; return an empty sequence if there are none.

    Args:
        session: the transaction; its rollback restores the jobs.
        kinds: of the jobs.
        now: jobs due by now are taken.
        together: kinds of which several jobs are taken at once, with the kind and class of the first one.
        most: limit of jobs taken at once.
        apart: ids of jobs to take one by one, as jobs with failed attempts are.
    """
    first = (await session.execute(_first(frozenset(kinds)), {"now": now})).one_or_none()
    if first is None:
        return []
    if first.kind in together and not first.attempts and first.due_id not in apart:
        given = {"now": now, "priority": first.priority, "apart": list(apart), "most": most}
        taken = await session.execute(_take_of(first.kind), given)
    else:
        taken = await session.execute(_TAKE, {"due_id": first.due_id})
    return sorted(taken.all(), key=lambda row: (row.meant_at, row.due_id))


@lru_cache(maxsize=16)
def _first(kinds: frozenset[str]) -> Select[*tuple[Any, ...]]:
    oldest = [_due(literal(int(priority)), kinds).limit(1).scalar_subquery() for priority in Priority]
    return select(Due.due_id, Due.kind, Due.priority, Due.attempts).where(Due.due_id == func.coalesce(*oldest))


_TABLE = cast(Table, Due.__table__)
_TAKEN = [
    _TABLE.c[name]
    for name in ("due_id", "kind", "occurrence", "priority", "meant_at", "subject_id", "user_id", "payload", "attempts")
]
_TAKE = delete(_TABLE).where(_TABLE.c.due_id == bindparam("due_id")).returning(*_TAKEN)


@lru_cache(maxsize=64)
def _take_of(kind: str) -> Any:
    """The CTE is evaluated once by PostgreSQL; a subquery of IN could be repeated, and lock and delete more rows."""
    rows = _due(bindparam("priority"), [kind]).where(
        Due.attempts == 0, Due.due_id.not_in(bindparam("apart", expanding=True))
    )
    some = rows.limit(bindparam("most")).cte("due_rows")
    return delete(_TABLE).where(_TABLE.c.due_id.in_(select(some.c.due_id))).returning(*_TAKEN)


def _due(priority: ColumnElement[int], kinds: Collection[str]) -> Select[Any]:
    """Return the ids of due jobs of one class, oldest first."""
    return (
        select(Due.due_id)
        .where(Due.priority == priority, Due.fire_at <= bindparam("now"), one_of(Due.kind, kinds))
        .order_by(Due.fire_at, Due.due_id)
        .with_for_update(skip_locked=True)
    )


async def put_off_due(session: AsyncSession, due_id: int, meant_at: datetime, until: datetime) -> None:
    """Retry a job later, unless it was moved meanwhile."""
    await session.execute(
        update(Due)
        .where(Due.due_id == due_id, Due.meant_at == meant_at)
        .values(fire_at=until, attempts=Due.attempts + 1)
    )
