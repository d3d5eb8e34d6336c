"""What was dropped in one catch-up, for the log: a line each when it is few, one with the numbers when it is many."""

from __future__ import annotations

import logging
from datetime import timedelta

log = logging.getLogger(__name__)

FEW = 5
"""So many are named one by one."""


class Dropped:
    """Counts what was no longer useful, or not wanted, until it is told."""

    def __init__(self) -> None:
        self._late: list[tuple[str, str, timedelta]] = []
        self._unwanted: dict[str, int] = {}

    def late(self, kind: str, name: str, late: timedelta) -> None:
        """Count something that was no longer useful so long after its instant."""
        self._late.append((kind, name, late))

    def unwanted(self, kind: str) -> None:
        """Count a message that its kind held back for good."""
        self._unwanted[kind] = self._unwanted.get(kind, 0) + 1

    def tell(self) -> None:
        """Say what was dropped since it was last told."""
        late, self._late = self._late, []
        unwanted, self._unwanted = self._unwanted, {}
        if len(late) <= FEW:
            for kind, name, by in late:
                log.warning("%s %s was no longer useful after %s and is dropped", kind, name, by)
        else:
            counts: dict[str, tuple[int, timedelta]] = {}
            for kind, _, by in late:
                count, most = counts.get(kind, (0, timedelta()))
                counts[kind] = count + 1, max(most, by)
            said = ", ".join(f"{count:,} {kind} (up to {most})" for kind, (count, most) in sorted(counts.items()))
            log.warning("no longer useful and dropped: %s", said)
        if unwanted:
            said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(unwanted.items()))
            log.info("held back for good by their kinds and dropped: %s", said)
