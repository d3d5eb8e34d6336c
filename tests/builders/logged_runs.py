"""Runs logged through the services, for tests of what is made from them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.domain.runs.runs import Direction, RunContent, Stretch, Surface
from bot.services.members.people import Person, Seen, meet
from bot.services.runs import run_changes, runs
from db.engine import Database

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TODAY = NOW.date()
ALICE, BOB, CLUB = 11, 12, 900


async def person(database: Database, user_id: int = ALICE, guild_id: int | None = CLUB) -> Person:
    seen = Seen(user_id, f"member {user_id}", "en-GB", guild_id, "Club", "en-GB")
    return await meet(database, seen, NOW)


def five_k(direction: Direction = Direction.BACKWARD, *, ran_on: date = TODAY, minutes: int = 27) -> RunContent:
    return RunContent(
        started_at=datetime(ran_on.year, ran_on.month, ran_on.day, 9, tzinfo=UTC),
        zone="UTC",
        ran_on=ran_on,
        stretches=(Stretch(direction, 5000, minutes * 60_000),),
        surface=Surface.TRACK,
    )


async def log(database: Database, content: RunContent, interaction_id: int = 1, user_id: int = ALICE) -> runs.RunView:
    who = await person(database, user_id)
    return (await run_changes.log_run(database, who, content, interaction_id=interaction_id, now=NOW)).view
