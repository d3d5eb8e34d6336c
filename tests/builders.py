"""What tests say again and again: standings as kept, and as summed afresh without the code under test."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Run, Standing, Stretch

Key = tuple[int, str, str, date, int]
Sums = tuple[int, int, int, int]


async def standings_now(session: AsyncSession) -> dict[Key, Sums]:
    """Every standing: (guild, direction, period, start, member) to (metres, ms, days out, longest)."""
    return {
        (s.guild_id, s.direction, s.period, s.starts_on, s.user_id): (
            s.distance_m,
            s.duration_ms,
            s.days_out,
            s.longest_m,
        )
        for s in await session.scalars(select(Standing))
    }


async def standings_from_scratch(session: AsyncSession) -> dict[Key, Sums]:
    """The same, summed in plain Python from the runs that count."""
    rows = await session.execute(select(Run, Stretch).where(Stretch.run_id == Run.run_id, Run.counted))
    metres: dict[Key, int] = defaultdict(int)
    ms: dict[Key, int] = defaultdict(int)
    days: dict[Key, set[date]] = defaultdict(set)
    of_run: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for run, stretch in rows:
        day = run.ran_on
        starts = {
            "week": day - timedelta(days=day.weekday()),
            "month": day.replace(day=1),
            "year": day.replace(month=1, day=1),
            "all": date(1970, 1, 1),
        }
        for direction in (stretch.direction, "all"):
            for period, start in starts.items():
                key = (run.guild_id, direction, period, start, run.user_id)
                metres[key] += stretch.distance_m or 0
                ms[key] += stretch.duration_ms
                days[key].add(day)
                of_run[key][run.run_id] += stretch.distance_m or 0
    return {key: (metres[key], ms[key], len(days[key]), max(of_run[key].values())) for key in ms}
