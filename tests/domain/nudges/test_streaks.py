"""Streaks: weeks that meet the goal, pauses, and repairs."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.nudges.streaks import (
    WEEK,
    DaysOff,
    Goal,
    GoalCounts,
    Past,
    PauseReason,
    goal_in,
    monday_of,
    paused_on,
    streak,
)

TODAY = date(2026, 11, 26)  # a Thursday
THIS, LAST, BEFORE = date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 9)
LONG_AGO = date(2020, 1, 6)
ONE, TWO = Goal(), Goal(2)


SPENT = {THIS - back * WEEK: (7, 7) for back in (60, 61)}
"""Two weeks with runs, more than a year ago: the weeks missed after them used both reserves."""


def past(weeks: str, *, spent: bool = True, **more: object) -> Past:
    """Return a history of backward runs per week, this week last: `2.1` is two, none, one; all on Wednesday.

    Without reserves, unless they are not `spent`.
    """
    runs = dict(SPENT) if spent else {}
    runs |= {
        THIS + timedelta(days=2) - back * WEEK: (int(sign), int(sign))
        for back, sign in enumerate(reversed(weeks))
        if sign != "."
    }
    return Past(runs, **more)  # type: ignore[arg-type]


def pause(first: str, back: str) -> list[DaysOff]:
    return [DaysOff(date.fromisoformat(first), date.fromisoformat(back), PauseReason.INJURY)]


@pytest.mark.parametrize(
    ("told", "weeks", "done", "is_open", "danger"),
    [
        (past(""), 0, 0, True, False),
        (past("1"), 1, 1, False, False),
        (past("11."), 2, 0, True, True),
        (past("1."), 1, 0, True, False),
        (past("111"), 3, 1, False, False),
        (past("11.1"), 1, 1, False, False),
        (past("1111", goals=[(THIS, TWO)]), 3, 1, True, True),  # a goal raised today does not change past weeks
        (past("2211", goals=[(LONG_AGO, TWO)]), 0, 1, True, False),
        (past("2212", goals=[(LONG_AGO, TWO)]), 1, 2, False, False),
        (past("111", goals=[(THIS, Goal(0))]), 0, 1, False, False),
        # The week of 16 November is empty: a pause that overlaps it protects it, but adds no week.
        (past("11.1", pauses=pause("2026-11-18", "2026-11-21")), 3, 1, False, False),
        (past("11.1", pauses=pause("2026-11-22", "2026-11-23")), 3, 1, False, False),
        (past("11..", pauses=pause("2026-11-22", "2026-11-24")), 2, 0, False, False),  # protects this week too
        (past("11.1", pauses=pause("2026-11-09", "2026-11-16")), 1, 1, False, False),
        (past("11.1", pauses=pause("2026-11-23", "2026-11-30")), 1, 1, False, False),
        (past("11.1", pauses=pause("2026-11-18", "2026-11-18")), 1, 1, False, False),  # ends on the day it begins
        (past("1111", pauses=pause("2026-11-09", "2026-11-30")), 4, 1, False, False),  # runs during a pause still count
        (past("11.1", repaired=[LAST]), 3, 1, False, False),
        (past("11.1", repaired=[BEFORE]), 1, 1, False, False),
    ],
)
def test_how_somebody_stands(told: Past, weeks: int, done: int, is_open: bool, danger: bool) -> None:
    found = streak(told, TODAY)
    assert (found.weeks, found.done, found.open, found.in_danger) == (weeks, done, is_open, danger)


@pytest.mark.parametrize(
    ("told", "repair", "saved"),
    [
        (past("11."), None, 0),  # not broken yet
        (past("11.."), LAST, 2),
        (past("11.1"), LAST, 3),
        (past("11.11"), BEFORE, 4),
        (past("11..1"), None, 0),  # two weeks missed: one repair is not enough
        (past("11.111"), None, 0),  # too long ago
        (past(".1.1"), None, 0),  # one week is not a streak
        (past("11.1", repaired=[LAST]), None, 0),
        (past("11.1.", goals=[(BEFORE, Goal(0))]), None, 0),
    ],
)
def test_what_a_repair_would_save(told: Past, repair: date | None, saved: int) -> None:
    found = streak(told, TODAY)
    assert (found.repair, found.saved) == (repair, saved)
    if repair is not None:
        repaired = Past(told.runs, told.goals, told.pauses, [*told.repaired, repair])
        assert streak(repaired, TODAY).weeks == saved


def test_a_goal_counts_backward_runs_or_all() -> None:
    forward_only = {THIS: (2, 0), LAST: (1, 1)}
    assert streak(Past(forward_only), TODAY).done == 0
    everything = Past(forward_only, goals=[(LONG_AGO, Goal(2, GoalCounts.ALL))])
    found = streak(everything, TODAY)
    assert (found.weeks, found.done, found.goal.runs) == (1, 2, 2)


def test_a_goal_holds_from_its_week_on() -> None:
    goals = [(LAST, TWO), (THIS, Goal(3))]
    assert [goal_in(goals, monday).runs for monday in (BEFORE, LAST, THIS, THIS + WEEK)] == [1, 2, 3, 3]


def test_a_pause_ends_on_the_day_one_is_back() -> None:
    (one,) = pauses = pause("2026-11-18", "2026-11-21")
    days = [date(2026, 11, day) for day in (17, 18, 20, 21)]
    assert [paused_on(pauses, day) for day in days] == [None, one, one, None]


weeks_told = st.text(".12", max_size=5)  # fewer than bring a reserve
some_pauses = st.lists(
    st.builds(
        lambda ago, days: DaysOff(TODAY - timedelta(days=ago), TODAY - timedelta(days=ago - days), PauseReason.HOLIDAY),
        st.integers(0, 80),
        st.integers(0, 30),
    ),
    max_size=3,
)


@given(weeks_told, some_pauses, st.sampled_from([ONE, TWO]))
def test_protection_never_shortens_a_streak_and_adds_no_week_that_was_not_run(
    weeks: str, pauses: list[DaysOff], goal: Goal
) -> None:
    goals = [(LONG_AGO, goal)]
    bare, protected = (streak(past(weeks, goals=goals, pauses=some), TODAY) for some in ([], pauses))
    met = sum(sign != "." and int(sign) >= goal.runs for sign in weeks)
    assert bare.weeks <= protected.weeks <= met


@given(weeks_told, some_pauses, st.integers(1, 12))
def test_what_is_cut_off_says_the_same_or_that_it_does_not_know(weeks: str, pauses: list[DaysOff], back: int) -> None:
    whole = past(weeks, pauses=pauses)
    since = THIS - back * WEEK
    cut = streak(Past({day: n for day, n in whole.runs.items() if day >= since}, (), pauses), TODAY, since)
    assert cut.undecided or cut.weeks == streak(whole, TODAY).weeks


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), weeks_told)
def test_the_day_of_the_week_on_which_one_asks_changes_nothing(day: date, weeks: str) -> None:
    moved = {run_on + (monday_of(day) - THIS): runs for run_on, runs in past(weeks).runs.items()}
    assert streak(Past(moved), day).weeks == streak(Past(moved), monday_of(day)).weeks


# ── reserves ──


@pytest.mark.parametrize(
    ("told", "weeks", "reserves", "reserved"),
    [
        (past("", spent=False), 0, 2, ()),
        (past("11.", spent=False), 2, 2, ()),  # this week is not missed yet
        (past("11.1", spent=False), 3, 1, (LAST,)),  # kept, and not counted
        (past("11..", spent=False), 2, 1, (LAST,)),
        (past("11..1", spent=False), 3, 0, (BEFORE, LAST)),
        (past("11...1", spent=False), 1, 0, ()),  # two are not enough for three
        (past("1.1", spent=False), 1, 2, ()),  # one week is no streak worth a reserve
        (past("11.1", spent=False, pauses=pause("2026-11-18", "2026-11-21")), 3, 2, ()),  # protected already
        (past("11.1", spent=False, repaired=[LAST]), 3, 2, ()),
        (past("11.1", spent=False, goals=[(LAST, Goal(0)), (THIS, ONE)]), 1, 2, ()),  # no goal, no streak
        (past("11111"), 5, 0, ()),  # with the two weeks of long ago, seven
        (past("111111."), 6, 1, ()),
        (past("111111.1"), 7, 0, (LAST,)),
        (past("11111111111", spent=False), 11, 2, ()),  # never more than two
    ],
)
def test_a_missed_week_uses_a_reserve_by_itself(told: Past, weeks: int, reserves: int, reserved: object) -> None:
    found = streak(told, TODAY)
    assert (found.weeks, found.reserves, found.reserved) == (weeks, reserves, reserved)


@pytest.mark.parametrize("often", [0.5, 0.8, 0.95])
def test_ten_years_of_weeks(often: float) -> None:
    chance, first = random.Random(7), date(2017, 1, 2)
    runs: dict[date, tuple[int, int]] = {}
    before, met, used = streak(Past(runs), first), 0, 0
    for monday in (first + number * WEEK for number in range(520)):
        if ran := chance.random() < often:
            runs[monday + timedelta(days=chance.randrange(7))] = (1, 1)
        met += ran
        now = streak(Past(runs), monday + WEEK)
        assert 0 <= now.reserves <= 2
        if ran:
            assert now.weeks == before.weeks + 1
            assert now.reserves - before.reserves in (0, 1)
        elif before.weeks >= 2 and before.reserves:
            assert (now.weeks, now.reserves) == (before.weeks, before.reserves - 1), "kept, and never counted"
            assert now.reserved[-1] == monday
            used += 1
        else:
            assert (now.weeks, now.reserves, now.reserved) == (0, before.reserves, ())
        before = now
    assert 0 < used <= 2 + met // 8
