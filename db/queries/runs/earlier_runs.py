"""Query for a runner's runs before another one of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Run, StretchRow


async def earlier_runs(
    session: AsyncSession, run: Run, span: tuple[int, int] | None, shown_to: int | None
) -> Sequence[Row[str, int, int, int, int | None, int | None, int]]:
    """Return the sums of the runs that began before one, by direction.

    Args:
        session: the transaction.
        run: the run.
        span: metres, first and last, of the distance whose fastest time is wanted, if any.
        shown_to: the club whose members read the result; None for the runner alone.

    Returns:
        (direction, runs, metres, metres of the longest run, milliseconds of the fastest stretch and of the fastest
        whole run of several stretches over `span`, runs that `shown_to` may not see).
    """
    first, last = span or (0, 0)
    valid = and_(Run.doubtful.is_(False), Run.review.in_(("none", "agreed")))
    total_m, total_ms = func.sum(StretchRow.distance_m), func.sum(StretchRow.duration_ms)
    lap = and_(valid, StretchRow.distance_m.between(first, last), StretchRow.estimated.is_(False))
    unmeasured = func.sum(case((StretchRow.estimated, 1), (StretchRow.distance_m.is_(None), 1), else_=0))
    whole = and_(valid, func.count() > 1, unmeasured == 0, total_m == Run.distance_m, total_m.between(first, last))
    hidden: ColumnElement[int] = case((Run.sharing != "club", 1), (Run.guild_id.is_distinct_from(shown_to), 1), else_=0)
    each = (
        select(
            StretchRow.direction,
            func.coalesce(total_m, 0).label("distance_m"),
            func.min(case((lap, StretchRow.duration_ms))).label("lap_ms"),
            case((whole, total_ms)).label("whole_ms"),
            (hidden if shown_to is not None else literal(0)).label("hidden"),
        )
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(
            Run.user_id == run.user_id,
            Run.deleted_at.is_(None),
            StretchRow.direction != "untold",
            or_(
                Run.started_at < run.started_at,
                and_(Run.started_at == run.started_at, Run.run_id < run.run_id),
            ),
        )
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
            func.sum(each.c.hidden),
        ).group_by(each.c.direction)
    )
    return rows.all()
