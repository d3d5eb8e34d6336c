import pytest

from bot.domain.runs.activity import Activity, FileReport, Refusal, Source, Sport
from bot.domain.runs.runs import Surface
from bot.files.reading import read_files
from bot.files.times import number, offset_of, when
from bot.files.track import metres_between
from tests.files.xml_files import START, gpx, lap, point, tcx

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><gpx><trk><name>&c;</name></trk></gpx>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><trk>&x;</trk></gpx>'


def read(data: bytes) -> list[FileReport]:
    return read_files([("run", data)])


def only(data: bytes) -> FileReport:
    (report,) = read(data)
    return report


def activity(data: bytes) -> Activity:
    report = only(data)
    assert report.activity, report
    return report.activity


def test_a_gpx_track() -> None:
    found = activity(gpx(range(601)))
    assert (found.source, found.sport, found.started_at, found.utc_offset_s) == (Source.GPX, Sport.RUN, START, None)
    assert (found.distance_m, found.duration_ms, found.laps) == (1800, 600_000, ())
    assert found.series[-1] == (600, pytest.approx(1800, abs=1))


def test_gaps_and_breaks_of_a_gpx_track_are_not_running() -> None:
    found = activity(gpx([*range(101), *range(400, 501)], range(506, 607)))
    assert (found.duration_ms, found.elapsed_ms, found.distance_m) == (300_000, 606_000, 900)


def test_distances_in_a_gpx_win_over_its_places() -> None:
    points = "".join(point(s, extra=f"<extensions><x:distance>{s * 4}</x:distance></extensions>") for s in range(101))
    data = f'<gpx xmlns:x="urn:x"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()
    assert activity(data).distance_m == 400


@pytest.mark.parametrize(
    ("kind", "sport", "surface"),
    [
        ("running", Sport.RUN, None),
        ("trail_running", Sport.RUN, Surface.TRAIL),
        ("treadmill_running", Sport.RUN, Surface.TREADMILL),
        ("9", Sport.RUN, None),
        ("cycling", Sport.RIDE, None),
        ("open_water_swimming", Sport.SWIM, None),
        ("hiking", Sport.WALK, None),
        ("Paddling", Sport.OTHER, None),
    ],
)
def test_what_a_track_calls_itself(kind: str, sport: Sport, surface: Surface | None) -> None:
    found = activity(gpx(range(10), kind=kind))
    assert (found.sport, found.surface) == (sport, surface)


def test_a_planned_route_has_no_times() -> None:
    assert only(gpx(range(100), timed=False)).reason == "files.reason.no_times"


def test_points_without_times_among_others() -> None:
    points = "".join(point(s, timed=s % 2 == 0) for s in range(101))
    assert activity(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode()).duration_ms == 100_000


def test_two_tracks_are_two_runs() -> None:
    one = gpx(range(61)).partition(b"<trk>")[2].partition(b"</gpx>")[0]
    reports = read(b"<gpx><trk>" + one + b"<trk>" + one + b"</gpx>")
    assert [report.activity.duration_ms for report in reports if report.activity] == [60_000, 60_000]
    assert len({report.sha256 for report in reports}) == 2


def test_its_own_local_time() -> None:
    data = gpx(range(61)).replace(b"T06:", b"T08:").replace(b"Z<", b"+02:00<")
    found = activity(data)
    assert (found.started_at, found.utc_offset_s) == (START, 7200)


def test_a_tcx_believes_its_laps() -> None:
    found = activity(tcx(lap(0, 300), lap(300, 500)))
    assert (found.source, found.sport, found.started_at) == (Source.TCX, Sport.RUN, START)
    assert (found.distance_m, found.duration_ms) == (1500, 501_000)
    assert [(one.distance_m, one.duration_ms) for one in found.laps] == [(900, 300_500), (600, 200_500)]


@pytest.mark.parametrize("counted", [True, False])
def test_laps_that_tell_nothing_are_measured(counted: bool) -> None:
    found = activity(tcx(lap(0, 300, told=False, counted=counted), lap(300, 500, told=False, counted=counted)))
    assert (found.distance_m, found.duration_ms) == (1500, 500_000)
    assert [(one.distance_m, one.duration_ms) for one in found.laps] == [(900, 300_000), (600, 200_000)]


