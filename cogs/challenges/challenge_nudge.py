"""The nudge in the last days of a challenge: what is missing, for those who take part."""

from __future__ import annotations

from datetime import timedelta

from discord.utils import format_dt

from bot.context import BotClient
from bot.delivery.message_kinds import RenderContext
from bot.domain.challenges.challenge_rules import ChallengeKind
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.local_hours import Hour
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.localizer import Localizer, escaped
from bot.services.challenges import challenge_nudges
from bot.services.challenges.challenge_progress import ChallengeProgress
from cogs.challenges.challenge_lines import NAME_SHOWN, amount, result_button


async def _say(client: BotClient, out: RenderContext, reader: Localizer) -> NudgeContent | None:
    found = await challenge_nudges.still_running(
        client.app.database, int(out.payload["challenge_id"]), out.guild_id or 0, out.user_id, client.app.clock()
    )
    return None if found is None else NudgeContent(words(found, reader), [result_button(found.view, reader)])


def words(found: ChallengeProgress, reader: Localizer) -> str:
    """Return what the club or the participant still needs a day."""
    mine, goal = found.mine, found.view.terms.goal.amount
    assert mine is not None
    told = {"name": escaped(found.view.name, NAME_SHOWN), "relative": format_dt(found.view.ended_at, "R")}
    club = found.view.terms.kind is ChallengeKind.GOAL
    value = found.total if club else mine.score.value
    target = mine.goal if mine.goal is not None else goal
    done = amount(value, found, reader)
    if target is None:
        return reader.t("challenge.nudge.plain", **told, done=done)
    left = -(-(target - value) // found.view.days_left)
    key = "challenge.nudge.club" if club else "challenge.nudge.own"
    return reader.t(key, **told, done=done, amount=amount(left, found, reader))


LAST_DAYS = Nudge(
    StoredKind.NUDGE_CHALLENGE,
    key="nudges.name.challenge",
    who=challenge_nudges.ending_soon,
    hour=Hour(17),
    useful_for=timedelta(days=1),
    say=_say,
    silent=True,
)
