"""What a person has run: totals, the last weeks, bests. Their own from everywhere; another's as a club may see it.

A run held for an organiser counts in one's own totals, but makes no best until it is agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.boards.metrics import BoardDirection
from bot.domain.runs.personal_bests import SPANS, Effort, bests
from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period, starts_on
from bot.errors import NotFound
from db.engine import Database
from db.queries.profile import profile as queries
from db.queries.runs import spotting

WEEKS = 12
"""Weeks of the chart, the current one last."""

TOLD = (Direction.BACKWARD, Direction.FORWARD)


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything run in one direction.

    Attributes:
        distance_m: metres; runs known by time alone add none.
        duration_ms: milliseconds.
        runs: that had a stretch in this direction.
        days: with such a run.
        longest_m: most metres in one run; 0 when none has a distance.
    """

    distance_m: int = 0
    duration_ms: int = 0
    runs: int = 0
    days: int = 0
    longest_m: int = 0


@dataclass(frozen=True, slots=True)
class ProfileWeek:
    """One ISO week: (metres, milliseconds) per direction, (0, 0) where nothing was run."""

    monday: date
    sums: Mapping[Direction, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Best:
    """The fastest stretch over a listed distance, whole: `distance_m` may be up to 3 % above `listed_m`."""

    listed_m: int
    distance_m: int
    duration_ms: int
    ran_on: date
    run_id: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person has run.

    Attributes:
        user_id: whose.
        display_name: as last seen in the club, as typed: escape it; None for one's own.
        totals: per direction and for all together; every one is there, at 0 when nothing was run.
        weeks: the last `WEEKS`, oldest first, the current one last.
        bests: per direction, shortest first; both directions are there, perhaps empty.
        spotted_m: metres faced forward for others.
        spotted_ms: milliseconds of that.
    """

    user_id: int
    display_name: str | None
    totals: Mapping[BoardDirection, Totals]
    weeks: tuple[ProfileWeek, ...]
    bests: Mapping[Direction, tuple[Best, ...]]
    spotted_m: int = 0
    spotted_ms: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was run."""
        return self.totals[BoardDirection.ALL].runs == 0


async def profile(database: Database, user_id: int, today: date) -> Profile:
    """One's own running, from every club and from none.

    Args:
        database: where to look.
        user_id: of the one who asks.
        today: in their zone.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        return await _profile(session, user_id, None, None, today)


async def profile_of(database: Database, user_id: int, guild_id: int, today: date) -> Profile:
    """Another member's running, as their club may see it: the runs they share with it that stand on its boards.

    Raises:
        NotFound: nobody of that id was ever seen in the club, or not since they left it, or they hide there.
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        name = await queries.name_in(session, guild_id, user_id)
        if name is None:
            raise NotFound("rules.profile.stranger")
        return await _profile(session, user_id, guild_id, name, today)


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
    efforts = [
        *await queries.efforts(session, user_id, guild_id, SPANS),
        *await queries.lapped_efforts(session, user_id, guild_id, SPANS),
    ]
    found = bests(
        Effort(Direction(direction), int(distance_m or 0), int(duration_ms), ran_on, run_id)
        for direction, distance_m, duration_ms, ran_on, run_id in efforts
    )
    spotted_m, spotted_ms = await spotting.total_of(session, user_id, guild_id)
    return Profile(
        user_id=user_id,
        display_name=name,
        totals={direction: totals.get(direction, Totals()) for direction in BoardDirection},
        weeks=tuple(ProfileWeek(monday, sums[monday]) for monday in mondays),
        bests={
            direction: tuple(
                Best(listed, best.distance_m, best.duration_ms, best.ran_on, best.run_id)
                for listed, best in found.get(direction, {}).items()
            )
            for direction in TOLD
        },
        spotted_m=spotted_m,
        spotted_ms=spotted_ms,
    )
