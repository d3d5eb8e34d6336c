"""The reasons why people are matched in a round, and the selection of those that distinguish an outing.

No reason depends on a block, nor on the rest of the draw, which itself can depend on one: frequencies are counted among
all possible pairs, ignoring blocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_REASONS = 3
"""Most reasons shown for an outing."""
COMMON = 0.75
"""A reason is too common to show if at least this share of all pairs has it."""


class MatchReason(StrEnum):
    """Why people are matched. Blocks and trust are excluded, because both are private."""

    FORWARD = "forward"  # somebody is due to face forward
    BACKWARD = "backward"  # somebody is due to run backward
    TURNS = "turns"  # several people are due
    APART = "apart"  # they have not run together for some weeks
    NEW = "new"
    PLACE = "place"
    PACE = "pace"
    TIME = "time"
    ROLES = "roles"


PERSONAL = frozenset({MatchReason.FORWARD, MatchReason.BACKWARD, MatchReason.APART})
"""Reasons with a name or a number, which differ from pair to pair."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason, with the number of weeks for `MatchReason.APART`."""

    why: MatchReason
    weeks: int = 0

    @property
    def code(self) -> str:
        """The stored form: `place`, `apart:5`."""
        return f"{self.why.value}:{self.weeks}" if self.weeks else self.why.value


def shares(pairs: Sequence[Sequence[Reason]]) -> dict[MatchReason, float]:
    """Return the share of the other pairs that have each reason."""
    counts = Counter(why for one in pairs for why in {reason.why for reason in one})
    return {why: (count - 1) / max(1, len(pairs) - 1) for why, count in counts.items()}


def telling(reasons: Sequence[Reason], common: Mapping[MatchReason, float]) -> tuple[Reason, ...]:
    """Return the reasons that distinguish an outing, personal ones first, then the least common.

    Common reasons are returned only if there are no others.
    """
    ranked = sorted(reasons, key=lambda reason: -1.0 if reason.why in PERSONAL else common.get(reason.why, 0.0))
    own = [reason for reason in ranked if reason.why in PERSONAL or common.get(reason.why, 0.0) < COMMON]
    return tuple((own or ranked[:1])[:MOST_REASONS])
