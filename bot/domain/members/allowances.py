"""A token bucket rate limiter per member."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 10_000
"""Number of buckets above which full ones are removed."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The capacity of a bucket, and the tokens it regains per second."""

    burst: float
    per_s: float


class Allowances:
    """The token buckets of many members under one allowance. `now` is in seconds of a monotonic clock."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._left: dict[int, tuple[float, float]] = {}  # (tokens, time) of the last use, least recent first

    def left(self, who: int, now: float) -> float:
        """Return the remaining tokens; negative if more were spent than available."""
        left, at = self._left.get(who, (self.allowance.burst, now))
        return min(self.allowance.burst, left + (now - at) * self.allowance.per_s)

    def take(self, who: int, now: float) -> bool:
        """Take a token if there is one; return whether there was."""
        if self.left(who, now) < 1:
            return False
        self.spend(who, 1, now)
        return True

    def spend(self, who: int, amount: float, now: float) -> None:
        """Spend tokens even if fewer are available."""
        left = self.left(who, now) - amount
        self._left.pop(who, None)
        self._left[who] = (left, now)
        if len(self._left) > KEPT:
            self._forget(now)

    def wait_s(self, who: int, amount: float, now: float) -> float:
        """Return the seconds until `amount` tokens are available."""
        return max(0.0, (amount - self.left(who, now)) / self.allowance.per_s)

    def _forget(self, now: float) -> None:
        """Remove full buckets, least recent first, until one is not full."""
        while self._left:
            longest_ago = next(iter(self._left))
            if self.left(longest_ago, now) < self.allowance.burst:
                return
            del self._left[longest_ago]
