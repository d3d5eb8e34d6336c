"""The cards of reminders: one reminder, the list, and the forms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import ButtonStyle, ui
from discord.utils import format_dt

from bot.domain.when import zones
from bot.domain.when.reminder_when import ReminderWhen
from bot.domain.when.schedule import In, Schedule, is_series, next_after
from bot.domain.when.snoozes import snoozes
from bot.interactions.components import Component, Field, Form, Pick, button, card, identity, row, select
from bot.localizer import Localizer, escaped, unmarked
from bot.services.reminders.reminder_views import ReminderView
from bot.services.reminders.reminders import WHAT_LIMIT
from cogs.reminders.schedules_view import in_words, moment_in_words, understood

COLOUR = discord.Colour(0x0EA5E9)
GIVEN_UP = "given_up"
"""The trouble (a `DeliveryFailure`) that neither a channel nor a member's settings cause."""
NEXT_TIMES = 3
LISTED = 8
"""Reminders per page of the list."""


def line(view: ReminderView, reader: Localizer, now: datetime) -> str:
    """Return one reminder in a line of plain text, for autocomplete or a menu."""
    parts = [unmarked(escaped(view.what, 60)), spoken(view, reader, now)]
    if view.left_again is not None:
        parts[1] = _again(view.left_again, reader, now)
    if view.state == "paused":
        missed = "remind.line.missed" if view.missed(now) else "remind.line.paused"
        parts.append(reader.t("remind.line.unreached" if view.trouble else missed))
    return " · ".join(parts)


def _again(at: datetime, reader: Localizer, now: datetime) -> str:
    """Return the time until which it is snoozed, in the reader's zone."""
    return reader.t("remind.line.again", when=moment_in_words(at, reader, now))


def spoken(view: ReminderView, reader: Localizer, now: datetime) -> str:
    """Return a reminder's schedule in words, in its own zone."""
    return _in_words(view.schedule, reader.inside(view.zone), now)


def reading(asked: ReminderWhen, zone: str, reader: Localizer, now: datetime) -> str:
    """Return how a "when" was read, for a series with the next time: `every Tue 6:30 · next Tue 24 Nov 06:30`."""
    there, at = reader.inside(zone), next_after(asked.schedule, zone, now)
    words = understood(asked, there, now.astimezone(ZoneInfo(zone)).date())
    if at is None or not is_series(asked.schedule):
        return words
    return reader.t("remind.line.next", words=words, when=moment_in_words(at, there, now))


def _in_words(schedule: Schedule, there: Localizer, now: datetime) -> str:
    return in_words(schedule, there, now.astimezone(ZoneInfo(there.zone)).date())


def reminder_card(view: ReminderView, reader: Localizer, now: datetime, notice: str = "") -> ui.LayoutView:
    """Return the card of one reminder: text, schedule, next times, and buttons."""
    parts: list[str | ui.Item[Any]] = [notice, "\n".join(_about(view, reader, now))]
    missed = view.missed(now)
    if missed is not None:
        choices = snoozes(missed, now, reader.zone)
        parts.append(
            row(
                *(
                    button(snooze_label(how, at, reader, now), identity("remind", "late", view.reminder_id, how.value))
                    for how, at in choices.items()
                )
            )
        )
    elif view.left_again is None and (others := _other_readings(view, reader, now)):
        parts.append(row(*others))
    parts.append(row(*_buttons(view, reader, missed=missed is not None)))
    return card(*parts, colour=COLOUR)


def _other_readings(view: ReminderView, reader: Localizer, now: datetime) -> list[Component]:
    """Return a button for each other reading of the typed time that still occurs."""
    return [
        button(
            reader.t("remind.button.reading", words=_in_words(one, reader.inside(view.zone), now)),
            identity("remind", "reading", view.reminder_id, view.revision, number),
            ButtonStyle.primary,
        )
        for number, one in enumerate(view.readings)
        if one != view.schedule and next_after(one, view.zone, now) is not None
    ]


