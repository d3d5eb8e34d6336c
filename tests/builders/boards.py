"""Standings for tests: as stored, and as summed from the runs without the code under test."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Run, Spotting, Standing, StretchRow

Key = tuple[int, str, str, date, int]
Sums = tuple[int, int, int, int]


async def standings_now(session: AsyncSession) -> dict[Key, Sums]:
    """Return every stored standing: (guild, direction, period, start, member) to (metres, ms, days out, longest)."""
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
    """Return the same, summed in plain Python from the runs that count and the spotters' credits for them."""
    rows = await session.execute(select(Run, StretchRow).where(StretchRow.run_id == Run.run_id, Run.counted))
    credited = await session.scalars(select(Spotting).join(Run, Run.run_id == Spotting.run_id).where(Run.counted))
    metres: dict[Key, int] = defaultdict(int)
    ms: dict[Key, int] = defaultdict(int)
    days: dict[Key, set[date]] = defaultdict(set)
    of_run: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    shares = [
        (run, run.run_id, direction, stretch.distance_m or 0, stretch.duration_ms)
        for run, stretch in rows
        for direction in (stretch.direction, "all")
    ] + [(one, one.run_id, "spotting", one.distance_m, one.duration_ms) for one in credited if one.duration_ms]
    for row, run_id, direction, distance_m, duration_ms in shares:
        for period, start in starts(row.ran_on).items():
            key = (row.guild_id, direction, period, start, row.user_id)
            metres[key] += distance_m
            ms[key] += duration_ms
            days[key].add(row.ran_on)
            of_run[key][run_id] += distance_m
    return {key: (metres[key], ms[key], len(days[key]), max(of_run[key].values())) for key in ms}


def starts(day: date) -> dict[str, date]:
    """Return the first day of every period that contains a day."""
    return {
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
        "all": date(1970, 1, 1),
    }
