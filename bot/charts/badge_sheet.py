"""Badges as a sheet: those one has, how far the next ones are, and those that are still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.charts.picture import Picture
from bot.localizer import Localizer

TILES = 12
"""Maximum number of badges on a sheet."""


@dataclass(frozen=True, slots=True)
class BadgeTile:
    """A badge.

    Attributes:
        name: from the catalogue.
        level: the level one has, 0 for none.
        levels: how many there are, at least 1.
        share: how far the next level is done, 0 to 1; 1 if there is none.
        progress: the same in words, such as `7 of 10`; empty for none.
    """

    name: str
    level: int
    levels: int
    share: float
    progress: str = ""


@dataclass(frozen=True, slots=True)
class BadgeSheet(Picture):
    """A sheet of badges.

    Attributes:
        title: such as `9 badges`.
        tiles: in the order shown.
    """

    template: ClassVar[str] = "badge_sheet"

    title: str
    tiles: tuple[BadgeTile, ...]

    def scene(self) -> dict[str, Any]:
        """Return the tiles, with their levels as pips."""
        return {
            "title": self.title,
            "tiles": [
                {
                    "name": tile.name,
                    "earned": tile.level > 0,
                    "pips": [number < tile.level for number in range(tile.levels)],
                    "share": min(1.0, max(0.0, tile.share)),
                    "progress": tile.progress,
                }
                for tile in self.tiles
            ],
        }


def badge_sheet(earned: int, tiles: Sequence[BadgeTile], reader: Localizer) -> BadgeSheet:
    """Return a sheet.

    Args:
        earned: how many badges one has in all, also those that are not on this sheet.
        tiles: the badges to show, of which at most `TILES` are drawn.
        reader: whose language.
    """
    shown = tuple(tiles[:TILES])
    told = [
        reader.t(
            "charts.badges.earned" if tile.level else "charts.badges.open",
            badge=tile.name,
            level=tile.level,
            levels=tile.levels,
            percent=round(100 * tile.share),
        )
        for tile in shown
    ]
    title = reader.t("charts.badges.title", count=earned)
    return BadgeSheet(alt=reader.t("charts.badges.alt", title=title, badges="; ".join(told)), title=title, tiles=shown)
