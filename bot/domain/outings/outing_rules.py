"""Roles and times of outings, and the rule that nobody runs backward without a spotter.

An outing has two halves with a role each. Somebody who swaps runs backward in one half and faces forward in the other;
`arrange` decides which. All functions are pure; database triggers enforce the same rule.

Source: "on a track, or side by side with one runner facing forward" (Cavagna in The New York Times, 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

DEFAULT_PACE_S_PER_KM = 480.0
"""Default backward pace: 8:00/km."""
DEFAULT_BACKWARD_PER_SPOTTER = 2
MOST_BACKWARD_PER_SPOTTER = 3
DEFAULT_GRACE_MIN = 15
RESERVE = 0.25
"""Margin of the planned return, as a share of the planned time; at least `LEAST_RESERVE`."""
LEAST_RESERVE = timedelta(minutes=10)
EXTENSIONS_MIN = (15, 30)
"""Minutes by which a return can be postponed at a time, ascending."""
MOST_EXTENSION_MIN = 60
"""Most minutes of postponement in total, as in a safety text service (Kitestring allows at most an hour)."""
TAKE_BACK = timedelta(minutes=30)
"""How long after the end of an outing a press on Home can be undone; before its end it always can."""
DETAIL_KEPT = timedelta(days=30)
"""How long an exact meeting point is stored after the outing."""


class Role(StrEnum):
    """Which way somebody faces in one half."""

    BACKWARD = "backward"
    SPOTTER = "spotter"


class Wish(StrEnum):
    """The role for which somebody joins an outing."""

    BACKWARD = "backward"
    SPOTTER = "spotter"
    SWAP = "swap"


class OutingState(StrEnum):
    """The state of an outing."""

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
"""States in which people can still join, leave or change the outing."""
OUT = frozenset({OutingState.UNDER_WAY, OutingState.OVERDUE})
"""States in which people are out."""
ENDED = frozenset({OutingState.HOME, OutingState.CANCELLED, OutingState.NO_SHOW, OutingState.RESOLVED})
"""Final states."""


class Audience(StrEnum):
    """Who may answer a call."""

    EVERYONE = "everyone"
    TRUSTED = "trusted"
    ROLE = "role"


class Presence(StrEnum):
    """The state of a person in an outing."""

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
        """Whether the two roles differ."""
        return self.first is not self.second

    def at(self, half: int) -> Role:
        """Return the role in half 0 or 1."""
        return (self.first, self.second)[half]


_CHOICES = {
    Wish.BACKWARD: (Roles(Role.BACKWARD, Role.BACKWARD),),
    Wish.SPOTTER: (Roles(Role.SPOTTER, Role.SPOTTER),),
    Wish.SWAP: (Roles(Role.BACKWARD, Role.SPOTTER), Roles(Role.SPOTTER, Role.BACKWARD)),
}


def without_eyes(roles: Sequence[Roles], backward_per_spotter: int, *, swapped: bool = False) -> frozenset[int]:
    """Return the positions in `roles` of backward runners in a half with too few spotters.

    Args:
        roles: of everybody in the outing, or while it is under way of those who are still out.
        backward_per_spotter: how many backward runners one spotter may take, 1 to 3.
        swapped: whether roles have been swapped, so that the first half is over.
    """
    found: set[int] = set()
    for half in (1,) if swapped else (0, 1):
        backward = {position for position, r in enumerate(roles) if r.at(half) is Role.BACKWARD}
        if len(backward) > backward_per_spotter * (len(roles) - len(backward)):
            found |= backward
    return frozenset(found)


def eyes_kept(roles: Sequence[Roles], backward_per_spotter: int, *, solo: bool, swapped: bool = False) -> bool:
    """Whether each backward runner has a spotter in every half ahead.

    Args:
        roles: as for `without_eyes`.
        backward_per_spotter: as for `without_eyes`.
        solo: whether the club allows running backward alone on the surface.
        swapped: as for `without_eyes`.
    """
    return solo or not without_eyes(roles, backward_per_spotter, swapped=swapped)


def arrange(wishes: Sequence[Wish], backward_per_spotter: int, *, solo: bool) -> tuple[Roles, ...] | None:
    """Return roles for everybody, in the order of `wishes`, that keep the rule, or None if there are none.

    The first who swaps begins backward if possible. Even where running alone is allowed, roles with a spotter for
    everybody are preferred.
    """
    for alone in (False, True) if solo else (False,):
        for choice in product(*(_CHOICES[wish] for wish in wishes)):
            if eyes_kept(choice, backward_per_spotter, solo=alone):
                return choice
    return None


def is_filled(wishes: Sequence[Wish], backward_per_spotter: int, *, solo: bool) -> bool:
    """Whether the outing can take place: at least two people, one of whom runs backward, and the rule kept."""
    someone_backward = any(wish is not Wish.SPOTTER for wish in wishes)
    return len(wishes) >= 2 and someone_backward and arrange(wishes, backward_per_spotter, solo=solo) is not None


def free_wishes(wishes: Sequence[Wish], backward_per_spotter: int, places: int, *, solo: bool) -> frozenset[Wish]:
    """Return the wishes with which one more can join, so that the outing is filled or can still be filled.

    Args:
        wishes: of the people in the outing.
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
    """Return the wishes with which one more person completes the rule; empty if one is not enough."""
    return frozenset(wish for wish in Wish if is_filled([*wishes, wish], backward_per_spotter, solo=False))


def planned_ms(distance_m: int, pace_s_per_km: float) -> int:
    """Return the milliseconds of a distance at a backward pace."""
    return round(distance_m * pace_s_per_km)  # s per km equals ms per m


def planned_return(start: datetime, duration_ms: int, extended_min: int = 0) -> datetime:
    """Return the planned return: start, planned time, a quarter of it or at least ten minutes, and extensions."""
    planned = timedelta(milliseconds=duration_ms)
    return start + planned + max(planned * RESERVE, LEAST_RESERVE) + timedelta(minutes=extended_min)


def half_time(start: datetime, duration_ms: int) -> datetime:
    """Return when those who swap change roles."""
    return start + timedelta(milliseconds=duration_ms) / 2


def overdue_at(due_back_at: datetime, grace_min: int) -> datetime:
    """Return when those who are out are asked whether they are home, the first step of the escalation.

    Args:
        due_back_at: the planned return, including extensions.
        grace_min: the club's setting.
    """
    return due_back_at + timedelta(minutes=grace_min)
