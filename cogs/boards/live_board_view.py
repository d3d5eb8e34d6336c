"""The live board, and the message about one that is gone."""

from __future__ import annotations

from discord import ui

from bot.domain.boards.metrics import Among
from bot.interactions.components import button, card, identity, row
from bot.localizer import PUBLIC_NAME_LIMIT, Localizer, escaped
from bot.services.boards.boards import Board
from bot.services.boards.live_boards import NOBODY
from cogs.boards.leaderboard_view import head_of, place, shown_value, tint
from cogs.runs.log_form import log_button


def live_card(board: Board, reader: Localizer, club: str) -> ui.LayoutView:
    """Return the message that everybody reads: the first page, and a private look at one's own place.

    Args:
        board: this week's board.
        reader: the club's localizer.
        club: its name.
    """
    lines = [
        reader.t(
            "board.card.row",
            place=place(entry.rank),
            name=escaped(entry.display_name, PUBLIC_NAME_LIMIT),
            value=shown_value(board.kind.metric, entry.value, reader),
        )
        for entry in board.rows
    ]
    at = (NOBODY, board.kind.key, board.wanted.key, Among.EVERYBODY.value)
    return card(
        head_of(board, reader, club),
        "\n".join(lines) if lines else reader.t("board.live.empty"),
        f"-# {reader.t('board.live.follows', count=board.total)}",
        row(button(reader.t("board.live.mine"), identity("board", "mine", *at)), log_button(reader)),
        colour=tint(board),
    )
