"""How often one person may ask, so that a flood of one's costs the others little.

What is urgent has allowances of its own: whoever has pressed everything else a hundred times can still press Need help.
Whoever is refused is told so a few times; a program that goes on is not answered.
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
"""Commands and presses: more than thumbs make, also where somebody ticks laps."""
TYPING = Allowance(burst=30, per_s=6)
"""Suggestions while an option is typed; Discord asks at most a few times a second."""
URGENT = Allowance(burst=30, per_s=3)
"""For each of the areas that are urgent."""
URGENT_AREAS = frozenset({"alert", "outing", "contact", "call"})
"""First parts of custom ids: Need help, I feel unsafe and what answers them; Home, Extend and the rest of an outing;
and the menu (More) in which they are found."""
WORDS = Allowance(burst=5, per_s=0.5)
"""Refusals that are put into words; an answer costs a request."""

ENOUGH = 6
"""So many presses are worth coming back for."""

log = logging.getLogger(__name__)


class Verdict(Enum):
    """What becomes of an interaction."""

    ADMITTED = auto()
    TOLD = auto()  # refused, in words
    IGNORED = auto()


class Admission:
    """The allowances of everybody who speaks.

    Interactions are judged as Discord sends them: making an object of each, and tasks that answer it, is most of what a
    flood would cost.

    Args:
        now: seconds of a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._ordinary, self._typing, self._words = map(Allowances, (ORDINARY, TYPING, WORDS))
        self._urgent = {area: Allowances(URGENT) for area in URGENT_AREAS}

    def judge(self, interaction: Mapping[str, Any]) -> tuple[Verdict, int]:
        """Count an interaction.

        Args:
            interaction: the data of INTERACTION_CREATE.

        Returns:
            What becomes of it, and the seconds until this person can ask for some more.
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
        log.info("user %s asks too often", who)
        return Verdict.TOLD, max(1, ceil(allowances.wait_s(who, ENOUGH, now)))
