"""The forms of a call: finding a partner, and changing its time or place."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import discord
from discord import ui

from bot.domain.outings.outing_rules import Wish
from bot.interactions.components import Field, Form, identity
from bot.localizer import Localizer
from bot.services.outings.outings import OutingView


def call_form(reader: Localizer, points: Sequence[str] = (), custom_id: str = identity("call", "form")) -> Form:
    """Return the form for place, time, length, role and pace; meeting points are the place's placeholder."""
    form = Form(
        reader.t("partners.form.title"),
        custom_id,
        [
            Field("place", reader.t("partners.form.place"), placeholder=" · ".join(points), required=True, limit=80),
            Field(
                "when",
                reader.t("partners.form.when"),
                placeholder=reader.t("partners.form.when_example"),
                required=True,
            ),
            Field(
                "length",
                reader.t("partners.form.length"),
                placeholder=reader.t("partners.form.length_example"),
                required=True,
            ),
        ],
    )
    options = [discord.SelectOption(label=reader.t(f"partners.role.{wish}"), value=wish.value) for wish in Wish]
    role = ui.Select(custom_id="role", options=options, required=True)  # type: ignore[var-annotated]
    form.add_item(ui.Label(text=reader.t("partners.form.role")[:45], component=role))
    pace: ui.TextInput[Form] = ui.TextInput(
        custom_id="pace", placeholder=reader.t("partners.form.pace_example"), required=False, max_length=40
    )
    form.add_item(ui.Label(text=reader.t("partners.form.pace")[:45], component=pace))
    return form


def change_form(outing: OutingView, reader: Localizer) -> Form:
    """Return the form with the current place and time; values left as they are do not change."""
    return Form(
        reader.t("partners.form.change"),
        identity("call", "amend", outing.outing_id, outing.terms),
        [
            Field("place", reader.t("partners.form.place"), outing.place, required=True, limit=80),
            Field("when", reader.t("partners.form.when"), wall_time(outing, reader), required=True),
        ],
    )


def wall_time(outing: OutingView, reader: Localizer) -> str:
    """Return the start as shown in the form, in the reader's zone."""
    return f"{outing.starts_at.astimezone(ZoneInfo(reader.zone)):%Y-%m-%d %H:%M}"
