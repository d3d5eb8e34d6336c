"""An outing during a clock change: its length, escalation and run use elapsed time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from bot.domain.outings.outing_rules import OutingState, Wish
from bot.domain.runs.runs import Surface
from bot.services.outings import run_drafts
from db.engine import Database
from tests.builders.outings import ADA, BEN
from tests.builders.safety import MINUTE, Outside

HOURS = timedelta(hours=1)


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


@pytest.mark.parametrize(
    ("zone", "starts_at", "evening_at", "day"),
    [
        # In Berlin it starts at local 02:30 before 3:00 becomes 2:00, and at 01:30 before 2:00 becomes 3:00.
        ("Europe/Berlin", "2026-10-25T00:30", "2026-10-24T16:00", date(2026, 10, 25)),
        ("Europe/Berlin", "2027-03-28T00:30", "2027-03-27T17:00", date(2027, 3, 28)),
        ("Australia/Sydney", "2026-10-03T15:30", "2026-10-03T08:00", date(2026, 10, 4)),
        ("Australia/Sydney", "2027-04-03T15:30", "2027-04-03T07:00", date(2027, 4, 4)),
    ],
)
async def test_clocks_change_during_the_outing(
    town: Outside, zone: str, starts_at: str, evening_at: str, day: date
) -> None:
    start = datetime.fromisoformat(starts_at).replace(tzinfo=UTC)
    town.now = start - 48 * HOURS
    for who in (ADA, BEN):
        await town.user_sets(who, zone=zone)
    outing = await town.call(at=start, wish=Wish.SWAP, minutes=60, surface=Surface.ROAD)
    await town.join(BEN, outing, Wish.SWAP)
    await town.confirm(BEN, outing)
    evening = datetime.fromisoformat(evening_at).replace(tzinfo=UTC)
    assert await town.due("outing.evening") == [(ADA, evening), (BEN, evening)]
    town.now = start
    outing = await town.check_in(ADA, await town.again(outing))
    assert outing.due_back_at == start + 75 * MINUTE
    done = await town.until(start + 121 * MINUTE)
    assert [(at - start, kind, step) for at, kind, step in done] == [
        (30 * MINUTE, "outing.half", None),
        (90 * MINUTE, "outing.overdue", 0), (95 * MINUTE, "outing.overdue", 1), (105 * MINUTE, "outing.overdue", 2),
        (120 * MINUTE, "outing.overdue", 3),
    ]  # fmt: skip
    for who in (ADA, BEN):
        outing = await town.home(who, outing)
    assert outing.state is OutingState.HOME
    draft = await run_drafts.own_draft(town.database, outing.outing_id, await town.person(ADA), town.now)
    assert draft.content.ran_on == day
    # Home was pressed long after the planned return, so the run ends at the planned return.
    assert sum(stretch.duration_ms or 0 for stretch in draft.content.stretches) == 75 * 60_000
