"""The message of a reminder, in plain text that a phone's notification shows, with Done, Snooze and Log it."""

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
    """Return the message; in a channel in the club's language, with a ping of its role."""
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
    """Return the time it was due; in a channel as a Discord timestamp."""
    place = ZoneInfo(reader.zone)
    today = due_at.astimezone(place).date() == now.astimezone(place).date()
    if in_channel:
        return format_dt(due_at, "t" if today else "f")
    return reader.hour_at(due_at) if today else reader.moment(due_at)


def log_button(view: ReminderView, occurs_at: datetime, reader: Localizer) -> Component:
    """Return the button that opens the form for a run."""
    return button(reader.t("remind.button.log"), identity("remind", "log", *_ids(view, occurs_at)))


def done_words(said: DoneSaid, reader: Localizer) -> str:
    """Return the answer to Done; for a series with a count such as `3 of 4 this week`."""
    what = escaped(said.view.what, WHAT_LIMIT)
    lines = [reader.t("remind.done.again" if said.again else "remind.done.words", what=what)]
    if said.series:
        key = "remind.done.this_week" if said.this_week else "remind.done.that_week"
        lines.append(reader.t(key, done=said.done, planned=said.planned))
    return "\n".join(lines)


def after_done(view: ReminderView, occurs_at: datetime, reader: Localizer) -> ui.View:
    """Return the buttons that remain after Done."""
    return classic(log_button(view, occurs_at, reader))


def snooze_choices(view: ReminderView, occurs_at: datetime, reader: Localizer, now: datetime) -> tuple[str, ui.View]:
    """Return the question until when to snooze, with a button per time."""
    words = reader.t("remind.snooze.ask", what=escaped(view.what, WHAT_LIMIT))
    buttons = (
        button(snooze_label(how, at, reader, now), identity("remind", "later", *_ids(view, occurs_at), how.value))
        for how, at in snoozes(occurs_at, now, reader.zone).items()
    )
    return words, classic(*buttons)


def snoozed_words(said: Snoozed, reader: Localizer) -> str:
    """Return the confirmation with the time until which it is snoozed; the rest of the series is not affected."""
    key = "remind.snooze.moved" if said.moved else "remind.snooze.done"
    lines = [reader.t(key, what=escaped(said.view.what, WHAT_LIMIT), at=said.at)]
    if said.view.series and said.view.state == "active":
        lines.append(reader.t("remind.snooze.series"))
    return "\n".join(lines)


def trouble_card(view: ReminderView, reader: Localizer, now: datetime) -> tuple[str, ui.View]:
    """Return the message to the owner of a club's reminder that it could not be posted."""
    words = reader.t(
        f"remind.message.{'given_up' if view.trouble == GIVEN_UP else 'trouble'}",
        what=escaped(view.what, WHAT_LIMIT),
        words=spoken(view, reader, now),
        channel=f"<#{view.channel_id}>",
    )
    return words, Buttons(timeout=None)


def _ids(view: ReminderView, occurs_at: datetime) -> tuple[int, int]:
    """Return the ids of one occurrence for a custom id."""
    return view.reminder_id, int(occurs_at.timestamp())


def deleted_card(view: ReminderView, reader: Localizer) -> ui.LayoutView:
    """Return the confirmation of a deletion."""
    return card(reader.t("remind.card.deleted", what=escaped(view.what, WHAT_LIMIT)), colour=COLOUR)
