"""Why people run together in a round, and which of the reasons tell one outing from the others.

No reason rests on a block, nor on what else was drawn, which may: how common one is is counted among all pairs there
could be, as if nobody had blocked anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_REASONS = 3
"""Reasons named of an outing."""
COMMON = 0.75
"""A reason that so large a share of all pairs have tells nothing."""


class MatchReason(StrEnum):
    """Why these run together. Never a block, and never trust: both are private to who said them."""

    FORWARD = "forward"  # somebody's turn to face forward
    BACKWARD = "backward"  # somebody's turn to run backward
    TURNS = "turns"  # several people's turns
    APART = "apart"  # not together for so many weeks
    NEW = "new"
    PLACE = "place"
    PACE = "pace"
    TIME = "time"
    ROLES = "roles"


PERSONAL = frozenset({MatchReason.FORWARD, MatchReason.BACKWARD, MatchReason.APART})
"""Said with a name or a number, so that it differs from pair to pair."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason, with the weeks of `Why.APART`."""

    why: MatchReason
    weeks: int = 0

    @property
    def code(self) -> str:
        """As it is kept: `place`, `apart:5`."""
        return f"{self.why.value}:{self.weeks}" if self.weeks else self.why.value


def shares(pairs: Sequence[Sequence[Reason]]) -> dict[MatchReason, float]:
    """How common each reason is: in what share of the other pairs it is found as well."""
    counts = Counter(why for one in pairs for why in {reason.why for reason in one})
    return {why: (count - 1) / max(1, len(pairs) - 1) for why, count in counts.items()}


def telling(reasons: Sequence[Reason], common: Mapping[MatchReason, float]) -> tuple[Reason, ...]:
    """Of an outing's reasons the few that tell it from others: what is nobody else's, then what few others have.

    What almost all have in common says nothing, and stands only where there is nothing else.
    """
    ranked = sorted(reasons, key=lambda reason: -1.0 if reason.why in PERSONAL else common.get(reason.why, 0.0))
    own = [reason for reason in ranked if reason.why in PERSONAL or common.get(reason.why, 0.0) < COMMON]
    return tuple((own or ranked[:1])[:MOST_REASONS])
