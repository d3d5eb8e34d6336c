"""Scores of a challenge from what its participants ran on each day. Pure: no database, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.boards.metrics import Metric
from bot.domain.challenges.challenge_rules import ChallengeKind, ChallengeTerms
from bot.domain.runs.runs import Direction

HANDICAP_RUNS = 3
"""Runs whose mean is a runner's handicap (Harvel Hash and Athletic Club: the mean of the last three)."""
HANDICAP_BEST = 5
"""A runner's best runs that count, so that an easy run costs nothing (North Derbyshire Running Club: best 7 of 23)."""


@dataclass(frozen=True, slots=True)
class DayAmount:
    """What a participant ran on a day in what the challenge counts.

    Attributes:
        user_id: the runner.
        ran_on: their local day.
        amount: metres, milliseconds, or 1 for a day.
        late: whether it was logged after the end.
    """

    user_id: int
    ran_on: date
    amount: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class TimedEffort:
    """A runner's time over the challenge's distance, in the order of running.

    Attributes:
        user_id: the runner.
        ran_on: local day.
        duration_ms: milliseconds.
        late: whether it was logged after the end.
        direction: which way they faced; each direction has a handicap of its own.
    """

    user_id: int
    ran_on: date
    duration_ms: int
    late: bool = False
    direction: Direction = Direction.BACKWARD


@dataclass(frozen=True, slots=True)
class ChallengeScore:
    """A participant's score.

    Attributes:
        value: metres, milliseconds, days, or handicap points.
        late: how much of it came after the end.
        reached_on: day on which their goal was reached, if there is one and it was.
        scored: whether anything counts yet; handicap points can be 0 or less.
    """

    value: int = 0
    late: int = 0
    reached_on: date | None = None
    scored: bool = False


def scores(days: Iterable[DayAmount], terms: ChallengeTerms, goals: Mapping[int, int]) -> dict[int, ChallengeScore]:
    """Return the scores of those who ran.

    Args:
        days: what was run, within the dates of the challenge.
        terms: of the challenge.
        goals: the participants' own goals, for a challenge of personal goals.
    """
    by_runner: defaultdict[int, list[DayAmount]] = defaultdict(list)
    for day in days:
        by_runner[day.user_id].append(day)
    shared = terms.goal.amount if terms.kind is ChallengeKind.RACE else None
    return {user_id: _score(of_one, terms, goals.get(user_id, shared)) for user_id, of_one in by_runner.items()}


def _score(days: Sequence[DayAmount], terms: ChallengeTerms, goal: int | None) -> ChallengeScore:
    value, reached_on = 0, None
    for ran_on, amount in sorted(_by_day(days, terms.goal.metric).items()):
        value += amount
        if goal is not None and reached_on is None and value >= goal:
            reached_on = ran_on
    in_time = sum(_by_day([day for day in days if not day.late], terms.goal.metric).values())
    return ChallengeScore(value, value - in_time, reached_on, scored=value > 0)


def _by_day(days: Iterable[DayAmount], metric: Metric) -> dict[date, int]:
    """Return the amount of each day; a day counts once, however many runs it has."""
    found: defaultdict[date, int] = defaultdict(int)
    for day in days:
        found[day.ran_on] = 1 if metric is Metric.DAYS else found[day.ran_on] + day.amount
    return dict(found)


def totals(days: Iterable[DayAmount], terms: ChallengeTerms, until: date) -> list[int]:
    """Return the sum at the end of each day from the first one to `until`, or to the last day."""
    amounts: defaultdict[date, int] = defaultdict(int)
    by_runner: defaultdict[int, list[DayAmount]] = defaultdict(list)
    for day in days:
        by_runner[day.user_id].append(day)
    for of_one in by_runner.values():
        for ran_on, amount in _by_day(of_one, terms.goal.metric).items():
            amounts[ran_on] += amount
    found, total = [], 0
    for number in range((min(until, terms.ends_on) - terms.starts_on).days + 1):
        total += amounts[terms.starts_on + timedelta(days=number)]
        found.append(total)
    return found


def handicap_scores(efforts: Iterable[TimedEffort], starts_on: date) -> dict[int, ChallengeScore]:
    """Return the points of those who ran the distance, a point for each second below their handicap.

    The handicap of a run is the mean of the runner's last `HANDICAP_RUNS` before it, so it follows their form. Runs
    without that many before them score nothing. The best `HANDICAP_BEST` count.

    Args:
        efforts: in the order of running, with those before the challenge.
        starts_on: first day of the challenge.
    """
    by_runner: defaultdict[int, list[TimedEffort]] = defaultdict(list)
    for effort in efforts:
        by_runner[effort.user_id].append(effort)
    return {user_id: _points(of_one, starts_on) for user_id, of_one in by_runner.items()}


def _points(efforts: Sequence[TimedEffort], starts_on: date) -> ChallengeScore:
    won: list[tuple[int, bool]] = []
    before: defaultdict[Direction, list[int]] = defaultdict(list)
    for effort in efforts:
        last = before[effort.direction][-HANDICAP_RUNS:]
        if effort.ran_on >= starts_on and len(last) == HANDICAP_RUNS:
            won.append((round((sum(last) / HANDICAP_RUNS - effort.duration_ms) / 1000), effort.late))
        before[effort.direction].append(effort.duration_ms)
    value = _best([points for points, _ in won])
    return ChallengeScore(value, value - _best([points for points, late in won if not late]), scored=bool(won))


def _best(points: Sequence[int]) -> int:
    return sum(sorted(points, reverse=True)[:HANDICAP_BEST])


def order(score: ChallengeScore, kind: ChallengeKind) -> tuple[int, ...]:
    """Return the sort key of a score: the smaller, the better. Equal keys share a rank."""
    if kind in (ChallengeKind.RACE, ChallengeKind.PERSONAL) and score.reached_on is not None:
        return (0, score.reached_on.toordinal())
    return (1 if score.scored else 2, -score.value)
