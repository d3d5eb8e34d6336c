"""Interface to the worker processes for files, charts and matching.

Each role has a process of its own, so charts and rounds never wait for files. Members take turns (`round_robin`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.charts.picture import Picture
from bot.domain.rounds.match_scoring import Candidate
from bot.domain.rounds.matching import Draw
from bot.domain.runs.activity import FileReport
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import Matching, TableHead, TableHints
from bot.errors import Conflict, Unavailable
from bot.worker.chart_renderer import DrawPicture
from bot.worker.file_jobs import FileJobs, PostedFile
from bot.worker.lane import IDLE_S, LIMIT_S, Lane, Limits
from bot.worker.messages import About, Look, Request, Wall, WorkerRole
from bot.worker.process import WorkerFailure
from bot.worker.round_matcher import DrawRound

log = logging.getLogger(__name__)

NO_HINTS = TableHints()


def described(wall: Wall) -> str:
    """Describe the sandbox of the file reader, for the operator."""
    kernel = ["a system call filter (seccomp)"] * wall.seccomp + [f"Landlock {wall.landlock}"] * (wall.landlock > 0)
    if not kernel:
        return "files are read behind process limits only: this system has neither seccomp nor Landlock for it"
    return f"files are read behind {', '.join(kernel)} and process limits"


class Worker:
    """Reads files, draws charts and matches partners for one event loop. Close it at the end.

    Args:
        limit_s: CPU seconds for one request.
        idle_s: seconds without a request after which a process ends itself.
        program: the module whose `serve` the processes run.
    """

    def __init__(self, limit_s: float = LIMIT_S, idle_s: float = IDLE_S, program: str = "bot.worker.program") -> None:
        self.lanes = {role: Lane(role, Limits(limit_s, idle_s, program)) for role in WorkerRole}
        self._files = FileJobs(self.lanes[WorkerRole.FILES])
        self._importing: set[int] = set()

    @contextmanager
    def one_import(self, member: int) -> Iterator[None]:
        """Allow a member only one import while the block runs.

        Raises:
            Conflict: another import of theirs is running.
        """
        if member in self._importing:
            raise Conflict("imports.menu.in_hand")
        self._importing.add(member)
        try:
            yield
        finally:
            self._importing.discard(member)

    def read_files(
        self, member: int, files: Sequence[PostedFile], hints: TableHints = NO_HINTS
    ) -> AsyncIterator[list[FileReport]]:
        """Read attachments, as `bot.files.reading.read_files` does; see `FileJobs.read`."""
        return self._files.read(member, files, hints)

    async def table_head(
        self, member: int, content: bytes, matching: Matching, hints: TableHints = NO_HINTS
    ) -> TableHead:
        """Return what a table is about, by a matching; see `FileJobs.table_head`."""
        return await self._files.table_head(member, content, matching, hints)

    def read_table(self, member: int, content: bytes, matching: Matching, first: int) -> AsyncIterator[list[TableLine]]:
        """Read the lines of a table; see `FileJobs.read_table`."""
        return self._files.read_table(member, content, matching, first)

    async def draw(self, picture: Picture, member: int) -> bytes:
        """Draw a picture.

        Args:
            picture: what to draw.
            member: id of the member whose turn is used; the club's id for a picture of the club.

        Returns:
            A PNG.

        Raises:
            Unavailable: the worker failed.
        """
        return (await self._ask(WorkerRole.CHARTS, DrawPicture(picture.template, dict(picture.scene())), member))[1]

    async def match(self, candidates: Sequence[Candidate], backward_per_spotter: int, seed: int) -> Draw:
        """Draw a round, as `bot.domain.rounds.matching.draw_round` does.

        Args:
            candidates: the participants.
            backward_per_spotter: the club's setting.
            seed: decides between equally good draws.

        Raises:
            Unavailable: the worker failed.
        """
        draw: Draw = (await self._ask(WorkerRole.ROUNDS, DrawRound(candidates, backward_per_spotter, seed)))[0]
        return draw

    async def about(self, role: WorkerRole) -> About:
        """Return the state of a process, for tests and benchmarks."""
        found: About = (await self._ask(role, Look()))[0]
        return found

    async def wall(self) -> Wall:
        """Return the sandbox features used on this machine; starts the process for files.

        Raises:
            Unavailable: the process does not start.
        """
        await self.about(WorkerRole.FILES)
        process = self.lanes[WorkerRole.FILES].process
        assert process
        assert process.wall
        return process.wall

    async def say_wall(self) -> None:
        """Log the sandbox features once at the start, at WARNING if there is no system call filter."""
        try:
            wall = await self.wall()
        except Unavailable:
            log.error("worker: does not start; files cannot be read and charts cannot be drawn")
            return
        log.log(logging.INFO if wall.seccomp else logging.WARNING, "worker: %s", described(wall))

    async def close(self) -> None:
        """End the processes. Pending and later requests raise `Unavailable`."""
        await asyncio.gather(*(lane.close() for lane in self.lanes.values()))

    async def _ask(self, role: WorkerRole, request: Request, member: int = 0) -> tuple[Any, bytes]:
        lane = self.lanes[role]
        try:
            async with lane.turn(member):
                return await lane.ask(request)
        except WorkerFailure as failure:
            raise Unavailable("files.worker.gave_up") from failure
