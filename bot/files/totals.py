"""What a file says in all, against what its points show."""

from __future__ import annotations

from dataclasses import dataclass

from bot.files.clocks import FASTEST_M_PER_S
from bot.files.track import Walked

CONTRADICTED = 3
"""A total that is less than what the points show by this factor, or more by it and faster than anybody runs, is wrong.
A timer may stand while points are recorded, and a receiver drift: hence so much."""
AS_FAR = 0.2
"""Two distances that differ by less than this share are of the same run."""
ENOUGH = 10
"""Points that may contradict a total."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the points of an activity, or of a lap of it, show.

    Attributes:
        running_s: seconds of running.
        metres: 0 when not measured.
        moving_s: seconds in which somebody got on.
        elapsed_s: seconds from the first to the last of them.
        points: how many.
    """

    running_s: float = 0.0
    metres: float = 0.0
    moving_s: float = 0.0
    elapsed_s: float = 0.0
    points: int = 0

    @classmethod
    def of(cls, walked: Walked, first_s: float | None = None, last_s: float | None = None) -> Shown:
        """What a track shows between two instants, or from end to end."""
        if not walked.at_s:
            return cls()
        start, end = walked.indexes(first_s, last_s)
        running_s, metres = walked.running_s[end] - walked.running_s[start], walked.metres[end] - walked.metres[start]
        elapsed_s = walked.at_s[end] - walked.at_s[start]
        return cls(running_s, metres, walked.moving_s(start, end), elapsed_s, end - start + 1)

    def believed(self, told_s: float | None, told_m: float | None) -> tuple[float | None, float | None]:
        """Seconds and metres as told, or as shown where the points contradict what is told."""
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
