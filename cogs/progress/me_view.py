"""The profile card: totals, a chart of the weeks, and personal bests, each per direction.

It fits one phone screen with its chart; `/records` has the bests in full.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.charts.weeks import Weeks
from bot.domain.boards.metrics import BoardDirection
from bot.domain.runs.runs import Direction
from bot.domain.when.periods import Period
from bot.interactions.components import button, card, identity, row
from bot.interactions.pictures import shown
from bot.localizer import Localizer, escaped
from bot.services.habits.streaks import StreakStanding
from bot.services.profile.profile import Profile
from bot.services.records.personal_bests import TOLD
from cogs.boards.follows_view import follow_button
from cogs.members.settings_view import beside
from cogs.nudges.nudges_view import streak_line
from cogs.records.records_view import RecordPage, event
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import COLOURS


def profile_card(
    profile: Profile,
    reader: Localizer,
    *,
    club: str | None,
    waiting: int = 0,
    picture: discord.File | None = None,
    standing: StreakStanding | None = None,
    following: bool | None = None,
) -> ui.LayoutView:
    """Return a person's profile.

    Args:
        profile: the profile to show.
        reader: the localizer of the user who asked.
        club: the name of the club in which another member's profile is shown; None for one's own.
        waiting: imported runs without a direction.
        picture: the chart, sent along with the card; None if there is none.
        standing: one's own streak.
        following: whether the user follows the other member; None for one's own profile.
    """
    if club is None:
        title = reader.t("me.card.yours")
    else:
        title = reader.t("me.card.theirs", name=escaped(profile.display_name or "", 60), club=escaped(club, 60))
    parts: list[str | ui.Item[ui.LayoutView]] = []
    if profile.empty:
        parts.append(f"### {title}")
        parts.append(reader.t("me.card.empty" if club is None else "me.card.empty_theirs"))
        parts += _spotted(profile, reader)
    else:
        first, second = (Direction.FORWARD, Direction.BACKWARD) if _mostly(profile) == "forward" else TOLD
        lines = [f"-# {title}", *_headline(profile, first, reader), *_total(profile, second, reader)]
        parts.append("\n".join([*lines, *_spotted(profile, reader)]))
    if standing is not None:
        parts += _streak(standing, reader)
    if not profile.empty:
        parts.append(shown(picture) if picture else reader.t("me.card.no_chart"))
        parts.append("\n".join(words for direction in TOLD if (words := _shortly(profile, direction, reader))))
    if club is None:
        parts.append(_buttons(profile, waiting, reader))
        parts.append(reader.t("me.card.private"))
    elif following is not None:
        parts.append(row(follow_button(profile.user_id, reader, following=following)))
    return card(*parts, colour=COLOURS[_mostly(profile)])


def _buttons(profile: Profile, waiting: int, reader: Localizer) -> ui.ActionRow[Any]:
    """Return the next steps: runs without a direction first."""
    runs = ("any", Period.ALL.value, 0)
    untold = identity("runs", "page", Direction.UNTOLD.value, *runs[1:])
    buttons = []
    if waiting:
        label = reader.t("me.button.waiting", count=waiting)
        buttons.append(button(label, untold, discord.ButtonStyle.primary))
    if profile.empty:
        buttons.append(log_button(reader))
    else:
        buttons.append(button(reader.t("me.button.runs"), identity("runs", "page", *runs)))
        page = RecordPage.MINE_FORWARD if _mostly(profile) == "forward" else RecordPage.MINE_BACKWARD
        buttons.append(button(reader.t("me.button.bests"), identity("records", "show", profile.user_id, page)))
    buttons.append(button(reader.t("me.button.board"), identity("board", "open")))
    return row(*buttons)


def _streak(standing: StreakStanding, reader: Localizer) -> list[str | ui.Item[ui.LayoutView]]:
    """Return a line such as `6 weeks · this week 1 of 2`, with Repair if that would save a longer streak."""
    streak = standing.streak
    line = streak_line(streak, reader)
    if not line or streak.repair is None or not standing.repairs_left:
        return [line]
    text = f"{line}\n{reader.t('nudges.streak.repair', count=streak.saved)}"
    week = streak.repair.isoformat()
    return [beside(text, button(reader.t("nudges.button.repair"), identity("streak", "repair", week), emoji="🩹"))]


def weeks_of(profile: Profile) -> Weeks:
    """Return the weeks for the chart."""
    return [(week.monday, week.sums[Direction.BACKWARD][0], week.sums[Direction.FORWARD][0]) for week in profile.weeks]


def _headline(profile: Profile, direction: Direction, reader: Localizer) -> list[str]:
    """Return the total of the direction run most, the biggest thing on the card, and a line about it."""
    totals = profile.totals[BoardDirection(direction.value)]
    key = f"me.card.most_{direction.value}" if totals.distance_m else f"me.card.most_{direction.value}_time"
    small = [reader.duration(totals.duration_ms)] if totals.distance_m else []
    small.append(reader.t("me.card.runs", count=totals.runs))
    if totals.longest_m:
        small.append(reader.t("me.card.longest", distance_m=totals.longest_m))
    most = reader.t(key, distance_m=totals.distance_m, duration_ms=totals.duration_ms)
    return [f"## {most}", f"-# {' · '.join(small)}"]


def _total(profile: Profile, direction: Direction, reader: Localizer) -> list[str]:
    """Return the total of the other direction in one line."""
    totals = profile.totals[BoardDirection(direction.value)]
    if not totals.runs:
        return []
    key = f"me.card.{direction.value}" if totals.distance_m else f"me.card.{direction.value}_time"
    total = reader.t(key, distance_m=totals.distance_m, duration_ms=totals.duration_ms)
    return [f"{total} · {reader.t('me.card.runs', count=totals.runs)}"]


def _spotted(profile: Profile, reader: Localizer) -> list[str]:
    """Return a line such as `42:10 · 8.1 km`; the distance covers only outings with a known distance."""
    if not profile.spotted_ms:
        return []
    key = "me.card.spotted" if profile.spotted_m else "me.card.spotted_time"
    return [reader.t(key, duration_ms=profile.spotted_ms // 1000 * 1000, distance_m=profile.spotted_m)]


def _shortly(profile: Profile, direction: Direction, reader: Localizer) -> str:
    """Return the bests of a direction side by side, without those that a longer one contradicts."""
    found = [best for best in profile.bests.get(direction, ()) if best.outpaced is None]
    if not found:
        return ""
    shown = [
        reader.t("me.card.best_short", event=event(best.listed_m, reader), duration_ms=best.duration_ms)
        for best in found
    ]
    return f"{reader.t(f'me.card.bests_{direction.value}')} {' · '.join(shown)}"


def _mostly(profile: Profile) -> str:
    backward = profile.totals[BoardDirection.BACKWARD].duration_ms
    forward = profile.totals[BoardDirection.FORWARD].duration_ms
    return "forward" if forward > backward else "backward"
