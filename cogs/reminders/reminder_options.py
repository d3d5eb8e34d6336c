"""Parsing and autocomplete of the options of `/remind`: owner, reminder and time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from discord import app_commands

from bot.domain.when.reminder_edits import read_edit
from bot.domain.when.reminder_when import ReminderWhen as When
from bot.domain.when.reminder_when import read_when
from bot.domain.when.schedule import is_series, next_after
from bot.errors import MemberError, NotFound
from bot.interactions.replies import Interaction, resolve_person
from bot.localizer import Localizer
from bot.services.members.people import Person
from bot.services.reminders import reminders
from bot.services.reminders.reminder_views import Keeper, ReminderView, ReminderWanted, keeper_of
from cogs.reminders.reminders_view import left_of, line, reading
from cogs.reminders.schedules_view import unmistakable
from cogs.runs.run_options import CHOICE_LIMIT, OFFERED, plain_choice

EXAMPLES = ("soon", "once", "weekly", "monthly")
"""Examples of "when", suggested before anything is typed."""
_CHOSEN = re.compile("#[0-9]{1,18}")


async def kept(interaction: Interaction) -> tuple[Person, Keeper]:
    """Return the user, and which reminders they may change."""
    person = await resolve_person(interaction)
    return person, keeper_of(person)


def zone_of_club(person: Person) -> str:
    """Return the time zone of a club's reminders."""
    return person.club.reader.zone if person.club else person.reader.zone


def read_asked(
    interaction: Interaction, reader: Localizer, zone: str, when: str, what: str
) -> tuple[ReminderWanted, list[str]]:
    """Parse a new reminder; return it with notes on how its time was read.

    Raises:
        BadInput: the time is not understood or never occurs; the message has an example.
    """
    read = read_when(when, now=interaction.client.app.clock(), zone=zone, language=reader.language)
    return _asked(what, read, reader)


def read_changed(
    interaction: Interaction, reader: Localizer, view: ReminderView, when: str, *, form: bool
) -> tuple[ReminderWanted, list[str]]:
    """Parse the new time of a reminder; parts that the text does not name stay.

    The form shows the whole time, so there a removed end date is removed from the reminder.

    Raises:
        BadInput: the time is not understood or never occurs; the message has an example.
    """
    now = interaction.client.app.clock()
    read = read_edit(when, left_of(view), now=now, zone=view.zone, language=reader.language, keeps_end=not form)
    return _asked(view.what, read, reader)


def _asked(what: str, read: When, reader: Localizer) -> tuple[ReminderWanted, list[str]]:
    notices = [reader.t("remind.said.hour")] if read.hour_assumed else []
    return ReminderWanted(what, read.schedule, read.others), notices


async def suggest_time(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the parsed "when" with its next time, one choice per reading, or the reason why it is invalid.

    The value is the typed text, or for several readings an unambiguous text of each. Before anything is typed, examples
    are suggested.
    """
    person, keeper = await kept(interaction)
    reader, now = person.reader, interaction.client.app.clock()
    try:
        view = await _changed_view(interaction, keeper)
        zone = view.zone if view else _zone_meant(interaction, person)
        if not current.strip():
            return [plain_choice(*one) for one in _examples(zone, reader, now)]
        if view is None:
            read = read_when(current, now=now, zone=zone, language=reader.language)
        else:
            read = read_edit(current, left_of(view), now=now, zone=zone, language=reader.language)
    except MemberError as error:
        return [plain_choice(reader.error(error), current)] if current.strip() else []
    if not read.others:
        return [plain_choice(reading(read, zone, reader, now), current)]
    values = [unmistakable(one, reader.inside(zone), now) for one in (read.schedule, *read.others)]
    return [
        plain_choice(reading(replace(read, schedule=one), zone, reader, now), value)
        for one, value in zip((read.schedule, *read.others), values, strict=True)
        if len(value) <= CHOICE_LIMIT
    ]


def _examples(zone: str, reader: Localizer, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield label and value of each example; the label has its next time."""
    for name in EXAMPLES:
        typed = reader.t(f"remind.example.{name}")
        schedule = read_when(typed, now=now, zone=zone, language=reader.language).schedule
        at = next_after(schedule, zone, now)
        assert at is not None
        when = reader.inside(zone).moment(at)
        words = reader.t("remind.line.next", words=typed, when=when) if is_series(schedule) else f"{typed} · {when}"
        yield words, typed


async def _changed_view(interaction: Interaction, keeper: Keeper) -> ReminderView | None:
    """Return the reminder that is edited, if one is chosen."""
    chosen = str(getattr(interaction.namespace, "reminder", None) or "")
    if not _CHOSEN.fullmatch(chosen):
        return None
    return await reminders.own_reminder(interaction.client.app.database, keeper, int(chosen[1:]))


def _zone_meant(interaction: Interaction, person: Person) -> str:
    """Return the zone of a typed time: the club's for a club's reminder."""
    if interaction.command is not None and interaction.command.name == "club":
        return zone_of_club(person)
    return person.reader.zone


async def suggest_reminder(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Suggest the user's own reminders; the value is an id that only their owner can use."""
    person, keeper = await kept(interaction)
    app = interaction.client.app
    found = await reminders.find_reminders(app.database, keeper, current, OFFERED)
    return [plain_choice(line(view, person.reader, app.clock()), f"#{view.reminder_id}") for view in found]


async def chosen_reminder(interaction: Interaction, person: Person, keeper: Keeper, typed: str) -> ReminderView:
    """Return the reminder chosen in autocomplete, or the only one that matches the text.

    Raises:
        NotFound: none or several match, or it is another's.
    """
    app = interaction.client.app
    if _CHOSEN.fullmatch(typed):
        return await reminders.own_reminder(app.database, keeper, int(typed[1:]))
    fitting = await reminders.find_reminders(app.database, keeper, typed, 2)
    if len(fitting) != 1:
        raise NotFound("remind.refused.which", typed=typed)
    return fitting[0]
