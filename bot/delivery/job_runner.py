"""Run due jobs: urgent ones first, and many of one kind in one transaction if the kind supports it.

A batch holds SQLite's single writer, and a member who logs a run waits for it, so a batch has at most `TOGETHER` rows.
If a batch fails, its rows run one by one, so that a faulty job affects no other.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.drop_log import Dropped
from bot.delivery.message_kinds import DueJob, Kind
from bot.delivery.sending import pause_after
from bot.discretion import marked
from bot.domain.messages.priority import Priority
from bot.errors import Unavailable
from bot.services.messages import outbox
from bot.services.messages.outbox import ClaimedJob
from db.engine import Database

log = logging.getLogger(__name__)

TOGETHER = 25
"""Jobs run in one transaction: about 5 ms."""
AT_ONCE = 25
"""Jobs run before the pump looks at messages again."""


class JobRunner:
    """Runs due jobs by the kinds of one client."""

    def __init__(self, kinds: Mapping[str, Kind], database: Database, clock: Clock, dropped: Dropped) -> None:
        self._declared = {name: kind for name, kind in kinds.items() if kind.fires}
        self._safety = frozenset(name for name, kind in self._declared.items() if kind.priority is Priority.SAFETY)
        self._together = frozenset(name for name, kind in kinds.items() if kind.fire_all is not None)
        self._database = database
        self._clock = clock
        self._dropped = dropped
        self._apart: set[int] = set()

    def kinds(self, backlog: Sequence[int] = (0, 0, 0)) -> frozenset[str]:
        """Return the kinds of jobs to run now.

        Batched kinds wait while `outbox.MUCH` of their messages are unsent: running thousands of jobs at once would
        make a member who logs a run wait for all of them. Safety and kinds without `fire_all` never wait.

        Args:
            backlog: for each priority, how many messages of at least that priority wait.
        """
        return frozenset(
            name
            for name, kind in self._declared.items()
            if kind.fire_all is None or kind.priority is Priority.SAFETY or backlog[kind.priority] < outbox.MUCH
        )

    async def some(self, kinds: Collection[str], *, safety_due: bool = True) -> bool:
        """Run up to about `AT_ONCE` due jobs of these kinds. Return whether there were any.

        Safety jobs run first, in urgent transactions; if there were any, no other job runs in this call, so that the
        messages they wrote are sent first.

        Args:
            kinds: see `kinds`.
            safety_due: whether any safety job is due; if not, none is looked for.
        """
        if safety_due and await self._steps(self._database.urgent, self._safety.intersection(kinds)):
            return True
        return await self._steps(self._database, [name for name in kinds if name not in self._safety])

    async def _steps(self, database: Database, kinds: Collection[str]) -> bool:
        done = 0
        while done < AT_ONCE and (taken := await self._step(database, kinds)):
            done += len(taken)
        return done > 0

    async def _step(self, database: Database, kinds: Collection[str]) -> Sequence[ClaimedJob]:
        """Run the first due job, alone or with others of its kind, in one transaction. Return the jobs taken."""
        now = self._clock()
        taken: list[ClaimedJob] = []
        try:
            async with database.write() as session:
                taken = await outbox.take_due(session, kinds, now, self._together, TOGETHER, self._apart)
                if not taken:
                    return []
                late = await self._do(session, taken, now)
        except Exception as error:
            # A fault in one kind must not stop the jobs of others, such as the alarm for an overdue runner.
            if not taken:
                raise
            await self._undone(database, taken, error, now)
            return taken
        self._apart.difference_update(one.due_id for one in taken)
        for one in late:
            self._dropped.late(one.kind, one.occurrence, now - one.meant_at)
        return taken

    async def _do(self, session: AsyncSession, taken: Sequence[ClaimedJob], now: datetime) -> list[ClaimedJob]:
        """Run the jobs taken, which are of one kind. Return those skipped as too late to be useful."""
        kind = self._declared[taken[0].kind]
        late, useful = [], []
        for one in taken:
            if kind.useful_for is not None and now - one.meant_at > kind.useful_for:
                late.append(one)
                continue
            useful.append(DueJob(one.kind, one.occurrence, one.meant_at, one.subject_id, one.user_id, one.payload))
        if kind.fire_all is not None and useful:
            await kind.fire_all(session, useful, now)
        elif kind.fire is not None:
            for due in useful:
                await kind.fire(session, due, now)
        return late

    async def _undone(self, database: Database, taken: Sequence[ClaimedJob], error: Exception, now: datetime) -> None:
        first = taken[0]
        if len(taken) > 1:
            log.warning("batch of %d %s failed; running its jobs one by one: %s", len(taken), first.kind, error)
            self._apart.update(one.due_id for one in taken)
            return
        if isinstance(error, Unavailable):
            log.warning("%s %s postponed: %s", first.kind, first.occurrence, error.key)
        else:
            log.error(
                "%s %s failed and is postponed", first.kind, first.occurrence, exc_info=error, extra=marked(first.kind)
            )
        self._apart.discard(first.due_id)
        async with database.write() as session:
            await outbox.put_off_due(session, first, now + pause_after(first.attempts))