def test_a_tcx_ride() -> None:
    report = only(tcx(lap(0, 60), sport="Biking"))
    assert report.refusal is Refusal.NOT_RUN
    assert report.activity
    assert report.activity.sport is Sport.RIDE


def test_a_tcx_course_is_no_activity() -> None:
    course = b"<Course><Track><Trackpoint><Time>2026-01-01T00:00:00Z</Time></Trackpoint></Track></Course>"
    data = b"<TrainingCenterDatabase><Courses>" + course + b"</Courses></TrainingCenterDatabase>"
    assert only(data).reason == "files.reason.no_activity"


@pytest.mark.parametrize("data", [gpx(range(601)), tcx(lap(0, 300), lap(300, 600))])
def test_cut_short(data: bytes) -> None:
    report = only(data[: len(data) * 2 // 3])
    assert report.warnings == ("files.warning.cut_short",)
    assert report.activity
    assert 350_000 < report.activity.duration_ms <= 601_000


def test_spaces_before_the_declaration() -> None:
    assert activity(b"\n          " + tcx(lap(0, 60))).duration_ms == 60_500


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    text = gpx(range(61)).decode().replace("UTF-8", encoding).replace("Run", "Läufchen")
    assert activity(text.encode(encoding)).duration_ms == 60_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "document_type"),
        (OUTSIDE, "document_type"),
        (b"<gpx>" + b"<a>" * 300_000, "nested"),
        (b"<gpx>" + b"<a>" * 300_000 + b"</a>" * 300_000 + b"</gpx>", "nested"),
        (b"<a>" * 300_000, "format"),
        (b"<gpx><trk></gpx>", "not_xml"),
        (b"<gpx></gpx>", "no_activity"),
        (b"<gpx><trk>" * 2, "no_activity"),
        (b"<gpx><wpt lat='1' lon='2'/></gpx>", "no_activity"),
        (b"<kml/>", "format"),
        (b"hello", "format"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "format"),
        (b"<!DOCTYPE html><html></html>", "document_type"),
        (b"", "nothing_in_it"),
        (bytes(5000), "nothing_in_it"),
    ],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    report = only(data)
    assert (report.activity, report.refusal, report.reason) == (None, Refusal.UNREADABLE, f"files.reason.{reason}")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "x", "91"])
def test_places_that_are_nowhere(value: str) -> None:
    data = gpx(range(61)).replace(b'lat="52.0000000"', f'lat="{value}"'.encode())
    assert activity(data).distance_m in (177, 180)


def test_elements_where_nobody_expects_them() -> None:
    for data in (
        b"<gpx><trkpt lat='1' lon='1'><time>2026-01-01T00:00:00Z</time></trkpt></gpx>",
        b"<TrainingCenterDatabase><Lap><Trackpoint><Time>x</Time></Trackpoint></Lap></TrainingCenterDatabase>",
        b"<TrainingCenterDatabase><Activity><Time/><DistanceMeters>3</DistanceMeters></Activity></TrainingCenterDatabase>",
        b"<TrainingCenterDatabase><Activity><Trackpoint/><Position><LatitudeDegrees>1</LatitudeDegrees></Position>"
        b"<Lap><Lap><TotalTimeSeconds>NaN</TotalTimeSeconds></Lap></Lap></Activity></TrainingCenterDatabase>",
    ):
        assert only(data).activity is None


def test_times_and_numbers() -> None:
    assert when("2026-11-20T06:15:00") == START
    assert when("2026-11-20T06:15:00.000Z") == START
    assert when("yesterday") is None
    assert offset_of(when("2026-11-20T06:15:00-03:30")) == -12_600
    assert offset_of(START) is None
    assert number("nan") is None
    assert number(" 4.5 ") == 4.5


def test_haversine() -> None:
    # One minute of arc on the equator: a geographical mile.
    assert metres_between((0, 0), (0, 1 / 60)) == pytest.approx(1853.25, abs=0.1)
    assert metres_between((0, 179.99), (0, -179.99)) == pytest.approx(2223.9, abs=0.1)
