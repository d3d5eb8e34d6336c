"""Distance counters that dip, jump and restart, and totals that the points contradict."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.activity import Activity
from bot.files.reading import read_files
from tests.files.fit_files import START as FIT_START
from tests.files.fit_files import TRACK, TREADMILL, Fit
from tests.files.xml_files import STEP, stamp

EVERY_S = 5
RIGHT = [number * 15.0 for number in range(121)]
"""1.80 km in 600 s, a reading every 5 s."""


def read(data: bytes) -> Activity:
    (found,) = read_files([("run", data)])
    assert found.activity, found
    return found.activity


def tcx(readings: Sequence[float | None], *, totals: str = "", every_s: int = EVERY_S, placed: bool = False) -> bytes:
    points = []
    for number, metres in enumerate(readings):
        said = "" if metres is None else f"<DistanceMeters>{metres}</DistanceMeters>"
        lat = f"<LatitudeDegrees>{52 + number * every_s * STEP:.7f}</LatitudeDegrees>"
        place = f"<Position>{lat}<LongitudeDegrees>13.4</LongitudeDegrees></Position>" if placed else ""
        points.append(f"<Trackpoint><Time>{stamp(number * every_s)}</Time>{place}{said}</Trackpoint>")
    lap = f'<Lap StartTime="{stamp(0)}">{totals}<Track>{"".join(points)}</Track></Lap>'
    body = f"<Activity Sport='Running'><Id>{stamp(0)}</Id>{lap}</Activity>"
    return f"<TrainingCenterDatabase><Activities>{body}</Activities></TrainingCenterDatabase>".encode()


def told(seconds: float | None = None, metres: float | None = None) -> str:
    return (f"<TotalTimeSeconds>{seconds}</TotalTimeSeconds>" if seconds is not None else "") + (
        f"<DistanceMeters>{metres}</DistanceMeters>" if metres is not None else ""
    )


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (1, 1, 0), (11, 11, 0), (60, 60, 0), (60, 64, 0), (60, 61, 3), (30, 30, 200), (60, 60, 9000), (60, 64, 9000),
        (60, 60, 885), (119, 119, 0), (10, 10, 5_000_000),
    ],
)  # fmt: skip
def test_a_dip_or_spike_and_back_counts_nothing(first: int, last: int, says: float) -> None:
    readings = [says if first <= number <= last else metres for number, metres in enumerate(RIGHT)]
    assert read(tcx(readings)).distance_m == 1800


@given(st.sets(st.integers(4, 119), max_size=40))
def test_any_zeros_among_readings(zeros: set[int]) -> None:
    readings = [0.0 if number in zeros else metres for number, metres in enumerate(RIGHT)]
    assert read(tcx(readings)).distance_m == 1800


@given(st.data())
def test_any_dips_and_spikes(data: st.DataObject) -> None:
    readings = list(RIGHT)
    for number in range(10, 119, 9):
        low, high = RIGHT[number] - 200, RIGHT[number] + 200
        readings[number] = data.draw(st.floats(high, 9_999_999) | st.floats(0, max(low, 0)))
    assert read(tcx(readings)).distance_m == pytest.approx(1800, abs=2)


def test_readings_that_are_missing() -> None:
    readings = [None if number % 3 else metres for number, metres in enumerate(RIGHT)]
    assert read(tcx(readings)).distance_m == 1800


@pytest.mark.parametrize("laps", [2, 3, 5])
def test_a_counter_that_begins_anew_goes_on_counting(laps: int) -> None:
    length = 120 // laps
    readings = [0.0, *(((number - 1) % length + 1) * 15.0 for number in range(1, 121))]
    assert read(tcx(readings)).distance_m == 1800


def test_a_dip_after_a_new_beginning() -> None:
    readings = [*(n * 15.0 for n in range(61)), *(n * 15.0 for n in range(1, 61))]
    readings[90] = 0.0
    assert read(tcx(readings)).distance_m == 1800


def test_a_counter_that_was_never_set_back() -> None:
    assert read(tcx([metres + 123_456 for metres in RIGHT])).distance_m == 1800


def test_small_corrections_add_nothing() -> None:
    readings = [metres - (12 if number % 7 == 6 else 0) for number, metres in enumerate(RIGHT)]
    assert read(tcx(readings)).distance_m == 1800


def ferry(*, lag_s: int = 0) -> Fit:
    """Return 300 s of running, ten minutes on a ferry with the timer stopped, 295 s of running; no session."""
    fit = Fit().file_id().timer(FIT_START, 0).records(FIT_START, FIT_START + 300 - lag_s, 3, EVERY_S)
    fit.timer(FIT_START + 300, 4)
    fit.records(FIT_START + 305, FIT_START + 895, 10, EVERY_S, base=950)
    fit.timer(FIT_START + 901, 0)
    return fit.records(FIT_START + 901 + lag_s, FIT_START + 1196, 3, EVERY_S, base=6900 + 3 * lag_s)


@pytest.mark.parametrize("lag_s", [0, 5, 10])
def test_what_a_counter_gains_while_the_timer_stands_is_not_run(lag_s: int) -> None:
    found = read(bytes(ferry(lag_s=lag_s)))
    assert found.duration_ms == pytest.approx(595_000, abs=1000)
    assert found.distance_m == pytest.approx(1785, abs=10)


def test_nor_what_it_gains_in_a_silence() -> None:
    fit = Fit().records(FIT_START, FIT_START + 100).records(FIT_START + 400, FIT_START + 500, base=3300)
    found = read(bytes(fit))
    assert (found.duration_ms, found.distance_m) == (200_000, 600)


def test_nor_between_two_segments() -> None:
    def point(second: int, metres: float) -> str:
        return f'<trkpt lat="1" lon="1"><time>{stamp(second)}</time><distance>{metres}</distance></trkpt>'

    first = "".join(point(second, second * 3) for second in range(101))
    second = "".join(point(second, second * 3 + 4000) for second in range(104, 205))
    data = f"<gpx><trk><trkseg>{first}</trkseg><trkseg>{second}</trkseg></trk></gpx>".encode()
    found = read(data)
    assert (found.duration_ms, found.distance_m) == (200_000, 600)


def test_places_that_leap_add_nothing() -> None:
    """A GPS receiver starts at 0, 0."""
    points = "".join(
        f'<trkpt lat="{0 if n in (0, 60) else 52 + n * EVERY_S * STEP:.7f}" lon="{0 if n in (0, 60) else 13.4}">'
        f"<time>{stamp(n * EVERY_S)}</time></trkpt>"
        for n in range(121)
    )
    found = read(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode())
    assert found.distance_m == pytest.approx(1800, abs=46)


@pytest.mark.parametrize("seconds", [1, 30, 150])
def test_a_time_beyond_reason_loses_to_the_points(seconds: float) -> None:
    readings = [number * 30.0 for number in range(181)]
    found = read(tcx(readings, totals=told(seconds, 5400), every_s=10))
    assert (found.distance_m, found.duration_ms) == (5400, 1_800_000)


def test_a_time_far_longer_than_the_recording_loses_to_the_points() -> None:
    assert read(tcx(RIGHT, totals=told(36_000, 1800))).duration_ms == 600_000


@pytest.mark.parametrize("metres", [1, 500, 90_000, 1_900_000])
def test_a_distance_beyond_reason_loses_to_the_points(metres: float) -> None:
    found = read(tcx(RIGHT, totals=told(600, metres)))
    assert (found.distance_m, found.duration_ms) == (1800, 600_000)


@pytest.mark.parametrize(("seconds", "metres"), [(560.4, 1832), (600, 2100), (300, 1800), (601, 1500)])
def test_a_total_within_reason_wins(seconds: float, metres: int) -> None:
    """A treadmill is calibrated; a timer is stopped at traffic lights while points are recorded."""
    found = read(tcx(RIGHT, totals=told(seconds, metres)))
    assert (found.distance_m, found.duration_ms) == (metres, seconds * 1000)


def test_a_session_that_its_points_contradict() -> None:
    fit = Fit().file_id().records(FIT_START, FIT_START + 1800).session(FIT_START, 30, 5400)
    found = read(bytes(fit))
    assert (found.distance_m, found.duration_ms) == (5400, 1_800_000)


def test_a_lap_among_others_that_its_points_contradict() -> None:
    fit = Fit().file_id().records(FIT_START, FIT_START + 600)
    fit.lap(FIT_START, 200, 600).lap(FIT_START + 200, 2, 600).lap(FIT_START + 400, 200, 600)
    found = read(bytes(fit))
    assert [(lap.distance_m, lap.duration_ms) for lap in found.laps] == [(600, 200_000)] * 3
    assert (found.distance_m, found.duration_ms) == (1800, 600_000)


def test_a_total_without_points_is_believed() -> None:
    assert read(bytes(Fit().session(FIT_START, 30, 300))).duration_ms == 30_000


@pytest.mark.parametrize("metres", [0, 5000])
def test_indoors_the_timer_is_believed_though_nothing_shows_where(metres: int) -> None:
    fit = Fit().file_id()
    for at in range(1801):
        fit.record(FIT_START + at)
    found = read(bytes(fit.session(FIT_START, 1500, metres)))
    assert (found.duration_ms, found.distance_m) == (1_500_000, metres or None)


@given(
    st.floats(0.6, 1.0), st.floats(0.7, 1.4), st.sampled_from([TREADMILL, TRACK, 0]), st.booleans(), st.integers(1, 8)
)
def test_a_file_without_places_stays_what_its_device_says(
    timer: float, calibrated: float, ground: int, counted: bool, every: int
) -> None:
    """Timers stop, belts are calibrated, sensors differ: the device's total counts."""
    fit = Fit().file_id()
    for at in range(0, 1801, every):
        fit.record(FIT_START + at, at * 3.0 if counted else None)
    seconds, metres = round(1800 * timer), round(5400 * calibrated)
    found = read(bytes(fit.session(FIT_START, seconds, metres, sub_sport=ground)))
    assert (found.duration_ms, found.distance_m) == (seconds * 1000, metres)
    assert (found.left_out, found.doubtful, found.unread) == (0, False, ())
