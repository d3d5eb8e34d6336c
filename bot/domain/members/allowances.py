"""How much somebody may ask for at once, and how much again a second: a token bucket for each."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 10_000
"""Buckets above which those that are full again are forgotten."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much at once, and so much again a second."""

    burst: float
    per_s: float


class Allowances:
    """What each of many has left of one allowance. `now` is seconds of a clock that never goes back."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._left: dict[int, tuple[float, float]] = {}  # left when last asked for, and when; the longest ago first

    def left(self, who: int, now: float) -> float:
        """What is left; below zero where more was spent than there was."""
        left, at = self._left.get(who, (self.allowance.burst, now))
        return min(self.allowance.burst, left + (now - at) * self.allowance.per_s)

    def take(self, who: int, now: float) -> bool:
        """Take one, if there is one."""
        if self.left(who, now) < 1:
            return False
        self.spend(who, 1, now)
        return True

    def spend(self, who: int, amount: float, now: float) -> None:
        """Take what was used, whether or not there was so much."""
        left = self.left(who, now) - amount
        self._left.pop(who, None)
        self._left[who] = (left, now)
        if len(self._left) > KEPT:
            self._forget(now)

    def wait_s(self, who: int, amount: float, now: float) -> float:
        """Seconds until so much is there."""
        return max(0.0, (amount - self.left(who, now)) / self.allowance.per_s)

    def _forget(self, now: float) -> None:
        """Forget, from the longest ago, the buckets that are full; stop at the first that is not."""
        while self._left:
            longest_ago = next(iter(self._left))
            if self.left(longest_ago, now) < self.allowance.burst:
                return
            del self._left[longest_ago]
