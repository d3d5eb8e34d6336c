"""Check the totals of a file against its points."""

from __future__ import annotations

from dataclasses import dataclass

from bot.files.clocks import FASTEST_M_PER_S
from bot.files.track import Walked

CONTRADICTED = 3
"""A total is wrong if it is smaller than the points show by this factor, or larger by it and faster than anybody runs.
The factor is large because a timer may be stopped while points are recorded, and a GPS position drifts."""
AS_FAR = 0.2
"""Two distances that differ by less than this share belong to the same run."""
ENOUGH = 10
"""Minimum points needed to contradict a total."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Values computed from the points of an activity or lap.

    Attributes:
        running_s: running time in seconds.
        metres: distance, 0 if not measured.
        moving_s: running time in seconds during which the position changed.
        elapsed_s: seconds from the first point to the last.
        points: number of points.
    """

    running_s: float = 0.0
    metres: float = 0.0
    moving_s: float = 0.0
    elapsed_s: float = 0.0
    points: int = 0

    @classmethod
    def of(cls, walked: Walked, first_s: float | None = None, last_s: float | None = None) -> Shown:
        """Return the values of a track between two instants, or of the whole track."""
        if not walked.at_s:
            return cls()
        start, end = walked.indexes(first_s, last_s)
        running_s, metres = walked.running_s[end] - walked.running_s[start], walked.metres[end] - walked.metres[start]
        elapsed_s = walked.at_s[end] - walked.at_s[start]
        return cls(running_s, metres, walked.moving_s(start, end), elapsed_s, end - start + 1)

    def believed(self, told_s: float | None, told_m: float | None) -> tuple[float | None, float | None]:
        """Return the file's seconds and metres, each replaced by that of the points if they contradict it."""
        if self.points < ENOUGH or self.metres > FASTEST_M_PER_S * self.running_s:
            return told_s, told_m
        at_least_s = self.moving_s / CONTRADICTED if self.metres else self.running_s / (CONTRADICTED * CONTRADICTED)
        as_far = told_m is not None and self.metres > 0 and abs(told_m - self.metres) <= AS_FAR * self.metres
        if told_s and (told_s < at_least_s or (as_far and told_s > CONTRADICTED * self.elapsed_s)):
            told_s = self.running_s
        if told_s and told_m and self.metres:
            too_fast = told_m > FASTEST_M_PER_S * told_s
            if told_m * CONTRADICTED < self.metres or (told_m > self.metres * CONTRADICTED and too_fast):
                told_m = self.metres
        return told_s, told_m
