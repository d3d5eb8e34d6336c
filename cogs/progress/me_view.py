"""The profile card: totals, a chart of the weeks, and personal bests, each per direction."""

from __future__ import annotations

import discord
from discord import ui

from bot.domain.boards.metrics import BoardDirection
from bot.domain.runs.runs import Direction
from bot.interactions.components import button, card, identity
from bot.localizer import Localizer, escaped
from bot.services.habits.streaks import StreakStanding
from bot.services.profile.profile import Best, Profile, Totals
from cogs.members.settings_view import beside
from cogs.nudges.nudges_view import streak_line
from cogs.progress.weeks_view import Weeks
from cogs.runs.run_card_view import COLOURS

PICTURE = "weeks.png"
EVENTS = {1609: "mile", 21_097: "half", 42_195: "marathon"}


def profile_card(
    profile: Profile,
    reader: Localizer,
    *,
    club: str | None,
    waiting: int = 0,
    alt: str | None = None,
    standing: StreakStanding | None = None,
) -> ui.LayoutView:
    """Return a person's profile.

    Args:
        profile: the profile to show.
        reader: the localizer of the user who asked.
        club: the name of the club in which another member's profile is shown; None for one's own.
        waiting: imported runs without a direction.
        alt: the chart's alt text; None if there is no chart.
        standing: one's own streak.
    """
    if club is None:
        title = reader.t("me.card.yours")
    else:
        title = reader.t("me.card.theirs", name=escaped(profile.display_name or "", 60), club=escaped(club, 60))
    parts: list[str | ui.Item[ui.LayoutView]] = [f"### {title}"]
    if standing is not None:
        parts += _streak(standing, reader)
    if profile.empty:
        parts.append(reader.t("me.card.empty" if club is None else "me.card.empty_theirs"))
        parts += _spotted(profile, reader)
    else:
        totals = [words for direction in Direction for words in _totals(profile, direction, reader)]
        parts.append("\n".join([*totals, *_spotted(profile, reader)]))
        if alt is not None:
            parts.append(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE}", description=alt)))
        else:
            parts.append(reader.t("me.card.no_chart"))
        parts += [words for direction in Direction if (words := _bests(profile, direction, reader))]
    if waiting:
        parts.append(reader.t("me.card.waiting", count=waiting))
    if club is None:
        parts.append(reader.t("me.card.private"))
    return card(*parts, colour=COLOURS[_mostly(profile)])


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


def _totals(profile: Profile, direction: Direction, reader: Localizer) -> list[str]:
    totals = profile.totals[BoardDirection(direction.value)] if direction is not Direction.UNTOLD else Totals()
    if not totals.runs:
        return []
    key = f"me.card.{direction.value}" if totals.distance_m else f"me.card.{direction.value}_time"
    small = [reader.t("me.card.runs", count=totals.runs), reader.t("me.card.days", count=totals.days)]
    if totals.longest_m:
        small.append(reader.t("me.card.longest", distance_m=totals.longest_m))
    return [
        reader.t(key, distance_m=totals.distance_m, duration_ms=totals.duration_ms),
        f"-# {' · '.join(small)}",
    ]


def _spotted(profile: Profile, reader: Localizer) -> list[str]:
    """Return a line such as `42:10 · 8.1 km`; the distance covers only outings with a known distance."""
    if not profile.spotted_ms:
        return []
    key = "me.card.spotted" if profile.spotted_m else "me.card.spotted_time"
    return [reader.t(key, duration_ms=profile.spotted_ms // 1000 * 1000, distance_m=profile.spotted_m)]


def _bests(profile: Profile, direction: Direction, reader: Localizer) -> str:
    found = profile.bests.get(direction, ())
    if not found:
        return ""
    return "\n".join([reader.t(f"me.card.bests_{direction.value}"), *(_best(best, reader) for best in found)])


def _best(best: Best, reader: Localizer) -> str:
    return reader.t(
        "me.card.best",
        event=event(best.listed_m, reader),
        duration_ms=best.duration_ms,
        day=reader.full_day(best.ran_on),
    )


def event(listed_m: int, reader: Localizer) -> str:
    """Return a listed distance as runners call it, in any units: `400 m`, `5 km`, `1 mile`, `Half marathon`."""
    if listed_m in EVENTS:
        return reader.t(f"me.event.{EVENTS[listed_m]}")
    if listed_m % 1000:
        return f"{reader.number(listed_m)} m"
    return f"{reader.number(listed_m // 1000)} km"


def _mostly(profile: Profile) -> str:
    backward = profile.totals[BoardDirection.BACKWARD].duration_ms
    forward = profile.totals[BoardDirection.FORWARD].duration_ms
    return "forward" if forward > backward else "backward"
