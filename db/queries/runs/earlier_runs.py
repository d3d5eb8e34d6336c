"""Query for a runner's runs before another one of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, case, func, literal, or_, select
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


async def earlier_runs(
    session: AsyncSession, run: Run, span: tuple[int, int] | None, shown_to: int | None
) -> Sequence[Row[str, int, int, int, int | None, int | None, float | None, float | None, int]]:
    """Return the sums of the runs that began before one, by direction.

    Args:
        session: the transaction.
        run: the run.
        span: metres, first and last, of the distance whose fastest time is wanted, if any.
        shown_to: the club whose members read the result; None for the runner alone.

    Returns:
        (direction, runs, metres, metres of the longest run, milliseconds of the fastest stretch and of the fastest
        whole run of several stretches over `span`, milliseconds per metre of the quickest stretch and of the quickest
        whole run of several stretches over more than `span`, runs that `shown_to` may not see).
    """
    first, last = span or (0, 0)
    given = {**_place_of(run), "first": first, "last": last}
    if shown_to is not None:
        given["shown_to"] = shown_to
    return (await session.execute(_earlier_runs(in_club=shown_to is not None), given)).all()


@lru_cache(maxsize=2)
def _earlier_runs(*, in_club: bool) -> Select[*tuple[Any, ...]]:
    """Build once, because every logged run is compared, and building it takes longer than executing it."""
    first, last = bindparam("first", type_=Integer), bindparam("last", type_=Integer)
    valid = and_(Run.doubtful.is_(False), Run.review.in_(("none", "agreed")))
    total_m, total_ms = func.sum(StretchRow.distance_m), func.sum(StretchRow.duration_ms)
    measured = and_(valid, StretchRow.estimated.is_(False))
    lap, long_lap = (
        and_(measured, StretchRow.distance_m.between(first, last)),
        and_(measured, StretchRow.distance_m > last),
    )
    unmeasured = func.sum(case((StretchRow.estimated, 1), (StretchRow.distance_m.is_(None), 1), else_=0))
    all_laps = and_(valid, func.count() > 1, unmeasured == 0, total_m == Run.distance_m)
    hidden: ColumnElement[int] = case(
        (Run.sharing != "club", 1), (Run.guild_id.is_distinct_from(bindparam("shown_to")), 1), else_=0
    )
    each = (
        select(
            StretchRow.direction,
            func.coalesce(total_m, 0).label("distance_m"),
            func.min(case((lap, StretchRow.duration_ms))).label("lap_ms"),
            case((and_(all_laps, total_m.between(first, last)), total_ms)).label("whole_ms"),
            func.min(case((long_lap, StretchRow.duration_ms * 1.0 / StretchRow.distance_m))).label("lap_ms_per_m"),
            case((and_(all_laps, total_m > last), total_ms * 1.0 / total_m)).label("whole_ms_per_m"),
            (hidden if in_club else literal(0)).label("hidden"),
        )
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
        func.min(each.c.lap_ms),
        func.min(each.c.whole_ms),
        func.min(each.c.lap_ms_per_m),
        func.min(each.c.whole_ms_per_m),
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
