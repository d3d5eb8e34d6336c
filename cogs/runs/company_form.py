"""The form of Add spotter: who faced forward on a run, and its surface."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import ui

from bot.domain.runs.runs import RunContent, SpotterState, Surface
from bot.interactions.components import Form, Pick, identity
from bot.localizer import Localizer
from bot.services.runs.runs import RunView


@dataclass(frozen=True, slots=True)
class CompanyForm:
    """The choices of the form."""

    surface: Surface | None = None
    spotter: frozenset[int] = frozenset()


def company_form(view: RunView, reader: Localizer, *, in_guild: bool) -> Form:
    """Return the form; a spotter can be picked in a server only."""
    content = view.content
    fields = []
    if in_guild:
        who: ui.UserSelect[Any] = ui.UserSelect(
            custom_id="spotter", placeholder=reader.t("log.form.nobody"), required=False
        )
        fields.append(Pick(reader.t("log.company.spotter"), who))
    surfaces = [
        discord.SelectOption(
            label=reader.t(f"runs.surface.{surface}"), value=surface.value, default=surface is content.surface
        )
        for surface in Surface
    ]
    where: ui.Select[Any] = ui.Select(custom_id="surface", options=surfaces, required=False)
    fields.append(Pick(reader.t("log.company.surface"), where))
    return Form(reader.t("log.company.title"), identity("run", "company", view.run_id), fields)


def with_company(surface: Surface | None, spotter: discord.Member | None, content: RunContent) -> RunContent:
    """Return a run with this surface and spotter; None keeps what is there."""
    if surface is not None:
        content = replace(content, surface=surface)
    if spotter is None or spotter.id == content.spotter_id:
        return content
    name = spotter.display_name[:120]
    return replace(content, spotter_id=spotter.id, spotter_name=name, spotter_state=SpotterState.ASKED)
