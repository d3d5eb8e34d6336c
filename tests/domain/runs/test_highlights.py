"""The highlight line of a run's card: correct, and shown only on some cards."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.domain.runs.highlights import Earlier, Feat, Highlight, contested, highlight, streak_highlight
from bot.domain.runs.runs import Direction, RunContent, Stretch

B, F = Direction.BACKWARD, Direction.FORWARD


def run(*stretches: tuple[Direction, int | None, int], estimated: bool = False, doubtful: bool = False) -> RunContent:
    parts = tuple(Stretch(way, metres, seconds * 1000, estimated) for way, metres, seconds in stretches)
    return RunContent(datetime(2026, 11, 18, 12, tzinfo=UTC), "UTC", date(2026, 11, 18), parts, doubtful=doubtful)


FIVE = run((B, 5000, 1650))
SOME = Earlier(runs=2, distance_m=20_000, longest_m=12_000)


def test_the_first_run_of_all() -> None:
    assert highlight(FIVE, {}) == Highlight(Feat.FIRST_RUN)


def test_the_first_kilometre_backward_may_take_several_runs() -> None:
    assert highlight(FIVE, {F: SOME}) == Highlight(Feat.FIRST_BACKWARD)
    started = {B: Earlier(1, 600, 600)}
    assert highlight(run((B, 399, 200)), started) is None
    assert highlight(run((B, 400, 200)), started) == Highlight(Feat.FIRST_BACKWARD)
    assert highlight(FIVE, {B: Earlier(1, 1000, 1000)}) is None


def test_a_best_names_what_it_beat_and_an_equal_time_is_none() -> None:
    assert highlight(FIVE, {B: Earlier(2, 20_000, 12_000, 1_685_000)}) == Highlight(Feat.BEST, B, 5000, 35_000)
    assert highlight(FIVE, {B: Earlier(2, 20_000, 12_000, 1_650_000)}) is None
    assert highlight(FIVE, {B: SOME}) is None, "the first time over a distance beats nothing"


def test_a_best_is_measured() -> None:
    before = {B: Earlier(2, 20_000, 12_000, 1_685_000)}
    assert contested(run((B, 5000, 1650), estimated=True)) is None
    assert contested(run((B, None, 1650))) is None
    assert highlight(run((B, 5000, 1650), doubtful=True), before) is None


def test_a_best_is_not_one_if_a_longer_run_was_quicker_throughout() -> None:
    kilometre = run((B, 1000, 318))
    assert highlight(kilometre, {B: Earlier(2, 20_000, 12_000, 330_000, 318.1)}) == Highlight(
        Feat.BEST, B, 1000, 12_000
    )
    assert highlight(kilometre, {B: Earlier(2, 20_000, 12_000, 330_000, 273.6)}) is None, "5 km at 4:34/km"


def test_a_run_of_doubtful_time_is_not_praised() -> None:
    assert highlight(run((B, 5000, 1650), doubtful=True), {}) is None
    assert highlight(run((B, 5000, 1650), doubtful=True), {B: Earlier(9, 96_000, 12_000)}) is None


def test_a_streak_is_told_more_seldom_as_it_gets_longer() -> None:
    assert [weeks for weeks in range(30) if streak_highlight(weeks)] == [3, 5, 10, 15, 20, 26]


def test_laps_in_one_direction_count_as_a_whole_and_a_lap_of_a_mixed_run_alone() -> None:
    assert contested(run(*[(B, 1000, 330)] * 5)) == (5000, 5150)
    mixed = run((B, 1000, 300), (F, 4000, 1200))
    assert contested(mixed) == (1000, 1030)
    before = {B: Earlier(2, 20_000, 12_000, 310_000)}
    assert highlight(mixed, before) == Highlight(Feat.BEST, B, 1000, 10_000)


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
    best = {B: Earlier(2, 20_000, 12_000, 1_685_000, hidden=1)}
    assert highlight(FIVE, best) == Highlight(Feat.BEST, B, 5000), "not by how much"
    assert highlight(FIVE, {B: Earlier(9, 96_000, 12_000, hidden=1)}) is None
    assert highlight(FIVE, {F: Earlier(1, 600, 600, hidden=1)}) is None
