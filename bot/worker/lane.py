"""The work of one role: the queue of turns, and the process."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from bot.worker.messages import Request, WorkerRole
from bot.worker.process import Cause, Process, WorkerFailure
from bot.worker.round_robin import RoundRobin

LIMIT_S = 5.0
"""CPU seconds for one request: unpacking or reading one file, drawing one chart."""
PATIENCE = 6
"""Factor by which the wall-clock time of a request may exceed `LIMIT_S`, for a busy machine."""
IDLE_S = 60.0
"""Seconds without a request after which a process ends itself."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the worker processes.

    Attributes:
        limit_s: CPU seconds for one request.
        idle_s: seconds without a request after which a process ends itself.
        program: the module whose `serve` they run.
    """

    limit_s: float = LIMIT_S
    idle_s: float = IDLE_S
    program: str = "bot.worker.program"


class Lane:
    """The turns of a role, and its process, started by the first request."""

    def __init__(self, role: WorkerRole, limits: Limits) -> None:
        self.role = role
        self.process: Process | None = None
        self.closed = False
        self.turns = RoundRobin()
        self._limits = limits
        self._asking = asyncio.Lock()

    def turn(self, member: int) -> AbstractAsyncContextManager[None]:
        """Wait for a member's turn."""
        return self.turns.turn(member)

    async def ask(self, request: Request, blob: bytes = b"", *, of: Process | None = None) -> tuple[Any, bytes]:
        """Send a request and return its answer.

        Args:
            request: the request.
            blob: bytes sent beside it.
            of: the process that holds the state of earlier requests, or None for any.

        Raises:
            WorkerFailure: there is no answer.
        """
        async with self._asking:
            answer = asyncio.ensure_future(asyncio.to_thread(self._ask_now, request, blob, of))
            try:
                return await asyncio.shield(answer)
            except asyncio.CancelledError:
                # The answer is not needed any more. The next request waits until the thread has seen the process end.
                if self.process is not None:
                    self.process.kill()
                await asyncio.wait([answer])
                answer.exception()
                raise

    def _ask_now(self, request: Request, blob: bytes, of: Process | None) -> tuple[Any, bytes]:
        """Send a request to the process, and start one if there is none. Runs in a thread, one at a time."""
        while True:
            if self.closed:
                raise WorkerFailure(Cause.ENDED)
            if of is not None and of is not self.process:
                raise WorkerFailure(Cause.GONE)
            if self.process is None:
                self.process = self._started()
            try:
                return self.process.ask(request, blob)
            except WorkerFailure as failure:
                if not failure.lives:
                    self.process = None
                if of is not None or failure.cause is not Cause.GONE:
                    raise

    def _started(self) -> Process:
        try:
            return Process(
                self.role,
                limit_s=self._limits.limit_s,
                patience_s=self._limits.limit_s * PATIENCE,
                idle_s=self._limits.idle_s,
                program=self._limits.program,
            )
        except OSError as error:  # no memory, too many processes or files
            log.error("worker: %s could not be started: %s", self.role, error)
            raise WorkerFailure(Cause.CRASHED) from error

    async def renew(self) -> None:
        """End the process; the next request starts another."""
        async with self._asking:
            process, self.process = self.process, None
            if process is not None:
                await asyncio.to_thread(process.close)

    async def close(self) -> None:
        """End the process. Pending and later requests fail."""
        self.closed = True
        if self.process is not None:
            self.process.kill()
        await self.renew()
