"""What was run by a device's counter of metres, which may dip, jump and begin anew."""

from __future__ import annotations

from dataclasses import dataclass

FASTEST_M_PER_S = 25.0
"""A counter that rises faster has jumped. Twice what anybody runs, since rides come in as well."""
FASTER = 1.25
"""By how much somebody may run faster than usual before and after a pause."""
SLACK_M = 25.0
"""Metres by which a counter may be off: a fall by less is noise, not a new beginning."""


@dataclass(slots=True)
class _Count:
    """A counter at a moment: what it says, when, and the metres run until then."""

    says_m: float
    at_s: float
    ran_m: float


class Counter:
    """Adds up a counter's gains.

    A fall, and a rise faster than anybody moves, set what was counted until then aside. When the counter comes back
    to it, what lay between was a dip or a spike and counts nothing; otherwise it has begun anew.
    """

    def __init__(self) -> None:
        self._now: _Count | None = None
        self._aside: _Count | None = None
        self._anew_m = 0.0  # what the counter said when it began anew

    def take(self, at_s: float, says_m: float) -> float:
        """Take a reading.

        Args:
            at_s: seconds of running.
            says_m: what the counter says.

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
        """Take the first reading after a pause; of what it has gained, no more was run than `usual_m`, or a little.

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
        """Whether the counter is back where it was before it fell or jumped."""
        stood = now.says_m == self._anew_m
        return _follows(aside, at_s, says_m) and (stood or not _follows(now, at_s, says_m))


def _follows(one: _Count, at_s: float, says_m: float) -> bool:
    return 0 <= says_m - one.says_m <= (at_s - one.at_s) * FASTEST_M_PER_S + SLACK_M
