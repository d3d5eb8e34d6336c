"""Files, charts and matching, each in a process of its own: what the rest of the bot knows of them.

A request that takes too much, or kills its process, costs one file its reading and no one else anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from bot.charts.weeks import WeeksChart
from bot.domain.activity import FileReport, Refusal
from bot.domain.fitting import Candidate
from bot.domain.pairing import Draw
from bot.errors import Unavailable
from bot.worker.drawing import DrawChart
from bot.worker.matching import DrawRound
from bot.worker.messages import About, Look, Request, Role, Wall
from bot.worker.process import Cause, Failure, Process
from bot.worker.reading import Next, Open, Read

LIMIT_S = 5.0
"""Processor seconds for one request: unpacking or reading one file, drawing one chart."""
PATIENCE = 6
"""So many times that a request may last, on a machine that is busy with other things."""
IDLE_S = 60.0
"""Seconds without a request after which a process ends itself."""
STRIKES = 3
"""Files that may exhaust the worker in one attachment before the rest of it is left unread."""

log = logging.getLogger(__name__)

REASONS = {
    Cause.MEMORY: "files.reason.died_of_memory",
    Cause.CPU: "files.reason.died_of_work",
    Cause.TIMED_OUT: "files.reason.timed_out",
    Cause.REFUSED: "files.reason.broke_out",
    Cause.CRASHED: "files.reason.crashed",
    Cause.NONSENSE: "files.reason.crashed",
    Cause.FAILED: "files.reason.crashed",
    Cause.ENDED: "files.reason.stopped",
}
"""What is said of a file at which its reading ended."""


def described(wall: Wall) -> str:
    """What files are read behind, for the operator."""
    kernel = ["a system call filter (seccomp)"] * wall.seccomp + [f"Landlock {wall.landlock}"] * (wall.landlock > 0)
    if not kernel:
        return "files are read behind process limits only: this system has neither seccomp nor Landlock for it"
    return f"files are read behind {', '.join(kernel)} and process limits"


class Worker:
    """Reads files, draws charts and matches partners for one event loop. Close it at the end.

    Args:
        limit_s: processor seconds for one request.
        idle_s: seconds without one after which a process ends itself.
        program: the module whose `serve` the processes run.
    """

    def __init__(self, limit_s: float = LIMIT_S, idle_s: float = IDLE_S, program: str = "bot.worker.program") -> None:
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._program = program
        self.processes: dict[Role, Process] = {}
        self._turns = {role: asyncio.Lock() for role in Role}  # first come, first served
        self._file_job = asyncio.Lock()
        self._closed = False

    async def read_files(self, files: Sequence[tuple[str, bytes]]) -> list[FileReport]:
        """Read attachments, as `bot.files.reading.read_files` does.

        A file that the worker cannot get through is reported so, and the others are read all the same. A process
        that was given what it could not read is ended, with all the memory that took.

        Args:
            files: name and bytes of each.
        """
        async with self._file_job:
            reports = [report for name, data in files for report in await self._read(name, data)]
            if any(report.refusal in (Refusal.UNREADABLE, Refusal.TOO_LARGE) for report in reports):
                await self._renew(Role.FILES)
            return reports

    async def draw(self, chart: WeeksChart) -> bytes:
        """Draw a chart.

        Returns:
            A PNG.

        Raises:
            Unavailable: the worker could not.
        """
        return (await self._available(Role.CHARTS, DrawChart(chart)))[1]

    async def match(self, candidates: Sequence[Candidate], backward_per_spotter: int, seed: int) -> Draw:
        """Draw a round, as `bot.domain.pairing.draw_round` does.

        Args:
            candidates: who takes part.
            backward_per_spotter: the club's.
            seed: settles what is equally good.

        Raises:
            Unavailable: the worker could not.
        """
        draw: Draw = (await self._available(Role.ROUNDS, DrawRound(candidates, backward_per_spotter, seed)))[0]
        return draw

    async def about(self, role: Role) -> About:
        """A process itself, for tests and benchmarks."""
        found: About = (await self._available(role, Look()))[0]
        return found

    async def wall(self) -> Wall:
        """What files are read behind on this machine; starts their process.

        Raises:
            Unavailable: it does not come up.
        """
        await self.about(Role.FILES)
        wall = self.processes[Role.FILES].wall
        assert wall
        return wall

    async def say_wall(self) -> None:
        """Log what files are read behind, once at the start: an operator should know where that is little."""
        try:
            wall = await self.wall()
        except Unavailable:
            log.error("worker: it does not start, so files cannot be read and charts not be drawn")
            return
        log.log(logging.INFO if wall.seccomp else logging.WARNING, "worker: %s", described(wall))

    async def close(self) -> None:
        """End the processes. What is asked now or later is `Unavailable`."""
        self._closed = True
        for process in self.processes.values():
            process.kill()
        await asyncio.gather(*map(self._renew, Role))

    async def _renew(self, role: Role) -> None:
        """End a process; the next request starts another."""
        async with self._turns[role]:
            process = self.processes.pop(role, None)
            if process is not None:
                await asyncio.to_thread(process.close)

    async def _read(self, name: str, data: bytes) -> list[FileReport]:
        """One attachment, entry by entry; opened anew behind an entry that ended the process."""
        reports: list[FileReport] = []
        done = strikes = 0
        opened: Process | None = None
        while True:
            shown = name
            try:
                if opened is None:
                    await self._ask(Role.FILES, Open(name, done), data)
                    opened = self.processes[Role.FILES]
                entry, _ = await self._ask(Role.FILES, Next(), of=opened)
                if entry is None:
                    return reports
                shown = entry
                read, _ = await self._ask(Role.FILES, Read(), of=opened)
                reports += read
            except Failure as failure:
                if failure.cause is Cause.GONE:
                    opened = None
                    continue
                opened = opened if failure.lives else None
                strikes += 1
                reports.append(FileReport(shown, "", None, Refusal.UNREADABLE, REASONS[failure.cause]))
                if strikes >= STRIKES or shown is name:
                    return reports
            done += 1

    async def _available(self, role: Role, request: Request) -> tuple[Any, bytes]:
        try:
            return await self._ask(role, request)
        except Failure as failure:
            raise Unavailable("files.worker.gave_up") from failure

    async def _ask(
        self, role: Role, request: Request, blob: bytes = b"", *, of: Process | None = None
    ) -> tuple[Any, bytes]:
        """Wait for a turn, and ask: `of` that process, which knows what went before, or of any."""
        async with self._turns[role]:
            answer = asyncio.ensure_future(asyncio.to_thread(self._ask_now, role, request, blob, of))
            try:
                return await asyncio.shield(answer)
            except asyncio.CancelledError:
                # Nobody wants the answer. The turn is given on when its thread has seen the process end.
                if role in self.processes:
                    self.processes[role].kill()
                await asyncio.wait([answer])
                answer.exception()
                raise

    def _ask_now(self, role: Role, request: Request, blob: bytes, of: Process | None) -> tuple[Any, bytes]:
        """Ask the process, and start one when there is none. Runs in a thread, one at a time for each role."""
        while True:
            process = self.processes.get(role)
            if of is not None and of is not process:
                raise Failure(Cause.GONE)
            if self._closed:
                raise Failure(Cause.ENDED)
            if process is None:
                process = self.processes[role] = Process(
                    role,
                    limit_s=self._limit_s,
                    patience_s=self._limit_s * PATIENCE,
                    idle_s=self._idle_s,
                    program=self._program,
                )
            try:
                return process.ask(request, blob)
            except Failure as failure:
                if not failure.lives:
                    del self.processes[role]
                if of is not None or failure.cause is not Cause.GONE:
                    raise
