"""The texts of nudges, and the buttons to snooze one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import discord
from discord import ui

from bot.domain.nudges.streaks import Streak
from bot.domain.when.snoozes import Snooze
from bot.interactions.components import button, classic, identity
from bot.localizer import Localizer


def snooze_buttons(delivery_id: int, choices: Mapping[Snooze, datetime], reader: Localizer) -> ui.View:
    """Return a button per time to snooze until."""
    return classic(
        *(
            button(
                reader.t(f"nudges.snooze.{how.value}", time=reader.hour_at(at)),
                identity("nudge", "later", delivery_id, how.value),
            )
            for how, at in choices.items()
        )
    )


def snoozed_until(at: datetime, reader: Localizer) -> str:
    """Return the confirmation with the time until which it is snoozed; the next of its kind is not affected."""
    return reader.t("nudges.snooze.done", at=discord.utils.format_dt(at, "f"))


def start_button(name: str, reader: Localizer) -> ui.View:
    """Return the button that undoes Stop."""
    return classic(button(reader.t("nudges.button.start"), identity("nudge", "start", name)))


def week_in_danger(streak: Streak, reader: Localizer) -> str:
    """Return the warning that a streak ends with this week unless there is a run."""
    missing = streak.goal.runs - streak.done
    kind = "runs_backward" if streak.goal.counts == "backward" else "runs"
    return "\n".join(
        [
            reader.t("nudges.week.title", count=streak.weeks),
            reader.t(f"nudges.week.{kind}", count=missing),
            *([reader.t("nudges.week.reserve", count=streak.reserves)] if streak.reserves else []),
            reader.t("nudges.week.rest"),
        ]
    )


def reserve_used(streak: Streak, reader: Localizer) -> str:
    """Return that a reserve kept a streak in the week that was missed, and how many are left."""
    left = "nudges.reserve.left" if streak.reserves else "nudges.reserve.none_left"
    return f"{reader.t('nudges.reserve.used', count=streak.weeks)}\n{reader.t(left, count=streak.reserves)}"


def streak_line(streak: Streak, reader: Localizer) -> str:
    """Return a line such as `6 weeks 🔥 · this week 1 of 2 · 2 in reserve`; empty without a goal."""
    if not streak.goal.runs:
        return ""
    kind = "backward" if streak.goal.counts == "backward" else "all"
    key = "nudges.streak.none" if not streak.weeks else "nudges.streak.line"
    line = reader.t(key, count=streak.weeks)
    met = "week" if streak.done < streak.goal.runs else "met"
    week = reader.t(f"nudges.streak.{met}_{kind}", done=streak.done, goal=streak.goal.runs)
    reserve = [reader.t("nudges.streak.reserve", count=streak.reserves)] if streak.weeks and streak.reserves else []
    protected = [reader.t("nudges.streak.protected")] if streak.protected else []
    return " · ".join([line, week, *protected, *reserve])
