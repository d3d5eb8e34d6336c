"""The alarm clock: one wake-up, moved as wanted. The only file that knows APScheduler.

What is due stands in the database; a job for each of it would be slower by far and lost what a restart missed (10,000
jobs due in one second: none ran, all were "missed"; measured with APScheduler 3.11.3).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.base import JobLookupError  # type: ignore[import-untyped]
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]

JOB = "wake"


class Scheduler:
    """Calls `wake` once at the instant last asked for; never before, and at once when it has passed already."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        # In UTC: asked for nothing, it would look up the machine's zone.
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin on the running loop."""
        self._scheduler.start()

    def wake_at(self, instant: datetime | None) -> None:
        """Move the wake-up to `instant` (aware); None for none."""
        if instant is None:
            try:
                self._scheduler.remove_job(JOB)
            except JobLookupError:
                return
            return
        self._scheduler.add_job(
            self._ring,
            DateTrigger(instant, UTC),
            id=JOB,
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,  # late is better than never
            max_instances=10,  # one is counted until the loop's next turn, and a wake-up must not be lost to it
        )

    def close(self) -> None:
        """Wake nobody any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        """Wake; a coroutine, because APScheduler runs plain functions on a thread."""
        self._wake()
