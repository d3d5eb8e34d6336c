"""Log what one catch-up dropped: a line each when there are few, a summary with counts when there are many."""

from __future__ import annotations

import logging
from datetime import timedelta

log = logging.getLogger(__name__)

FEW = 5
"""Up to this many are logged one by one."""


class Dropped:
    """Counts dropped jobs and messages until they are logged."""

    def __init__(self) -> None:
        self._late: list[tuple[str, str, timedelta]] = []
        self._unwanted: dict[str, int] = {}

    def late(self, kind: str, name: str, late: timedelta) -> None:
        """Count a job or message dropped because it was `late` past its instant."""
        self._late.append((kind, name, late))

    def unwanted(self, kind: str) -> None:
        """Count a message that its kind dropped through `hold`."""
        self._unwanted[kind] = self._unwanted.get(kind, 0) + 1

    def tell(self) -> None:
        """Log what was dropped since the last call."""
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
            log.info("held by their kinds and dropped: %s", said)
