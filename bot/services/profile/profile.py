"""Profiles: a member's totals, last weeks, bests, days and paces of a year.

Their own are from all clubs, another's as visible to a club.

A run held for review counts in the member's own totals, but makes no best until an organiser agrees to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import BoardDirection
from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period, starts_on
from bot.errors import NotFound
from bot.services.records.personal_bests import TOLD, Bests, bests_of
from db.engine import Database
from db.queries.profile import profile as queries
from db.queries.runs import spotting

WEEKS = 12
"""Weeks in the chart, the current one last."""
WEEKS_FOR_USUAL = 3
"""Fewer weeks have no usual distance."""
YEAR = timedelta(days=364)
"""From the first to the last day of a year's map, which are the same weekday."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of one direction.

    Attributes:
        distance_m: metres; runs with a time only add none.
        duration_ms: milliseconds.
        runs: runs with a stretch in this direction.
        days: days with such a run.
        longest_m: most metres in one run; 0 if none has a distance.
    """

    distance_m: int = 0
    duration_ms: int = 0
    runs: int = 0
    days: int = 0
    longest_m: int = 0


@dataclass(frozen=True, slots=True)
class ProfileWeek:
    """One ISO week: (metres, milliseconds) per direction, (0, 0) without runs."""

    monday: date
    sums: Mapping[Direction, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's running.

    Attributes:
        user_id: Discord user id.
        display_name: name as last seen in the club, unescaped; None for the member's own profile.
        totals: totals for every direction and for all together.
        weeks: the last `WEEKS`, oldest first.
        bests: bests for both directions, shortest distance first; may be empty.
        spotted_m: metres as a spotter for others.
        spotted_ms: milliseconds as a spotter for others.
    """

    user_id: int
    display_name: str | None
    totals: Mapping[BoardDirection, Totals]
    weeks: tuple[ProfileWeek, ...]
    bests: Bests
    spotted_m: int = 0
    spotted_ms: int = 0

    @property
    def empty(self) -> bool:
        """Whether there are no runs."""
        return self.totals[BoardDirection.ALL].runs == 0

    @property
    def usual_week_m(self) -> int | None:
        """Median metres of the weeks before this one, since the first with a run; None for fewer than three."""
        before = [sum(metres for metres, _ in week.sums.values()) for week in self.weeks[:-1]]
        ran = [any(ms for _, ms in week.sums.values()) for week in self.weeks[:-1]]
        since_first = before[ran.index(True) :] if any(ran) else []
        return round(median(since_first)) if len(since_first) >= WEEKS_FOR_USUAL else None


async def profile(database: Database, user_id: int, today: date) -> Profile:
    """Return a member's own profile, with runs from all clubs and none.

    Args:
        database: database to read.
        user_id: member who asks.
        today: date in their zone.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        return await _profile(session, user_id, None, None, today)


async def profile_of(database: Database, user_id: int, guild_id: int, today: date) -> Profile:
    """Return another member's profile as visible to their club: runs shared with it that count on its boards.

    Raises:
        NotFound: never seen in the club, not since they left it, or hidden there.
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        name = await queries.name_in(session, guild_id, user_id)
        if name is None:
            raise NotFound("rules.profile.stranger")
        return await _profile(session, user_id, guild_id, name, today)


async def year_of(
    database: Database, user_id: int, guild_id: int | None, today: date
) -> Mapping[date, Mapping[Direction, tuple[int, int]]]:
    """Return (metres, milliseconds) by direction of each day with a run in the year that ends today.

    Args:
        database: database to read.
        user_id: the runner.
        guild_id: only runs visible to this club, after `profile_of`; None for one's own.
        today: the last day.

    Raises:
        Unavailable: the database is locked.
    """
    found: dict[date, dict[Direction, tuple[int, int]]] = {}
    async with database.read() as session:
        rows = await queries.days(session, user_id, guild_id, today - YEAR, today)
    for ran_on, direction, distance_m, duration_ms in rows:
        found.setdefault(ran_on, {})[Direction(direction)] = (int(distance_m or 0), int(duration_ms))
    return found


async def paces_of(
    database: Database, user_id: int, guild_id: int | None, direction: Direction, today: date
) -> list[tuple[date, float]]:
    """Return (day, seconds per kilometre) of the runs of one direction in the year that ends today, oldest first.

    Short, estimated and doubtful ones are left out, and of very many the oldest. Arguments and errors as for `year_of`.
    """
    async with database.read() as session:
        rows = await queries.paced_runs(session, user_id, guild_id, direction.value, today - YEAR, today)
    return [
        (ran_on, int(duration_ms) / int(distance_m)) for ran_on, distance_m, duration_ms in reversed(rows) if distance_m
    ]


async def _profile(session: AsyncSession, user_id: int, guild_id: int | None, name: str | None, today: date) -> Profile:
    totals = {
        BoardDirection(row[0]): Totals(*map(int, row[1:]))  # PostgreSQL sums into decimals
        for row in await queries.totals(session, user_id, guild_id)
    }
    this_monday = starts_on(Period.WEEK, today)
    mondays = [this_monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    sums = {monday: dict.fromkeys(TOLD, (0, 0)) for monday in mondays}
    for ran_on, direction, distance_m, duration_ms in await queries.days(
        session, user_id, guild_id, mondays[0], this_monday + timedelta(days=6)
    ):
        week = sums[starts_on(Period.WEEK, ran_on)]
        metres, ms = week[Direction(direction)]
        week[Direction(direction)] = (metres + (distance_m or 0), ms + duration_ms)
    spotted_m, spotted_ms = await spotting.total_of(session, user_id, guild_id)
    return Profile(
        user_id=user_id,
        display_name=name,
        totals={direction: totals.get(direction, Totals()) for direction in BoardDirection},
        weeks=tuple(ProfileWeek(monday, sums[monday]) for monday in mondays),
        bests=await bests_of(session, user_id, guild_id),
        spotted_m=spotted_m,
        spotted_ms=spotted_ms,
    )
