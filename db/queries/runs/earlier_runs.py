"""Query for a runner's runs before another one of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Run, StretchRow

_BEFORE = and_(
    Run.user_id == bindparam("user_id"),
    Run.deleted_at.is_(None),
    or_(
        Run.started_at < bindparam("started_at"),
        and_(Run.started_at == bindparam("started_at"), Run.run_id < bindparam("run_id")),
    ),
)
"""The condition for a runner's other runs that began before the one of `_place_of`."""


def _place_of(run: Run) -> dict[str, Any]:
    """Return the parameters of `_BEFORE`."""
    return {"user_id": run.user_id, "started_at": run.started_at, "run_id": run.run_id}


async def earlier_runs(session: AsyncSession, run: Run, shown_to: int | None) -> Sequence[Row[str, int, int, int, int]]:
    """Return the sums of the runs that began before one, by direction.

    Args:
        session: the transaction.
        run: the run.
        shown_to: the club whose members read the result; None for the runner alone.

    Returns:
        (direction, runs, metres, metres of the longest run, runs that `shown_to` may not see).
    """
    given = _place_of(run)
    if shown_to is not None:
        given["shown_to"] = shown_to
    return (await session.execute(_earlier_runs(in_club=shown_to is not None), given)).all()


@lru_cache(maxsize=2)
def _earlier_runs(*, in_club: bool) -> Select[str, int, int, int, int]:
    """Build once, because every logged run is compared, and building it takes longer than executing it."""
    hidden: ColumnElement[int] = case(
        (Run.sharing != "club", 1), (Run.guild_id.is_distinct_from(bindparam("shown_to")), 1), else_=0
    )
    each = (
        select(
            StretchRow.direction,
            func.coalesce(func.sum(StretchRow.distance_m), 0).label("distance_m"),
            (hidden if in_club else literal(0)).label("hidden"),
        )
        .select_from(Run)
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(_BEFORE, StretchRow.direction != "untold")
        .group_by(Run.run_id, StretchRow.direction)
        .subquery()
    )
    return select(
        each.c.direction,
        func.count(),
        func.sum(each.c.distance_m),
        func.max(each.c.distance_m),
        func.sum(each.c.hidden),
    ).group_by(each.c.direction)


_IN_WEEK = (
    select(
        func.count(Run.run_id.distinct()),
        func.count(case((StretchRow.direction == "backward", Run.run_id)).distinct()),
    )
    .join(StretchRow, StretchRow.run_id == Run.run_id)
    .where(_BEFORE, Run.ran_on >= bindparam("monday"))
)


async def runs_before_in_week(session: AsyncSession, run: Run, monday: date) -> tuple[int, int]:
    """Return the number of the runner's runs since a Monday that began before one, and of those partly backward."""
    every, partly = (await session.execute(_IN_WEEK, {**_place_of(run), "monday": monday})).one()
    return int(every), int(partly)
