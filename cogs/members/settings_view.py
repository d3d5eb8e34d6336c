"""The card of everything a person can set, and its forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord
from discord import ui

from bot.domain.nudges.streaks import PauseReason
from bot.domain.runs.runs import Sharing
from bot.domain.text.units import Units
from bot.domain.text.weight import shown_weight
from bot.domain.when import zones
from bot.interactions.components import Component, Field, Form, button, card, identity, number_menus, row, select
from bot.languages import LANGUAGES, own_name
from bot.localizer import Localizer, escaped
from bot.services.members.people import Person
from bot.services.nudges.nudge_settings import OwnNudges
from bot.services.profile.settings import OwnSettings
from cogs.nudges.nudge_settings_view import nudges_line

AUTO = "auto"
"""The option to follow Discord's language or the club's units."""


def settings_card(
    person: Person, own: OwnSettings, nudges: OwnNudges, now: datetime, notice: str = ""
) -> ui.LayoutView:
    """Return the card of a person's settings.

    Args:
        person: the resolved user.
        own: their choices.
        nudges: their nudge settings.
        now: for the local time shown beside the zone.
        notice: what was just saved, if the card itself does not show it.
    """
    reader = person.reader
    view = card(
        reader.t("settings.card.title"),
        notice,
        beside(_zone(person, own, now), button(reader.t("settings.button.zone"), identity("settings", "zone"))),
        beside(_weight(own, reader), button(reader.t("settings.button.weight"), identity("settings", "weight"))),
        beside(nudges_line(nudges, reader), button(reader.t("nudges.button.open"), identity("nudging", "open"))),
        *_boards(person, own),
        row(_languages(own, reader)),
        row(_units(own, reader)),
        row(_sharing(own, reader)),
        *_homes(person, own),
    )
    return number_menus(view, 0)


def beside(text: str, accessory: Component) -> ui.Section[Any]:
    """Return text with a button beside it."""
    return ui.Section(text, accessory=accessory)


def zone_form(reader: Localizer, custom_id: str, value: str = "") -> Form:
    """Return the form for a zone in free text, filled with `value`."""
    field = Field(
        "zone", reader.t("settings.zone.label"), value, placeholder=reader.t("settings.zone.placeholder"), required=True
    )
    return Form(reader.t("settings.zone.title"), custom_id, [field])


def zone_and_pause_form(reader: Localizer, why: PauseReason) -> Form:
    """Return the form for a zone and the day on which a pause of nudges ends; what is left empty stays."""
    t = reader.t
    fields = [
        Field("zone", t("settings.zone.label"), placeholder=t("settings.zone.placeholder")),
        Field("until", t("nudges.pause.label"), placeholder=t("nudges.pause.placeholder"), limit=60),
    ]
    return Form(t("settings.zone.title_pause"), identity("settings", "entered", why.value), fields)


def weight_form(reader: Localizer, weight_kg: float | None) -> Form:
    """Return the form for the weight, filled with the present one."""
    value = ""
    if weight_kg is not None:
        number, unit = shown_weight(weight_kg, reader.units)
        value = f"{reader.number(number)} {unit}"
    label, hint = reader.t("settings.weight.label"), reader.t("settings.weight.placeholder")
    return Form(
        reader.t("settings.weight.title"),
        identity("settings", "weigh"),
        [Field("weight", label, value=value, placeholder=hint, limit=20)],
    )


def _zone(person: Person, own: OwnSettings, now: datetime) -> str:
    reader = person.reader
    place = zones.place(reader.zone, reader.language, now)
    if own.zone is not None:
        key = "settings.card.zone"
    else:
        key = "settings.card.zone_none" if reader.zone == "UTC" else "settings.card.zone_club"
    return reader.t(key, place=place.city, time=place.local.time())


def _weight(own: OwnSettings, reader: Localizer) -> str:
    if own.weight_kg is None:
        return reader.t("settings.card.weight_none")
    number, unit = shown_weight(own.weight_kg, reader.units)
    return reader.t("settings.card.weight", weight=number, unit=unit)


def _boards(person: Person, own: OwnSettings) -> list[ui.Item[Any]]:
    """Return whether this club's boards show the person, with the button to change it."""
    club = own.club(person.guild_id)
    if club is None:
        return []
    reader = person.reader
    text = reader.t(f"settings.card.{'hidden' if club.hidden else 'shown'}", club=escaped(club.name, 60))
    label = reader.t(f"settings.button.{'show' if club.hidden else 'hide'}")
    wanted = 0 if club.hidden else 1
    return [beside(text, button(label, identity("settings", "hide", club.guild_id, wanted)))]


def _languages(own: OwnSettings, reader: Localizer) -> Component:
    auto = reader.t("settings.language.auto")
    options = [discord.SelectOption(label=auto, value=AUTO, emoji="💬", default=own.language is None)]
    options += [
        discord.SelectOption(
            label=reader.t("settings.language.one", name=own_name(language)),
            value=language,
            emoji="💬",
            default=own.language == language,
        )
        for language in LANGUAGES
    ]
    return select(identity("settings", "language"), options)


def _units(own: OwnSettings, reader: Localizer) -> Component:
    chosen = own.units.value if own.units else AUTO
    return select(
        identity("settings", "units"),
        [
            discord.SelectOption(
                label=reader.t(f"settings.units.{value}"), value=value, emoji="📏", default=value == chosen
            )
            for value in (AUTO, Units.METRIC.value, Units.IMPERIAL.value)
        ],
    )


def _sharing(own: OwnSettings, reader: Localizer) -> Component:
    return select(
        identity("settings", "sharing"),
        [
            discord.SelectOption(
                label=reader.t(f"settings.sharing.{value.value}"),
                description=reader.t(f"settings.sharing.{value.value}_hint"),
                value=value.value,
                emoji="👥" if value is Sharing.CLUB else "🔒",
                default=value is own.sharing,
            )
            for value in Sharing
        ],
    )


def _homes(person: Person, own: OwnSettings) -> list[ui.Item[Any]]:
    """Return the menu of the home club, if there is a choice."""
    if len(own.clubs) < 2 and (not own.clubs or person.in_guild or own.home_guild_id is not None):
        return []
    reader = person.reader
    options = [
        discord.SelectOption(
            label=reader.t("settings.home.one", club=club.name)[:100],
            description=reader.t("settings.home.hint"),
            value=str(club.guild_id),
            emoji="🏠",
            default=club.guild_id == own.home_guild_id,
        )
        for club in own.clubs[:25]
    ]
    return [row(select(identity("settings", "home"), options, placeholder=reader.t("settings.home.choose")))]
