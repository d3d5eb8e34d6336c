import random
import struct
from datetime import UTC, datetime

import pytest

from bot.domain.runs.activity import Activity, FileReport, Refusal, Source, Sport
from bot.domain.runs.runs import Surface
from bot.files.fit import checksum
from bot.files.reading import read_files
from tests.files.fit_files import (
    CYCLING,
    ENUM,
    FITNESS,
    RUNNING,
    SINT32,
    START,
    SWIMMING,
    TRACK,
    TRANSITION,
    TREADMILL,
    UINT8,
    UINT16,
    UINT32,
    Fit,
    hostile,
    run,
)

SIX_FIFTEEN = datetime(2026, 11, 20, 6, 15, tzinfo=UTC)


def read(data: bytes) -> list[FileReport]:
    return read_files([("run.fit", data)])


def only(data: bytes) -> FileReport:
    (report,) = read(data)
    return report


def activity(data: bytes) -> Activity:
    report = only(data)
    assert report.activity, report
    return report.activity


def test_a_run_is_what_its_file_says() -> None:
    report = only(bytes(run()))
    found = report.activity
    assert found
    assert (report.refusal, report.reason, report.warnings) == (None, None, ())
    assert (found.source, found.sport, found.surface) == (Source.FIT, Sport.RUN, None)
    assert (found.started_at, found.utc_offset_s, found.wall_clock) == (SIX_FIFTEEN, 7200, False)
    assert (found.distance_m, found.duration_ms, found.elapsed_ms) == (1800, 600_000, 600_000)
    assert [(lap.distance_m, lap.duration_ms) for lap in found.laps] == [(900, 300_000), (900, 300_000)]
    assert found.laps[1].started_at == datetime(2026, 11, 20, 6, 20, tzinfo=UTC)
    assert found.series[0] == (0, 0)
    assert found.series[-1] == (600, 1800)


def test_what_the_session_says_wins_over_what_its_points_show() -> None:
    fit = Fit().file_id().records(START, START + 600).session(START, 500.5, 1234.4, elapsed=700)
    found = activity(bytes(fit))
    assert (found.distance_m, found.duration_ms, found.elapsed_ms) == (1234, 500_500, 700_000)


def test_without_a_session_the_laps_are_added_up() -> None:
    fit = Fit().file_id().records(START, START + 600).lap(START, 290, 900).lap(START + 300, 300, 950)
    found = activity(bytes(fit))
    assert (found.distance_m, found.duration_ms, found.elapsed_ms) == (1850, 590_000, 600_000)


def test_without_laps_or_session_the_points_are_walked() -> None:
    found = activity(bytes(Fit().file_id().records(START, START + 600)))
    assert (found.distance_m, found.duration_ms, found.laps) == (1800, 600_000, ())


def test_a_stopped_timer_is_not_running_time() -> None:
    fit = (
        Fit().timer(START, 0).records(START, START + 100).timer(START + 100, 4)
        .records(START + 101, START + 105, 0, base=300).timer(START + 108, 0)
        .records(START + 108, START + 208, base=300).timer(START + 208, 4)
    )  # fmt: skip
    found = activity(bytes(fit))
    assert (found.duration_ms, found.elapsed_ms, found.distance_m) == (200_000, 208_000, 600)


def test_a_gap_nobody_announced_is_not_running_time_either() -> None:
    fit = Fit().records(START, START + 100).records(START + 400, START + 500, base=300)
    assert activity(bytes(fit)).duration_ms == 200_000


def test_smart_recording_is_no_gap() -> None:
    fit = Fit().records(START, START + 660, every=11)
    assert activity(bytes(fit)).duration_ms == 660_000


def test_a_treadmill_without_distance_is_time_alone() -> None:
    fit = Fit().session(START, 1800, 0, FITNESS, TREADMILL)
    for at in range(START, START + 1801, 60):
        fit.record(at)
    found = activity(bytes(fit))
    assert (found.sport, found.surface, found.distance_m, found.duration_ms) == (
        Sport.RUN, Surface.TREADMILL, None, 1_800_000,
    )  # fmt: skip
    assert found.series == ()


def test_the_track_is_a_surface() -> None:
    assert activity(bytes(Fit().session(START, 60, 400, RUNNING, TRACK))).surface is Surface.TRACK


def test_metres_come_from_places_where_no_one_counted_them() -> None:
    fit = Fit()
    degree = 2**31 / 180
    for second in range(101):
        fit.message(
            20, [(253, UINT32, START + second), (0, SINT32, round(second * 0.001 / 100 * degree)), (1, SINT32, 0)]
        )
    # 0.001 degrees of latitude
    assert activity(bytes(fit)).distance_m == 111


