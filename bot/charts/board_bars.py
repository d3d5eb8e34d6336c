"""A part of a leaderboard as bars, by rank alone: names stay in the message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.charts.picture import Picture
from bot.charts.scale import amount
from bot.charts.unit import AxisUnit, unit_for
from bot.domain.boards.metrics import BoardKind
from bot.localizer import Localizer

ROWS = 10
"""Maximum number of bars, which fit into one picture."""


@dataclass(frozen=True, slots=True)
class BoardBar:
    """One row.

    Attributes:
        rank: its rank; several rows may share one.
        value: its amount, in the metric's unit: metres, milliseconds, days.
        mine: whether it is the reader's.
    """

    rank: int
    value: float
    mine: bool = False


@dataclass(frozen=True, slots=True)
class BoardBars(Picture):
    """Rows of a leaderboard.

    Attributes:
        title: of the board.
        unit: in which the values are shown.
        rows: by rank.
        direction: which way was run, for the colour: `backward`, `forward` or `all`.
        you: what stands beside the reader's own row.
        decimal: the reader's decimal separator.
    """

    template: ClassVar[str] = "board_bars"

    title: str
    unit: AxisUnit
    rows: tuple[BoardBar, ...]
    direction: str
    you: str
    decimal: str = "."

    def scene(self) -> dict[str, Any]:
        """Return the bars as fractions of the longest."""
        most = max((row.value for row in self.rows), default=0.0) or 1.0
        ranks = [row.rank for row in self.rows]
        return {
            "title": self.title,
            "direction": self.direction,
            "you": self.you,
            "rows": [
                {
                    "rank": str(row.rank),
                    "share": max(0.0, row.value / most),
                    "value": amount(self.unit.of(row.value), self.decimal),
                    "unit": self.unit.worded(row.value, self.decimal).partition(" ")[2],
                    "mine": row.mine,
                    "gap": at > 0 and row.rank > at + 1 and row.rank > ranks[at - 1] + ranks.count(ranks[at - 1]),
                }
                for at, row in enumerate(self.rows)
            ],
        }


def board_bars(kind: BoardKind, rows: Sequence[BoardBar], reader: Localizer) -> BoardBars:
    """Return the picture of some rows of a board, of which at most `ROWS` are drawn.

    Args:
        kind: the board.
        rows: by rank, with amounts in the metric's unit. After a gap in the ranks a mark says so.
        reader: whose language and units.
    """
    shown = rows[:ROWS]
    unit = unit_for(kind.metric.unit, max((row.value for row in shown), default=0.0), reader)
    listed = [
        reader.t(
            "charts.board.mine" if row.mine else "charts.board.row",
            rank=row.rank,
            amount=unit.worded(row.value, reader.decimal),
        )
        for row in shown
    ]
    title = reader.t(kind.title_key)
    return BoardBars(
        alt=reader.t("charts.board.alt", title=title, rows=reader.both(listed)),
        title=title,
        unit=unit,
        rows=tuple(shown),
        direction=kind.direction.value,
        you=reader.t("charts.board.you"),
        decimal=reader.decimal,
    )
