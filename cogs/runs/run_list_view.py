"""The list of a member's own runs."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.runs.runs import Review, Sharing
from bot.interactions.components import button, card, identity, row, select
from bot.localizer import Localizer
from bot.services.runs.runs import RunLine, RunPage
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import line, way

ARROWS = {"backward": "⏪", "forward": "⏩", "mixed": "🔀", "untold": "❔"}


def run_list(found: RunPage, reader: Localizer, direction: str, period: str) -> ui.LayoutView:
    """Return a page with a menu that opens a run, and buttons to older and newer pages."""
    heading = [f"### {reader.t('runs.list.title')}"]
    chosen = []
    if direction != "any":
        chosen.append(reader.t(f"runs.direction.{direction}"))
    if period != "all":
        chosen.append(reader.t(f"runs.period.{period}"))
    if chosen:
        heading.append(" · ".join(chosen))
    if not found.lines:
        return card("\n".join(heading), reader.t("runs.list.empty"), row(log_button(reader)))
    shown, options = [], []
    for run in found.lines:
        marks = [reader.t("runs.list.private")] if run.sharing is Sharing.ME else []
        if run.review in (Review.HELD, Review.REJECTED):
            marks.append(reader.t("runs.list.held"))
        shown.append(" ".join([_row(run, reader), *marks]))
        options.append(discord.SelectOption(label=line(run, reader)[:100], value=str(run.run_id)))
    parts: list[str | ui.Item[Any]] = [
        "\n".join(heading),
        "\n".join(shown),
        row(select(identity("runs", "open"), options, placeholder=reader.t("runs.list.pick"))),
    ]
    if found.pages > 1:
        page = found.page
        parts.append(
            row(
                button(
                    reader.t("runs.button.previous"),
                    identity("runs", "page", direction, period, max(page - 1, 0)),
                    emoji="◀️",
                    disabled=page == 0,
                ),
                button(
                    reader.t("runs.button.next"),
                    identity("runs", "page", direction, period, page + 1),
                    emoji="▶️",
                    disabled=page + 1 >= found.pages,
                ),
            )
        )
    counted = reader.t("runs.list.page", page=found.page + 1, pages=found.pages, count=found.total)
    parts.append(f"-# {counted}")
    return card(*parts)


def _row(run: RunLine, reader: Localizer) -> str:
    """Return a row that fits a phone's width: `Tue 17 Nov ⏪ 5.00 km · 5:30/km`; the menu has its duration."""
    this_year = reader.this_year in (None, run.ran_on.year)
    day = reader.day(run.ran_on) if this_year else reader.full_day(run.ran_on)
    arrows = ARROWS[way(run.directions)]
    if not run.distance_m:
        return reader.t("runs.list.row_time", day=day, arrows=arrows, duration_ms=run.duration_ms)
    return reader.t(
        "runs.list.row",
        day=day,
        arrows=arrows,
        distance_m=run.distance_m,
        pace_s_per_km=run.duration_ms / run.distance_m,
    )
