"""Doing what is due: the urgent first, and many of one kind in one transaction where the kind can.

A batch holds SQLite's one writer for as long as it takes, and a member who logs a run waits behind it: hence no more
than `TOGETHER`. Where a batch fails, its rows are done one by one, so that a bad one harms itself alone.
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
"""Rows done in one transaction: some 5 ms."""
AT_ONCE = 25
"""Rows done before messages are looked at again."""


class JobRunner:
    """Does what is due by the kinds of one client."""

    def __init__(self, kinds: Mapping[str, Kind], database: Database, clock: Clock, dropped: Dropped) -> None:
        self._declared = {name: kind for name, kind in kinds.items() if kind.fires}
        self._safety = frozenset(name for name, kind in self._declared.items() if kind.priority is Priority.SAFETY)
        self._together = frozenset(name for name, kind in kinds.items() if kind.fire_all is not None)
        self._database = database
        self._clock = clock
        self._dropped = dropped
        self._apart: set[int] = set()

    def kinds(self, backlog: Sequence[int] = (0, 0, 0)) -> frozenset[str]:
        """The kinds of what is to be done now.

        What becomes due for thousands at once is done as fast as its messages can be sent, and no faster: a member who
        logs a run meanwhile would wait behind all of it. Safety is never put off, nor is what is done one by one.

        Args:
            backlog: for each class how many messages wait that are at least as urgent.
        """
        return frozenset(
            name
            for name, kind in self._declared.items()
            if kind.fire_all is None or kind.priority is Priority.SAFETY or backlog[kind.priority] < outbox.MUCH
        )

    async def some(self, kinds: Collection[str], *, safety_due: bool = True) -> bool:
        """Do what is due of some kinds, so much that messages need not wait for it; False when nothing is.

        Safety comes first, in urgent transactions; what it has written is looked at before anything else is done.

        Args:
            kinds: see `kinds`.
            safety_due: whether anything of safety is due; without it that is not looked for.
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
        """Do what is due first, alone or with others of its kind, in one transaction; nothing when nothing is."""
        now = self._clock()
        taken: list[ClaimedJob] = []
        try:
            async with database.write() as session:
                taken = await outbox.take_due(session, kinds, now, self._together, TOGETHER, self._apart)
                if not taken:
                    return []
                late = await self._do(session, taken, now)
        except Exception as error:
            # One kind's fault must not keep what is due of others, an overdue runner's alarm among it, from being done.
            if not taken:
                raise
            await self._undone(database, taken, error, now)
            return taken
        self._apart.difference_update(one.due_id for one in taken)
        for one in late:
            self._dropped.late(one.kind, one.occurrence, now - one.meant_at)
        return taken

    async def _do(self, session: AsyncSession, taken: Sequence[ClaimedJob], now: datetime) -> list[ClaimedJob]:
        """Do what was taken, of one kind; the rest, too late to be useful, is answered."""
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
            log.warning("%d of %s are done one by one: %s", len(taken), first.kind, error)
            self._apart.update(one.due_id for one in taken)
            return
        if isinstance(error, Unavailable):
            log.warning("%s %s is put off: %s", first.kind, first.occurrence, error.key)
        else:
            log.error(
                "%s %s failed and is put off", first.kind, first.occurrence, exc_info=error, extra=marked(first.kind)
            )
        self._apart.discard(first.due_id)
        async with database.write() as session:
            await outbox.put_off_due(session, first, now + pause_after(first.attempts))
