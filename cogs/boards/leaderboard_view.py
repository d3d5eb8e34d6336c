"""The board card: short lines that stay aligned on a phone, and its navigation."""

from __future__ import annotations

import discord
from babel.dates import format_skeleton
from discord import ui

from bot.domain.boards.metrics import BoardDirection, BoardKind, Counts, Metric, MetricUnit, board_kinds
from bot.domain.when.periods import Period
from bot.interactions.components import Component, button, card, identity, row, select, tab
from bot.languages import locale_of
from bot.localizer import Localizer, escaped
from bot.services.boards.boards import Board
from cogs.runs.log_form import log_button
from cogs.runs.run_card_view import COLOURS

PUBLIC_NAME_LIMIT = 20
"""Characters of a name on a public board, so that a row fits a phone's width; Discord allows 32."""
NAME_LIMIT = 60
"""Characters of a name on a private board: all of them."""
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


def place(rank: int) -> str:
    """Return a medal, or the rank."""
    return MEDALS.get(rank, f"**{rank}**")


def span(board: Board, reader: Localizer) -> str:
    """Return the name of the day, week, month or year."""
    locale = locale_of(reader.language)
    shown = {
        "day": reader.full_day(board.starts_on),
        "month": format_skeleton("yMMMM", board.starts_on, locale=locale),
        "year": str(board.starts_on.year),
    }
    return reader.t(f"board.span.{board.period.value}", **shown)


def board_card(board: Board, reader: Localizer, *, club: str, owner_id: int, caller: str | None) -> ui.LayoutView:
    """Return a page of a board.

    Args:
        board: the board to show.
        reader: the club's localizer, or for a private answer the user's.
        club: its name.
        owner_id: the user whose presses redraw it.
        caller: the owner's name on a public board, None on a private one.
    """
    title = reader.t(BoardKind(board.metric, board.direction).title_key)
    head = f"### {title}\n{reader.t('board.card.club', club=escaped(club, 60), span=span(board, reader))}"
    limit = NAME_LIMIT if caller is None else PUBLIC_NAME_LIMIT
    lines = [
        reader.t(
            "board.card.row",
            place=place(entry.rank),
            name=_name(entry.display_name, limit, own=entry.user_id == owner_id),
            value=value(board.metric, entry.value, reader),
        )
        for entry in board.rows
    ]
    parts: list[str] = [head, "\n".join(lines) if lines else reader.t(_of(board, "empty"))]
    mine = own_line(board, reader, caller) if lines or caller is None else ""
    if mine:
        parts.append(mine)
    if board.pages > 1:
        parts.append(reader.t("board.card.page", page=board.page + 1, pages=board.pages, count=board.total))
    return card(*parts, *_ways(board, reader, owner_id), colour=_tint(board))


def _tint(board: Board) -> discord.Colour:
    return TINT[BoardDirection.FORWARD if board.metric.counts is Counts.SPOTTING else board.direction]


def own_line(board: Board, reader: Localizer, caller: str | None) -> str:
    """Return the owner's own row; empty on a public board if the owner is hidden."""
    mine = board.mine
    amount = value(board.metric, mine.value, reader)
    if mine.hidden:
        return reader.t("board.card.you_hidden", value=amount) if caller is None else ""
    if mine.rank is None:
        if caller is None:
            return reader.t(_of(board, "you_none"))
        return reader.t(_of(board, "them_none"), name=escaped(caller, PUBLIC_NAME_LIMIT))
    if caller is None:
        return reader.t("board.card.you", place=place(mine.rank), value=amount)
    return reader.t("board.card.them", name=escaped(caller, PUBLIC_NAME_LIMIT), place=place(mine.rank), value=amount)


def _of(board: Board, sentence: str) -> str:
    """Return the key of a sentence on how to get onto this board."""
    spotting = board.metric.counts is Counts.SPOTTING
    return f"board.card.{sentence}_spotting" if spotting else f"board.card.{sentence}"


def _name(name: str, limit: int, *, own: bool) -> str:
    shown = escaped(name, limit)
    return f"__{shown}__" if own else shown


def _ways(board: Board, reader: Localizer, owner_id: int) -> list[ui.Item[ui.LayoutView]]:
    """Return a select of the metrics, a button per period, and page buttons if there are several pages."""
    metric, direction, period = board.metric, board.direction, board.period
    options = [
        discord.SelectOption(
            label=reader.t(kind.title_key),
            value=kind.key,
            default=kind == BoardKind(metric, direction),
        )
        for kind in board_kinds()
    ]
    what = select(identity("board", "what", owner_id, period.value), options, placeholder=reader.t("board.card.pick"))
    periods = [
        tab(
            reader.t(f"board.period.{p.value}"),
            identity("board", "show", owner_id, metric.value, direction.value, p.value),
            chosen=p is period,
        )
        for p in Period
    ]
    ways: list[ui.Item[ui.LayoutView]] = [row(what), row(*periods)]
    if board.pages > 1:
        ways.append(row(*_turning(board, reader, owner_id)))
    ways.append(row(*_next_steps(board, reader)))
    return ways


def _next_steps(board: Board, reader: Localizer) -> list[Component]:
    """Return what puts one on this board, emphasised while nobody is on it, and one's own profile."""
    style = discord.ButtonStyle.secondary if board.rows else discord.ButtonStyle.primary
    if board.metric.counts is Counts.SPOTTING:
        step = button(reader.t("board.button.find"), identity("call", "new"), style)
    else:
        step = log_button(reader, style)
    return [step, button(reader.t("board.button.me"), identity("me", "show"))]


def _turning(board: Board, reader: Localizer, owner_id: int) -> list[Component]:
    def to(page: int) -> str:
        return identity("board", "page", owner_id, board.metric.value, board.direction.value, board.period.value, page)

    return [
        button(reader.t("board.button.previous"), to(max(board.page - 1, 0)), emoji="◀️", disabled=board.page == 0),
        button(reader.t("board.button.next"), to(board.page + 1), emoji="▶️", disabled=board.page >= board.pages - 1),
    ]
