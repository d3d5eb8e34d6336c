"""Runs read from files and imported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import func, select

from bot.domain.runs.activity import Activity, FileReport, Lap, Source, Sport
from bot.domain.runs.runs import Surface
from bot.services.members.people import Person, Seen, meet
from bot.services.runs.imports import FileOutcome, save_import
from db.engine import Database

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
START = datetime(2026, 11, 17, 6, 15, tzinfo=UTC)
ALICE, BOB, CLUB = 101, 102, 900
interaction_ids = count(5000)


async def met(database: Database, user_id: int = ALICE) -> Person:
    seen = Seen(user_id, f"runner {user_id}", "en-GB", CLUB, "Krebsgang")
    return await meet(database, seen, NOW)


def lapped(*metres: int, start: datetime = START) -> Activity:
    """A run of laps at 5:30/km."""
    laps, at = [], start
    for distance_m in metres:
        laps.append(Lap(distance_m, distance_m * 330, at))
        at += timedelta(milliseconds=distance_m * 330)
    whole = sum(metres)
    series = ((0.0, 0.0), (whole * 0.33, float(whole)))
    return Activity(
        Source.FIT, Sport.RUN, start, 3600, False, whole, whole * 330, whole * 330, tuple(laps), series, Surface.TRACK
    )


def report(activity: Activity, name: str = "run.fit") -> FileReport:
    return FileReport(name, f"{name}{activity.started_at.timestamp():.0f}".ljust(64, "0"), activity)


async def save(database: Database, person: Person, *reports: FileReport) -> list[FileOutcome]:
    return list(await save_import(database, person, reports, interaction_id=next(interaction_ids), now=NOW))


async def total(database: Database, table: type) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table))
