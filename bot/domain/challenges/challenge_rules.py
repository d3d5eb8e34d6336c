"""The terms of a challenge: what is counted, when, and which dates and goals are possible.

A challenge counts by the runner's own day (`ran_on`). It ends with its last day in the club's zone, is provisional for
`LATE_LOGS` so that runs can be logged late, and is final then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.limits import (
    CHALLENGE_AHEAD_DAYS,
    CHALLENGE_DAYS,
    CHALLENGE_GOAL_M,
    CHALLENGE_GOAL_MS,
    CHALLENGE_LATE_LOGS_H,
)
from bot.domain.runs.personal_bests import listed_for
from bot.domain.text.units import Units, parse_distance, parse_duration
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import plain
from bot.domain.when.moment_parser import at_wall
from bot.errors import BadInput

NAME_LIMIT = 60
"""Characters of a challenge's name, so that its title takes at most two lines on a phone."""
TEAM_NAME_LIMIT = 30
"""Characters of a team's name, so that it fits a button and a row with its score."""
LATE_LOGS = timedelta(hours=CHALLENGE_LATE_LOGS_H)
"""Time after the end in which runs can still be logged."""


class ChallengeKind(StrEnum):
    """What decides a challenge. Values are stored, and never change."""

    GOAL = "goal"  # the sum of everyone
    RACE = "race"  # who is first at a number
    DAYS = "days"  # who has most days with a run
    PERSONAL = "personal"  # everyone has a goal of their own
    HANDICAP = "handicap"  # points against one's own last three at a distance


class ChallengePhase(StrEnum):
    """Where a challenge is in its life."""

    DRAFT = "draft"  # not posted yet
    AHEAD = "ahead"
    RUNNING = "running"
    PROVISIONAL = "provisional"  # over, but runs can still be logged late
    FINAL = "final"
    CANCELLED = "cancelled"  # ended before it began


OVER = (ChallengePhase.FINAL, ChallengePhase.CANCELLED)
JOINABLE = (ChallengePhase.AHEAD, ChallengePhase.RUNNING)


class ChallengeState(StrEnum):
    """What is stored of the phase; the rest follows from the dates. Values never change."""

    DRAFT = "draft"
    OPEN = "open"
    FINAL = "final"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ChallengeGoal:
    """What is to be reached.

    Attributes:
        metric: `DISTANCE`, `MINUTES` or `DAYS`.
        amount: metres, milliseconds or days; None for most days, and for handicap points.
        listed_m: the listed distance of handicap points, else None.
    """

    metric: Metric
    amount: int | None = None
    listed_m: int | None = None


@dataclass(frozen=True, slots=True)
class ChallengeTerms:
    """What a challenge counts.

    Attributes:
        kind: what decides it.
        direction: of the runs that count.
        goal: what is to be reached.
        starts_on: first day.
        ends_on: last day.
        teams: number of teams, or 0.
        files: whether only runs from a watch's file count.
    """

    kind: ChallengeKind
    direction: BoardDirection
    goal: ChallengeGoal
    starts_on: date
    ends_on: date
    teams: int = 0
    files: bool = False

    @property
    def days(self) -> int:
        """Number of its days."""
        return (self.ends_on - self.starts_on).days + 1


def ends_at(ends_on: date, zone: str) -> datetime:
    """Return the instant at which a day ends in a zone."""
    return at_wall(ends_on + timedelta(days=1), time(), zone)


def phase_of(state: ChallengeState, starts_at: datetime, ended_at: datetime, now: datetime) -> ChallengePhase:
    """Return the phase of a challenge.

    Args:
        state: as stored.
        starts_at: the instant at which its first day begins.
        ended_at: the instant of its end.
        now: current time.
    """
    if state is not ChallengeState.OPEN:
        return ChallengePhase(state.value)
    if now < starts_at:
        return ChallengePhase.AHEAD
    return ChallengePhase.RUNNING if now < ended_at else ChallengePhase.PROVISIONAL


def check_dates(starts_on: date, ends_on: date, today: date) -> None:
    """Check the dates of a new challenge.

    Raises:
        BadInput: it ends before it begins or is over already, is too long, or begins too far ahead.
    """
    told = {"first": starts_on, "dated": ends_on}
    if ends_on < starts_on:
        raise BadInput("challenge.refused.backward", **told)
    if ends_on < today:
        raise BadInput("challenge.refused.past", **told)
    if (ends_on - starts_on).days + 1 > CHALLENGE_DAYS:
        raise BadInput("challenge.refused.too_long", **told, limit=CHALLENGE_DAYS)
    if abs((starts_on - today).days) > CHALLENGE_AHEAD_DAYS:
        raise BadInput("challenge.refused.too_far", dated=starts_on, limit=CHALLENGE_AHEAD_DAYS)


_DAYS = re.compile(rf"([0-9]{{1,4}})\s*({any_of(WORDS.days)})")


def read_goal(typed: str, kind: ChallengeKind, units: Units, language: str) -> ChallengeGoal:
    """Return the goal that a text names: `1000 km`, `50 h`, `20 days`; for handicap points a listed distance.

    Raises:
        BadInput: unreadable, none of these, or more than anyone could reach.
    """
    if kind is ChallengeKind.DAYS:
        return ChallengeGoal(Metric.DAYS)
    if kind is ChallengeKind.HANDICAP:
        return ChallengeGoal(Metric.DISTANCE, listed_m=_read_listed(typed, units, language))
    if not re.search("[a-z]", plain(typed)):  # a bare number of metres would be read as a very short goal
        raise BadInput("challenge.refused.goal", typed=typed)
    if days := _DAYS.fullmatch(plain(typed)):
        return ChallengeGoal(Metric.DAYS, _checked_days(int(days[1]) * WORDS.days[days[2]], typed))
    if (metres := _large(typed, CHALLENGE_GOAL_M, lambda text: parse_distance(text, units, language))) is not None:
        return ChallengeGoal(Metric.DISTANCE, metres)
    if (ms := _large(typed, CHALLENGE_GOAL_MS, lambda text: parse_duration(text, language))) is not None:
        return ChallengeGoal(Metric.MINUTES, ms)
    raise BadInput("challenge.refused.goal", typed=typed)


def _read_listed(typed: str, units: Units, language: str) -> int:
    listed = listed_for(parse_distance(typed, units, language))
    if listed is None:
        raise BadInput("challenge.refused.listed", typed=typed)
    return listed


def _checked_days(days: int, typed: str) -> int:
    if not 1 <= days <= CHALLENGE_DAYS:
        raise BadInput("challenge.refused.goal", typed=typed)
    return days


_THOUSANDS = re.compile(r"([0-9]{1,3}(?:[ .,'][0-9]{3})*|[0-9]{1,7})\s*([a-z]+)")


def _large(typed: str, most: int, parse: Callable[[str], int]) -> int | None:
    """Return an amount that may be larger than one run's: the number times what one of its unit is, or None."""
    try:
        return parse(typed)
    except BadInput:
        pass
    found = _THOUSANDS.fullmatch(plain(typed))
    if found is None:
        return None
    try:
        amount = int(re.sub("[^0-9]", "", found[1])) * parse(f"50 {found[2]}") // 50
    except BadInput:
        return None
    return amount if 0 < amount <= most else None
