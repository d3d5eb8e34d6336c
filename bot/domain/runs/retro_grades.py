"""Retro grade and retro index: a backward time against the best mark found, and against one's own forward time.

No age grading of backward running has been published. Both are scales of this project, and texts say so.

Source: record times and pairs of times collected in `world_bests`; Dold ran 1500 m in 4:10 forward and 5:01.02 backward
    (sport1.de, volksfreund.de 2009), Aretz a marathon in 2:57:33 and 3:42:41 (Journal Frankfurt 2010)
"""

from __future__ import annotations

from enum import StrEnum

from bot.domain.runs.personal_bests import LISTED_M
from bot.domain.runs.world_bests import BACKWARD, Mark


class IndexLevel(StrEnum):
    """What a retro index says."""

    OUTSTANDING = "outstanding"
    TRAINED = "trained"
    PRACTISED = "practised"
    LEARNING = "learning"


LEVELS = ((0.80, IndexLevel.OUTSTANDING), (0.70, IndexLevel.TRAINED), (0.55, IndexLevel.PRACTISED))
"""The lowest index of each level, highest first. Holders of backward records have 0.74 to 0.83."""


def retro_grade(mark: Mark, duration_ms: int) -> float:
    """Return a time as a percentage of a mark's speed, like the first step of age grading: 100 equals the mark.

    Args:
        mark: best mark found over the same distance.
        duration_ms: own time in milliseconds, above 0.
    """
    return mark.duration_ms / duration_ms * 100


NUMERATORS = {mark.distance_m: mark.duration_ms * 10_000 for mark in BACKWARD if mark.distance_m in LISTED_M}
"""By listed distance, what divided by a time in milliseconds is its retro grade in hundredths of a percent."""


def retro_index(forward_ms: int, backward_ms: int) -> float:
    """Return own forward time divided by own backward time over the same distance, so the ratio of the speeds.

    Args:
        forward_ms: milliseconds, above 0.
        backward_ms: milliseconds, above 0.
    """
    return forward_ms / backward_ms


def level_of(index: float) -> IndexLevel:
    """Return the level of a retro index, as it is shown with two decimals."""
    return next((level for least, level in LEVELS if round(index, 2) >= least), IndexLevel.LEARNING)
