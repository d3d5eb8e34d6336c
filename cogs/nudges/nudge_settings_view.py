"""The nudge page of the settings, its line on the main settings card, and the pause form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

import discord
from discord import ui

from bot.domain.nudges.streaks import MOST_RUNS, Goal, GoalCounts, PauseReason
from bot.interactions.components import Component, Field, Form, button, card, identity, number_menus, row, select
from bot.localizer import Localizer
from bot.services.nudges.nudge_settings import OwnNudges

PAGE = 1
"""Page number for `number_menus`; the main settings card in the same message is 0."""


def nudges_line(own: OwnNudges, reader: Localizer) -> str:
    """Return the nudge summary on the main settings card."""
    if own.pause is not None:
        first = reader.t("nudges.settings.line_paused", day=own.pause.until_on)
    elif own.quiet.none:
        first = reader.t("nudges.settings.line_loud")
    else:
        first = reader.t("nudges.settings.line", begins=_hour(own.quiet.begins_min), ends=_hour(own.quiet.ends_min))
    return f"{first}\n-# {goal_in_words(own.goal, reader)}"


def nudges_page(
    own: OwnNudges, kinds: Sequence[tuple[str, str, bool]], reader: Localizer, notice: str = ""
) -> ui.LayoutView:
    """Return the page of a person's nudge settings.

    Args:
        own: their current settings.
        kinds: (name, catalogue key of the display name, default) of every kind of nudge for members.
        reader: their localizer.
        notice: what was just done.
    """
    begins, ends = _hour(own.quiet.begins_min), _hour(own.quiet.ends_min)
    if own.pause is None:
        paused = reader.t("nudges.pause.none")
        buttons = [
            button(reader.t(f"nudges.button.{why.value}"), identity("nudging", "pause", why.value))
            for why in PauseReason
        ]
    else:
        paused = reader.t(f"nudges.pause.{own.pause.why.value}", day=own.pause.until_on)
        style = discord.ButtonStyle.success
        buttons = [button(reader.t("nudges.button.resume"), identity("nudging", "resume"), style)]
    view = card(
        reader.t("nudges.settings.title"),
        notice,
        reader.t("nudges.settings.intro"),
        paused,
        row(*buttons),
        row(_goals(own.goal, reader)),
        row(_hours("begins", own.quiet.begins_min, reader)),
        row(_hours("ends", own.quiet.ends_min, reader)),
        reader.t("nudges.settings.loud" if own.quiet.none else "nudges.settings.quiet", begins=begins, ends=ends),
        reader.t("nudges.settings.which") if kinds else "",
        *([row(_kinds(own, kinds, reader))] if kinds else []),
        row(button(reader.t("nudges.button.general"), identity("settings", "general"), emoji="◀️")),
    )
    return number_menus(view, PAGE)


def goal_in_words(goal: Goal, reader: Localizer) -> str:
    """Return a line such as `Goal: 2 backward runs a week`."""
    if not goal.runs:
        return reader.t("nudges.settings.goal_none")
    return reader.t(f"nudges.settings.goal_{goal.counts.value}", count=goal.runs)


def pause_form(why: PauseReason, reader: Localizer) -> Form:
    """Return the form for the day of return."""
    label, hint = reader.t("nudges.pause.label"), reader.t("nudges.pause.placeholder")
    field = Field("until", label, placeholder=hint, required=True, limit=60)
    return Form(reader.t("nudges.pause.title"), identity("nudging", "paused", why.value), [field])


def _hour(minutes: int) -> time:
    """Return minutes since midnight as a time of day."""
    return time(*divmod(minutes, 60))


def _goals(held: Goal, reader: Localizer) -> Component:
    goals = [*(Goal(runs, counts) for counts in GoalCounts for runs in range(1, MOST_RUNS + 1)), Goal(0)]
    return select(
        identity("nudging", "goal"),
        [
            discord.SelectOption(
                label=goal_in_words(goal, reader),
                description=reader.t("nudges.settings.goal_hint") if goal == held and goal.runs else None,
                value=f"{goal.runs} {goal.counts.value}",
                emoji="🎯",
                default=goal == held or (not goal.runs and not held.runs),
            )
            for goal in goals
        ],
    )


def _hours(end: str, held_min: int, reader: Localizer) -> Component:
    return select(
        identity("nudging", "quiet", end),
        [
            discord.SelectOption(
                label=reader.t(f"nudges.settings.{end}", time=time(hour)),
                value=str(hour),
                emoji="🌙" if end == "begins" else "🌅",
                default=hour * 60 == held_min,
            )
            for hour in range(24)
        ],
    )


def _kinds(own: OwnNudges, kinds: Sequence[tuple[str, str, bool]], reader: Localizer) -> Component:
    """Return the menu of kinds, up to the 25 that one menu holds."""
    return select(
        identity("nudging", "kinds"),
        [
            discord.SelectOption(label=reader.t(key)[:100], value=name, default=own.choices.get(name, on))
            for name, key, on in kinds[:25]
        ],
        placeholder=reader.t("nudges.settings.kinds"),
        least=0,
        most=25,
    )
