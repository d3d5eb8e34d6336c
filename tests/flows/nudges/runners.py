"""Runners for the nudge flows."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from bot.domain.runs.runs import Direction, Stretch
from db.models import NudgeChoice
from tests.builders.runs import write_run
from tests.flows.conftest import Club, MemberActor

WEDNESDAY = date(2026, 11, 18)


SPENT = (420, 427)
"""Days ago of two weeks with runs; the weeks missed after them used both reserves."""


async def ran(club: Club, actor: MemberActor, *days_ago: int) -> None:
    """Make the member known to the bot, with backward runs these days before Wednesday."""
    await actor.slash(club.channel, "help")
    async with club.database.write() as session:
        for ago in days_ago:
            day = WEDNESDAY - timedelta(days=ago)
            await write_run(
                session, actor.id, day, [Stretch(Direction.BACKWARD, 2000, 900_000)], guild_id=club.guild.id
            )


async def choices(club: Club) -> list[tuple[int, str, bool]]:
    async with club.database.read() as session:
        return [(row.user_id, row.kind, row.wanted) for row in await session.scalars(select(NudgeChoice))]
