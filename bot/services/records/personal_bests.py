"""Personal bests of a member: from all runs, or as visible to a club."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.personal_bests import Effort, Measured, Outpaced, outpaced
from bot.domain.runs.runs import Direction
from db.engine import Database
from db.queries.records import best_efforts as queries

TOLD = (Direction.BACKWARD, Direction.FORWARD)

Bests = Mapping[Direction, tuple["Best", ...]]
"""Bests for both directions, shortest distance first; may be empty."""


@dataclass(frozen=True, slots=True)
class Best:
    """The fastest effort over a listed distance, in full: `distance_m` may be up to 3 % above `listed_m`.

    Attributes:
        listed_m: the listed distance in metres.
        distance_m: metres that were run.
        duration_ms: milliseconds.
        ran_on: day of the run.
        run_id: id of the run.
        measured: how it was measured.
        escorted: whether a spotter agreed that they were there.
        outpaced: the longer best whose average is faster, if there is one.
    """

    listed_m: int
    distance_m: int
    duration_ms: int
    ran_on: date
    run_id: int
    measured: Measured
    escorted: bool
    outpaced: Outpaced | None = None


async def own_bests(database: Database, user_id: int) -> Bests:
    """Return a member's own bests, from the runs of all clubs and none.

    Raises:
        Unavailable: the database is locked.
    """
    async with database.read() as session:
        return await bests_of(session, user_id, None)


async def bests_of(session: AsyncSession, user_id: int, guild_id: int | None) -> Bests:
    """Return a member's bests, of all runs or of those that count on a club's boards."""
    found: dict[Direction, list[queries.BestRow]] = {direction: [] for direction in TOLD}
    for row in await queries.bests_of(session, user_id, guild_id):
        found[Direction(row.direction)].append(row)
    return {direction: _with_words(rows) for direction, rows in found.items()}


def _with_words(rows: list[queries.BestRow]) -> tuple[Best, ...]:
    slower = outpaced({row.listed_m: Effort(row.distance_m, row.duration_ms, Measured(row.measured)) for row in rows})
    return tuple(
        Best(
            row.listed_m,
            row.distance_m,
            row.duration_ms,
            row.ran_on,
            row.run_id,
            Measured(row.measured),
            row.escorted,
            slower.get(row.listed_m),
        )
        for row in rows
    )
