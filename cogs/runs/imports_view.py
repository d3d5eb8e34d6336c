"""The cards of an import: the report by file, and the question about the direction, which no file contains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.interactions.components import Field, Form, button, card, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.runs.imports import FileOutcome, Outcome
from bot.services.runs.lap_directions import LapQuestion, UntoldLap
from bot.services.runs.overlapping_runs import Twins
from bot.services.runs.runs import RunView
from cogs.runs.run_card_view import COLOURS, way

PAGE = 25
"""Laps per page; the maximum of a Discord select."""
REPORT_CHARACTERS = 3000
"""Characters of a report that are spelt out; a message takes 4,000."""
SIGNS = {
    Outcome.IMPORTED: "imported",
    Outcome.ALREADY: "already",
    Outcome.SAME_FILE: "already_same_file",
    Outcome.OFFERED: "offered",
    Outcome.NOT_RUN: "not_run",
    Outcome.UNREADABLE: "unreadable",
    Outcome.TOO_LARGE: "too_large",
}


def size(reader: Localizer, distance_m: int | None, duration_ms: int) -> str:
    """Return a size such as `5.00 km · 27:30`, or the time alone."""
    time = reader.duration(duration_ms)
    return f"{reader.distance(distance_m)} · {time}" if distance_m else time


def paced(reader: Localizer, distance_m: int | None, duration_ms: int) -> str:
    """Return a size with its pace, the best clue to the direction: `1.00 km · 5:30 · 5:30/km`."""
    shown = size(reader, distance_m, duration_ms)
    return f"{shown} · {reader.pace(duration_ms / distance_m)}" if distance_m else shown


def report(outcomes: Sequence[FileOutcome], reader: Localizer, *, waiting: int, note: str = "") -> ui.LayoutView:
    """Return the result of each file; `waiting` is the number of imported runs without a direction."""
    lines, room = [reader.t("imports.report.title")], REPORT_CHARACTERS
    told = [(outcome.run_id is not None, _line(outcome, reader)) for outcome in outcomes]
    if sum(len(words) + 1 for _, words in told) > room:
        told.sort(key=lambda line: not line[0])  # the end of a long report is only counted: list imported files first
    for at, (_, words) in enumerate(told):
        room -= len(words) + 1
        if room < 0:
            lines.append(reader.t("imports.report.more", count=len(told) - at))
            break
        lines.append(words)
    if note:
        lines.append(note)
    came_in = any(outcome.run_id is not None for outcome in outcomes)
    last = reader.t("imports.report.waiting", count=waiting) if waiting else ""
    return card("\n".join(lines), last if came_in else reader.t("imports.report.none"), colour=COLOURS["untold"])


def _line(outcome: FileOutcome, reader: Localizer) -> str:
    shown = {
        "file": escaped(outcome.filename, 60),
        "day": reader.full_day(outcome.ran_on) if outcome.ran_on else "",
        "size": size(reader, outcome.distance_m, outcome.duration_ms),
        "sport": reader.t(f"imports.sport.{outcome.sport}") if outcome.sport else "",
    }
    if outcome.outcome in (Outcome.UNREADABLE, Outcome.TOO_LARGE):
        params = {name: escaped(value) if isinstance(value, str) else value for name, value in outcome.params.items()}
        shown["reason"] = reader.t(outcome.reason, **params) if outcome.reason else ""
    words = reader.t(f"imports.report.{SIGNS[outcome.outcome]}", **shown)
    return "\n".join([words, *(f"-# {reader.t(warning)}" for warning in outcome.warnings)])


def question(asked: LapQuestion, reader: Localizer) -> ui.LayoutView:
    """Return the question which laps were backward, or how much; first, whether the run was logged already."""
    if asked.twins is not None:
        return same_or_two(asked.twins, reader)
    laps = len(asked.laps)
    run_id = asked.run_id
    title = reader.t("imports.ask.title" if laps else "imports.ask.title_whole")
    about = reader.t(
        "imports.ask.run",
        day=reader.full_day(asked.ran_on),
        size=paced(reader, asked.distance_m, asked.duration_ms),
        file=escaped(asked.filename, 60),
    )
    if not asked.may_be_backward:
        what = reader.t("imports.ask.title_other", sport=reader.t(f"imports.sport.{asked.sport}"))
        choice = row(
            button(reader.t("imports.ask.drop"), identity("import", "drop", run_id), discord.ButtonStyle.primary),
            button(reader.t("imports.ask.forward"), identity("import", "all", run_id, "forward")),
        )
        return card(f"{what}\n{about}\n{reader.t('imports.ask.until')}", choice, colour=COLOURS["untold"])
    hint = reader.t("imports.ask.hint_laps", count=laps) if laps else reader.t("imports.ask.hint_whole")
    third = (
        button(reader.t("imports.ask.choose"), identity("import", "choose", run_id, 0))
        if laps
        else button(reader.t("imports.ask.share"), identity("import", "share", run_id))
    )
    answers = [
        button(reader.t("imports.ask.all"), identity("import", "all", run_id, "backward"), discord.ButtonStyle.primary),
        button(reader.t("imports.ask.none"), identity("import", "all", run_id, "forward")),
        third,
    ]
    words = [title, about, hint]
    if asked.sport == "unknown":
        words.append(reader.t("imports.ask.unknown", word=escaped(asked.sport_name, 40)))
    elif asked.too_quick:
        words.append(reader.t("log.ask.ride"))
    if asked.sport == "unknown" or asked.too_quick:
        answers.append(button(reader.t("imports.ask.drop"), identity("import", "drop", run_id)))
    words.append(reader.t("imports.ask.until"))
    return card("\n".join(words), row(*answers), colour=COLOURS["untold"])


def same_or_two(twins: Twins, reader: Localizer) -> ui.LayoutView:
    """Return the question whether two overlapping runs are the same, showing both."""
    run, there = twins.run, twins.there
    words = [
        reader.t("imports.twins.title"),
        reader.t("imports.twins.there", run=_sight(there, reader)),
        reader.t("imports.twins.run", run=_sight(run, reader)),
        reader.t("imports.twins.hint" if run.content.told else "imports.twins.hint_untold"),
    ]
    ids = (run.run_id, there.run_id)
    answers = row(
        button(reader.t("imports.twins.keep"), identity("import", "same", *ids, "there"), discord.ButtonStyle.primary),
        button(reader.t("imports.twins.take"), identity("import", "same", *ids, "run")),
        button(reader.t("imports.twins.both"), identity("import", "two", *ids)),
    )
    return card("\n".join(words), answers, colour=COLOURS["untold"])


def _sight(view: RunView, reader: Localizer) -> str:
    content = view.content
    at = reader.inside(content.zone).past_moment(content.started_at)
    direction = reader.t(f"runs.direction.{way(content.directions)}")
    source = reader.t(f"imports.source.{view.source}")
    return f"{at} · {size(reader, content.distance_m, content.duration_ms)} · {direction} · {source}"


def next_row(reader: Localizer, waiting: int) -> ui.ActionRow[Any]:
    """Return the button for the next run without a direction."""
    return row(button(reader.t("imports.ask.next", count=waiting), identity("import", "next")))


def lap_choice(asked: LapQuestion, reader: Localizer, page: int) -> ui.LayoutView:
    """Return a page of laps to tick; ticks are stored with the run, so they survive page changes and restarts."""
    count = len(asked.laps)
    last_page = (count - 1) // PAGE
    page = min(max(page, 0), last_page)
    first = page * PAGE
    shown = asked.laps[first : first + PAGE]
    run_id = asked.run_id
    options = [
        discord.SelectOption(
            label=reader.t(
                "imports.choose.lap", number=first + at + 1, size=paced(reader, lap.distance_m, lap.duration_ms)
            )[:100],
            value=str(first + at),
            default=lap.backward,
        )
        for at, lap in enumerate(shown)
    ]
    shown_range = {"first": first + 1, "last": first + len(shown), "laps": count}
    ticks = select(
        identity("import", "tick", run_id, page),
        options,
        placeholder=reader.t("imports.choose.placeholder", first=first + 1, last=first + len(shown)),
        least=0,
        most=len(options),
    )
    save = button(reader.t("imports.choose.save"), identity("import", "save", run_id), discord.ButtonStyle.primary)
    back = button(reader.t("imports.choose.cancel"), identity("import", "ask", run_id))
    turning = []
    if last_page:
        turning = [
            button(
                reader.t("imports.choose.earlier"),
                identity("import", "choose", run_id, max(page - 1, 0)),
                emoji="◀️",
                disabled=page == 0,
            ),
            button(
                reader.t("imports.choose.later"),
                identity("import", "choose", run_id, page + 1),
                emoji="▶️",
                disabled=page == last_page,
            ),
        ]
    words = [reader.t("imports.choose.title"), _ticked(asked.laps, reader)]
    if last_page:
        words.append(f"-# {reader.t('imports.choose.page', **shown_range)}")
    rows = [row(ticks), *([row(*turning)] if turning else []), row(save, back)]
    return card("\n".join(words), *rows, colour=COLOURS["untold"])


def _ticked(laps: Sequence[UntoldLap], reader: Localizer) -> str:
    ticked = [lap for lap in laps if lap.backward]
    if not ticked:
        return reader.t("imports.choose.nothing")
    metres = sum(lap.distance_m or 0 for lap in ticked)
    return reader.t(
        "imports.choose.ticked" if metres else "imports.choose.ticked_time",
        count=len(ticked),
        laps=len(laps),
        distance_m=metres,
        duration_ms=sum(lap.duration_ms for lap in ticked),
    )


def share_form(run_id: int, reader: Localizer) -> Form:
    """Return the form for how much of a run without laps was backward."""
    field = Field(
        "share",
        reader.t("imports.share.label"),
        placeholder=reader.t("imports.share.placeholder"),
        required=True,
        limit=30,
    )
    return Form(reader.t("imports.share.title"), identity("import", "portion", run_id), [field])
