"""What migrations fill in for existing runs equals a rebuild of the standings."""

from __future__ import annotations

import random
from datetime import date, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, select, text

from bot.domain.runs.runs import Direction, Stretch
from bot.services.projections import run_projections
from db.engine import Database
from db.models import BoardWindow, Spotting, Standing
from tests.builders.runs import CLUB, join, write_run

OTHER = CLUB + 1
B, F = Direction.BACKWARD, Direction.FORWARD


@pytest.mark.parametrize("seed", range(3))
async def test_migrations_fill_in_what_a_rebuild_makes(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    async with database.write() as session:
        for user_id in (1, 2, 3):
            for guild_id in (CLUB, OTHER):
                await join(session, user_id, guild_id, hidden=user_id == 3)
        season = (date(2026, 12, 20), date(2027, 1, 5))
        session.add(BoardWindow(guild_id=CLUB, kind="season", starts_on=season[0], ends_on=season[1], name="Winter"))
        await session.flush()
        for _ in range(60):
            stretches = [
                Stretch(rng.choice([B, F]), rng.choice([None, 400, 1000, 1609, 5000]), rng.randint(80_000, 2_000_000))
                for _ in range(rng.choice([1, 1, 2]))
            ]
            day = date(2026, 10, 1) + timedelta(days=rng.randint(0, 130))
            run_id = await write_run(
                session, rng.choice([1, 2, 3]), day, stretches, guild_id=rng.choice([CLUB, CLUB, OTHER]),
                counted=rng.random() < 0.9, effort=rng.choice([None, 0, 5, 10]), extras=rng.choice([[], ["effort"]]),
            )  # fmt: skip
            if rng.random() < 0.2:
                credit = {"ran_on": day, "distance_m": 1000, "duration_ms": 300_000}
                session.add(Spotting(run_id=run_id, user_id=1, guild_id=CLUB, **credit))
        await session.flush()
        for guild_id in (CLUB, OTHER):
            await run_projections.rebuild_club(session, guild_id)
    standings = select(Standing.__table__)
    async with database.write() as session:
        rebuilt = set(map(tuple, await session.execute(standings)))
        await session.execute(text("UPDATE standings SET grade = 0"))
        await session.execute(text("DELETE FROM standings WHERE period = 'quarter'"))
        calendar = "period IN ('week', 'month', 'year', 'all')"  # there were no others
        await session.execute(text(f"UPDATE standings SET gain_m = 0, effort_ms = 0, first_on = NULL WHERE {calendar}"))
        assert set(map(tuple, await session.execute(standings))) != rebuilt
        boards, grades = (
            import_module(f"db.migrations.versions.{name}") for name in ("0019_more_boards", "0026_retro_grades")
        )

        def fill(connection: Connection) -> None:
            monkeypatch.setattr(boards, "op", SimpleNamespace(get_bind=lambda: connection))
            boards._fill()
            grades.fill(connection)

        await (await session.connection()).run_sync(fill)
        filled = set(map(tuple, await session.execute(standings)))
    assert filled == rebuilt
    assert {row[2] for row in rebuilt} >= {"week", "month", "quarter", "year", "all", "season"}
