"""The club's settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from bot.domain.clubs.club_defaults import NEVER_SOLO
from bot.domain.runs.runs import Surface
from bot.domain.text.units import Units
from bot.domain.when import zones
from bot.i18n import as_option
from bot.interactions.components import Component, button, card, identity, number_menus, picker, row, select, tab
from bot.languages import LANGUAGES, own_name
from bot.localizer import Localizer, escaped
from bot.services.clubs.clubs import ClubSettings
from cogs.members.settings_view import beside


class Page(StrEnum):
    """The pages of the settings, which share one message."""

    GENERAL = "general"
    PARTNERS = "partners"
    SAFETY = "safety"
    ROUND = "round"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class SettingsTrouble:
    """What in Discord does not fit the settings (any more).

    Attributes:
        partners: the problem with the partners channel, as a message; empty if there is none.
        organisers: the same for the organisers' channel.
        digest: the same for the digest's channel.
        gone: ids of channels and roles that are set and no longer exist.
    """

    partners: str = ""
    organisers: str = ""
    gone: frozenset[int] = frozenset()
    digest: str = ""


def settings_card(
    page: Page, settings: ClubSettings, reader: Localizer, notice: str, *parts: str | Any
) -> ui.LayoutView:
    """Return a page of the settings: title, tabs, notice, and the page's own parts."""
    tabs = [
        tab(reader.t(f"club.tab.{one.value}"), identity("club", "page", one.value), chosen=one is page) for one in Page
    ]
    view = card(reader.t("club.card.title", club=escaped(settings.club.name, 60)), row(*tabs), notice, *parts)
    return number_menus(view, list(Page).index(page))


def general_card(
    settings: ClubSettings, trouble: SettingsTrouble, reader: Localizer, now: datetime, notice: str = ""
) -> ui.LayoutView:
    """Return the general page: zone, language and units of the club, organisers' role, and surfaces for running alone.

    Args:
        settings: the current settings.
        trouble: what does not fit in Discord.
        reader: the organiser's localizer.
        now: for the local time shown beside the zone.
        notice: what was just saved, if the card itself does not show it.
    """
    club = settings.club
    place = zones.place(club.reader.zone, reader.language, now)
    zone_key = "club.card.zone" if "zone" in settings.chosen else "club.card.zone_default"
    solo_key = "club.card.solo" if "surfaces" in settings.chosen else "club.card.solo_default"
    return settings_card(
        Page.GENERAL,
        settings,
        reader,
        notice,
        reader.t("club.card.intro"),
        beside(
            reader.t(zone_key, place=place.city, time=place.local.time()),
            button(reader.t("settings.button.zone"), identity("club", "zone")),
        ),
        row(_languages(settings, reader)),
        row(_units(settings, reader)),
        lines(reader.t("club.card.role"), role_gone(club.organiser_role_id, trouble, reader)),
        row(roles("role", club.organiser_role_id, trouble, reader.t("club.card.role_choose"))),
        reader.t(solo_key),
        row(_surfaces(club.solo_surfaces, reader)),
        beside(
            reader.t("club.boards.setting", board=reader.t(club.first_board.title_key)),
            button(reader.t("club.boards.open"), identity("club", "boards")),
        ),
        beside(reader.t("log.card.setting"), button(reader.t("log.card.post"), identity("club", "logcard"))),
    )


def lines(*parts: str) -> str:
    """Join the parts that are not empty, one per line."""
    return "\n".join(part for part in parts if part)


def role_gone(role_id: int | None, trouble: SettingsTrouble, reader: Localizer) -> str:
    """Return the note that the chosen role no longer exists, or an empty string."""
    return reader.t("club.trouble.role_gone") if role_id in trouble.gone else ""


def roles(action: str, role_id: int | None, trouble: SettingsTrouble, placeholder: str) -> Component:
    """Return a menu of the server's roles; a deleted role cannot be preselected."""
    chosen = []
    if role_id is not None and role_id not in trouble.gone:
        chosen = [discord.SelectDefaultValue(id=role_id, type=discord.SelectDefaultValueType.role)]
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id=identity("club", action),
        placeholder=placeholder,
        min_values=0,
        max_values=1,
        default_values=chosen,
    )
    return picker(menu)


def _languages(settings: ClubSettings, reader: Localizer) -> Component:
    held = settings.club.reader.language
    return select(
        identity("club", "language"),
        [
            discord.SelectOption(
                label=reader.t(
                    "club.language.one"
                    if "language" in settings.chosen or language != held
                    else "club.language.default",
                    name=own_name(language),
                ),
                value=language,
                emoji="💬",
                default=language == held,
            )
            for language in LANGUAGES
        ],
    )


def _units(settings: ClubSettings, reader: Localizer) -> Component:
    held = settings.club.reader.units
    return select(
        identity("club", "units"),
        [
            discord.SelectOption(
                label=reader.t(
                    f"club.units.{units.value}"
                    if "units" in settings.chosen or units is not held
                    else "club.units.default"
                ),
                value=units.value,
                emoji="📏",
                default=units is held,
            )
            for units in Units
        ],
    )


def _surfaces(solo: frozenset[Surface], reader: Localizer) -> Component:
    return select(
        identity("club", "surfaces"),
        [
            discord.SelectOption(
                label=as_option(reader.t(f"runs.surface.{surface.value}")), value=surface.value, default=surface in solo
            )
            for surface in Surface
            if surface not in NEVER_SOLO
        ],
        placeholder=reader.t("club.card.solo_none"),
        least=0,
        most=len(Surface) - len(NEVER_SOLO),
    )
