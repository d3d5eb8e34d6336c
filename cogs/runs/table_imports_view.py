"""The cards of an imported table: which column is what, how far it is, and what came in."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.runs.tables import ColumnRole, Matching, Service, TableHead
from bot.interactions.components import Field, Form, Pick, button, card, identity, row, select
from bot.localizer import Localizer, escaped
from bot.services.runs.table_imports import FAULTS, TableProgress
from cogs.runs.run_card_view import COLOURS

NOTHING = "none"
"""Value of the option that a column is not in the table."""
_NAME, _FILE = 40, 60


def table_card(found: TableProgress, reader: Localizer, note: str = "") -> ui.LayoutView:
    """Return the card of an import in its current state."""
    match found.state:
        case "asking":
            return asking(found, reader)
        case "running":
            return running(found, reader, note)
        case "done":
            return done(found, reader, note)
        case "undone":
            return undone(found, reader, found.counts.get("imported", 0))
        case _:
            return card(reader.t("tables.card.dropped", file=escaped(found.filename, _FILE)), colour=COLOURS["untold"])


def asking(found: TableProgress, reader: Localizer) -> ui.LayoutView:
    """Return the question whether the columns are read as they should be, and which sports are runs."""
    head, import_id = found.head, found.import_id
    words = [_title(found, reader), reader.t("tables.card.read_as"), *_columns(head, reader)]
    parts: list[str | ui.Item[ui.LayoutView]] = ["\n".join(words)]
    if head.guess.complete and head.unknown_sports and not head.has_runs:
        chosen = set(head.guess.runs)
        options = [
            discord.SelectOption(
                label=reader.t("tables.form.sport_option", word=one.word or "?", count=one.count)[:100],
                value=str(at),
                default=one.word.lower() in chosen,
            )
            for at, one in enumerate(head.unknown_sports)
        ]
        parts.append(reader.t("tables.card.which_are_runs"))
        parts.append(
            row(
                select(
                    identity("table", "sports", import_id),
                    options,
                    placeholder=reader.t("tables.button.sports"),
                    least=0,
                    most=len(options),
                )
            )
        )
    ready = head.guess.complete and not head.asks_for_sports
    if ready:
        parts.append(reader.t("tables.card.ready"))
    go = button(
        reader.t("tables.button.import"),
        identity("table", "go", import_id),
        discord.ButtonStyle.primary if ready else discord.ButtonStyle.secondary,
        disabled=not ready,
    )
    match = button(
        reader.t("tables.button.match"),
        identity("table", "match", import_id),
        discord.ButtonStyle.secondary if ready else discord.ButtonStyle.primary,
    )
    leave = button(reader.t("tables.button.drop"), identity("table", "drop", import_id))
    return card(*parts, row(go, match, leave), colour=COLOURS["untold"])


def running(found: TableProgress, reader: Localizer, note: str = "") -> ui.LayoutView:
    """Return how far an import is; with a note it has stopped."""
    done_lines, lines = found.next_line, found.head.lines
    if note:
        said = reader.t("tables.card.stopped", done=done_lines, lines=lines, reason=note)
    else:
        said = reader.t("tables.card.progress", done=done_lines, lines=lines)
    go = button(reader.t("tables.button.continue"), identity("table", "go", found.import_id))
    words = [_title(found, reader), said] + ([] if note else [reader.t("tables.card.progress_hint")])
    return card("\n".join(words), row(go), colour=COLOURS["untold"])


def changing(found: TableProgress, reader: Localizer, key: str, changed: int) -> ui.LayoutView:
    """Return how far a change of all runs is; `key` is `telling` or `undoing`."""
    said = reader.t(f"tables.card.{key}", done=changed, runs=found.runs)
    return card(f"{_title(found, reader)}\n{said}", colour=COLOURS["untold"])


def done(found: TableProgress, reader: Localizer, note: str = "") -> ui.LayoutView:
    """Return what came in, and the one question about the direction of all."""
    words = [_title(found, reader), *_counted(found, reader), *([note] if note else [])]
    import_id = found.import_id
    answers = []
    if found.untold:
        words += ["", reader.t("tables.card.untold", count=found.untold)]
        answers = [
            button(reader.t(f"tables.button.all_{way}"), identity("table", "all", import_id, way), style)
            for way, style in (
                ("forward", discord.ButtonStyle.primary),
                ("backward", discord.ButtonStyle.secondary),
            )
        ]
    if found.runs:
        answers.append(button(reader.t("tables.button.undo"), identity("table", "undo", import_id)))
    return card("\n".join(words), row(*answers) if answers else "", colour=COLOURS["untold"])


def undone(found: TableProgress, reader: Localizer, count: int) -> ui.LayoutView:
    """Return that an import was taken back."""
    said = reader.t("tables.card.undone", count=count, file=escaped(found.filename, _FILE))
    return card(said, colour=COLOURS["untold"])


def match_form(found: TableProgress, reader: Localizer) -> Form:
    """Return the form that asks which column is what, filled with the guess."""
    fields: list[Field | Pick] = [
        Pick(reader.t(f"tables.form.{role}"), _column_menu(found.head, role, reader)) for role in ColumnRole
    ]
    return Form(reader.t("tables.form.title"), identity("table", "matched", found.import_id), fields)


def _column_menu(head: TableHead, role: ColumnRole, reader: Localizer) -> ui.Select[ui.LayoutView]:
    needed = role in (ColumnRole.DATE, ColumnRole.DURATION)
    offered = head.options.get(role, ())
    chosen = chosen_value(head.guess, role)
    options = []
    for one in offered:
        name = head.columns[one.column] or f"{one.column + 1}"
        label = name
        if one.reading:
            reading = reader.t(f"tables.reading.{one.reading}")
            label = reader.t("tables.form.option", column=_short(name, 95 - len(reading)), reading=reading)
        value = f"{one.column}:{one.reading}"
        example = head.examples[one.column]
        options.append(
            discord.SelectOption(
                label=label[:100],
                value=value,
                description=reader.t("tables.card.example", example=example)[:100] if example else None,
                default=value == chosen,
            )
        )
    if not needed:
        none_chosen = not any(option.default for option in options)
        options.append(discord.SelectOption(label=reader.t("tables.form.none"), value=NOTHING, default=none_chosen))
    return ui.Select(custom_id=role.value, options=options, min_values=1, max_values=1, required=needed)


def chosen_value(guess: Matching, role: ColumnRole) -> str:
    """Return the value of the option that is chosen for a role, or an empty string."""
    column = getattr(guess, role.value)
    if column is None:
        return ""
    readings = {
        ColumnRole.DATE: guess.date_as.value,
        ColumnRole.DURATION: guess.duration_as.value,
        ColumnRole.DISTANCE: guess.distance_as.value,
    }
    return f"{column}:{readings.get(role, '')}"


def _title(found: TableProgress, reader: Localizer) -> str:
    title = reader.t("tables.card.title", file=escaped(found.filename, _FILE), count=found.head.lines)
    service = found.head.guess.service
    if service is Service.OTHER:
        return title
    named = reader.t(f"tables.service.{service}")
    return f"{title}\n-# {reader.t('tables.card.from', service=named)}"


def _columns(head: TableHead, reader: Localizer) -> Sequence[str]:
    return [f"- {_column(head, role, reader)}" for role in ColumnRole]


def _column(head: TableHead, role: ColumnRole, reader: Localizer) -> str:
    named = reader.t(f"tables.role.{role}")
    value = chosen_value(head.guess, role)
    if not value:
        needed = role in (ColumnRole.DATE, ColumnRole.DURATION)
        return reader.t("tables.card.missing" if needed else "tables.card.none", role=named)
    at, _, reading = value.partition(":")
    column = escaped(head.columns[int(at)] or f"{int(at) + 1}", _NAME)
    example = escaped(head.examples[int(at)], _NAME)
    shown = f" ({reader.t('tables.card.example', example=example)})" if example else ""
    if not reading:
        return reader.t("tables.card.column_plain", role=named, column=column) + shown
    return (
        reader.t("tables.card.column", role=named, column=column, reading=reader.t(f"tables.reading.{reading}")) + shown
    )


def _counted(found: TableProgress, reader: Localizer) -> list[str]:
    counts = found.counts
    new = counts["imported"]
    words = [reader.t("tables.card.imported", count=new) if new else reader.t("tables.card.imported_none")]
    words += [
        reader.t(f"tables.card.{key}", count=counts[key]) for key in ("already", "not_run", "deleted") if counts[key]
    ]
    if counts["unreadable"]:
        words.append(reader.t("tables.card.unreadable", count=counts["unreadable"]))
        for fault in found.faults[:FAULTS]:
            reason = reader.t(f"tables.fault.{fault.reason}", example=escaped(fault.example, 40))
            words.append(reader.t("tables.card.fault", line=fault.line, reason=reason))
        more = counts["unreadable"] - len(found.faults)
        if more > 0:
            words.append(reader.t("tables.card.more_faults", count=more))
    if counts["noon"]:
        words.append(reader.t("tables.card.noon", count=counts["noon"]))
    if new and _unit_assumed(found.head):
        unit = reader.t(f"tables.reading.{found.head.guess.distance_as}")
        words.append(reader.t("tables.card.units", unit=unit))
    return words


def _unit_assumed(head: TableHead) -> bool:
    """Whether neither heading nor cells tell the unit of the distances, and the runner was not asked."""
    guess = head.guess
    if guess.distance is None or guess.service is not Service.GARMIN:
        return False
    return sum(option.column == guess.distance for option in head.options.get(ColumnRole.DISTANCE, ())) > 1


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
