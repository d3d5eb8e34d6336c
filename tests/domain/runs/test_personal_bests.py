from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.runs.activity import Segment
from bot.domain.runs.personal_bests import (
    LISTED_M,
    Effort,
    Measured,
    Outpaced,
    RecordedParts,
    efforts,
    is_eligible,
    listed_for,
    outpaced,
)
from bot.domain.runs.runs import Direction, Review, RunContent, Stretch

B, F, U = Direction.BACKWARD, Direction.FORWARD, Direction.UNTOLD


@pytest.mark.parametrize(
    ("distance_m", "listed"),
    [
        (99, None),
        (100, 100),
        (103, 100),
        (104, None),
        (1500, 1500),
        (1545, 1500),
        (1546, None),
        (1609, 1609),
        (4999, None),
        (5000, 5000),
        (5150, 5000),
        (5151, None),
        (21_097, 21_097),
        (21_098, 21_097),
        (42_195, 42_195),
        (43_460, 42_195),
        (43_461, None),
    ],
)
def test_a_stretch_counts_for_a_distance_it_covers_and_hardly_passes(distance_m: int, listed: int | None) -> None:
    assert listed_for(distance_m) == listed


def laps(*parts: tuple[Direction, int | None, int]) -> list[Stretch]:
    return [Stretch(way, metres, seconds * 1000) for way, metres, seconds in parts]


def whole(distance_m: int, seconds: int) -> Effort:
    return Effort(distance_m, seconds * 1000, Measured.WHOLE)


def lap(distance_m: int, seconds: int) -> Effort:
    return Effort(distance_m, seconds * 1000, Measured.LAP)


def test_a_whole_run_counts_in_full() -> None:
    assert efforts(laps((B, 5100, 1650))) == {(B, 5000): whole(5100, 1650)}
    assert efforts(laps((B, 5200, 1650))) == {}
    assert efforts(laps((B, None, 1650))) == {}


def test_the_fastest_lap_and_the_whole_of_laps_in_one_direction_count() -> None:
    found = efforts(laps(*[(B, 1000, seconds) for seconds in (330, 320, 340, 330, 330)]))
    assert found == {(B, 1000): lap(1000, 320), (B, 5000): whole(5000, 1650)}


def test_laps_of_a_mixed_run_count_in_their_own_direction() -> None:
    found = efforts(laps((B, 1000, 330), (F, 1000, 250), (B, 3000, 1100)))
    assert found == {(B, 1000): lap(1000, 330), (F, 1000): lap(1000, 250), (B, 3000): lap(3000, 1100)}


def test_an_estimated_lap_counts_neither_alone_nor_in_the_whole() -> None:
    parts = laps((B, 1000, 330), (B, 4000, 1320))
    assert efforts([replace(parts[0], estimated=True), parts[1]]) == {}
    assert efforts([parts[0], replace(parts[1], estimated=True)]) == {(B, 1000): lap(1000, 330)}


KILOMETRES = laps(*[(B, 1000, 400)] * 5)


def recorded(*segments: Segment, of: list[Stretch] = KILOMETRES) -> RecordedParts:
    return RecordedParts(tuple((one.distance_m, one.duration_ms) for one in of), segments)


def turned(*ways: Direction) -> list[Stretch]:
    return [replace(one, direction=way) for one, way in zip(KILOMETRES, ways, strict=True)]


def test_a_segment_counts_for_the_direction_of_its_laps_and_across_a_turn_for_none() -> None:
    parts = recorded(
        Segment(400, 0, 0, 402, 150_000), Segment(400, 1, 1, 404, 140_000), Segment(400, 0, 1, 400, 130_000)
    )
    assert efforts(turned(B, F, F, F, F), parts) == {
        (B, 400): Effort(402, 150_000, Measured.SEGMENT),
        (B, 1000): lap(1000, 400),
        (F, 400): Effort(404, 140_000, Measured.SEGMENT),
        (F, 1000): lap(1000, 400),
    }
    assert efforts(KILOMETRES, parts)[B, 400] == Effort(400, 130_000, Measured.SEGMENT)
    there_and_back = recorded(Segment(1500, 0, 2, 1500, 500_000))
    assert (B, 1500) not in efforts(turned(B, F, B, B, B), there_and_back)
    assert efforts(turned(B, B, B, F, F), there_and_back)[B, 1500].duration_ms == 500_000


def test_the_faster_of_lap_and_segment_counts_and_the_lap_of_equal_ones() -> None:
    assert efforts(KILOMETRES, recorded(Segment(1000, 0, 1, 1001, 399_000)))[B, 1000].measured is Measured.SEGMENT
    assert efforts(KILOMETRES, recorded(Segment(1000, 0, 1, 1001, 400_000)))[B, 1000].measured is Measured.LAP


