"""The help cards: up to three next steps by progress, and the list of every command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.domain.runs.runs import Direction
from bot.domain.when import zones
from bot.domain.when.periods import Period
from bot.interactions.components import button, card, identity, row
from bot.localizer import Localizer
from bot.services.members.people import Person
from bot.services.partners.partners_card import CardState
from bot.services.profile.progress import Progress
from cogs.members.settings_view import beside

STEPS = 3
"""Maximum number of steps; a longer list is not read."""

GROUPS = {
    "running": ("log", "runs", "files", "me", "leaderboard", "records", "badges", "rewind", "challenge"),
    "together": ("partners", "safety", "ties"),
    "yours": ("remind", "settings", "privacy", "help"),
    "organisers": ("club",),
}
"""The lines of the list of commands, by group."""


@dataclass(frozen=True, slots=True)
class Step:
    """A suggestion what to do next.

    Attributes:
        text: what and why, in one line.
        label: of the button that does it; empty if the text names a command instead.
        custom_id: of that button.
    """

    text: str
    label: str = ""
    custom_id: str = ""


def help_card(person: Person, progress: Progress) -> ui.LayoutView:
    """Return the next steps, each with its button, and the commands of every day."""
    reader = person.reader
    return card(
        reader.t("help.card.title"),
        *(_shown(step, first=number == 0) for number, step in enumerate(next_steps(person, progress)[:STEPS])),
        ui.Separator(),
        reader.t("help.card.short"),
        reader.t("help.card.rule"),
        row(button(reader.t("help.button.all"), identity("help", "all"))),
    )


def all_commands(person: Person) -> ui.LayoutView:
    """Return every command in one line each, those of organisers for organisers only."""
    reader = person.reader
    groups = [name for name in GROUPS if name != "organisers" or person.organiser]
    return card(
        reader.t("help.card.list"),
        *(_group(name, reader) for name in groups),
        row(button(reader.t("help.button.next"), identity("help", "next"))),
    )


def _group(name: str, reader: Localizer) -> str:
    return "\n".join([reader.t(f"help.group.{name}"), *(reader.t(f"help.list.{one}") for one in GROUPS[name])])


def _shown(step: Step, *, first: bool) -> str | ui.Section[Any]:
    if not step.label:
        return step.text
    style = discord.ButtonStyle.primary if first else discord.ButtonStyle.secondary
    return beside(step.text, button(step.label, step.custom_id, style))


def next_steps(person: Person, progress: Progress) -> list[Step]:
    """Return suggestions what to do next, the most useful first."""
    reader = person.reader

    def step(name: str, *action: object, **values: object) -> Step:
        text = reader.t(f"help.next.{name}", **values)
        if not action:
            return Step(text)
        area, verb, *ids = action
        return Step(text, reader.t(f"help.button.{name}"), identity(str(area), str(verb), *ids))

    steps = []
    if progress.untold:
        shown = (Direction.UNTOLD.value, Period.ALL.value, 0)
        steps.append(step("untold", "runs", "page", *shown, count=progress.untold))
    if progress.held:
        steps.append(step("held", "club", "next", 0, count=progress.held))
    if progress.runs == 0:
        steps.append(step("first_run", "log", "open"))
    if progress.club_unset:
        steps.append(step("club", "club", "page", "general"))
    if progress.card is CardState.NONE:
        steps.append(step("partners", "club", "page", "partners"))
    if progress.card is CardState.GONE:
        steps.append(step("card", "club", "page", "partners"))
    if progress.alerts_unset:
        steps.append(step("alerts", "club", "page", "safety"))
    if person.club is not None and person.club.partners_channel_id is not None:
        steps.append(step("find", "call", "new"))
    if person.zone_assumed:
        place = zones.city_of(person.reader.zone, person.reader.language)
        steps.append(step("zone", "settings", "zone", zone=place))
    if progress.runs:
        steps.append(step("board", "board", "open"))
        steps.append(step("me", "me", "show"))
        steps.append(step("import") if progress.imported == 0 else step("log", "log", "open"))
    return steps
