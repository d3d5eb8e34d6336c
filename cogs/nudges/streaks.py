"""Streaks of weeks: the nudges when one is in danger and when a reserve was used, and the Repair button."""

from __future__ import annotations

from datetime import date, timedelta

from discord.ext import commands

from bot.app import App
from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.local_hours import Hour
from bot.domain.when.periods import today_in
from bot.interactions.components import card, pressed
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.interactions.replies import Interaction, reply, resolve_person
from bot.localizer import Localizer
from bot.services.habits import streaks
from cogs.nudges.nudges_view import reserve_used, streak_line, week_in_danger


async def _say(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    monday = date.fromisoformat(out.payload["monday"])
    found = await streaks.danger(client.app.database, out.user_id, monday, reader.zone, client.app.clock())
    return None if found is None else NudgeContent(week_in_danger(found, reader))


WEEK_IN_DANGER = Nudge(
    StoredKind.NUDGE_WEEK,
    key="nudges.name.week",
    useful_for=streaks.DANGER_USEFUL_FOR,
    say=_say,
    who=streaks.in_danger,
    hour=streaks.danger_hours,
)


async def _say_reserve(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    monday = date.fromisoformat(out.payload["monday"])
    today = today_in(reader.zone, client.app.clock())
    found = await streaks.kept_by_reserve(client.app.database, out.user_id, monday, today)
    return None if found is None else NudgeContent(reserve_used(found, reader))


RESERVE_USED = Nudge(
    StoredKind.NUDGE_RESERVE,
    key="nudges.name.reserve",
    useful_for=timedelta(days=3),
    say=_say_reserve,
    who=streaks.reserve_used,
    hour=Hour(12, weekday=0),
    silent=True,
)


class Streaks(commands.Cog):
    """The nudges about a streak, and its repair."""

    nudges = (WEEK_IN_DANGER, RESERVE_USED)

    def __init__(self, app: App) -> None:
        self.app = app

    @pressed("streak", "repair", "monday")
    async def repair(self, interaction: Interaction, monday: date) -> None:
        """Repair the user's own missed week that begins on `monday`, whoever the button was shown to."""
        person = await resolve_person(interaction)
        today = today_in(person.reader.zone, self.app.clock())
        found = await streaks.repair(self.app.database, person.user_id, monday, today)
        words = person.reader.t("nudges.repair.done", day=monday)
        await reply(interaction, card(words, streak_line(found.streak, person.reader)), private=True)


async def setup(bot: BotClient) -> None:
    """Add the cog."""
    await bot.add_cog(Streaks(bot.app))
