"""Outings: who faces which way, and the one rule, that nobody runs backward without eyes.

An outing has two halves with a role each. Who wants to swap runs backward in one half and faces forward in the other;
`arrange` settles which. Everything here is pure: the database keeps the same rule by triggers of its own.

Source: "on a track, or side by side with one runner facing forward" (Cavagna in The New York Times, 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

DEFAULT_PACE_S_PER_KM = 480.0
"""Backward pace of somebody of whom nothing is known: 8:00/km."""
DEFAULT_BACKWARD_PER_SPOTTER = 2
MOST_BACKWARD_PER_SPOTTER = 3
DEFAULT_GRACE_MIN = 15
RESERVE = 0.25
"""Share of the planned time by which the planned return is later; at least `LEAST_RESERVE`."""
LEAST_RESERVE = timedelta(minutes=10)
EXTENSIONS_MIN = (15, 30)
"""By how many minutes a return can be put off at a time, the least first."""
MOST_EXTENSION_MIN = 60
"""In all, whoever asks: as long as a safety text service extends (Kitestring never more than an hour)."""
TAKE_BACK = timedelta(minutes=30)
"""How long after everybody was home a press on Home can be taken back; while somebody is out it always can."""
DETAIL_KEPT = timedelta(days=30)
"""How long an exact meeting point is kept after the outing."""


class Role(StrEnum):
    """Which way somebody faces in one half."""

    BACKWARD = "backward"
    SPOTTER = "spotter"


class Wish(StrEnum):
    """What somebody wants of an outing."""

    BACKWARD = "backward"
    SPOTTER = "spotter"
    SWAP = "swap"


class OutingState(StrEnum):
    """Where an outing stands."""

    OPEN = "open"
    FILLED = "filled"
    CONFIRMED = "confirmed"
    UNDER_WAY = "under_way"
    HOME = "home"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    OVERDUE = "overdue"
    RESOLVED = "resolved"


BEFORE = frozenset({OutingState.OPEN, OutingState.FILLED, OutingState.CONFIRMED})
"""States in which somebody may still join, leave or change it."""
OUT = frozenset({OutingState.UNDER_WAY, OutingState.OVERDUE})
"""States in which people are out."""
ENDED = frozenset({OutingState.HOME, OutingState.CANCELLED, OutingState.NO_SHOW, OutingState.RESOLVED})
"""States that are final."""


class Audience(StrEnum):
    """Who may answer a call."""

    EVERYONE = "everyone"
    TRUSTED = "trusted"
    ROLE = "role"


class Presence(StrEnum):
    """How somebody stands to an outing."""

    IN = "in"
    WAITING = "waiting"
    OFFERED = "offered"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Roles:
    """One person's role in each half."""

    first: Role
    second: Role

    @property
    def swaps(self) -> bool:
        """Whether the two differ."""
        return self.first is not self.second

    def at(self, half: int) -> Role:
        """The role in half 0 or 1."""
        return (self.first, self.second)[half]


_CHOICES = {
    Wish.BACKWARD: (Roles(Role.BACKWARD, Role.BACKWARD),),
    Wish.SPOTTER: (Roles(Role.SPOTTER, Role.SPOTTER),),
    Wish.SWAP: (Roles(Role.BACKWARD, Role.SPOTTER), Roles(Role.SPOTTER, Role.BACKWARD)),
}


def without_eyes(roles: Sequence[Roles], backward_per_spotter: int, *, swapped: bool = False) -> frozenset[int]:
    """Who runs backward in a half in which too few face forward, as positions in `roles`.

    Args:
        roles: of everybody in the outing; once it is under way, of those who are still out.
        backward_per_spotter: how many backward runners one spotter may take, 1 to 3.
        swapped: roles have been swapped, so that the first half is over.
    """
    found: set[int] = set()
    for half in (1,) if swapped else (0, 1):
        backward = {position for position, r in enumerate(roles) if r.at(half) is Role.BACKWARD}
        if len(backward) > backward_per_spotter * (len(roles) - len(backward)):
            found |= backward
    return frozenset(found)


def eyes_kept(roles: Sequence[Roles], backward_per_spotter: int, *, solo: bool, swapped: bool = False) -> bool:
    """Whether each backward runner has a spotter in every half that lies ahead.

    Args:
        roles: as for `without_eyes`.
        backward_per_spotter: as for `without_eyes`.
        solo: the surface is one on which the club allows running backward alone.
        swapped: as for `without_eyes`.
    """
    return solo or not without_eyes(roles, backward_per_spotter, swapped=swapped)


def arrange(wishes: Sequence[Wish], backward_per_spotter: int, *, solo: bool) -> tuple[Roles, ...] | None:
    """Roles for everybody, in the order of `wishes`, such that the rule holds; None when there are none.

    The first who swaps begins backward where that can be. Where running alone is allowed, people who swap still give
    each other eyes as long as they can: only what no arrangement gives is left to the surface.
    """
    for alone in (False, True) if solo else (False,):
        for choice in product(*(_CHOICES[wish] for wish in wishes)):
            if eyes_kept(choice, backward_per_spotter, solo=alone):
                return choice
    return None


def is_filled(wishes: Sequence[Wish], backward_per_spotter: int, *, solo: bool) -> bool:
    """Whether the outing can take place: two people or more, one of whom runs backward, and the rule kept."""
    someone_backward = any(wish is not Wish.SPOTTER for wish in wishes)
    return len(wishes) >= 2 and someone_backward and arrange(wishes, backward_per_spotter, solo=solo) is not None


def free_wishes(wishes: Sequence[Wish], backward_per_spotter: int, places: int, *, solo: bool) -> frozenset[Wish]:
    """What one more may come as, so that the outing is filled by then or can still be.

    Args:
        wishes: of those who are in.
        backward_per_spotter: as for `eyes_kept`.
        places: most people in the outing.
        solo: as for `eyes_kept`.
    """
    left = places - len(wishes) - 1
    if left < 0:
        return frozenset()
    found = set()
    for wish in Wish:
        more = [*wishes, wish]
        fillers = (more + [Wish.SPOTTER] * spotters + [Wish.BACKWARD] * backward
                   for spotters in range(left + 1) for backward in range(left + 1 - spotters))  # fmt: skip
        if any(is_filled(whole, backward_per_spotter, solo=solo) for whole in fillers):
            found.add(wish)
    return frozenset(found)


def completing(wishes: Sequence[Wish], backward_per_spotter: int) -> frozenset[Wish]:
    """What one more would have to come as for everybody to have eyes; empty where one more is not enough."""
    return frozenset(wish for wish in Wish if is_filled([*wishes, wish], backward_per_spotter, solo=False))


def planned_ms(distance_m: int, pace_s_per_km: float) -> int:
    """Milliseconds that a distance takes at a backward pace."""
    return round(distance_m * pace_s_per_km)  # s per km is ms per m


def planned_return(start: datetime, duration_ms: int, extended_min: int = 0) -> datetime:
    """When everybody should be home: the start, the planned time, a quarter of it and at least ten minutes more."""
    planned = timedelta(milliseconds=duration_ms)
    return start + planned + max(planned * RESERVE, LEAST_RESERVE) + timedelta(minutes=extended_min)


def half_time(start: datetime, duration_ms: int) -> datetime:
    """When those who swap change roles."""
    return start + timedelta(milliseconds=duration_ms) / 2


def overdue_at(due_back_at: datetime, grace_min: int) -> datetime:
    """When those who are out are asked whether they are home, the first step of the escalation.

    Args:
        due_back_at: the planned return, extensions in it.
        grace_min: the club's.
    """
    return due_back_at + timedelta(minutes=grace_min)