@pytest.mark.parametrize(("sport", "named"), [(CYCLING, Sport.RIDE), (SWIMMING, Sport.SWIM)])
def test_another_sport_is_read_and_not_a_run(sport: int, named: Sport) -> None:
    report = only(bytes(Fit().file_id().session(START, 600, 5000, sport)))
    assert (report.refusal, report.reason) == (Refusal.NOT_RUN, "files.reason.not_run")
    assert report.activity
    assert report.activity.sport is named


def test_a_triathlon_holds_one_run() -> None:
    fit = Fit().file_id()
    fit.records(START, START + 300).records(START + 300, START + 900, 10).records(
        START + 960, START + 1560, 3, base=6000
    )
    fit.lap(START, 300, 900).lap(START + 300, 600, 6000).lap(START + 960, 300, 900).lap(START + 1260, 300, 900)
    fit.session(START, 300, 900, SWIMMING).session(START + 300, 600, 6000, CYCLING)
    fit.session(START + 900, 60, 10, TRANSITION).session(START + 960, 600, 1800)
    reports = read(bytes(fit))
    assert [report.activity.sport for report in reports if report.activity] == [Sport.SWIM, Sport.RIDE, Sport.RUN]
    found = reports[-1].activity
    assert found
    assert found.started_at.minute == 31
    assert (found.distance_m, len(found.laps), found.series[-1]) == (1800, 2, (600, 1800))
    assert len({report.sha256 for report in reports}) == 3


def test_several_files_in_a_row() -> None:
    later = Fit().file_id().records(START + 7200, START + 7300).session(START + 7200, 100, 300)
    reports = read(bytes(run()) + bytes(later))
    assert [report.activity.distance_m for report in reports if report.activity] == [1800, 300]
    assert all(report.warnings == () for report in reports)


def test_what_follows_the_file_is_left_alone() -> None:
    report = only(bytes(run()) + b"padding that is no header")
    assert report.activity
    assert report.activity.distance_m == 1800


def test_compressed_timestamps() -> None:
    fit = Fit().file_id().record(START)
    fit.message(20, [(5, UINT32, 0)], local=1, offset=START & 31)
    for second in range(5, 101, 5):
        fit.message(20, [(5, UINT32, second * 300)], local=1, offset=(START + second) & 31)
    found = activity(bytes(fit))
    assert (found.duration_ms, found.distance_m) == (100_000, 300)


def test_what_an_app_added_does_not_pass_for_the_device_s_own() -> None:
    fit = Fit().file_id()
    fit.message(207, [(3, UINT8, 0)], local=5)
    described = [(0, UINT8, 0), (1, UINT8, 5), (2, UINT8, UINT32), (14, UINT16, 20), (15, UINT8, 5)]
    fit.message(206, described, local=6)
    for second in range(101):
        fit.record(START + second, second * 3.0, developer=[(5, 0, struct.pack("<I", 99_999_999))])
    assert activity(bytes(fit)).distance_m == 300


def test_an_app_that_describes_nothing() -> None:
    fit = Fit().file_id()
    for second in range(101):
        fit.record(START + second, second * 3.0, developer=[(5, 7, b"\1\2\3")])
    assert activity(bytes(fit)).distance_m == 300


def test_a_wrong_checksum_is_told() -> None:
    report = only(run().closed(damage=1))
    assert report.activity
    assert report.warnings == ("files.warning.checksum",)


