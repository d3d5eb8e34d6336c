"""A cog that declares one nudge, as a new feature would; the declaration is all it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from discord.ext import commands
from sqlalchemy.ext.asyncio import AsyncSession

from bot.client import Backpedal
from bot.delivery.message_kinds import RenderContext
from bot.domain.when.local_hours import Hour
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.localizer import Localizer
from bot.services.nudges.nudging import DueNudge, NudgeTarget


async def who(_: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    return [DueNudge(one, one.hours[-1].on.isoformat(), one.hours[-1].at) for one in reached]


async def say(_: Any, out: RenderContext, reader: Localizer) -> NudgeContent:
    return NudgeContent(f"toy for {out.user_id} in {reader.language}")


class Toy(commands.Cog):
    nudges = (Nudge("toy.daily", "board.card.pick", timedelta(hours=20), say, who=who, hour=Hour(14)),)


def load_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the cog to every client of this test."""
    load = Backpedal.load_everything

    async def load_toy_too(bot: Backpedal) -> None:
        await load(bot)
        await bot.add_cog(Toy())

    monkeypatch.setattr(Backpedal, "load_everything", load_toy_too)
