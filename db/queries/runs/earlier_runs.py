"""Query for a runner's runs before another one of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Run, StretchRow


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
    valid = and_(Run.doubtful.is_(False), Run.review.in_(("none", "agreed")))
    total_m, total_ms = func.sum(StretchRow.distance_m), func.sum(StretchRow.duration_ms)
    measured = and_(valid, StretchRow.estimated.is_(False))
    lap, long_lap = (
        and_(measured, StretchRow.distance_m.between(first, last)),
        and_(measured, StretchRow.distance_m > last),
    )
    unmeasured = func.sum(case((StretchRow.estimated, 1), (StretchRow.distance_m.is_(None), 1), else_=0))
    all_laps = and_(valid, func.count() > 1, unmeasured == 0, total_m == Run.distance_m)
    hidden: ColumnElement[int] = case((Run.sharing != "club", 1), (Run.guild_id.is_distinct_from(shown_to), 1), else_=0)
    each = (
        select(
            StretchRow.direction,
            func.coalesce(total_m, 0).label("distance_m"),
            func.min(case((lap, StretchRow.duration_ms))).label("lap_ms"),
            case((and_(all_laps, total_m.between(first, last)), total_ms)).label("whole_ms"),
            func.min(case((long_lap, StretchRow.duration_ms * 1.0 / StretchRow.distance_m))).label("lap_ms_per_m"),
            case((and_(all_laps, total_m > last), total_ms * 1.0 / total_m)).label("whole_ms_per_m"),
            (hidden if shown_to is not None else literal(0)).label("hidden"),
        )
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(_before(run), StretchRow.direction != "untold")
        .group_by(Run.run_id, StretchRow.direction)
        .subquery()
    )
    rows = await session.execute(
        select(
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
    )
    return rows.all()


async def runs_before_in_week(session: AsyncSession, run: Run, monday: date) -> tuple[int, int]:
    """Return the number of the runner's runs since a Monday that began before one, and of those partly backward."""
    backward = case((StretchRow.direction == "backward", Run.run_id))
    row = await session.execute(
        select(func.count(Run.run_id.distinct()), func.count(backward.distinct()))
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(_before(run), Run.ran_on >= monday)
    )
    every, partly = row.one()
    return int(every), int(partly)


def _before(run: Run) -> ColumnElement[bool]:
    """Return the condition for the runner's other runs that began before one."""
    sooner = or_(
        Run.started_at < run.started_at,
        and_(Run.started_at == run.started_at, Run.run_id < run.run_id),
    )
    return and_(Run.user_id == run.user_id, Run.deleted_at.is_(None), sooner)