def _about(view: ReminderView, reader: Localizer, now: datetime) -> list[str]:
    there = reader.inside(view.zone)
    lines = [f"## {escaped(view.what, WHAT_LIMIT)} ⏰"]
    missed, active = view.missed(now), view.state == "active"
    if view.series or (missed is None and not active and view.left_again is None):
        lines.append(f"{spoken(view, reader, now)} {'🔁' if view.series else '🕒'}")
    if view.of_club:
        where = reader.t("remind.card.where", channel=f"<#{view.channel_id}>")
        lines.append(where if view.role_id is None else f"{where} · <@&{view.role_id}>")
    if missed is not None:
        lines.append(reader.t("remind.card.missed", at=moment_in_words(missed, there, now)))
    elif view.state == "paused":
        lines.append(reader.t("remind.card.paused"))
    if view.trouble is not None and not active:
        closed = "trouble" if view.of_club else "unreached"
        lines.append(reader.t(f"remind.card.{'given_up' if view.trouble == GIVEN_UP else closed}"))
    times = _coming(view, now, NEXT_TIMES)
    if times:
        first, *after = (moment_in_words(at, there, now) for at in times)
        lines.append(reader.t("remind.card.first", when=first, relative=format_dt(times[0], "R")))
        lines += [reader.t("remind.card.then", when=when) for when in after]
        if view.zone != reader.zone:
            lines.append(reader.t("remind.card.zone", place=zones.city_of(view.zone, reader.language)))
    if view.again_at is not None:
        when, relative = moment_in_words(view.again_at, reader, now), format_dt(view.again_at, "R")
        lines.append(reader.t("remind.card.again", when=when, relative=relative))
    unsaid = len(view.readings) > 1 and view.schedule not in view.readings[1:]
    if unsaid and missed is None and view.left_again is None:
        lines.append(reader.t("remind.card.reading", words=spoken(view, reader, now)))
    return lines


def _buttons(view: ReminderView, reader: Localizer, *, missed: bool) -> list[Component]:
    reminder_id = view.reminder_id
    found = [button(reader.t("remind.button.edit"), identity("remind", "edit", reminder_id))]
    if view.state == "active" or view.left_again is not None:
        found.append(button(reader.t("remind.button.pause"), identity("remind", "pause", reminder_id)))
    elif not missed:
        resume = identity("remind", "resume", reminder_id)
        found.append(button(reader.t("remind.button.resume"), resume, ButtonStyle.success))
    found.append(button(reader.t("remind.button.delete"), identity("remind", "remove", reminder_id)))
    return found


def snooze_label(how: str, at: datetime, reader: Localizer, now: datetime) -> str:
    """Return a label such as `10 min`, `1 h`, `This evening 19:00` or `Tomorrow 07:00`."""
    return reader.t(f"remind.snooze.{how}", hour=reader.hour_at(at))


def remove_card(view: ReminderView, reader: Localizer, now: datetime) -> ui.LayoutView:
    """Return the confirmation before a reminder is deleted."""
    reminder_id = view.reminder_id
    words = spoken(view, reader, now) if view.left_again is None else _again(view.left_again, reader, now)
    return card(
        reader.t("remind.card.remove", what=escaped(view.what, WHAT_LIMIT), words=words),
        row(
            button(reader.t("remind.button.remove"), identity("remind", "delete", reminder_id), ButtonStyle.danger),
            button(reader.t("remind.button.keep"), identity("remind", "keep", reminder_id)),
        ),
        colour=COLOUR,
    )


