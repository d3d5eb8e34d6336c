"""An extension that hangs an import of a table after the slice named by HANG, before or after it is committed."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from discord.ext import commands

from bot.services.runs import table_imports
from bot.worker import file_jobs

HANGING = "hangs in an import"
SLICE_LINES = 40


async def setup(bot: commands.Bot) -> None:
    where, _, wanted = os.environ["HANG"].partition(" ")
    save_lines, insert_many, slices = table_imports.save_lines, table_imports.insert_many, [0]
    file_jobs.SLICE_LINES = SLICE_LINES

    async def hang(step: str) -> None:
        if (step, str(slices[0])) == (where, wanted):
            print(HANGING, flush=True)  # noqa: T201 - the test waits for this line
            await asyncio.Event().wait()

    async def saved(*given: Any, **named: Any) -> Any:
        slices[0] += 1
        found = await save_lines(*given, **named)
        await hang("between")
        return found

    async def inserted(*given: Any, **named: Any) -> None:
        await insert_many(*given, **named)
        await hang("inside")

    table_imports.save_lines, table_imports.insert_many = saved, inserted  # type: ignore[assignment]