def test_a_file_cut_short_gives_what_it_held() -> None:
    whole = bytes(run())
    report = only(whole[: len(whole) // 2])
    assert report.warnings == ("files.warning.cut_short",)
    assert report.activity
    assert 800 < (report.activity.distance_m or 0) < 1000


def test_what_comes_after_the_last_lap_of_a_file_cut_short_is_a_lap() -> None:
    fit = Fit().file_id().records(START, START + 300).lap(START, 300, 900).records(START + 301, START + 400, base=903)
    found = activity(bytes(fit)[:-20])
    assert len(found.laps) == 2
    assert found.duration_ms == sum(lap.duration_ms for lap in found.laps)
    assert found.laps[1].started_at == datetime(2026, 11, 20, 6, 20, tzinfo=UTC)


def test_a_file_never_closed_says_length_0() -> None:
    report = only(run().closed(length=0)[:-2])
    assert report.warnings == ("files.warning.cut_short",)
    assert report.activity
    assert report.activity.distance_m == 1800


def test_a_watch_without_the_date_still_knows_the_time_of_day() -> None:
    fit = Fit().file_id().records(1000, 1600).session(1000, 600, 1800).activity(1600, START + 600)
    found = activity(bytes(fit))
    assert (found.started_at, found.utc_offset_s, found.wall_clock) == (SIX_FIFTEEN, None, True)


def test_a_watch_that_knows_neither() -> None:
    report = only(bytes(Fit().file_id().records(1000, 1600).session(1000, 600, 1800)))
    assert (report.refusal, report.reason) == (Refusal.UNREADABLE, "files.reason.no_times")


def test_an_offset_no_zone_has_is_not_believed() -> None:
    fit = Fit().session(START, 600, 1800).activity(START + 600, START + 600 + 3_000_000)
    assert activity(bytes(fit)).utc_offset_s is None


@pytest.mark.parametrize(
    ("fit", "reason"),
    [
        (Fit().file_id(6).records(START, START + 60), "no_activity"),  # a course
        (Fit().file_id(2), "no_activity"),  # settings
        (Fit().file_id().session(START, 0, 0), "empty"),
        (Fit(), "no_activity"),
    ],
)
def test_what_is_no_activity(fit: Fit, reason: str) -> None:
    assert only(bytes(fit)).reason == f"files.reason.{reason}"


def test_figures_no_one_ran_are_not_believed() -> None:
    fit = Fit().records(START, START + 60).session(START, 4_000_000, 40_000_000)
    found = activity(bytes(fit))
    assert (found.distance_m, found.duration_ms) == (180, 60_000)


def test_a_long_run_keeps_a_thinned_series() -> None:
    found = activity(bytes(Fit().records(START, START + 9000)))
    assert 1000 < len(found.series) <= 2001
    assert found.series[-1] == (9000, 27_000)
    assert list(found.series) == sorted(found.series)


def test_messages_without_end_are_refused() -> None:
    report = only(hostile(1024 * 1024))
    assert (report.refusal, report.reason) == (Refusal.TOO_LARGE, "files.reason.too_many_points")


def test_damage_of_any_kind_is_a_report() -> None:
    dice = random.Random(7)
    whole = bytes(run(120))
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(12, len(data))] = dice.randrange(256)
        for report in read(bytes(data)):
            assert report.activity or report.reason


def test_the_raw_enum_of_an_unknown_sport() -> None:
    fit = (
        Fit()
        .file_id()
        .message(18, [(253, UINT32, START + 60), (2, UINT32, START), (8, UINT32, 60_000), (5, ENUM, 200)])
    )
    report = only(bytes(fit))
    assert report.activity
    assert (report.activity.sport, report.refusal) == (Sport.UNKNOWN, None)


@pytest.mark.parametrize(
    "behind", [b"\0" * 16, bytes(range(16)), b"\xff" * 4096, b"\x0e\x20" + b"x" * 30, b"\r\n", b"PK\x03\x04 a zip"]
)
def test_bytes_behind_a_whole_file_break_nothing_off(behind: bytes) -> None:
    report = only(bytes(run()) + behind)
    assert report.activity
    assert (report.activity.distance_m, report.activity.duration_ms, report.warnings) == (1800, 600_000, ())


def test_bytes_behind_several_whole_files() -> None:
    later = Fit().file_id().records(START + 7200, START + 7300).session(START + 7200, 100, 300)
    reports = read(bytes(run()) + bytes(later) + bytes(16))
    assert [report.activity.distance_m for report in reports if report.activity] == [1800, 300]
    assert all(report.warnings == () for report in reports)


def test_a_whole_file_before_one_that_breaks_off() -> None:
    later = Fit().file_id().records(START + 7200, START + 7400).session(START + 7200, 200, 600)
    reports = read(bytes(run()) + bytes(later)[:-900])
    assert [report.activity.distance_m for report in reports if report.activity][:1] == [1800]
    assert reports[0].warnings == ("files.warning.cut_short",)


def test_a_length_that_was_written_too_early() -> None:
    """The checksum at the end covers the whole file."""
    fit = run()
    short = fit.closed(length=len(fit.body) - 700)[:-2]
    report = only(short + struct.pack("<H", checksum(short)))
    assert report.activity
    assert (report.activity.distance_m, report.warnings) == (1800, ())


def test_a_wrong_checksum_is_told_though_bytes_follow() -> None:
    report = only(run().closed(damage=1) + bytes(16))
    assert report.activity
    assert (report.activity.distance_m, report.warnings) == (1800, ("files.warning.checksum",))


@pytest.mark.parametrize(
    ("longitude", "hours", "told"),
    [(11.5, 1, 1), (11.5, 2, 2), (11.5, 5, None), (11.5, -5, None), (-74, -5, -5), (-74, 1, None),
     (76, 8, 8), (-157, 14, 14),
     (-171.7, -8, -8), (179, 13, 13), (None, 5, 5), (-8.7, 2, 2), (-18, 0, 0)],
)  # fmt: skip
def test_an_offset_that_no_zone_has_at_that_place(longitude: float | None, hours: int, told: int | None) -> None:
    fit = Fit().file_id()
    for second in range(61):
        place = [] if longitude is None else [(0, SINT32, 0), (1, SINT32, round(longitude * 2**31 / 180))]
        fit.message(20, [(253, UINT32, START + second), (5, UINT32, second * 300), *place])
    found = activity(bytes(fit.activity(START + 60, START + 60 + hours * 3600)))
    assert found.utc_offset_s == (told * 3600 if told is not None else None)
