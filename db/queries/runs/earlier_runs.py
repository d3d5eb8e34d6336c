"""Query for a runner's runs before another one of theirs, in one statement, because every logged run asks it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, literal, or_, select
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


class EarlierSums(NamedTuple):
    """Sums of the runs with a part in one direction.

    Attributes:
        direction: the direction, which may be unknown.
        runs: number of runs.
        distance_m: their metres in this direction.
        longest_m: most metres of one run in this direction.
        hidden: number of the runs that the readers may not see.
        in_week: number of the runs of the week.
        starting_in_week: number of these that begin in this direction, so that each run is in one such number.
    """

    direction: str
    runs: int
    distance_m: int
    longest_m: int
    hidden: int
    in_week: int
    starting_in_week: int


async def earlier_runs(session: AsyncSession, run: Run, shown_to: int | None, monday: date) -> Sequence[EarlierSums]:
    """Return the sums of the runs that began before one, by direction.

    Args:
        session: the transaction.
        run: the run.
        shown_to: the club whose members read the result; None for the runner alone.
        monday: beginning of the week of the run.
    """
    given = {**_place_of(run), "monday": monday}
    if shown_to is not None:
        given["shown_to"] = shown_to
    rows = await session.execute(_earlier_runs(in_club=shown_to is not None), given)
    return [EarlierSums(direction, *map(int, sums)) for direction, *sums in rows]


@lru_cache(maxsize=2)
def _earlier_runs(*, in_club: bool) -> Select[Any]:
    """Build once: building it takes longer than executing it."""
    hidden: ColumnElement[int] = case(
        (Run.sharing != "club", 1), (Run.guild_id.is_distinct_from(bindparam("shown_to")), 1), else_=0
    )
    each = (
        select(
            StretchRow.direction,
            func.coalesce(func.sum(StretchRow.distance_m), 0).label("distance_m"),
            (hidden if in_club else literal(0)).label("hidden"),
            case((Run.ran_on >= bindparam("monday", type_=Date), 1), else_=0).label("in_week"),
            func.min(StretchRow.position).label("position"),
        )
        .select_from(Run)
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(_BEFORE)
        .group_by(Run.run_id, StretchRow.direction)
        .subquery()
    )
    return select(
        each.c.direction,
        func.count(),
        func.sum(each.c.distance_m),
        func.max(each.c.distance_m),
        func.sum(each.c.hidden),
        func.sum(each.c.in_week),
        func.sum(case((each.c.position == 0, each.c.in_week), else_=0)),
    ).group_by(each.c.direction)
