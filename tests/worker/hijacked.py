"""A worker whose processes run arbitrary code (`traitor.py`), and attachments that need no download."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.runs.activity import FileReport
from bot.worker.file_jobs import PostedFile
from bot.worker.messages import WorkerRole
from bot.worker.process import Cause, WorkerFailure
from bot.worker.worker import Worker
from tests.worker.traitor import Run


class Hijacked(Worker):
    """A worker whose processes run arbitrary code."""

    def __init__(self, program: str = "tests.worker.traitor", **options: Any) -> None:
        super().__init__(program=program, **options)

    async def run(self, code: str, role: WorkerRole = WorkerRole.FILES) -> str | int | None:
        async with self.lanes[role].turn(0):
            found, _ = await self.lanes[role].ask(Run(code))
        assert found is None or isinstance(found, str | int)
        return found

    async def cause(self, code: str) -> Cause:
        with pytest.raises(WorkerFailure) as failure:
            await self.run(code)
        return failure.value.cause


def posted(name: str, data: bytes) -> PostedFile:
    """Return an attachment that is available at once."""

    async def fetch() -> bytes:
        return data

    return PostedFile(name, fetch)


async def read(worker: Worker, *files: tuple[str, bytes], member: int = 1) -> list[FileReport]:
    """Return the reports of attachments."""
    return [one async for reports in worker.read_files(member, [posted(*file) for file in files]) for one in reports]


def process_id(worker: Worker, role: WorkerRole = WorkerRole.FILES) -> int:
    """Return the id of the current process."""
    process = worker.lanes[role].process
    assert process
    return process.pid
