"""The settings page of the weekly digest, and the menus that it shares with other pages."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import discord
from discord import ui

from bot.domain.when import zones
from bot.interactions.components import Component, button, identity, picker, row, select
from bot.languages import locale_of
from bot.localizer import Localizer
from bot.services.clubs.clubs import ClubSettings
from cogs.clubs.club_view import Page, SettingsTrouble, lines, settings_card
from cogs.members.settings_view import beside


def digest_page(
    settings: ClubSettings, trouble: SettingsTrouble, reader: Localizer, now: datetime, notice: str
) -> ui.LayoutView:
    """Return the page of the weekly digest: channel, time, and whether it replaces a post per run."""
    held = settings.digest
    if trouble.digest:
        state = trouble.digest
    elif held.channel_id is None:
        state = reader.t("club.digest.off")
    else:
        place = zones.place(settings.club.reader.zone, reader.language, now)
        state = reader.t(
            "club.digest.line",
            weekday=weekday_name(held.weekday, reader),
            time=time(held.hour),
            place=place.city,
        )
    controls = [preview_button("digest", reader)]
    if held.channel_id is not None:
        controls.append(button(reader.t("club.preview.stop_digest"), identity("club", "undigest")))
    on = held.instead
    turn = button(reader.t(f"club.digest.turn_{'off' if on else 'on'}"), identity("club", "instead", 0 if on else 1))
    return settings_card(
        Page.DIGEST,
        settings,
        reader,
        notice,
        lines(reader.t("club.digest.channel"), state),
        row(channels("digest", held.channel_id, trouble, reader.t("club.digest.channel_choose"))),
        row(*controls),
        *day_and_hour("digested", held.weekday, held.hour, reader),
        beside(reader.t(f"club.digest.instead_{'on' if on else 'off'}"), turn),
    )


def preview_button(name: str, reader: Localizer) -> Component:
    """Return the button that shows an organiser alone what would be posted now."""
    return button(reader.t("club.preview.button"), identity("club", "preview", name))


def weekday_name(weekday: int, reader: Localizer) -> str:
    """Return the name of a weekday, such as `Thursday`; 0 is Monday."""
    name: str = locale_of(reader.language).days["stand-alone"]["wide"][weekday]
    return name


def day_and_hour(action: str, weekday: int, hour: int, reader: Localizer) -> list[ui.ActionRow[Any]]:
    """Return two menus, a row each: the weekday and the full hour."""
    days = [(day, reader.t("club.round.weekday", weekday=weekday_name(day, reader))) for day in range(7)]
    hours = [(each, reader.t("club.round.hour", time=time(each))) for each in range(24)]
    return [row(numbers(action, "weekday", days, weekday)), row(numbers(action, "hour", hours, hour))]


def numbers(action: str, which: str, options: list[tuple[int, str]], held: int) -> Component:
    """Return a menu of numbers with labels; the stored number is preselected."""
    return select(
        identity("club", action, which),
        [discord.SelectOption(label=label, value=str(number), default=number == held) for number, label in options],
    )


def channels(action: str, channel_id: int | None, trouble: SettingsTrouble, placeholder: str) -> Component:
    """Return a menu of the server's text channels; a deleted channel cannot be preselected."""
    chosen = []
    if channel_id is not None and channel_id not in trouble.gone:
        chosen = [discord.SelectDefaultValue(id=channel_id, type=discord.SelectDefaultValueType.channel)]
    menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id=identity("club", action),
        channel_types=[discord.ChannelType.text],
        placeholder=placeholder,
        min_values=0,
        max_values=1,
        default_values=chosen,
    )
    return picker(menu)