def reminder_list(
    views: Sequence[ReminderView], page: int, reader: Localizer, now: datetime, notice: str = ""
) -> ui.LayoutView:
    """Return a page of the reminders, missed ones first, then by the next time."""
    if not views:
        new = button(reader.t("remind.button.new"), identity("remind", "fix"), ButtonStyle.primary)
        return card(notice, reader.t("remind.list.title"), reader.t("remind.list.empty"), row(new), colour=COLOUR)
    ordered = sorted(views, key=lambda view: _order(view, now))
    pages = -(-len(ordered) // LISTED)
    page = min(max(page, 0), pages - 1)
    shown = ordered[page * LISTED : (page + 1) * LISTED]
    options = [discord.SelectOption(label=line(view, reader, now)[:100], value=str(view.reminder_id)) for view in shown]
    parts: list[str | ui.Item[Any]] = [
        notice,
        reader.t("remind.list.title"),
        *("\n".join(_listed(view, reader, now)) for view in shown),
        row(select(identity("remind", "show"), options, placeholder=reader.t("remind.list.choose"))),
    ]
    if pages > 1:
        before, after = identity("remind", "page", max(page - 1, 0)), identity("remind", "page", page + 1)
        parts.append(
            row(
                button(reader.t("remind.button.previous"), before, emoji="◀️", disabled=page == 0),
                button(reader.t("remind.button.next"), after, emoji="▶️", disabled=page + 1 == pages),
            )
        )
        parts.append(f"-# {reader.t('remind.list.page', page=page + 1, pages=pages, count=len(ordered))}")
    return card(*parts, colour=COLOUR)


def _order(view: ReminderView, now: datetime) -> tuple[int, datetime, int]:
    if view.missed(now) is not None:
        return 0, view.kept_at or now, view.reminder_id
    if view.state == "paused":
        return 2, now, view.reminder_id
    times = [at for at in (view.again_at, *_coming(view, now, 1)) if at is not None]
    return 1, min(times, default=now), view.reminder_id


def _coming(view: ReminderView, now: datetime, count: int) -> tuple[datetime, ...]:
    """Return the next times of an active reminder; a finished one has none, whatever another zone makes of its hour."""
    return view.next_times(now, count) if view.state == "active" else ()


def _listed(view: ReminderView, reader: Localizer, now: datetime) -> list[str]:
    there = reader.inside(view.zone)
    missed = view.missed(now)
    if view.state == "paused" and view.trouble is not None:
        state = reader.t(
            "remind.list.unreached", words=moment_in_words(missed, there, now) if missed else spoken(view, reader, now)
        )
    elif missed is not None:
        state = reader.t("remind.list.missed", at=moment_in_words(missed, there, now))
    elif view.state == "paused":
        state = reader.t("remind.list.paused", words=spoken(view, reader, now))
    elif view.left_again is not None:
        state = f"{_again(view.left_again, reader, now)} 💤"
    else:
        state = reading(ReminderWhen(view.schedule), view.zone, reader, now)
    if view.again_at is not None and view.left_again is None:
        state = f"{state} · {_again(view.again_at, reader, now)} 💤"
    mark = "📣" if view.of_club else "⏰"
    where = f" · <#{view.channel_id}>" if view.of_club else ""
    return [f"**{escaped(view.what, 60)}** {mark}", f"-# {state}{where}"]


def edit_form(view: ReminderView, reader: Localizer, gone: Collection[int] = ()) -> Form:
    """Return the form to edit a reminder; an unchanged time stays as it is.

    Args:
        view: the reminder; a club's has menus for its channel and the role it pings.
        reader: the user's localizer.
        gone: ids of a deleted channel or role, which cannot be preselected in a menu.
    """
    fields = _fields(reader, view.what, filled_when(view, reader))
    if view.of_club:
        fields += _place(reader, view.channel_id, view.role_id, gone)
    return Form(reader.t("remind.form.title"), identity("remind", "edited", view.reminder_id), fields)


def new_form(reader: Localizer, what: str, when: str) -> Form:
    """Return the form for a new reminder, filled with what was typed."""
    return Form(reader.t("remind.form.new"), identity("remind", "entered"), _fields(reader, what, when))


def new_club_form(reader: Localizer, channel_id: int) -> Form:
    """Return the form for a new reminder of a club, with a channel already chosen."""
    fields = [*_fields(reader, "", ""), *_place(reader, channel_id, None)]
    return Form(reader.t("remind.form.new"), identity("remind", "clubentered"), fields)


def _place(reader: Localizer, channel_id: int | None, role_id: int | None, gone: Collection[int] = ()) -> list[Pick]:
    """Return the menus for the channel of a club's reminder and the role it pings."""
    kinds = discord.SelectDefaultValueType
    channels: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id="channel",
        channel_types=[discord.ChannelType.text],
        required=True,
        default_values=_chosen(channel_id, kinds.channel, gone),
    )
    roles: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id="role",
        required=False,
        min_values=0,
        placeholder=reader.t("remind.form.no_role"),
        default_values=_chosen(role_id, kinds.role, gone),
    )
    return [Pick(reader.t("remind.form.channel"), channels), Pick(reader.t("remind.form.role"), roles)]


def _fields(reader: Localizer, what: str, when: str) -> list[Field | Pick]:
    """Return the fields of what and when."""
    return [
        Field("what", reader.t("remind.form.what"), what, required=True, long=True, limit=WHAT_LIMIT),
        Field("when", reader.t("remind.form.when"), when, reader.t("remind.form.when_example"), required=True),
    ]


def _chosen(
    chosen_id: int | None, kind: discord.SelectDefaultValueType, gone: Collection[int]
) -> list[discord.SelectDefaultValue]:
    if chosen_id is None or chosen_id in gone:
        return []
    return [discord.SelectDefaultValue(id=chosen_id, type=kind)]


def filled_when(view: ReminderView, reader: Localizer) -> str:
    """Return the time for the edit form; parsing it gives the same schedule."""
    return in_words(left_of(view), reader.inside(view.zone))[:100]


def left_of(view: ReminderView) -> Schedule:
    """Return the remaining schedule: its own, or for a finished reminder the snoozed time."""
    return view.schedule if view.left_again is None else In(view.left_again)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether a message is so late (the bot was down or not connected) that it names its due time."""
    return now - due_at > timedelta(minutes=2)
