"""Dates, goals, scores, handicap points, and teams in which neither size nor injury decides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.boards.metrics import BoardDirection, Metric
from bot.domain.challenges.challenge_rules import (
    ChallengeGoal,
    ChallengeKind,
    ChallengeTerms,
    check_dates,
    read_goal,
)
from bot.domain.challenges.challenge_scores import (
    ChallengeScore,
    DayAmount,
    TimedEffort,
    handicap_scores,
    order,
    scores,
    totals,
)
from bot.domain.challenges.challenge_teams import draw, team_scores
from bot.domain.runs.runs import Direction
from bot.domain.text.units import Units
from bot.errors import BadInput

TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "metric", "amount"),
    [
        ("1000 km", Metric.DISTANCE, 1_000_000),
        ("25,000 km", Metric.DISTANCE, 25_000_000),
        ("100 miles", Metric.DISTANCE, 160_934),
        ("300 h", Metric.MINUTES, 300 * 3_600_000),
        ("90 min", Metric.MINUTES, 90 * 60_000),
        ("20 days", Metric.DAYS, 20),
        ("3 weeks", Metric.DAYS, 21),
    ],
)
def test_a_goal_names_what_is_counted(typed: str, metric: Metric, amount: int) -> None:
    assert read_goal(typed, ChallengeKind.GOAL, Units.METRIC, "en") == ChallengeGoal(metric, amount)


@pytest.mark.parametrize("typed", ["", "1000", "lots", "0 km", "400 days", "9999999 km", "5000000 h", "-5 km"])
def test_what_is_no_goal_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        read_goal(typed, ChallengeKind.GOAL, Units.METRIC, "en")


def test_handicap_points_are_for_a_distance_with_bests() -> None:
    goal = read_goal("5k", ChallengeKind.HANDICAP, Units.METRIC, "en")
    assert goal.listed_m == 5000
    with pytest.raises(BadInput):
        read_goal("7k", ChallengeKind.HANDICAP, Units.METRIC, "en")


@pytest.mark.parametrize(
    ("first", "last", "key"),
    [
        (TODAY, TODAY - DAY, "backward"),
        (TODAY - 9 * DAY, TODAY - DAY, "past"),
        (TODAY, date(2036, 11, 18), "too_long"),
        (date(2036, 1, 1), date(2036, 2, 1), "too_far"),
    ],
)
def test_impossible_dates_are_refused(first: date, last: date, key: str) -> None:
    check_dates(TODAY, TODAY, TODAY)
    check_dates(TODAY - 9 * DAY, TODAY, TODAY)
    with pytest.raises(BadInput, match=f"challenge.refused.{key}"):
        check_dates(first, last, TODAY)


def terms(kind: ChallengeKind, metric: Metric, amount: int | None = None) -> ChallengeTerms:
    return ChallengeTerms(kind, BoardDirection.ALL, ChallengeGoal(metric, amount), TODAY, TODAY + 9 * DAY)


def test_a_race_is_won_on_the_day_its_number_is_reached() -> None:
    race = terms(ChallengeKind.RACE, Metric.DISTANCE, 10)
    days = [DayAmount(1, TODAY + DAY, 12), DayAmount(2, TODAY, 9), DayAmount(2, TODAY + 2 * DAY, 50, late=True)]
    found = scores(days, race, {})
    assert found[1].reached_on == TODAY + DAY
    assert (found[2].reached_on, found[2].value, found[2].late) == (TODAY + 2 * DAY, 59, 50)
    assert sorted(found, key=lambda one: order(found[one], race.kind)) == [1, 2], "the first, not the farthest"


def test_a_day_counts_once_and_is_late_only_if_every_run_of_it_is() -> None:
    days = [DayAmount(1, TODAY, 1), DayAmount(1, TODAY, 1, late=True), DayAmount(1, TODAY + DAY, 1, late=True)]
    most = terms(ChallengeKind.DAYS, Metric.DAYS)
    assert scores(days, most, {})[1] == ChallengeScore(2, 1, scored=True)
    assert totals(days, most, TODAY + 2 * DAY) == [1, 2, 2]


def test_everyone_has_a_goal_of_their_own() -> None:
    own = terms(ChallengeKind.PERSONAL, Metric.MINUTES)
    found = scores([DayAmount(1, TODAY, 50), DayAmount(2, TODAY, 50)], own, {1: 50, 2: 51})
    assert (found[1].reached_on, found[2].reached_on) == (TODAY, None)


def test_a_second_below_the_mean_of_ones_last_three_is_a_point() -> None:
    def efforts(user_id: int, *times_s: int) -> list[TimedEffort]:
        first = TODAY - 3 * DAY
        return [TimedEffort(user_id, first + n * DAY, one * 1000, late=n > 5) for n, one in enumerate(times_s)]

    fast = efforts(1, 1200, 1210, 1220, 1200)  # 10 s below 1210
    slow = efforts(2, 2400, 2400, 2400, 2380, 2390)  # 20 s, then 3 s below 2393.3
    new = efforts(3, 1500, 1500)
    late = efforts(4, 1500, 1500, 1500, 1510, 1500, 1500, 1480)
    found = handicap_scores([*fast, *slow, *new, *late], TODAY)
    assert found[1] == ChallengeScore(10, scored=True)
    assert found[2] == ChallengeScore(23, scored=True), "the slower runner wins"
    assert found[3] == ChallengeScore(), "three runs make a handicap"
    assert found[4] == ChallengeScore(-10 + 3 + 3 + 23, 23, scored=True)


def test_each_direction_has_a_handicap_of_its_own() -> None:
    ways = ((Direction.BACKWARD, 1500), (Direction.FORWARD, 1200))
    efforts = [TimedEffort(1, TODAY + n * DAY, one * 1000, direction=way) for n in range(3) for way, one in ways]
    efforts.append(TimedEffort(1, TODAY + 3 * DAY, 1_490_000))
    assert handicap_scores(efforts, TODAY)[1].value == 10


def test_an_easy_run_costs_nothing_once_five_count() -> None:
    times = [1500] * 3 + [1490] * 5
    efforts = [TimedEffort(1, TODAY + n * DAY, one * 1000) for n, one in enumerate(times)]
    before = handicap_scores(efforts, TODAY)[1]
    easy = TimedEffort(1, TODAY + 9 * DAY, 2_400_000)
    assert handicap_scores([*efforts, easy], TODAY)[1] == before


def test_size_does_not_win_and_the_injured_cost_nothing() -> None:
    even = {1: [10, 10, 10, 10], 2: [10] * 40}
    found = team_scores(even)
    assert found[1].value == found[2].value == 10
    assert found[1].counted == 2
    injured = team_scores(even | {1: [10, 10, 0, 0]})
    assert injured[1].value == 10
    assert 3 not in team_scores(even | {3: [99]}), "one runner is no team"
    assert team_scores({1: [], 2: [5]}) == {}


strengths = st.dictionaries(st.integers(1, 60), st.integers(0, 100), max_size=30)


@given(waiting=strengths, count=st.integers(2, 8), seed=st.integers(0, 2**31))
def test_a_draw_is_even_balanced_and_repeatable(waiting: dict[int, int], count: int, seed: int) -> None:
    teams: dict[int, list[int]] = {100 + n: [] for n in range(count)}
    dealt = draw(waiting, teams, seed)
    assert dealt.keys() == waiting.keys()
    assert dealt == draw(dict(reversed(waiting.items())), teams, seed)
    sizes = [list(dealt.values()).count(team_id) for team_id in teams]
    assert max(sizes) - min(sizes) <= 1
    sums = [sum(waiting[one] for one, team in dealt.items() if team == team_id) for team_id in teams]
    assert max(sums) - min(sums) <= max(waiting.values(), default=0)


def test_who_has_a_team_stays_in_it() -> None:
    dealt = draw({3: 50, 4: 1}, {1: [90], 2: []}, 7)
    assert dealt == {3: 2, 4: 1} or dealt == {3: 2, 4: 2}
