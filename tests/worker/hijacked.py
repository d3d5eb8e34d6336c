"""A worker whose processes run what they are told (`traitor.py`)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.worker.messages import Role
from bot.worker.process import Cause, Failure
from bot.worker.worker import Worker
from tests.worker.traitor import Run


class Hijacked(Worker):
    """A worker whose processes run what they are told."""

    def __init__(self, program: str = "tests.worker.traitor", **options: Any) -> None:
        super().__init__(program=program, **options)

    async def run(self, code: str, role: Role = Role.FILES) -> str | int | None:
        found, _ = await self._ask(role, Run(code))
        assert found is None or isinstance(found, str | int)
        return found

    async def cause(self, code: str) -> Cause:
        with pytest.raises(Failure) as failure:
            await self.run(code)
        return failure.value.cause