def test_a_corrected_run_has_no_segments_but_a_turned_one_has() -> None:
    parts = recorded(Segment(400, 0, 0, 402, 150_000))
    assert (F, 400) in efforts(turned(F, F, F, F, F), parts)
    for corrected in (
        [replace(KILOMETRES[0], distance_m=990), *KILOMETRES[1:]],
        [replace(KILOMETRES[0], duration_ms=401_000), *KILOMETRES[1:]],
        KILOMETRES[:4],
        laps((B, 5000, 2000)),
    ):
        assert (B, 400) not in efforts(corrected, parts)


def test_a_segment_faster_than_the_best_mark_is_an_error_in_that_direction_alone() -> None:
    quick = recorded(Segment(400, 0, 0, 400, 68_339))
    assert (B, 400) not in efforts(KILOMETRES, quick)
    assert (F, 400) in efforts(turned(F, F, F, F, F), quick)
    assert (B, 400) in efforts(KILOMETRES, recorded(Segment(400, 0, 0, 400, 68_340)))


def test_only_an_agreed_measured_and_told_run_sets_bests() -> None:
    run = RunContent(datetime(2026, 11, 18, 12, tzinfo=UTC), "UTC", date(2026, 11, 18), tuple(KILOMETRES))
    assert is_eligible(run, Review.NONE, deleted=False)
    assert is_eligible(run, Review.AGREED, deleted=False)
    assert not is_eligible(run, Review.HELD, deleted=False)
    assert not is_eligible(run, Review.REJECTED, deleted=False)
    assert not is_eligible(run, Review.NONE, deleted=True)
    assert not is_eligible(replace(run, doubtful=True), Review.NONE, deleted=False)
    assert not is_eligible(replace(run, stretches=(Stretch(U, 5000, 1_650_000),)), Review.NONE, deleted=False)


def held(*efforts: tuple[int, int]) -> dict[int, Effort]:
    return {metres: Effort(metres, ms, Measured.WHOLE) for metres, ms in efforts}


def test_a_segment_of_an_even_run_is_not_outpaced_by_a_longer_one() -> None:
    even = {
        400: Effort(402, 134_000, Measured.SEGMENT),  # 3 m/s to the next second
        800: Effort(801, 267_000, Measured.SEGMENT),
    }
    assert outpaced(even) == {}
    assert outpaced({**even, 400: Effort(402, 136_000, Measured.SEGMENT)}) == {400: Outpaced(800, 133_500)}
    assert outpaced({**even, 400: Effort(402, 134_000, Measured.LAP)}) == {400: Outpaced(800, 133_500)}


def test_a_best_slower_than_the_average_of_a_longer_one_is_outpaced() -> None:
    found = outpaced(held((1000, 318_000), (3000, 1_200_000), (5000, 1_368_000)))
    assert found == {
        1000: Outpaced(5000, 273_600),  # one of five kilometres in 22:48 took at most 4:33.6
        3000: Outpaced(5000, None),  # 3 km fit once into 5 km, and could all be slower
    }
    assert outpaced(held((1000, 270_000), (5000, 1_368_000))) == {}


def test_a_faster_average_proves_nothing_where_the_distance_does_not_fit_often_enough() -> None:
    assert outpaced(held((1500, 450_000), (5000, 1_490_000))) == {1500: Outpaced(5000, None)}
    assert outpaced(held((1500, 450_000), (3000, 890_000))) == {1500: Outpaced(3000, 445_000)}


CHANCE = random.Random(7)


@pytest.mark.parametrize("_", range(200))
def test_no_best_without_a_word_is_slower_than_a_longer_one_s_average(_: int) -> None:
    some = CHANCE.sample(LISTED_M, CHANCE.randint(2, len(LISTED_M)))
    held = {
        listed: Effort(
            CHANCE.randint(listed, int(listed * 1.03)), int(listed * CHANCE.uniform(240, 400)), Measured.WHOLE
        )
        for listed in sorted(some)
    }
    slower = outpaced(held)
    plain = [listed for listed in held if listed not in slower]
    assert plain, "the fastest average is never outpaced"
    averages = [held[listed].duration_ms / listed for listed in plain]
    assert averages == sorted(averages)
    for listed, found in slower.items():
        assert held[found.by_m].duration_ms / found.by_m < held[listed].duration_ms / listed
        if found.proven_ms is not None:
            assert found.proven_ms < held[listed].duration_ms
            assert any(
                found.proven_ms * (one.distance_m // listed) >= one.duration_ms
                for one in held.values()
                if one.distance_m // listed and one is not held[listed]
            )
