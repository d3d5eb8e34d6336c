"""Jobs that run at once, and jobs that run only as fast as their messages can be sent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import system_clock
from bot.delivery.drop_log import Dropped
from bot.delivery.job_runner import JobRunner
from bot.delivery.message_kinds import DueJob, Kind
from bot.domain.messages.priority import Priority
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.messages.outbox import MUCH
from db.engine import Database


async def fire(*_: object) -> None:
    """Do nothing."""


def test_many_of_a_kind_wait_for_a_backlog_as_urgent_as_they_and_nothing_else_does() -> None:
    nothing: Any = None
    kinds = {
        name: Kind(name, priority, **{how: fire})
        for priority in Priority
        for how in ("fire", "fire_all")
        for name in [f"{priority.name} {how}"]
    }
    firing = JobRunner(kinds, nothing, system_clock, Dropped())
    assert firing.kinds() == set(kinds) == firing.kinds((0, 0, MUCH - 1))
    assert set(kinds) - firing.kinds((0, 0, MUCH)) == {"NUDGE fire_all"}
    assert set(kinds) - firing.kinds((0, MUCH, MUCH)) == {"ASKED fire_all", "NUDGE fire_all"}
    assert set(kinds) - firing.kinds((MUCH, MUCH, MUCH)) == {"ASKED fire_all", "NUDGE fire_all"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_safety_step_is_done_first_and_its_commit_waits_for_the_disk(database: Database) -> None:
    done: list[tuple[str, int]] = []

    async def note(session: AsyncSession, due: DueJob, _now: object) -> None:
        done.append((due.kind, await session.scalar(text("PRAGMA synchronous"))))

    kinds = {priority.name: Kind(priority.name, priority, fire=note) for priority in Priority}
    firing, now = JobRunner(kinds, database, system_clock, Dropped()), system_clock()
    async with database.write() as session:
        await schedule_job(session, [Job(kind.name, "1", now, kind.priority) for kind in reversed(kinds.values())])
    assert await firing.some(firing.kinds())
    assert done == [("SAFETY", 2)], "what it has written is sent before anything else is done"
    assert await firing.some(firing.kinds())
    assert done[1:] == [("ASKED", 1), ("NUDGE", 1)]
    assert not await firing.some(firing.kinds())
