"""Rate limits per user, so that one user's flood does not slow down the others.

Urgent areas have their own allowances: a user who has used up every other allowance can still press Need help.
A refused user gets a few refusal messages; after that their interactions are ignored.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from enum import Enum, auto
from math import ceil
from typing import Any

from discord import InteractionType

from bot.domain.members.allowances import Allowance, Allowances

ORDINARY = Allowance(burst=30, per_s=3)
"""Commands and presses; more than anybody presses by hand, including ticking laps."""
TYPING = Allowance(burst=30, per_s=6)
"""Autocomplete requests; Discord sends at most a few per second."""
URGENT = Allowance(burst=30, per_s=3)
"""For each urgent area."""
URGENT_AREAS = frozenset({"alert", "outing", "contact", "call"})
"""First parts of custom ids: Need help, I feel unsafe and the answers to them; Home, Extend and the other outing
buttons; and the More menu that contains them."""
WORDS = Allowance(burst=5, per_s=0.5)
"""Refusal messages; each costs a request."""

ENOUGH = 6
"""Number of presses that must be available again before the time to wait is over."""

log = logging.getLogger(__name__)


class Verdict(Enum):
    """What to do with an interaction."""

    ADMITTED = auto()
    TOLD = auto()  # refused, with a message
    IGNORED = auto()


class Admission:
    """The allowances of all users.

    Interactions are judged as raw gateway data: creating an `Interaction` object and a task for each is most of the
    cost of a flood.

    Args:
        now: returns the seconds of a monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._ordinary, self._typing, self._words = map(Allowances, (ORDINARY, TYPING, WORDS))
        self._urgent = {area: Allowances(URGENT) for area in URGENT_AREAS}

    def judge(self, interaction: Mapping[str, Any]) -> tuple[Verdict, int]:
        """Count an interaction against its user's allowance.

        Args:
            interaction: the data of INTERACTION_CREATE.

        Returns:
            What to do with it, and after how many seconds the user can press several times again.
        """
        who, now = int((interaction.get("member") or interaction)["user"]["id"]), self._now()
        if interaction["type"] == InteractionType.autocomplete.value:
            return Verdict.ADMITTED if self._typing.take(who, now) else Verdict.IGNORED, 0
        area = str(interaction.get("data", {}).get("custom_id", "")).partition(":")[0]
        allowances = self._urgent.get(area, self._ordinary)
        if allowances.take(who, now):
            return Verdict.ADMITTED, 0
        if not self._words.take(who, now):
            return Verdict.IGNORED, 0
        log.info("user %s is rate limited", who)
        return Verdict.TOLD, max(1, ceil(allowances.wait_s(who, ENOUGH, now)))
