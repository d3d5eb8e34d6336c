"""The nudge after two weeks without a run, sent once."""

from __future__ import annotations

from datetime import date, timedelta

from discord.ext import commands

from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.local_hours import Hour
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.localizer import Localizer
from bot.services.habits import streaks


async def _say(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    ran_on = date.fromisoformat(out.payload["ran_on"])
    if not await streaks.still_quiet(client.app.database, out.user_id, ran_on):
        return None
    return NudgeContent(reader.t("nudges.back.words"))


COME_BACK = Nudge(
    StoredKind.NUDGE_BACK,
    key="nudges.name.back",
    who=streaks.quiet_for_two_weeks,
    hour=Hour(17),
    useful_for=timedelta(days=3),
    say=_say,
    silent=True,
)


class ComeBack(commands.Cog):
    """The come-back nudge."""

    nudges = (COME_BACK,)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(ComeBack())
