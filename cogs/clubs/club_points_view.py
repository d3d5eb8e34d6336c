"""A club's meeting points, as its organisers edit them."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.clubs.club_defaults import MOST_POINTS
from bot.domain.runs.runs import Surface
from bot.i18n import as_option
from bot.interactions.components import Component, Field, Form, button, card, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.members.people import Club
from bot.services.partners.meeting_points import DETAIL_LIMIT, NAME_LIMIT, ClubPoint
from cogs.clubs.club_view import Page

ANY = "any"
"""The option for a surface that varies."""


def points_card(club: Club, points: Sequence[ClubPoint], reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return the list of meeting points, with a menu to change one."""
    buttons = [button(reader.t("club.point.back"), identity("club", "page", Page.PARTNERS.value), emoji="◀️")]
    if len(points) < MOST_POINTS:
        add = button(reader.t("club.point.add"), identity("club", "add"), discord.ButtonStyle.success)
        buttons.append(add)
    return card(
        reader.t("club.point.title", club=escaped(club.name, 60)),
        notice,
        "\n".join(f"- {_line(point, reader, 40)}" for point in points) or reader.t("club.point.none"),
        reader.t("club.point.hint"),
        *([row(_menu(points, reader))] if points else []),
        row(*buttons),
    )


def point_card(point: ClubPoint, reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return one meeting point with its exact spot."""
    detail = point.detail
    return card(
        notice,
        f"### {_line(point, reader, NAME_LIMIT)} 📍",
        reader.t("club.point.detail_none")
        if detail is None
        else reader.t("club.point.detail", detail=escaped(detail, DETAIL_LIMIT)),
        row(
            button(reader.t("club.point.back"), identity("club", "points"), emoji="◀️"),
            button(reader.t("club.point.edit"), identity("club", "edit", point.point_id)),
            button(reader.t("club.point.remove"), identity("club", "drop", point.point_id)),
        ),
    )


def remove_card(point: ClubPoint, reader: Localizer) -> ui.LayoutView:
    """Return the confirmation before a meeting point is removed."""
    return card(
        reader.t("club.point.ask", name=escaped(point.name, NAME_LIMIT)),
        row(
            button(reader.t("club.point.keep"), identity("club", "point", point.point_id)),
            button(
                reader.t("club.point.remove"), identity("club", "dropped", point.point_id), discord.ButtonStyle.danger
            ),
        ),
    )


def point_form(reader: Localizer, point: ClubPoint | None = None) -> Form:
    """Return the form of a meeting point (name, surface, exact spot); filled if one is given."""
    t = reader.t
    spot = (point.detail if point else None) or ""
    name = Field(
        "name", t("club.point.form_name"), point.name if point else "", t("club.point.form_name_hint"),
        required=True, limit=NAME_LIMIT,
    )  # fmt: skip
    detail = Field("detail", t("club.point.form_detail"), spot, t("club.point.form_detail_hint"), limit=DETAIL_LIMIT)
    form = Form(
        t("club.point.form_edit" if point else "club.point.form_add"),
        identity("club", "edited", point.point_id) if point else identity("club", "added"),
        [name, detail],
    )
    held = point.surface if point else None
    options = [discord.SelectOption(label=t("club.point.form_surface_hint"), value=ANY, default=held is None)]
    options += [
        discord.SelectOption(label=as_option(t(f"runs.surface.{one.value}")), value=one.value, default=one is held)
        for one in Surface
    ]
    form.add_item(
        ui.Label(text=t("club.point.form_surface"), component=ui.Select(custom_id="surface", options=options))
    )
    return form


def _line(point: ClubPoint, reader: Localizer, limit: int) -> str:
    """Return a line such as `**Stadium** · track`."""
    surface = f" · {reader.t(f'runs.surface.{point.surface.value}')}" if point.surface else ""
    return f"**{escaped(point.name, limit)}**{surface}"


def _menu(points: Sequence[ClubPoint], reader: Localizer) -> Component:
    return select(
        identity("club", "chosen"),
        [
            discord.SelectOption(
                label=point.name, value=str(point.point_id), description=(point.detail or "")[:100] or None, emoji="📍"
            )
            for point in points[:MOST_POINTS]
        ],
        placeholder=reader.t("club.point.choose"),
    )
