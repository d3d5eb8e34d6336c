"""The highlight line of a run's card: correct, and shown only on some cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.runs.highlights import (
    Earlier,
    EarlierBest,
    Feat,
    Highlight,
    NewBest,
    highlight,
    new_bests,
    streak_highlight,
)
from bot.domain.runs.personal_bests import Effort, Measured
from bot.domain.runs.runs import Direction, RunContent, Stretch

B, F = Direction.BACKWARD, Direction.FORWARD


def run(*stretches: tuple[Direction, int | None, int]) -> RunContent:
    parts = tuple(Stretch(way, metres, seconds * 1000) for way, metres, seconds in stretches)
    return RunContent(datetime(2026, 11, 18, 12, tzinfo=UTC), "UTC", date(2026, 11, 18), parts)


FIVE = run((B, 5000, 1650))
BEFORE = date(2026, 11, 3)
SOME = Earlier(runs=2, distance_m=20_000, longest_m=12_000)


def test_the_first_run_of_all() -> None:
    assert highlight(FIVE, {}) == Highlight(Feat.FIRST_RUN)


def test_the_first_kilometre_backward_may_take_several_runs() -> None:
    assert highlight(FIVE, {F: SOME}) == Highlight(Feat.FIRST_BACKWARD)
    started = {B: Earlier(1, 600, 600)}
    assert highlight(run((B, 399, 200)), started) is None
    assert highlight(run((B, 400, 200)), started) == Highlight(Feat.FIRST_BACKWARD)
    assert highlight(FIVE, {B: Earlier(1, 1000, 1000)}) is None


def effort(distance_m: int, seconds: float) -> Effort:
    return Effort(distance_m, round(seconds * 1000), Measured.WHOLE)


def earlier(distance_m: int, seconds: float, *, shown: bool = True) -> EarlierBest:
    return EarlierBest(effort(distance_m, seconds), BEFORE, shown)


def test_a_best_names_what_it_beat_and_an_equal_time_is_none() -> None:
    own = {(B, 5000): effort(5000, 1650), (B, 1000): effort(1000, 300)}
    assert new_bests(own, {(B, 5000): earlier(5100, 1685)}) == (NewBest(B, 5000, 1_650_000, 35_000, BEFORE),)
    assert new_bests(own, {(B, 5000): earlier(5000, 1650), (F, 5000): earlier(5000, 1700)}) == ()
    assert new_bests(own, {}) == (), "the first time over a distance beats nothing"


def test_new_bests_come_longest_first_and_hide_what_readers_may_not_see() -> None:
    own = {(B, 1000): effort(1000, 300), (B, 5000): effort(5000, 1650), (F, 400): effort(400, 90)}
    before = {(B, 1000): earlier(1000, 310), (B, 5000): earlier(5000, 1700, shown=False), (F, 400): earlier(400, 91)}
    assert new_bests(own, before) == (
        NewBest(B, 5000, 1_650_000),
        NewBest(B, 1000, 300_000, 10_000, BEFORE),
        NewBest(F, 400, 90_000, 1000, BEFORE),
    )


def test_a_best_is_not_one_if_a_longer_run_was_quicker_throughout() -> None:
    own = {(B, 1000): effort(1000, 318)}
    slow = {(B, 1000): earlier(1000, 330), (B, 5000): earlier(5000, 1600)}
    assert len(new_bests(own, slow)) == 1
    quick = {**slow, (B, 5000): earlier(5000, 1368)}
    assert new_bests(own, quick) == (), "5 km at 4:34/km"
    assert len(new_bests(own, {(B, 1000): earlier(1000, 330), (F, 5000): earlier(5000, 1368)})) == 1


def test_new_bests_are_one_line() -> None:
    mile, five = NewBest(B, 1609, 500_000, 2000, BEFORE), NewBest(B, 5000, 1_650_000, 35_000, BEFORE)
    assert highlight(FIVE, {B: SOME}, [five, mile]) == Highlight(Feat.BEST, bests=(five, mile))
    assert highlight(FIVE, {B: SOME}) is None


def test_a_run_of_doubtful_time_is_not_praised() -> None:
    doubtful = replace(FIVE, doubtful=True)
    assert highlight(doubtful, {}) is None
    assert highlight(doubtful, {B: Earlier(9, 96_000, 12_000)}) is None


def test_a_streak_is_told_more_seldom_as_it_gets_longer() -> None:
    assert [weeks for weeks in range(30) if streak_highlight(weeks)] == [3, 5, 10, 15, 20, 26]


def test_a_best_comes_before_a_round_total_and_after_a_first() -> None:
    five = NewBest(B, 5000, 1_650_000, 35_000, BEFORE)
    assert highlight(FIVE, {B: Earlier(9, 96_000, 12_000)}, [five]) == Highlight(Feat.BEST, bests=(five,))
    assert highlight(FIVE, {F: SOME}, [five]) == Highlight(Feat.FIRST_BACKWARD)


def test_a_round_total_is_passed_once() -> None:
    assert highlight(FIVE, {B: Earlier(9, 96_000, 12_000)}) == Highlight(Feat.ROUND, total_km=100)
    assert highlight(FIVE, {B: Earlier(5, 46_000, 12_000), F: Earlier(5, 50_000, 12_000)}) == Highlight(
        Feat.ROUND, total_km=100
    )
    assert highlight(FIVE, {B: Earlier(9, 100_000, 12_000)}) is None


def test_the_longest_run_needs_some_to_be_longer_than() -> None:
    long = run((B, 13_000, 5000))
    assert highlight(long, {B: Earlier(3, 20_000, 12_000)}) == Highlight(Feat.LONGEST, B)
    assert highlight(long, {B: SOME}) is None
    assert highlight(run((B, 12_000, 5000)), {B: Earlier(3, 20_000, 12_000)}) is None


def test_hidden_runs_are_reckoned_with_and_never_told() -> None:
    assert highlight(FIVE, {B: Earlier(9, 96_000, 12_000, hidden=1)}) is None
    assert highlight(FIVE, {F: Earlier(1, 600, 600, hidden=1)}) is None
