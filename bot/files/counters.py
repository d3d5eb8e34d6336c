"""Distance from a device's distance counter, which may dip, jump and restart."""

from __future__ import annotations

from dataclasses import dataclass

FASTEST_M_PER_S = 25.0
"""A counter that rises faster has jumped. Twice the fastest running speed, because rides are imported too."""
FASTER = 1.25
"""Factor by which the speed around a pause may exceed the usual speed."""
SLACK_M = 25.0
"""Error of a counter in metres: a smaller fall is noise, not a restart."""


@dataclass(slots=True)
class _Count:
    """A counter reading: its value, its time, and the metres run until then."""

    says_m: float
    at_s: float
    ran_m: float


class Counter:
    """Adds up the gains of a counter.

    At a fall, or a rise faster than anybody moves, the last reading is saved. If the counter returns to it, the
    readings in between were a dip or a spike and count nothing; otherwise the counter has restarted.
    """

    def __init__(self) -> None:
        self._now: _Count | None = None
        self._aside: _Count | None = None
        self._anew_m = 0.0  # the counter's value when it restarted

    def take(self, at_s: float, says_m: float) -> float:
        """Add a reading.

        Args:
            at_s: running time in seconds.
            says_m: value of the counter in metres.

        Returns:
            Metres run until then.
        """
        now, aside = self._now, self._aside
        if now is None:
            self._now = _Count(says_m, at_s, 0.0)
        elif aside is not None and self._back(at_s, says_m, now, aside):
            self._now, self._aside = _Count(says_m, at_s, aside.ran_m + says_m - aside.says_m), None
        elif _follows(now, at_s, says_m):
            self._now = _Count(says_m, at_s, now.ran_m + says_m - now.says_m)
        elif not now.says_m - SLACK_M <= says_m < now.says_m:
            settled = aside is None or now.says_m - self._anew_m > SLACK_M
            self._aside = now if settled else aside
            since_m = says_m if _follows(_Count(0.0, now.at_s, 0.0), at_s, says_m) else 0.0
            self._now = _Count(says_m, at_s, now.ran_m + since_m)
            self._anew_m = says_m
        assert self._now
        return self._now.ran_m

    def rest(self, at_s: float, says_m: float, *, usual_m: float) -> float:
        """Add the first reading after a pause; of its gain, at most about `usual_m` counts as run.

        Returns:
            Metres run until then.
        """
        if self._now is None:
            return self.take(at_s, says_m)
        gained_m = max(says_m - self._now.says_m, 0.0)
        gained_m = gained_m if gained_m <= FASTER * usual_m else usual_m
        self._now, self._aside, self._anew_m = _Count(says_m, at_s, self._now.ran_m + gained_m), None, says_m
        return self._now.ran_m

    def _back(self, at_s: float, says_m: float, now: _Count, aside: _Count) -> bool:
        """Whether the counter has returned to its value before it fell or jumped."""
        stood = now.says_m == self._anew_m
        return _follows(aside, at_s, says_m) and (stood or not _follows(now, at_s, says_m))


def _follows(one: _Count, at_s: float, says_m: float) -> bool:
    return 0 <= says_m - one.says_m <= (at_s - one.at_s) * FASTEST_M_PER_S + SLACK_M
