"""The board card: short lines that stay aligned on a phone, and its navigation."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import ui

from bot.domain.boards.metrics import (
    Aggregation,
    Among,
    BoardDirection,
    BoardKind,
    Counts,
    Metric,
    MetricUnit,
    board_kinds,
)
from bot.interactions.components import Component, Field, Form, button, card, identity, row, select, tab
from bot.localizer import PUBLIC_NAME_LIMIT, Localizer, escaped
from bot.services.boards.boards import Board, BoardRow, MyPlace
from cogs.boards.period_words import offered_spans, span_name
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import COLOURS

NAME_LIMIT = 60
"""Characters of a name on a private board: all of them."""
SEASONS_SHOWN = 10
"""Seasons in the menu, latest first; earlier ones are found by name."""
OTHER = "other"
"""Value of the menu's entry that asks for a period in words."""
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
TINT = {
    BoardDirection.BACKWARD: COLOURS["backward"],
    BoardDirection.FORWARD: COLOURS["forward"],
    BoardDirection.ALL: COLOURS["mixed"],
}


def value(metric: Metric, amount: int, reader: Localizer) -> str:
    """Return an amount of a metric with its unit."""
    match metric.unit:
        case MetricUnit.METRES:
            return reader.distance(amount)
        case MetricUnit.MILLISECONDS:
            return reader.t("board.card.minutes", number=amount // 60_000)
        case MetricUnit.DAYS:
            return reader.t("board.card.days", count=amount)
        case MetricUnit.POINTS:
            return reader.t("board.card.points", count=amount // 60_000)
        case MetricUnit.GRADE:
            return reader.t("board.card.grade", percent=reader.hundredths(amount / 100))


def shown_value(metric: Metric, amount: int, reader: Localizer) -> str:
    """Return an amount as its rows show it: a gain with its sign."""
    words = value(metric, amount, reader)
    return reader.t("board.card.more", value=words) if metric.column.aggregation is Aggregation.GAIN else words


def place(rank: int) -> str:
    """Return a medal, or the rank."""
    return MEDALS.get(rank, f"**{rank}**")


def board_card(board: Board, reader: Localizer, *, club: str, owner_id: int, caller: str | None) -> ui.LayoutView:
    """Return a page of a board.

    Args:
        board: the board to show.
        reader: the club's localizer, or for a private answer the user's.
        club: its name.
        owner_id: the user whose presses redraw it.
        caller: the owner's name on a public board, None on a private one.
    """
    lines = [
        reader.t(
            "board.card.row",
            place=place(entry.rank),
            name=_name(entry.display_name, NAME_LIMIT if caller is None else PUBLIC_NAME_LIMIT, entry, owner_id),
            value=shown_value(board.kind.metric, entry.value, reader),
        )
        for entry in board.rows
    ]
    parts: list[str] = [
        head_of(board, reader, club),
        "\n".join(lines) if lines else reader.t(f"board.card.{_sentence(board, 'empty')}"),
    ]
    if lines or caller is None:
        parts.append(own_line(board, reader, caller))
    if board.pages > 1:
        parts.append(reader.t("board.card.page", page=board.page + 1, pages=board.pages, count=board.total))
    return card(*parts, *_ways(board, reader, owner_id), colour=tint(board))


def head_of(board: Board, reader: Localizer, club: str) -> str:
    """Return the title of a board, with the club, the period and whom it shows."""
    shown = escaped(span_name(board.span, reader), 120) if board.span.name else span_name(board.span, reader)
    line = reader.t("board.card.club", club=escaped(club, 60), span=shown)
    if board.among is not Among.EVERYBODY:
        line += f" · {reader.t(f'board.among.{board.among.value}')}"
    if board.kind.metric.column.sparse:  # it is not obvious what is counted
        line += f"\n{reader.t(f'board.note.{board.kind.metric.value}')}"
    return f"### {reader.t(board.kind.title_key)}\n{line}"


def tint(board: Board) -> discord.Colour:
    """Return the colour of a board's card."""
    return TINT[BoardDirection.FORWARD if board.kind.metric.counts is Counts.SPOTTING else board.kind.direction]


def own_line(board: Board, reader: Localizer, caller: str | None) -> str:
    """Return the owner's own row; empty on a public board if the owner is hidden."""
    mine, metric = board.mine, board.kind.metric
    amount = shown_value(metric, mine.value, reader)
    if mine.hidden:
        return reader.t("board.card.you_hidden", value=amount) if caller is None else ""
    if mine.rank is None:
        past = board.among is Among.NEWCOMERS and mine.value > 0
        key = "not_new" if past else _sentence(board, "none")
        if caller is None:
            return reader.t(f"board.card.you_{key}")
        return reader.t(f"board.card.them_{key}", name=escaped(caller, PUBLIC_NAME_LIMIT))
    if caller is None:
        line = reader.t("board.card.you", place=place(mine.rank), value=amount)
    else:
        name = escaped(caller, PUBLIC_NAME_LIMIT)
        line = reader.t("board.card.them", name=name, place=place(mine.rank), value=amount)
    return " · ".join([line, *_compared(mine, metric, reader)])


def _compared(mine: MyPlace, metric: Metric, reader: Localizer) -> Iterator[str]:
    """Yield the distance to the next rank, and the movement since the previous period."""
    if mine.gap is not None:
        name = escaped(mine.gap.display_name, PUBLIC_NAME_LIMIT)
        yield reader.t("board.card.behind", value=value(metric, mine.gap.value, reader), name=name)
    if mine.climbed is not None:
        moved = "up" if mine.climbed > 0 else "down" if mine.climbed < 0 else "same"
        yield reader.t(f"board.card.{moved}", count=abs(mine.climbed))


def _sentence(board: Board, sentence: str) -> str:
    """Return the last part of the key of a sentence on how to get onto this board."""
    if board.among in (Among.FOLLOWED, Among.TEAM) and sentence == "empty":
        return f"empty_{board.among.value}"
    if not board.kind.metric.own_runs_suffice:
        return f"{sentence}_{board.kind.metric.value}"
    return sentence


def _name(name: str, limit: int, entry: BoardRow, owner_id: int) -> str:
    shown = escaped(name, limit)
    return f"__{shown}__" if entry.user_id == owner_id else shown


def period_form(owner_id: int, kind: BoardKind, among: Among, reader: Localizer) -> ui.Modal:
    """Return the form for a period in words."""
    field = Field("period", reader.t("board.form.label"), placeholder=reader.t("board.form.placeholder"), required=True)
    return Form(reader.t("board.form.title"), identity("board", "words", owner_id, kind.key, among.value), [field])


def _ways(board: Board, reader: Localizer, owner_id: int) -> list[ui.Item[ui.LayoutView]]:
    """Return menus of metrics and periods, a button per filter, page buttons, and the next steps."""
    key, among = board.kind.key, board.among
    what = select(
        identity("board", "metric", owner_id, board.wanted.key, among.value),
        [
            discord.SelectOption(label=reader.t(kind.title_key)[:100], value=kind.key, default=kind == board.kind)
            for kind in board_kinds()
        ],
        placeholder=reader.t("board.card.pick"),
    )
    when = select(
        identity("board", "when", owner_id, key, among.value),
        _periods(board, reader),
        placeholder=reader.t("board.card.pick_period"),
    )
    filters = [
        tab(
            reader.t(f"board.among.{one.value}"),
            identity("board", "whom", owner_id, key, board.wanted.key, one.value),
            chosen=one is among,
        )
        for one in Among
    ]
    ways: list[ui.Item[ui.LayoutView]] = [row(what), row(when), row(*filters)]
    if board.pages > 1:
        ways.append(row(*_turning(board, reader, owner_id)))
    ways.append(row(*_next_steps(board, reader)))
    return ways


def _periods(board: Board, reader: Localizer) -> list[discord.SelectOption]:
    """Return the offered periods, the shown one if it is another, and one that asks for words."""
    listed = list(offered_spans(board.today, board.seasons[:SEASONS_SHOWN], reader))
    if board.wanted not in (wanted for _, wanted in listed):
        listed.append((span_name(board.span, reader), board.wanted))
    options = [
        discord.SelectOption(label=(name or "?")[:100], value=wanted.key, default=wanted == board.wanted)
        for name, wanted in listed
    ]
    return [*options, discord.SelectOption(label=reader.t("board.period.other"), value=OTHER)]


def _next_steps(board: Board, reader: Localizer) -> list[Component]:
    """Return what puts one on this board, emphasised while nobody is on it, and one's own profile."""
    style = discord.ButtonStyle.secondary if board.rows else discord.ButtonStyle.primary
    if board.kind.metric.counts is Counts.SPOTTING:
        step = button(reader.t("board.button.find"), identity("call", "new"), style)
    else:
        step = log_button(reader, style)
    return [step, button(reader.t("board.button.me"), identity("me", "show"))]


def _turning(board: Board, reader: Localizer, owner_id: int) -> list[Component]:
    at = (owner_id, board.kind.key, board.wanted.key, board.among.value)
    return [
        button(
            reader.t("board.button.previous"),
            identity("board", "at", *at, max(board.page - 1, 0)),
            emoji="◀️",
            disabled=board.page == 0,
        ),
        button(
            reader.t("board.button.next"),
            identity("board", "at", *at, board.page + 1),
            emoji="▶️",
            disabled=board.page >= board.pages - 1,
        ),
        button(
            reader.t("board.button.mine"),
            identity("board", "mine", *at),
            disabled=board.mine.page in (None, board.page),
        ),
    ]
