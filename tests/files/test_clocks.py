"""Clocks that jump: points with wrong timestamps do not affect the others, wherever they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.activity import Activity, FileReport
from bot.files.reading import read_files
from tests.files.fit_files import START as FIT_START
from tests.files.fit_files import UINT32, Fit
from tests.files.xml_files import START, STEP

COUNT, EVERY_S = 121, 5
RIGHT = [number * EVERY_S for number in range(COUNT)]
"""A run of 1.80 km in 600 s, a point every 5 s."""
FAR = {"1970": -1_795_154_100, "weeks rolled over": -1024 * 7 * 86_400, "a day ahead": 86_400, "2038": 350_000_000}
NEAR = {"5 min ahead": 300, "5 min behind": -300, "an hour ahead": 3600, "an hour behind": -3600, "40 s ahead": 40}

Stamps = Sequence[float | None]


def stamp(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def gpx(
    stamps: Stamps, order: Sequence[int] | None = None, *, cuts: Sequence[int] = (), counted: bool = False
) -> bytes:
    """Return a track northward at 3 m/s; `order` is the order of its points, `cuts` are the starts of segments."""
    points = []
    for number in order if order is not None else range(len(stamps)):
        second = stamps[number]
        time = "" if second is None else f"<time>{stamp(second)}</time>"
        metres = f"<distance>{number * EVERY_S * 3}</distance>" if counted else ""
        cut = "</trkseg><trkseg>" if number in cuts else ""
        points.append(f'{cut}<trkpt lat="{52 + number * EVERY_S * STEP:.7f}" lon="13.4">{time}{metres}</trkpt>')
    return f"<gpx><trk><trkseg>{''.join(points)}</trkseg></trk></gpx>".encode()


def tcx(stamps: Sequence[float], *, laps: int = 1, told: str = "") -> bytes:
    """Return the same as a TCX file whose points have distances."""
    size = -(-len(stamps) // laps)
    written = []
    for first in range(0, len(stamps), size):
        part = range(first, min(first + size, len(stamps)))
        points = "".join(
            f"<Trackpoint><Time>{stamp(stamps[number])}</Time><DistanceMeters>{number * EVERY_S * 3}</DistanceMeters>"
            "</Trackpoint>"
            for number in part
        )
        written.append(f'<Lap StartTime="{stamp(first * EVERY_S)}">{told}<Track>{points}</Track></Lap>')
    body = f"<Activity Sport='Running'><Id>{stamp(0)}</Id>{''.join(written)}</Activity>"
    return f"<TrainingCenterDatabase><Activities>{body}</Activities></TrainingCenterDatabase>".encode()


def fit(stamps: Sequence[float]) -> bytes:
    """Return the same as a FIT file without a session."""
    written = Fit().file_id()
    for number, second in enumerate(stamps):
        written.message(20, [(253, UINT32, max(int(FIT_START + second), 0)), (5, UINT32, number * EVERY_S * 300)])
    return bytes(written)


def report(data: bytes) -> FileReport:
    (found,) = read_files([("run", data)])
    return found


def read(data: bytes) -> Activity:
    found = report(data)
    assert found.activity, found
    return found.activity


def wrong(numbers: Sequence[int], by_s: float) -> list[float]:
    return [second + by_s if number in numbers else second for number, second in enumerate(RIGHT)]


def assert_right(found: Activity, *, lost: int = 0) -> None:
    """Assert that the run is right but for `lost` points at its ends, and starts within a few minutes of its start."""
    assert found.duration_ms == pytest.approx(600_000, abs=lost * 5000 + 10_000)
    assert found.distance_m == pytest.approx(1800, abs=lost * 15 + 30)
    assert found.elapsed_ms < 5_000_000
    assert abs((found.started_at - START).total_seconds()) <= 3600
    assert not found.doubtful


WRITERS = pytest.mark.parametrize("write", [gpx, tcx, fit], ids=["gpx", "tcx", "fit"])


@WRITERS
@pytest.mark.parametrize("by_s", [*FAR.values(), *NEAR.values()], ids=[*FAR, *NEAR])
@pytest.mark.parametrize(
    "numbers", [[0], [1], [60], [119], [120], range(4), range(50, 60), range(117, 121), range(0, 121, 13)],
    ids=["first", "second", "middle", "last but one", "last", "start", "block", "end", "scattered"],
)  # fmt: skip
def test_wrong_stamps_take_no_right_ones_with_them(write: object, numbers: Sequence[int], by_s: float) -> None:
    found = read(write(wrong(numbers, by_s)))  # type: ignore[operator]
    assert_right(found, lost=len([n for n in numbers if n < 5 or n > 115]))


@WRITERS
@given(data=st.data())
def test_any_wrong_stamps_among_most_right_ones(write: object, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(5, 115), unique=True, max_size=12))
    stamps: list[float] = list(RIGHT)
    for number in numbers:
        stamps[number] += data.draw(st.integers(-500_000_000, 500_000_000).filter(lambda by_s: abs(by_s) > 60))
    assert_right(read(write(stamps)))  # type: ignore[operator]


@given(data=st.data())
def test_a_block_of_wrong_stamps_is_left_out_and_no_more(data: st.DataObject) -> None:
    length = data.draw(st.integers(2, 55))
    first = data.draw(st.integers(2, COUNT - length - 2))
    by_s = data.draw(st.sampled_from([*FAR.values(), -7200, -300, 7200, 700]))
    stamps = wrong(range(first, first + length), by_s)
    before, after = first, COUNT - first - length
    found = read(gpx(stamps))
    if before + after > length + max(before, after):  # otherwise the block fits one side, after a pause
        assert found.duration_ms == pytest.approx(600_000, abs=15_000)
        assert found.distance_m == pytest.approx(1800, abs=45)


@given(st.permutations(range(COUNT)))
def test_points_in_any_order_are_the_same_run(order: Sequence[int]) -> None:
    found = read(gpx(RIGHT, order))
    assert (found.duration_ms, found.distance_m, found.started_at) == (600_000, 1800, START)


@pytest.mark.parametrize("by_s", [0, 86_400, 300])
def test_in_reverse_order(by_s: float) -> None:
    assert_right(read(gpx(wrong([60], by_s), range(COUNT - 1, -1, -1))))


def test_segments_in_any_order_and_either_direction() -> None:
    straight = read(gpx(RIGHT, cuts=[40, 80]))
    for order in (
        [*range(80, 121), *range(40, 80), *range(40)],
        [*range(40, 80), *range(40), *range(80, 121)],
    ):
        found = read(gpx(RIGHT, order, cuts=[0, 40, 80]))
        assert (found.duration_ms, found.distance_m) == (straight.duration_ms, straight.distance_m)
    turned = [*range(120, 79, -1), *range(79, 39, -1), *range(39, -1, -1)]
    found = read(gpx(RIGHT, turned, cuts=[79, 39]))
    assert (found.duration_ms, found.distance_m) == (straight.duration_ms, straight.distance_m)


def test_laps_in_reverse_order() -> None:
    whole = read(tcx(RIGHT, laps=3))
    text = tcx(RIGHT, laps=3).decode()
    head, *laps = text.split("<Lap ")
    last, tail = laps[-1].split("</Lap>")
    turned = [last + "</Lap>", *laps[-2::-1]]
    found = read((head + "".join("<Lap " + lap for lap in turned) + tail).encode())
    assert (found.duration_ms, found.distance_m, found.laps) == (whole.duration_ms, whole.distance_m, whole.laps)


def test_a_segment_told_twice_counts_once() -> None:
    once = gpx(RIGHT)
    inner = once.partition(b"<trk>")[2].partition(b"</trk>")[0]
    found = read(once.replace(inner, inner + inner))
    assert (found.duration_ms, found.distance_m, found.left_out) == (600_000, 1800, 0)


def test_a_clock_that_stood_still_for_a_while() -> None:
    stamps = [250 if 50 <= number < 90 else second for number, second in enumerate(RIGHT)]
    found = read(gpx(stamps))
    assert found.duration_ms == pytest.approx(600_000, abs=10_000)
    assert found.distance_m == pytest.approx(1800, abs=30)


def test_a_pause_is_no_wrong_clock() -> None:
    paused = [second + (1800 if number > 60 else 0) for number, second in enumerate(RIGHT)]
    found = report(gpx(paused))
    assert found.activity
    assert (found.activity.duration_ms, found.warnings) == (595_000, ())


def test_five_points_a_second_in_whole_seconds() -> None:
    found = report(gpx([number // 5 for number in range(601)]))
    assert found.activity
    assert (found.activity.duration_ms, found.warnings) == (120_000, ())


@pytest.mark.parametrize("every", [30, 61, 120])
def test_sparse_points_keep_their_ends(every: int) -> None:
    found = report(gpx([number * every for number in range(40)]))
    assert found.activity
    assert (found.activity.duration_ms, found.warnings) == (39 * every * 1000, ())


def test_what_is_left_out_is_said() -> None:
    found = report(gpx(wrong([60], 86_400)))
    assert found.warnings == ("files.warning.left_out",)
    assert found.activity
    assert (found.activity.left_out, found.activity.doubtful) == (1, False)


def test_a_time_of_which_much_is_left_out_is_doubtful() -> None:
    found = report(gpx(wrong(range(20, 50), 86_400)))
    assert found.warnings == ("files.warning.doubtful",)
    assert found.activity
    assert found.activity.doubtful


@pytest.mark.parametrize("numbers", [range(80, 120), range(1, 41)])
def test_a_single_right_point_behind_wrong_ones_is_kept(numbers: range) -> None:
    found = read(gpx(wrong(numbers, 86_400 * 365)))
    assert found.duration_ms == pytest.approx(600_000, abs=10_000)
    assert found.distance_m == pytest.approx(1800, abs=30)


def test_a_total_of_the_device_that_confirms_the_rest_settles_it() -> None:
    told = "<TotalTimeSeconds>600</TotalTimeSeconds><DistanceMeters>1800</DistanceMeters>"
    found = report(tcx(wrong(range(20, 50), 86_400), told=told))
    assert found.activity
    assert (found.activity.duration_ms, found.activity.doubtful) == (600_000, False)


def no_two_agree() -> list[float]:
    return [((number * 7919) % COUNT) * 50_000.0 for number in range(COUNT)]


@pytest.mark.parametrize(
    "stamps",
    [no_two_agree(), wrong(range(60), -86_400)[:120], [0.0] * COUNT],
    ids=["none agrees", "half and half", "all the same"],
)
def test_when_no_set_of_points_agrees_it_says_so(stamps: Sequence[float]) -> None:
    found = report(gpx(stamps))
    assert found.activity is None
    assert found.reason == "files.reason.clocks"


def test_totals_of_a_device_whose_points_do_not_agree_are_doubtful() -> None:
    told = "<TotalTimeSeconds>600</TotalTimeSeconds><DistanceMeters>1800</DistanceMeters>"
    found = report(tcx(no_two_agree(), told=told))
    assert found.activity
    assert (found.activity.duration_ms, found.activity.distance_m, found.activity.doubtful) == (600_000, 1800, True)
    assert found.warnings == ("files.warning.doubtful",)


def test_a_watch_that_learnt_the_time_on_the_way() -> None:
    """Until its GPS fix, the watch counts from when it was switched on."""
    stamps = [second - FIT_START + 1000 if number < 10 else second for number, second in enumerate(RIGHT)]
    found = read(fit(stamps))
    assert found.started_at == datetime(2026, 11, 20, 6, 15, 50, tzinfo=UTC)
    assert (found.duration_ms, found.distance_m) == (550_000, 1650)


def test_a_session_that_began_before_the_watch_knew_the_time() -> None:
    data = Fit().file_id()
    for number, second in enumerate(RIGHT):
        data.message(20, [(253, UINT32, FIT_START + second), (5, UINT32, number * EVERY_S * 300)])
    data.lap(1000, 600, 1800).session(1000, 600, 1800)
    found = read(bytes(data))
    assert (found.started_at, found.duration_ms, found.distance_m) == (START, 600_000, 1800)


@pytest.mark.parametrize("by_s", FAR.values(), ids=FAR)
def test_a_start_that_its_points_contradict(by_s: float) -> None:
    data = tcx(RIGHT).replace(f'StartTime="{stamp(0)}"'.encode(), f'StartTime="{stamp(by_s)}"'.encode())
    assert read(data).started_at == START
