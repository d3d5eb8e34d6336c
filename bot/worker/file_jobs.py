"""Reading what members post: a turn a member, an attachment at a time, fetched when its turn comes.

Only one attachment is in the bot's memory, whoever and however many wait. A turn ends with its attachment, or after
`TURN_S` where somebody else waits; what is left of an archive is fetched again when the turn comes round. Each member's
files are read by a process of their own: one who takes theirs over learns and falsifies nothing of anybody else's.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.domain.members.allowances import Allowance, Allowances
from bot.domain.runs.activity import FileReport, Refusal
from bot.worker.file_reader import Next, Open, Read
from bot.worker.lane import Lane
from bot.worker.process import Cause, Process, WorkerFailure

TURN_S = 1.0
"""Seconds of a turn while others wait; the file in hand is finished."""
BUDGET = Allowance(burst=300, per_s=300 / 3600)
"""Seconds of turns a member: three years of a watch's files at once take less; an hour later it is whole again."""
WORTH_S = 30.0
"""Seconds of a spent budget that are worth coming back for."""
FETCH_S = 15.0
"""Seconds for Discord to hand an attachment over, while everybody waits."""
LIFE_S = 13 * 60.0
"""Seconds of an import: Discord takes its report for fifteen minutes."""
STRIKES = 3
"""Files that may exhaust the worker in one attachment before the rest of it is left unread."""

_REASONS = {
    Cause.MEMORY: "files.reason.died_of_memory",
    Cause.CPU: "files.reason.died_of_work",
    Cause.TIMED_OUT: "files.reason.timed_out",
    Cause.REFUSED: "files.reason.broke_out",
    Cause.CRASHED: "files.reason.crashed",
    Cause.NONSENSE: "files.reason.crashed",
    Cause.FAILED: "files.reason.crashed",
    Cause.ENDED: "files.reason.stopped",
    Cause.GONE: "files.reason.crashed",
}
"""What is said of a file at which its reading ended."""


@dataclass(frozen=True, slots=True)
class PostedFile:
    """An attachment that was posted.

    Attributes:
        name: as posted.
        fetch: gets its bytes; None where Discord does not hand them over.
    """

    name: str
    fetch: Callable[[], Awaitable[bytes | None]]


@dataclass(slots=True)
class _Job:
    """An import on its way: which attachment is next, and how far that has been read."""

    member: int
    files: Sequence[PostedFile]
    ends_at: float
    at: int = 0
    done: int = 0
    strikes: int = 0
    began: float = 0.0
    reports: list[FileReport] = field(default_factory=list)

    @property
    def posted(self) -> PostedFile:
        return self.files[self.at]

    def refuse(self, name: str, reason: str, **params: object) -> None:
        self.reports.append(FileReport(name, "", None, Refusal.UNREADABLE, reason, params))

    def next(self) -> None:
        self.at, self.done, self.strikes = self.at + 1, 0, 0

    def refuse_rest(self, reason: str, **params: object) -> list[FileReport]:
        self.reports = []
        while self.at < len(self.files):
            self.refuse(self.posted.name, reason, **params)
            self.next()
        return self.reports


class FileJobs:
    """Reads attachments through the lane of files."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._spent = Allowances(BUDGET)
        self._reader_of: tuple[int, Process] | None = None

    async def read(self, member: int, files: Sequence[PostedFile]) -> AsyncIterator[list[FileReport]]:
        """Read attachments, in order.

        A file that the worker cannot get through is reported so, and the others are read all the same.

        Args:
            member: whose turns and budget it takes.
            files: what was posted.

        Yields:
            Reports of some files, between two turns: save them then.
        """
        job = _Job(member, files, time.perf_counter() + LIFE_S)
        while job.at < len(files):
            now = time.perf_counter()
            if self._spent.left(member, now) <= 0:
                minutes = math.ceil(self._spent.wait_s(member, WORTH_S, now) / 60)
                yield job.refuse_rest("files.reason.budget", count=minutes)
                return
            async with self._lane.turn(member):
                if time.perf_counter() > job.ends_at:
                    yield job.refuse_rest("files.reason.too_late")
                    return
                await self._take(job)
            yield job.reports

    async def _take(self, job: _Job) -> None:
        """One turn."""
        job.began, job.reports = time.perf_counter(), []
        try:
            await self._own_process(job.member)
            data = await self._fetched(job.posted)
            if data is None:
                job.refuse(job.posted.name, "imports.reason.fetch")
                job.next()
            elif await self._read(job, data):
                job.next()
            if any(report.refusal in (Refusal.UNREADABLE, Refusal.TOO_LARGE) for report in job.reports):
                await self._lane.renew()  # with all the memory that took
        finally:
            if self._lane.process is not None:
                self._reader_of = job.member, self._lane.process
            self._spent.spend(job.member, time.perf_counter() - job.began, time.perf_counter())

    async def _own_process(self, member: int) -> None:
        """End the process that has read somebody else's files."""
        if self._reader_of is not None and self._reader_of[0] != member and self._reader_of[1] is self._lane.process:
            await self._lane.renew()

    async def _fetched(self, posted: PostedFile) -> bytes | None:
        try:
            async with asyncio.timeout(FETCH_S):
                return await posted.fetch()
        except TimeoutError:
            return None

    def _over(self, job: _Job) -> bool:
        """Whether somebody else should have a turn, or the member's seconds or the import's time are up."""
        now = time.perf_counter()
        took_s = now - job.began
        if now > job.ends_at or took_s > self._spent.left(job.member, now):
            return True
        return took_s > TURN_S and self._lane.turns.wanted_by_others(job.member)

    async def _read(self, job: _Job, data: bytes) -> bool:
        """An attachment, entry by entry, opened anew behind an entry that ended the process.

        Returns:
            Whether it is read to its end; False where the turn ended before.
        """
        lane, name = self._lane, job.posted.name
        opened: Process | None = None
        began, reopened = job.done, 0
        while True:
            shown = name
            try:
                if opened is None:
                    await lane.ask(Open(name, job.done), data)
                    opened = lane.process
                entry, _ = await lane.ask(Next(), of=opened)
                if entry is None:
                    return True
                if job.done > began and self._over(job):
                    return False
                shown = entry
                read, _ = await lane.ask(Read(), of=opened)
                job.reports += read
            except WorkerFailure as failure:
                if failure.cause is Cause.GONE and reopened < STRIKES:
                    opened, reopened = None, reopened + 1
                    continue
                opened = opened if failure.lives else None
                job.strikes += 1
                job.refuse(shown, _REASONS[failure.cause])
                if job.strikes >= STRIKES or shown is name:
                    return True
            job.done += 1
