"""Read the attachments of imports: members take turns, and each attachment is fetched when its turn comes.

Only one attachment is in the bot's memory, however many members wait. A turn ends with its attachment, or after
`TURN_S` if another member waits; the rest of an archive is fetched again at the next turn. Files of different members
are never read by the same process, so a file that takes over its process cannot read or falsify another member's files.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.members.allowances import Allowance, Allowances
from bot.domain.runs.activity import FileReport, Refusal
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import Matching, TableHead, TableHints
from bot.errors import Unavailable
from bot.worker.file_reader import Next, Open, OpenTable, Read, ReadLines
from bot.worker.lane import Lane
from bot.worker.process import Cause, Process, WorkerFailure

TURN_S = 1.0
"""Seconds of a turn while others wait; the current file is finished first."""
BUDGET = Allowance(burst=300, per_s=300 / 3600)
"""Seconds of turns per member: three years of a watch's files take less. The full budget is restored after an hour."""
WORTH_S = 30.0
"""Seconds of restored budget after which it is worth trying again."""
FETCH_S = 15.0
"""Timeout in seconds for fetching an attachment from Discord; other members wait meanwhile."""
LIFE_S = 13 * 60.0
"""Maximum seconds of an import: its report can be sent for fifteen minutes."""
SLICE_LINES = 500
"""Lines of a table read in one turn and saved in one transaction: half a second of a database that others wait for."""
STRIKES = 3
"""Files of one attachment that may make the worker fail before the rest is skipped."""

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
"""Catalogue key of the reason given for a file that made the worker fail."""


@dataclass(frozen=True, slots=True)
class PostedFile:
    """A posted attachment.

    Attributes:
        name: file name as posted.
        fetch: returns its bytes, or None if Discord does not deliver them.
    """

    name: str
    fetch: Callable[[], Awaitable[bytes | None]]


@dataclass(slots=True)
class _Job:
    """A running import: the next attachment, and how many of its entries have been read."""

    member: int
    files: Sequence[PostedFile]
    hints: TableHints
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
    """Reads attachments through the lane of the file worker."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._spent = Allowances(BUDGET)
        self._reader_of: tuple[int, Process] | None = None

    async def read(
        self, member: int, files: Sequence[PostedFile], hints: TableHints
    ) -> AsyncIterator[list[FileReport]]:
        """Read attachments, in order.

        A file that makes the worker fail is reported as such, and the others are still read.

        Args:
            member: id of the member whose turns and budget are used.
            files: the posted attachments.
            hints: what the cells of a table may leave open.

        Yields:
            Reports of some files, after each turn, so that the caller can save them.
        """
        job = _Job(member, files, hints, time.perf_counter() + LIFE_S)
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

    async def table_head(self, member: int, content: bytes, matching: Matching, hints: TableHints) -> TableHead:
        """Return what a table is about, by a matching.

        Raises:
            Unavailable: the worker failed.
        """
        async with self._lane.turn(member):
            return await self._open_table(member, content, matching, hints)

    async def read_table(
        self, member: int, content: bytes, matching: Matching, first: int
    ) -> AsyncIterator[list[TableLine]]:
        """Read a table in slices of `SLICE_LINES`, one a turn, from the position `first` to its end.

        Args:
            member: id of the member whose turns and budget are used.
            content: its packed bytes.
            matching: which column holds what.
            first: position of the first line to read.

        Yields:
            The lines of a slice, so that the caller can save them.

        Raises:
            Unavailable: the worker failed, or the member's budget is used up.
        """
        opened: Process | None = None
        failures = 0
        while True:
            now = time.perf_counter()
            if self._spent.left(member, now) <= 0:
                minutes = math.ceil(self._spent.wait_s(member, WORTH_S, now) / 60)
                raise Unavailable("files.worker.budget", count=minutes)
            async with self._lane.turn(member):
                try:
                    if opened is None or opened is not self._lane.process:
                        await self._open_table(member, content, matching, TableHints())
                        opened = self._lane.process
                    lines, _ = await self._lane.ask(ReadLines(first, SLICE_LINES), of=opened)
                except WorkerFailure as failure:
                    failures += 1
                    if failures >= STRIKES:
                        raise Unavailable("files.worker.gave_up") from failure
                    opened = None
                    continue
                finally:
                    self._spent.spend(member, time.perf_counter() - now, time.perf_counter())
            if not lines:
                return
            yield lines
            first += len(lines)

    async def _open_table(self, member: int, content: bytes, matching: Matching, hints: TableHints) -> TableHead:
        await self._own_process(member)
        try:
            head: TableHead = (await self._lane.ask(OpenTable(matching, hints), content))[0]
        except WorkerFailure as failure:
            raise Unavailable("files.worker.gave_up") from failure
        self._reader_of = (member, self._lane.process) if self._lane.process is not None else None
        return head

    async def _take(self, job: _Job) -> None:
        """Use one turn."""
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
                await self._lane.renew()  # frees the memory that the file used
        finally:
            if self._lane.process is not None:
                self._reader_of = job.member, self._lane.process
            self._spent.spend(job.member, time.perf_counter() - job.began, time.perf_counter())

    async def _own_process(self, member: int) -> None:
        """End the process if it has read another member's files."""
        if self._reader_of is not None and self._reader_of[0] != member and self._reader_of[1] is self._lane.process:
            await self._lane.renew()

    async def _fetched(self, posted: PostedFile) -> bytes | None:
        try:
            async with asyncio.timeout(FETCH_S):
                return await posted.fetch()
        except TimeoutError:
            return None

    def _over(self, job: _Job) -> bool:
        """Whether the turn must end: another member waits, or the member's budget or the import's time is used up."""
        now = time.perf_counter()
        took_s = now - job.began
        if now > job.ends_at or took_s > self._spent.left(job.member, now):
            return True
        return took_s > TURN_S and self._lane.turns.wanted_by_others(job.member)

    async def _read(self, job: _Job, data: bytes) -> bool:
        """Read an attachment entry by entry; reopen it after an entry that ended the process.

        Returns:
            Whether it was read to its end; False if the turn ended before.
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
                read, content = await lane.ask(Read(job.hints), of=opened)
                job.reports += [replace(one, content=content) if one.table else one for one in read]
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
