"""The help card: next steps by progress, and every command in one line."""

from __future__ import annotations

from discord import ui

from bot.domain.when import zones
from bot.interactions.components import card
from bot.services.members.people import Person
from bot.services.partners.partners_card import CardState
from bot.services.profile.progress import Progress

STEPS = 3
"""Maximum number of steps; a longer list is not read."""

LISTED = (
    "log",
    "runs",
    "files",
    "me",
    "leaderboard",
    "partners",
    "safety",
    "ties",
    "remind",
    "settings",
    "privacy",
    "club",
    "help",
)


def help_card(person: Person, progress: Progress) -> ui.LayoutView:
    """Return the next steps, followed by the list of commands."""
    reader = person.reader
    listed = [name for name in LISTED if name != "club" or person.organiser]
    return card(
        reader.t("help.card.title"),
        "\n".join(next_steps(person, progress)[:STEPS]),
        ui.Separator(),
        reader.t("help.card.list"),
        "\n".join(reader.t(f"help.list.{name}") for name in listed),
        reader.t("help.card.rule"),
    )


def next_steps(person: Person, progress: Progress) -> list[str]:
    """Return suggestions what to do next, the most useful first."""
    t = person.reader.t
    steps = []
    if progress.untold:
        steps.append(t("help.next.untold", count=progress.untold))
    if progress.held:
        steps.append(t("help.next.held", count=progress.held))
    if progress.runs == 0:
        steps += [t("help.next.first_run"), t("help.next.first_file")]
    if progress.club_unset:
        steps.append(t("help.next.club"))
    if progress.card is CardState.NONE:
        steps.append(t("help.next.partners"))
    if progress.card is CardState.GONE:
        steps.append(t("help.next.card"))
    if progress.alerts_unset:
        steps.append(t("help.next.alerts"))
    if person.zone_assumed:
        steps.append(t("help.next.zone", zone=zones.city_of(person.reader.zone, person.reader.language)))
    if progress.runs:
        steps.append(t("help.next.board"))
        steps.append(t("help.next.me"))
        steps.append(t("help.next.import") if progress.imported == 0 else t("help.next.log"))
    return steps
