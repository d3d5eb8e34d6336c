"""Imported activities as runs: zone and day, laps, and detection of runs already logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.runs.activity import Activity, Lap, Source, Sport
from bot.domain.runs.imported_runs import Span, impossible, known, overlap, untold, when

START = datetime(2026, 11, 17, 22, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
RUN = Activity(Source.FIT, Sport.RUN, START, None, False, 5000, 1_650_000, 1_700_000)


def lap(distance_m: int | None, duration_ms: int) -> Lap:
    return Lap(distance_m, duration_ms, START)


@pytest.mark.parametrize(
    ("offset_s", "home", "zone", "day"),
    [
        (None, "UTC", "UTC", 17),
        (None, "Europe/Berlin", "Europe/Berlin", 17),
        (3600, "Europe/Berlin", "Europe/Berlin", 17),
        (3598, "Europe/Berlin", "Europe/Berlin", 17),  # a watch's two timestamps differ by seconds
        (7200, "Europe/Berlin", "Etc/GMT-2", 18),
        (-5 * 3600, "Europe/Berlin", "Etc/GMT+5", 17),
        (0, "Europe/Berlin", "Europe/Berlin", 17),  # many devices write UTC as local time: ignored
        (0, "Asia/Kolkata", "Asia/Kolkata", 18),
        (60, "Asia/Kolkata", "Asia/Kolkata", 18),
        (0, "Europe/London", "Europe/London", 17),
        (19_800, "Europe/Berlin", "Asia/Kolkata", 18),
        (-12_600, "UTC", "America/St_Johns", 17),
        (14 * 3600, "UTC", "Etc/GMT-14", 18),
        (40 * 3600, "Europe/Berlin", "Europe/Berlin", 17),  # invalid offset: ignored
        (900, "Europe/Berlin", "Europe/Berlin", 17),  # no zone has this offset
        (7200 + 420, "Europe/Berlin", "Europe/Berlin", 17),  # not a multiple of a quarter of an hour
        (-12 * 3600, "Asia/Tokyo", "Asia/Tokyo", 18),  # used only by ships
        (-9000, "UTC", "UTC", 17),  # Newfoundland's summer time, in winter
        (30_600, "UTC", "UTC", 17),  # Pyongyang's, until 2018
    ],
)
def test_the_files_own_local_time_wins(offset_s: int | None, home: str, zone: str, day: int) -> None:
    found = when(replace(RUN, utc_offset_s=offset_s), home)
    assert (found.started_at, found.zone, found.ran_on) == (START, zone, date(2026, 11, day))


@pytest.mark.parametrize(
    ("at", "offset_s", "zone"),
    [
        (datetime(2026, 7, 1, tzinfo=UTC), -9000, "America/St_Johns"),
        (datetime(2017, 7, 1, tzinfo=UTC), 30_600, "Asia/Pyongyang"),
        (datetime(2014, 7, 1, tzinfo=UTC), -16_200, "America/Caracas"),
        (datetime(2026, 7, 1, tzinfo=UTC), -16_200, "Europe/Berlin"),
        (datetime(2021, 7, 1, tzinfo=UTC), 16_200, "Asia/Kabul"),
    ],
)
def test_an_offset_counts_only_while_some_zone_has_it(at: datetime, offset_s: int, zone: str) -> None:
    assert when(replace(RUN, started_at=at, utc_offset_s=offset_s), "Europe/Berlin").zone == zone


INHABITED = sorted(
    zone
    for zone in available_timezones()
    if "/" in zone and not zone.startswith(("Etc/", "Antarctica/", "Arctic/", "SystemV/", "posix/", "right/"))
)


@settings(deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(INHABITED),
)
def test_the_offset_of_any_zone_is_known_at_any_time(at: datetime, zone: str) -> None:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    if offset and not offset % timedelta(minutes=15):
        found = when(replace(RUN, started_at=at, utc_offset_s=int(offset.total_seconds())), "Etc/UTC")
        assert (found.told, found.ran_on) == (True, at.astimezone(ZoneInfo(zone)).date())


@pytest.mark.long
@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)), st.integers(-60_000, 60_000))  # noqa: DTZ001
def test_an_offset_of_no_zone_leaves_the_runners_own(at: datetime, offset_s: int) -> None:
    found = when(replace(RUN, started_at=at, utc_offset_s=offset_s), "Europe/Berlin")
    real = {at.astimezone(ZoneInfo(zone)).utcoffset() for zone in INHABITED}
    near = round(offset_s / 900) * 900
    if timedelta(seconds=near) not in real or abs(offset_s - near) > 120:
        assert (found.zone, found.told) == ("Europe/Berlin", False)


def test_a_time_of_day_without_a_zone_is_the_runners() -> None:
    found = when(replace(RUN, wall_clock=True), "Europe/Berlin")
    assert found.started_at == START - timedelta(hours=1)
    assert found.ran_on == date(2026, 11, 17)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"started_at": NOW + timedelta(minutes=9)}, None),
        ({"started_at": NOW + timedelta(hours=1)}, "clock"),
        ({"started_at": datetime(1989, 12, 31, tzinfo=UTC)}, "clock"),
        ({"started_at": datetime(1, 1, 2, tzinfo=UTC)}, "clock"),
        ({"duration_ms": 0}, "empty"),
        ({"duration_ms": 10**12}, "beyond"),
        ({"distance_m": 10**7}, "beyond"),
        ({"distance_m": 30_000}, "beyond"),
        ({"distance_m": None}, None),
    ],
)
def test_what_can_be_no_run(changed: dict, reason: str | None) -> None:
    activity = replace(RUN, **changed)
    assert impossible(activity, activity.started_at, NOW) == reason


@pytest.mark.parametrize(
    ("minutes_later", "distance_m", "duration_ms", "same"),
    [
        (0, 5000, 1_650_000, True),
        (20, 5050, 1_600_000, True),  # typed from memory: start and distance are approximate
        (0, 5200, 1_650_000, False),  # four per cent longer
        (28, 5000, 1_650_000, False),  # the next run, begun after this one had ended
        (27.45, 5000, 1_650_000, False),  # the next run, its start rounded to three seconds before the end of this one
        (0, None, 1_640_000, True),  # without a distance the times are compared
        (0, None, 1_500_000, False),
    ],
)
def test_what_is_there_already(minutes_later: float, distance_m: int | None, duration_ms: int, same: bool) -> None:
    other = Span(START + timedelta(minutes=minutes_later), distance_m, duration_ms)
    assert known(Span(START, 5000, 1_650_000), [other]) == (other if same else None)


@pytest.mark.parametrize(
    ("minutes_later", "duration_ms", "elapsed_ms", "twice"),
    [
        (0, 1_650_000, None, True),
        (0, 1_730_000, None, True),  # a phone stopped a little later
        (5, 1_650_000, None, True),
        (13, 1_650_000, None, True),
        (15, 1_650_000, None, False),  # overlaps by less than half
        (5, 600_000, None, True),  # covers a part of it
        (27.5, 1_650_000, None, False),  # the next run
        (27, 1_650_000, None, False),  # the next run, typed to the minute
        (-27.5, 1_650_000, None, False),  # the previous run
        (-60, 1_650_000, 2 * 1_650_000 + 3_600_000, True),  # includes an hour with the timer stopped
        (-60, 1_650_000, None, False),
    ],
)
def test_what_covers_the_same_time(minutes_later: float, duration_ms: int, elapsed_ms: int | None, twice: bool) -> None:
    run = Span(START, 5000, 1_650_000)
    other = Span(START + timedelta(minutes=minutes_later), 5300, duration_ms, elapsed_ms)
    assert (overlap(run, other), overlap(other, run)) == (twice, twice)


@given(st.integers(60_000, 20_000_000), st.integers(60_000, 20_000_000), st.integers(0, 10_000))
def test_two_runs_one_after_the_other_are_two(first_ms: int, second_ms: int, between_ms: int) -> None:
    first = Span(START, 5000, first_ms)
    second = Span(START + timedelta(milliseconds=first_ms + between_ms), 5000, second_ms)
    assert not overlap(first, second)
    assert known(second, [first]) is None


@given(st.integers(600_000, 20_000_000), st.floats(-0.08, 0.08), st.floats(-0.1, 0.1))
def test_two_recordings_of_one_run_a_few_per_cent_apart_overlap(ms: int, longer: float, later: float) -> None:
    other = Span(START + timedelta(milliseconds=ms * later), 5000, round(ms * (1 + longer)))
    assert overlap(Span(START, 5000, ms), other)


def test_laps_become_stretches() -> None:
    told = untold(replace(RUN, laps=(lap(2000, 660_000), lap(3000, 990_000))))
    assert [(s.distance_m, s.duration_ms, s.direction) for s in told] == [
        (2000, 660_000, "untold"),
        (3000, 990_000, "untold"),
    ]


def test_one_lap_is_the_whole() -> None:
    (whole,) = untold(replace(RUN, laps=(lap(5000, 1_650_000),)))
    assert (whole.distance_m, whole.duration_ms) == (5000, 1_650_000)


def test_what_no_lap_holds_becomes_the_last() -> None:
    told = untold(replace(RUN, laps=(lap(1000, 330_000), lap(1000, 330_000))))
    assert [s.distance_m for s in told] == [1000, 1000, 3000]
    assert sum(s.duration_ms for s in told) == 1_650_000


def test_without_distances_the_laps_are_times() -> None:
    told = untold(replace(RUN, distance_m=None, laps=(lap(None, 650_000), lap(None, 1_000_000))))
    assert [(s.distance_m, s.duration_ms) for s in told] == [(None, 650_000), (None, 1_000_000)]


@given(
    st.none() | st.integers(0, 50_000),
    st.integers(1, 20_000_000),
    st.lists(st.builds(lap, st.none() | st.integers(0, 5000), st.integers(1, 4_000_000)), max_size=60),
)
def test_stretches_add_up_to_what_the_file_says(distance_m: int | None, duration_ms: int, laps: list[Lap]) -> None:
    told = untold(replace(RUN, distance_m=distance_m, duration_ms=duration_ms, laps=tuple(laps)))
    assert told
    assert sum(s.duration_ms for s in told) == duration_ms
    assert sum(s.distance_m or 0 for s in told) == (distance_m or 0)
    assert all(s.duration_ms > 0 and (s.distance_m is None or s.distance_m > 0) for s in told)
