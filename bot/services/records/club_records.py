"""Records of a club: the fastest of its members over each listed distance, from the runs that count on its boards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.runs.personal_bests import Measured
from bot.domain.runs.runs import Direction
from bot.services.records.personal_bests import TOLD
from db.engine import Database
from db.queries.records import best_efforts as queries


@dataclass(frozen=True, slots=True)
class ClubRecord:
    """A club's record over a listed distance.

    Attributes:
        listed_m: the listed distance in metres.
        duration_ms: milliseconds.
        ran_on: day of the run.
        measured: how it was measured.
        escorted: whether a spotter agreed that they were there.
        user_id: its runner.
        display_name: their name as last seen in the club, unescaped.
    """

    listed_m: int
    duration_ms: int
    ran_on: date
    measured: Measured
    escorted: bool
    user_id: int
    display_name: str


async def club_records(database: Database, guild_id: int) -> Mapping[Direction, tuple[ClubRecord, ...]]:
    """Return a club's records for both directions, shortest distance first.

    Members who left the club or hide from its boards hold none; the next fastest does.

    Raises:
        Unavailable: the database is locked.
    """
    found: dict[Direction, list[ClubRecord]] = {direction: [] for direction in TOLD}
    async with database.read() as session:
        for row in await queries.records_of(session, guild_id):
            found[Direction(row.direction)].append(
                ClubRecord(
                    row.listed_m,
                    row.duration_ms,
                    row.ran_on,
                    Measured(row.measured),
                    row.escorted,
                    row.user_id,
                    row.display_name or "",
                )
            )
    return {direction: tuple(records) for direction, records in found.items()}
