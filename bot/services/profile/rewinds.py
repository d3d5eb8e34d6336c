"""Rewinds: a month or a year of a member's running, played backward; and the nudge about the year's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.spans import BoardSpan
from bot.domain.runs.rewinds import RewindRun, Rewound, rewound, spotters
from bot.domain.runs.runs import Direction, SpotterState, Surface
from bot.domain.when.periods import Period
from bot.services.nudges.nudging import DueNudge, NudgeTarget
from bot.services.records.personal_bests import Bests, bests_of
from db.engine import Database
from db.queries.profile import rewinds as queries

NAMED = 3
"""Spotters who are named; the others are a number."""
NUDGED_FROM = 27
"""Day of December on which the year's rewind is announced, or on one of the next two days if that hour was skipped."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """A period of a member's running.

    Attributes:
        span: the month or year.
        figures: its sums and outstanding runs.
        spotters: (name, times) of those who faced forward most often, as typed, unescaped; only who agreed to it.
        faced_forward: others' runs on which the member faced forward.
        bests: bests from this period that still stand.
    """

    span: BoardSpan
    figures: Rewound
    spotters: tuple[tuple[str, int], ...]
    faced_forward: int
    bests: Bests

    @property
    def empty(self) -> bool:
        """Whether there were neither runs nor facing forward."""
        return not self.figures.runs and not self.faced_forward


async def rewind(database: Database, user_id: int, span: BoardSpan, today: date, shown_to: int | None) -> Rewind:
    """Return the rewind of a member's own runs, from all clubs and none.

    Args:
        database: database to read.
        user_id: the member who asks.
        span: a month or a year.
        today: date in their zone.
        shown_to: the club in which they share it: spotters are named whom it may see; None for the member alone.

    Raises:
        Unavailable: the database is locked.
    """
    assert isinstance(span.kind, Period)
    last = min(span.ends_on, today)
    async with database.read() as session:
        rows = await queries.runs_between(session, user_id, span.starts_on, last)
        runs = await asyncio.to_thread(_runs, rows)
        often = spotters(runs, shown_to)
        names = await queries.names(session, [one for one, _ in often], shown_to) if often else {}
        faced_forward = await queries.times_facing_forward(session, user_id, span.starts_on, last)
        bests = await bests_of(session, user_id, None)
    return Rewind(
        span,
        await asyncio.to_thread(rewound, runs, span.kind, span.starts_on, last),
        tuple((names[one], times) for one, times in often if one in names)[:NAMED],
        faced_forward,
        {
            direction: tuple(one for one in found if span.starts_on <= one.ran_on <= last and one.outpaced is None)
            for direction, found in bests.items()
        },
    )


def _runs(rows: Iterable[queries.RewindRow]) -> list[RewindRun]:
    """Return a run for the rows of each, one per direction."""
    runs: dict[int, RewindRun] = {}
    for row in rows:
        sums = dict(runs[row.run_id].sums) if row.run_id in runs else {}
        sums[Direction(row.direction)] = (int(row.distance_m or 0), int(row.duration_ms))
        spotted = row.spotter_id is not None and row.spotter_state != SpotterState.DECLINED
        runs[row.run_id] = RewindRun(
            row.run_id,
            row.ran_on,
            row.started_at.astimezone(ZoneInfo(row.zone)).time(),
            sum(ms for _, ms in sums.values()),
            sums,
            Surface(row.surface) if row.surface else None,
            row.spotter_id if spotted else None,
            row.spotter_state == SpotterState.AGREED,
            row.guild_id if row.counted else None,
        )
    return list(runs.values())


# ── the nudge ──


async def at_the_end_of_the_year(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    """Return the nudges of those who ran this year, in the last week of December."""
    hours = {
        one.id: hour
        for one in reached
        for hour in reversed(one.hours)
        if hour.on.month == 12 and NUDGED_FROM <= hour.on.day < NUDGED_FROM + 3
    }
    calls = []
    for year in {hour.on.year for hour in hours.values()}:
        there = [one for one, hour in hours.items() if hour.on.year == year]
        ran = set(await queries.has_run_between(session, there, date(year, 1, 1), date(year, 12, 31)))
        calls += [
            DueNudge(one, str(year), hours[one.id].at, payload={"year": year})
            for one in reached
            if one.id in ran and hours[one.id].on.year == year
        ]
    return calls


async def has_run_in(database: Database, user_id: int, year: int) -> bool:
    """Whether a member still has runs in a year."""
    async with database.read() as session:
        return bool(await queries.has_run_between(session, [user_id], date(year, 1, 1), date(year, 12, 31)))
