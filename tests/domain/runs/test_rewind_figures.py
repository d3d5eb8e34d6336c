"""The figures of a rewind, and its oddest run."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.domain.runs.rewinds import Oddity, RewindRun, oddest, reads_backward, rewound, spotters
from bot.domain.runs.runs import Direction, Surface
from bot.domain.when.periods import Period

B, F = Direction.BACKWARD, Direction.FORWARD
ROSA, JONAS, CLUB = 11, 12, 900


def run(
    on: date = date(2026, 3, 4),
    backward: tuple[int, int] = (5000, 1_650_000),
    forward: tuple[int, int] | None = None,
    began: time = time(9),
    **more: object,
) -> RewindRun:
    sums = {B: backward} | ({F: forward} if forward else {})
    return RewindRun(1, on, began, sum(ms for _, ms in sums.values()), sums, **more)  # type: ignore[arg-type]


def test_a_year_is_told_by_months_from_the_last_to_the_first() -> None:
    runs = [
        run(date(2026, 1, 31), spotter_id=ROSA, agreed=True, guild_id=CLUB, surface=Surface.TRACK),
        run(date(2026, 3, 4), spotter_id=ROSA, agreed=True),
        run(date(2026, 3, 4), (8000, 3_000_000), (3000, 900_000), spotter_id=JONAS, surface=Surface.TRACK),
        run(date(2026, 3, 31), (0, 600_000), surface=Surface.ROAD),
    ]
    found = rewound(runs, Period.YEAR, date(2026, 1, 1), date(2026, 4, 2))
    assert (found.behind, found.days, found.runs) == (3, 3, 4)
    assert found.sums == {B: (18_000, 6_900_000), F: (3000, 900_000)}
    assert found.surfaces == ((Surface.TRACK, 2), (Surface.ROAD, 1))
    assert found.longest == {B: (8000, date(2026, 3, 4)), F: (3000, date(2026, 3, 4))}
    assert found.parts == (
        (date(2026, 4, 1), 0, 0), (date(2026, 3, 1), 13_000, 3000), (date(2026, 2, 1), 0, 0),
        (date(2026, 1, 1), 5000, 0),
    )  # fmt: skip
    assert spotters(runs, None) == [(ROSA, 2)], "Jonas has not agreed"
    assert spotters(runs, CLUB) == [(ROSA, 1)], "the other run is not the club's to see"


def test_a_month_is_told_by_weeks_of_which_the_first_may_be_short() -> None:
    found = rewound(
        [run(date(2026, 11, 1)), run(date(2026, 11, 30))], Period.MONTH, date(2026, 11, 1), date(2026, 11, 30)
    )
    assert [(on.day, metres) for on, metres, _ in found.parts] == [
        (30, 5000), (23, 0), (16, 0), (9, 0), (2, 0), (1, 5000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "reads"),
    [(24 * 60 + 42, True), (24 * 60 + 43, False), (5001, True), (5002, False), (60 + 1, False), (600, False),
     (601, True)],
)  # fmt: skip
def test_a_time_of_ten_minutes_or_more_may_read_the_same_backward(seconds: int, reads: bool) -> None:
    assert reads_backward(seconds * 1000) is reads


def test_the_oddest_run_is_odd_for_the_rarest_reason_there_is() -> None:
    usual = run(surface=Surface.TRACK)
    short = run(backward=(800, 300_000), surface=Surface.TRACK)
    grass = run(surface=Surface.GRASS)
    even = run(backward=(2000, 700_000), forward=(2000, 500_500))
    night = run(began=time(4, 37))
    mirrored = run(backward=(5000, 1_482_000))
    assert oddest([]) is None
    assert oddest([usual] * 4) is None
    runs = [usual] * 5
    for odd, why in (
        (short, Oddity.SHORT), (grass, Oddity.SURFACE), (even, Oddity.EVEN), (night, Oddity.NIGHT),
        (mirrored, Oddity.PALINDROME),
    ):  # fmt: skip
        runs.append(odd)
        found = oddest(runs)
        assert found is not None
        assert (found.oddity, found.run) == (why, odd)
