"""What is due. Nothing here commits.

Taking skips rows that another process is at: PostgreSQL skips locked ones, SQLite's writers come one after the other.
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
    """`column IN kinds`, said so that SQLite does not look the rows up by it.

    It would: at a million rows it then took 3 s to find the first of them, by their instant it takes 1 ms. The
    kinds are written out, since as parameters they would be put into the statement anew at every turn of the pump.
    """
    named = ", ".join("'" + kind.replace("'", "''") + "'" for kind in sorted(kinds)) or "''"
    return (column + "").bool_op("IN")(literal_column(f"({named})"))


async def upsert_due(session: AsyncSession, rows: Sequence[Values]) -> None:
    """Write what is due, or move it to its new instant."""
    await session.execute(_UPSERT.on(session), [{**row, "meant_at": row["fire_at"], "attempts": 0} for row in rows])


async def delete_due(session: AsyncSession, kinds: Sequence[str], subject_id: int) -> None:
    """Take back what is due of some kinds about a subject."""
    await session.execute(delete(Due).where(Due.kind.in_(kinds), Due.subject_id == subject_id))


async def take_due(
    session: AsyncSession, kinds: Collection[str], now: datetime, together: Collection[str], most: int, apart: set[int]
) -> Sequence[Row[Any]]:
    """Delete what is due first and give it back, the most urgent and then the oldest; empty where there is none.

    Args:
        session: undone with it.
        kinds: those that are taken.
        now: what is due now is taken.
        together: kinds of which several rows are taken at once, those of the first one's kind and class: up to
        most: of them, but
        apart: these alone, as every row that has failed before.
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
    """In a CTE, which PostgreSQL evaluates once: what an IN asks again would lock, and delete, further rows."""
    rows = _due(bindparam("priority"), [kind]).where(
        Due.attempts == 0, Due.due_id.not_in(bindparam("apart", expanding=True))
    )
    some = rows.limit(bindparam("most")).cte("due_rows")
    return delete(_TABLE).where(_TABLE.c.due_id.in_(select(some.c.due_id))).returning(*_TAKEN)


def _due(priority: ColumnElement[int], kinds: Collection[str]) -> Select[Any]:
    """The ids of what is due of one class, the oldest first."""
    return (
        select(Due.due_id)
        .where(Due.priority == priority, Due.fire_at <= bindparam("now"), one_of(Due.kind, kinds))
        .order_by(Due.fire_at, Due.due_id)
        .with_for_update(skip_locked=True)
    )


async def put_off_due(session: AsyncSession, due_id: int, meant_at: datetime, until: datetime) -> None:
    """Try a row later, unless it was moved meanwhile."""
    await session.execute(
        update(Due)
        .where(Due.due_id == due_id, Due.meant_at == meant_at)
        .values(fire_at=until, attempts=Due.attempts + 1)
    )
