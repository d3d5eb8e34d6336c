"""The fastest segments of a recording: never faster than its clock, and none across a GPS jump."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.activity import Segment
from bot.domain.runs.personal_bests import SPANS
from bot.files.reading import read_files
from bot.files.segments import KEPT, fastest_segments
from bot.files.track import Track, Walked
from tests.files.fit_files import run
from tests.files.xml_files import gpx, lap, tcx


def walked(*points: tuple[float, float]) -> Walked:
    """Return the track of points given by seconds and metres."""
    track = Track()
    for at_s, metres in points:
        track.add(at_s, metres)
    return track.walked()


def steps(speeds: Iterable[float], every_s: float = 1.0) -> list[tuple[float, float]]:
    """Return the points of a run with these speeds in metres per second, one for each interval."""
    metres = [0.0, *accumulate(speed * every_s for speed in speeds)]
    return [(number * every_s, each) for number, each in enumerate(metres)]


def fastest(found: Iterable[Segment]) -> dict[int, tuple[int, int]]:
    """Return metres and milliseconds of the fastest segment over each listed distance."""
    best: dict[int, tuple[int, int]] = {}
    for one in found:
        held = best.get(one.listed_m)
        if held is None or one.duration_ms < held[1]:
            best[one.listed_m] = one.distance_m, one.duration_ms
    return best


def shortest_times(points: Sequence[tuple[float, float]]) -> dict[int, int]:
    """Return the least milliseconds between any two points that are a listed distance apart."""
    best: dict[int, int] = {}
    for number, (from_s, from_m) in enumerate(points):
        for to_s, to_m in points[number + 1 :]:
            for listed, longest in SPANS:
                if listed <= to_m - from_m + 1e-6 and int(to_m - from_m) <= longest:
                    best[listed] = min(best.get(listed, 10**9), round((to_s - from_s) * 1000))
    return best


def test_the_fastest_part_of_a_run_is_found_wherever_it_is() -> None:
    points = steps([2.5] * 200 + [4.0] * 100 + [2.5] * 300)
    found = fastest(fastest_segments(walked(*points), None, []))
    assert found[100] == (100, 25_000)
    assert found[200] == (200, 50_000)
    assert found[400] == (400, 100_000)
    assert found[1000] == (1000, 340_000)


@given(
    st.lists(st.floats(1.5, 5.0), min_size=30, max_size=120),
    st.sampled_from([1.0, 2.0, 5.0, 10.0]),
)
def test_a_segment_is_the_shortest_time_between_two_points_of_the_clock(speeds: list[float], every_s: float) -> None:
    smooth = [(one + other) / 2 for one, other in pairwise(speeds)]  # no step counts as a jump
    points = [(at, round(metres, 2)) for at, metres in steps(smooth, every_s)]
    found = fastest(fastest_segments(walked(*points), None, []))
    assert {listed: ms for listed, (_, ms) in found.items()} == shortest_times(points)
    assert all(listed <= metres <= int(listed * 1.03) for listed, (metres, _) in found.items())


def test_nothing_is_interpolated_between_the_ticks_of_the_clock() -> None:
    found = fastest(fastest_segments(walked(*steps([3.3] * 60)), None, []))
    assert found[100] == (102, 31_000), "30.3 s is more than the clock shows"


def test_points_a_clock_cannot_tell_apart_are_one() -> None:
    """A device that writes two points a second, each stamped with the whole second."""
    points = [(float(half // 2), half * 2.0) for half in range(200)]
    (found,) = {ms for listed, (_, ms) in fastest(fastest_segments(walked(*points), None, [])).items() if listed == 100}
    assert found == 25_000, "not 24 s, from the second point of one second to the first of another"


def test_a_pause_counts_as_time() -> None:
    track = Track()
    for at in range(20):
        track.add(at, at * 5.0)
    track.stop(19)
    track.start(79)
    for at in range(20):
        track.add(79 + at, 95 + at * 5.0)
    found = track.walked()
    assert found.running_s[-1] == 38
    assert fastest(fastest_segments(found, None, []))[100] == (100, 80_000)


@pytest.mark.parametrize(
    ("jump_m", "every_s"),
    [(60.0, 1.0), (13.0, 1.0), (12.0, 1.0), (50.0, 5.0), (70.0, 10.0)],
)
def test_no_segment_contains_a_jump(jump_m: float, every_s: float) -> None:
    steady = [3.0] * round(300 / every_s)
    around = steps([*steady, jump_m / every_s, *steady], every_s)
    assert fastest(fastest_segments(walked(*around), None, [])) == fastest(
        fastest_segments(walked(*steps(steady, every_s)), None, [])
    )


def test_a_jump_away_and_back_makes_none_either() -> None:
    speeds = [3.0] * 100
    points = steps([*speeds, 10.0, 10.0, *speeds], 5.0)
    assert fastest(fastest_segments(walked(*points), None, [])) == fastest(
        fastest_segments(walked(*steps(speeds, 5.0)), None, [])
    )


def test_a_position_found_again_after_a_tunnel_is_a_jump() -> None:
    points = steps([3.0] * 60 + [0.0] * 10 + [12.0] + [3.0] * 60)
    found = fastest(fastest_segments(walked(*points), None, []))
    assert found[100][1] >= 33_000


def test_a_sprint_is_no_jump() -> None:
    start = [*[0.0] * 5, 2.0, 4.0, 5.5, 6.5, *[7.0] * 21]
    found = fastest(fastest_segments(walked(*steps([3.0] * 60 + start)), None, []))
    assert found[100][1] <= 15_000


def test_points_that_add_up_to_more_than_the_files_total_are_reduced_to_it() -> None:
    points = walked(*steps([3.0] * 200))  # 600 m by the points
    assert fastest(fastest_segments(points, 600, []))[100] == (102, 34_000)
    assert fastest(fastest_segments(points, 500, []))[100] == (100, 40_000)
    assert fastest(fastest_segments(points, 700, []))[100] == (102, 34_000)


def test_each_segment_knows_its_laps() -> None:
    points = steps([2.5] * 200 + [4.0] * 100 + [2.5] * 200)  # 500 m, 400 m, 500 m
    found = fastest_segments(walked(*points), None, [0.0, 200.0, 300.0])
    assert Segment(400, 1, 1, 400, 100_000) in found
    assert Segment(400, 0, 0, 400, 160_000) in found
    assert Segment(400, 2, 2, 400, 160_000) in found
    assert Segment(800, 0, 1, 800, 260_000) in found
    assert Segment(800, 1, 2, 800, 260_000) in found
    assert Segment(1000, 0, 2, 1000, 340_000) in found
    assert [one for one in found if one.listed_m == 400 and one.first_lap < one.last_lap] == [], "none is faster"


def test_laps_out_of_order_decide_nothing() -> None:
    found = fastest_segments(walked(*steps([2.5] * 400)), None, [200.0, 0.0])
    assert {(one.first_lap, one.last_lap) for one in found} == {(0, 1)}


def test_of_many_laps_the_fastest_are_kept() -> None:
    speeds = [speed for number in range(150) for speed in [2.5 + number / 150] * 100]
    found = fastest_segments(walked(*steps(speeds)), None, [number * 100.0 for number in range(150)])
    hundreds = [one for one in found if one.listed_m == 100]
    assert len(hundreds) == KEPT
    assert max(one.last_lap for one in hundreds) == 149
    assert min(one.first_lap for one in hundreds) > 75


def test_a_recording_of_a_day_is_compared_by_every_fifth_second() -> None:
    points = steps([3.0] * 86_400)
    found = fastest(fastest_segments(walked(*points), None, []))
    assert found[10_000] == (10_005, 3_335_000)
    assert 100 not in found, "five seconds are 15 m, more than the 3 % that count"


def test_a_track_without_distances_has_none() -> None:
    track = Track()
    for at in range(100):
        track.add(at)
    assert fastest_segments(track.walked(), 500, []) == ()
    assert fastest_segments(Walked(), None, []) == ()


def test_files_of_each_format_have_segments() -> None:
    for data in (bytes(run()), gpx(range(600)), tcx(lap(0, 300), lap(300, 600))):
        (report,) = read_files([("run", data)])
        assert report.activity
        assert fastest(report.activity.segments)[400][1] in (134_000, 135_000), "400 m at 3 m/s"


def test_a_ride_has_none() -> None:
    (report,) = read_files([("ride.gpx", gpx(range(600), kind="cycling"))])
    assert report.activity
    assert report.activity.segments == ()
