"""The panel for choosing who sees a run."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.runs.runs import Extra, Sharing, SpotterState
from bot.interactions.components import button, card, identity, row, select
from bot.services.members.people import Person
from bot.services.runs.runs import RunView
from cogs.runs.run_card_view import line_of, standing


def sharing_panel(view: RunView, person: Person, *notices: str) -> ui.LayoutView:
    """Return the panel: club or only me, additional parts of the public card, and posting it in this channel."""
    reader, content = person.reader, view.content
    levels = [
        discord.SelectOption(
            label=reader.t(f"runs.sharing.{level.value}")[:100], value=level.value, default=level is content.sharing
        )
        for level in Sharing
    ]
    there = [
        extra
        for extra, present in (
            (Extra.NOTE, content.note is not None),
            (Extra.EFFORT, content.effort is not None),
            (Extra.SPOTTER, content.spotter_state is SpotterState.ASKED),
        )
        if present
    ]
    parts: list[str | ui.Item[Any]] = [
        "\n".join([f"### {reader.t('runs.sharing.title')}", line_of(view, reader), *notices]),
        row(select(identity("run", "sharing", view.run_id), levels)),
    ]
    if content.sharing is Sharing.CLUB:
        if there:
            options = [
                discord.SelectOption(
                    label=reader.t(f"runs.sharing.{extra.value}")[:100],
                    value=extra.value,
                    default=extra in content.extras,
                )
                for extra in there
            ]
            parts.append(
                row(
                    select(
                        identity("run", "extras", view.run_id),
                        options,
                        placeholder=reader.t("runs.sharing.extras"),
                        least=0,
                        most=len(options),
                    )
                )
            )
        else:
            parts.append(f"-# {reader.t('runs.sharing.extras_none')}")
        if person.in_guild and view.guild_id == person.guild_id and view.public:
            parts.append(row(button(reader.t("runs.button.post"), identity("run", "post", view.run_id))))
    parts += [f"-# {words}" for words in standing(view, reader)]
    return card(*parts)
