"""A single timer that can be moved. The only file that imports APScheduler.

Due jobs are rows in the database. One APScheduler job for each would be far slower, and jobs missed during a restart
would be lost (10,000 jobs due in one second: none ran, all were "missed"; measured with APScheduler 3.11.3).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.base import JobLookupError  # type: ignore[import-untyped]
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]

JOB = "wake"


class Scheduler:
    """Calls `wake` once at the instant last set, or at once if that has passed."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        # Without a zone, APScheduler looks up the machine's.
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Start on the running event loop."""
        self._scheduler.start()

    def wake_at(self, instant: datetime | None) -> None:
        """Move the timer to `instant` (aware); None cancels it."""
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
            misfire_grace_time=None,  # run late rather than not at all
            max_instances=10,  # a finished run is counted until the loop's next iteration, and must not block this one
        )

    def close(self) -> None:
        """Stop the timer."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        """Call `wake`. A coroutine, because APScheduler runs plain functions in a thread."""
        self._wake()
