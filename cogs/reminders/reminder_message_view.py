"""The message of a reminder: its words, which a phone's notification shows, and Done, Snooze and Log it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from discord import ButtonStyle, ui
from discord.utils import format_dt

from bot.domain.when.snoozes import snoozes
from bot.interactions.components import Buttons, Component, button, card, classic, identity
from bot.localizer import Localizer, escaped
from bot.services.reminders.reminder_answers import DoneSaid, Snoozed
from bot.services.reminders.reminder_views import ReminderView
from bot.services.reminders.reminders import WHAT_LIMIT
from cogs.reminders.reminders_view import COLOUR, GIVEN_UP, is_late, snooze_label, spoken


def message(
    view: ReminderView, occurs_at: datetime, due_at: datetime, reader: Localizer, now: datetime, *, in_channel: bool
) -> tuple[str, ui.View]:
    """What is said: to one person as that person reads, to a channel as the club does, whose role it pings."""
    what = escaped(view.what, WHAT_LIMIT)
    words = reader.t("remind.message.words", what=what)
    if is_late(due_at, now):
        words = reader.t("remind.message.late", what=what, since=_since(due_at, reader, now, in_channel=in_channel))
    if in_channel and view.role_id is not None:
        words = f"<@&{view.role_id}> {words}"
    return words, classic(
        button(reader.t("remind.button.done"), identity("remind", "done", *_ids(view, occurs_at)), ButtonStyle.success),
        button(reader.t("remind.button.snooze"), identity("remind", "snooze", *_ids(view, occurs_at))),
        log_button(view, occurs_at, reader),
    )


def _since(due_at: datetime, reader: Localizer, now: datetime, *, in_channel: bool) -> str:
    """When it should have come: in a channel as each reader's own clock shows it."""
    place = ZoneInfo(reader.zone)
    today = due_at.astimezone(place).date() == now.astimezone(place).date()
    if in_channel:
        return format_dt(due_at, "t" if today else "f")
    return f"{due_at.astimezone(place):%H:%M}" if today else reader.moment(due_at)


def log_button(view: ReminderView, occurs_at: datetime, reader: Localizer) -> Component:
    """Opens the form for a run that has just ended."""
    return button(reader.t("remind.button.log"), identity("remind", "log", *_ids(view, occurs_at)))


def done_words(said: DoneSaid, reader: Localizer) -> str:
    """What Done came to: `3 of 4 this week` of what comes again and again."""
    what = escaped(said.view.what, WHAT_LIMIT)
    lines = [reader.t("remind.done.again" if said.again else "remind.done.words", what=what)]
    if said.series:
        key = "remind.done.this_week" if said.this_week else "remind.done.that_week"
        lines.append(reader.t(key, done=said.done, planned=said.planned))
    return "\n".join(lines)


def after_done(view: ReminderView, occurs_at: datetime, reader: Localizer) -> ui.View:
    """What is left to press after Done."""
    return classic(log_button(view, occurs_at, reader))


def snooze_choices(view: ReminderView, occurs_at: datetime, reader: Localizer, now: datetime) -> tuple[str, ui.View]:
    """Until when?"""
    words = reader.t("remind.snooze.ask", what=escaped(view.what, WHAT_LIMIT))
    buttons = (
        button(snooze_label(how, at, reader, now), identity("remind", "later", *_ids(view, occurs_at), how.value))
        for how, at in snoozes(occurs_at, now, reader.zone).items()
    )
    return words, classic(*buttons)


def snoozed_words(said: Snoozed, reader: Localizer) -> str:
    """Until when it is put off; the series goes on as it was."""
    key = "remind.snooze.moved" if said.moved else "remind.snooze.done"
    lines = [reader.t(key, what=escaped(said.view.what, WHAT_LIMIT), at=said.at)]
    if said.view.series and said.view.state == "active":
        lines.append(reader.t("remind.snooze.series"))
    return "\n".join(lines)


def trouble_card(view: ReminderView, reader: Localizer, now: datetime) -> tuple[str, ui.View]:
    """Tells who asked for a club's reminder that it could not be said."""
    words = reader.t(
        f"remind.message.{'given_up' if view.trouble == GIVEN_UP else 'trouble'}",
        what=escaped(view.what, WHAT_LIMIT),
        words=spoken(view, reader, now),
        channel=f"<#{view.channel_id}>",
    )
    return words, Buttons(timeout=None)


def _ids(view: ReminderView, occurs_at: datetime) -> tuple[int, int]:
    """What names one occurrence in a custom id."""
    return view.reminder_id, int(occurs_at.timestamp())


def deleted_card(view: ReminderView, reader: Localizer) -> ui.LayoutView:
    """What was deleted."""
    return card(reader.t("remind.card.deleted", what=escaped(view.what, WHAT_LIMIT)), colour=COLOUR)
