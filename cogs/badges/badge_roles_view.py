"""The organisers' cards for the roles of badges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from bot.interactions.components import Component, button, card, identity, picker, row, select
from bot.localizer import Localizer
from bot.services.badges.badge_roles import WITH_ROLE


def roles_card(roles: Mapping[str, int], reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return which badge gives which role, with a menu of the badges."""
    lines = [
        reader.t("club.badges.line", badge=reader.t(f"badges.name.{badge}"), role=f"<@&{roles[badge]}>")
        for badge in WITH_ROLE
        if badge in roles
    ] or [reader.t("club.badges.none")]
    menu = select(
        identity("club", "badge"),
        [discord.SelectOption(label=reader.t(f"badges.name.{badge}"), value=badge) for badge in WITH_ROLE],
        placeholder=reader.t("club.badges.pick"),
    )
    return card(
        reader.t("club.badges.title"),
        notice,
        "\n".join([reader.t("club.badges.what"), *lines]),
        row(menu),
        row(_back(reader)),
    )


def role_card(badge: str, role_id: int | None, reader: Localizer) -> ui.LayoutView:
    """Return the menu of roles for a badge."""
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id=identity("club", "badgerole", badge),
        placeholder=reader.t("club.badges.role"),
        min_values=0,
        max_values=1,
        default_values=[discord.SelectDefaultValue(id=role_id, type=discord.SelectDefaultValueType.role)]
        if role_id is not None
        else [],
    )
    name, how = (reader.t(f"badges.{text}.{badge}") for text in ("name", "how"))
    return card(
        reader.t("club.badges.for", badge=name, how=how),
        row(picker(menu)),
        row(button(reader.t("club.badges.all"), identity("club", "badges"))),
    )


def _back(reader: Localizer) -> Component:
    return button(reader.t("club.point.back"), identity("club", "boards"), emoji="◀️")
