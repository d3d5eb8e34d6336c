"""Runs on which somebody else faced forward."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.domain.runs.runs import Direction, RunContent, SpotterState, Stretch

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TODAY = NOW.date()
ALICE, BOB, CAROL, CLUB = 11, 12, 13, 900
BACK = Stretch(Direction.BACKWARD, 5000, 1_650_000)
AHEAD = Stretch(Direction.FORWARD, 3000, 900_000)


def a_run(*stretches: Stretch, spotter_id: int | None = BOB, ran_on: date = TODAY) -> RunContent:
    named = spotter_id is not None
    return RunContent(
        started_at=datetime(ran_on.year, ran_on.month, ran_on.day, 9, tzinfo=UTC),
        zone="UTC",
        ran_on=ran_on,
        stretches=stretches or (BACK, AHEAD),
        spotter_id=spotter_id,
        spotter_name=f"member {spotter_id}" if named else None,
        spotter_state=SpotterState.ASKED if named else None,
    )
