"""Tables of services and of people: columns are found, lines are read, damage is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from bot.domain.limits import TABLE_LINES
from bot.domain.runs.activity import Refusal
from bot.domain.runs.export_columns import marked, stretches_from, stretches_text, unmarked
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import ColumnRole, Matching, Service, TableHead, TableHints
from bot.files import table, table_columns
from bot.files.reading import read_files
from bot.files.table_lines import LineReader
from tests.files import table_files
from tests.files.archive_files import zipped


def head(text: str | bytes, hints: TableHints = TableHints()) -> TableHead:  # noqa: B008
    data = text if isinstance(text, bytes) else text.encode()
    return table_columns.head_of(table.read(data), hints)


def lines(text: str | bytes, hints: TableHints = TableHints()) -> list[TableLine]:  # noqa: B008
    data = text if isinstance(text, bytes) else text.encode()
    split = table.read(data)
    return LineReader(split, table_columns.head_of(split, hints).guess).read(0, 1000)


def told(line: TableLine) -> tuple[str, int | None, int]:
    """Return the start (with Z if it is an instant), metres and seconds."""
    run = line.activity
    assert run is not None
    return f"{run.started_at:%Y-%m-%d %H:%M}{'' if run.wall_clock else 'Z'}", run.distance_m, run.duration_ms // 1000


@pytest.mark.parametrize(
    ("text", "service", "runs", "left_out"),
    [
        (table_files.STRAVA, Service.STRAVA, [("2026-11-03 05:15Z", 5010, 1650), ("2026-11-05 05:20Z", 7000, 2400)], 1),
        (table_files.STRAVA_DE, Service.STRAVA, [("2026-11-03 05:15Z", 5010, 1650)], 1),
        (table_files.GARMIN, Service.GARMIN, [("2026-11-03 06:15", 5010, 1650), ("2026-11-05 06:30", 10_100, 3900)], 1),
        (table_files.GARMIN_DE, Service.GARMIN, [("2026-11-03 06:15", 5010, 1650)], 1),
        (table_files.POLAR, Service.POLAR, [("2026-11-03 06:15", 5010, 1650)], 1),
        (table_files.COROS, Service.OTHER, [("2026-11-03 06:15", 5010, 1650)], 1),
        (
            table_files.OTHER_DE,
            Service.OTHER,
            [("2026-11-03 06:15", 5010, 1650), ("2026-11-05 12:00", 10_000, 3900)],
            0,
        ),
    ],
)
def test_each_service_is_read(text: str, service: Service, runs: list[tuple[str, int, int]], left_out: int) -> None:
    found = head(text)
    assert found.guess.service is service
    assert found.clear is (service is not Service.OTHER)
    assert found.guess.complete
    read = lines(text)
    assert [told(line) for line in read if line.activity] == runs
    assert sum(line.not_run for line in read) == left_out
    assert not any(line.fault for line in read)


def test_runalyze_asks_which_numbers_are_runs() -> None:
    found = head(table_files.RUNALYZE)
    assert found.guess.service is Service.RUNALYZE
    assert [(one.word, one.count) for one in found.unknown_sports] == [("1772235", 2), ("1772237", 1)]
    assert found.guess.complete
    assert not found.clear
    split = table.read(table_files.RUNALYZE.encode())
    matching = Matching(**{**found.guess.as_json(), "runs": ("1772235",)})
    first, ride, third = LineReader(split, matching).read(0, 9)
    assert ride.not_run
    assert told(first) == ("2026-11-03 05:15Z", 5010, 1650)
    assert first.activity is not None
    assert first.activity.utc_offset_s == 3600
    assert third.activity is not None
    assert third.activity.utc_offset_s == -3 * 3600


def test_a_line_of_a_note_over_two_rows_keeps_its_number() -> None:
    assert [line.number for line in lines(table_files.STRAVA + '9004,"someday",x,Run\n')] == [2, 3, 4, 6]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("1:05:00", 3900), ("01:05:00.5", 3900), ("65:00", 3900), ("0 days 01:05:00", 3900), ("1h 5m", 3900),
        ("1 Std. 5 Min.", 3900), ("65 min", 3900), ("3900 s", 3900), ("1:05:00,0", 3900),
    ],
)  # fmt: skip
def test_times_are_read(cell: str, seconds: int) -> None:
    (line,) = lines(f"Date;Distance (km);Time\n2026-11-03;10;{cell}\n")
    assert told(line)[2] == seconds


def test_bare_numbers_are_seconds_or_minutes_by_what_can_be_run() -> None:
    assert told(lines("day,km,time\n2026-11-03,10,3900\n2026-11-04,5,1650\n")[0])[2] == 3900
    assert told(lines("day,km,time\n2026-11-03,10,65\n2026-11-04,5,27.5\n")[1])[2] == 1650
    assert told(lines("day,km,time\n2026-11-03,10,1:05\n2026-11-04,21,2:10\n")[0])[2] == 3900, "hours and minutes"


@pytest.mark.parametrize(
    ("heading", "cell", "metres"),
    [
        ("Distance (km)", "5.01", 5010), ("Distanz", "5,01", 5010), ("Distance", "5.01 km", 5010), ("km", "5", 5000),
        ("Distance (m)", "5010", 5010), ("Distance", "5010", 5010), ("Miles", "3.11", 5005),
        ("Strecke", "5.010,0", 5010), ("Distance", "5,010.0", 5010), ("Distance", "--", None), ("Distance", "", None),
    ],
)  # fmt: skip
def test_distances_are_read(heading: str, cell: str, metres: int | None) -> None:
    (line, _) = lines(f"Date;{heading};Time\n2026-11-03;{cell};27:30\n2026-11-04;{cell or 5};27:30\n")
    assert told(line)[1] == metres


def test_a_distance_without_a_unit_is_in_the_runners_own() -> None:
    text = "Date,Distance,Time\n2026-11-03,3.1,27:30\n"
    assert told(lines(text)[0])[1] == 3100
    assert told(lines(text, TableHints(miles=True))[0])[1] == 4989
    assert len(head(text).options[ColumnRole.DISTANCE]) == 3, "the form offers each unit"


@pytest.mark.parametrize(
    ("cell", "month_first", "day"),
    [
        ("3/4/2026", False, date(2026, 4, 3)), ("3/4/2026", True, date(2026, 3, 4)),
        ("13/4/2026", True, date(2026, 4, 13)),
        ("3/14/2026 6:15 AM", False, date(2026, 3, 14)), ("3.4.2026", True, date(2026, 4, 3)),
        ("2026-04-03T06:15:00+02:00", False, date(2026, 4, 3)), ("3. Apr. 2026", False, date(2026, 4, 3)),
        ("April 3, 2026", False, date(2026, 4, 3)), ("Fr., 3. April 2026 um 06:15", False, date(2026, 4, 3)),
        ("03.04.26", False, date(2026, 4, 3)), ("3 März 2026, 18:05:00 Uhr", False, date(2026, 3, 3)),
    ],
)  # fmt: skip
def test_dates_are_read(cell: str, month_first: bool, day: date) -> None:
    (line,) = lines(f"Date;Distance (km);Time\n{cell};5;27:30\n", TableHints(month_first=month_first))
    assert line.activity is not None
    assert line.activity.started_at.date() == day


def test_an_offset_in_the_cell_is_kept() -> None:
    (line,) = lines("Date;km;Time\n2026-04-03T06:15:00+02:00;5;27:30\n")
    assert line.activity is not None
    assert line.activity.started_at == datetime(2026, 4, 3, 4, 15, tzinfo=UTC)
    assert (line.activity.wall_clock, line.activity.utc_offset_s) == (False, 7200)


def test_what_cannot_be_read_is_told_line_by_line() -> None:
    text = (
        "Date,Sport,Distance (km),Time\n2026-11-03,Run,5,27:30\n,Run,5,27:30\nsomeday,Run,5,27:30\n2026-11-04,Run,5,\n"
        '2026-11-04,Run,5,fast\n2026-11-04,Run,far,27:30\n\n"2026-11-05,Run,5,27:30\n2026-11-06,Run,5,27:30\n2026-11-07\n'
    )
    assert [(line.number, line.fault, line.example) for line in lines(text)] == [
        (2, None, ""),
        (3, "no_date", ""),
        (4, "date", "someday"),
        (5, "no_time", ""),
        (6, "time", "fast"),
        (7, "distance", "far"),
        (9, "quotes", ""),
        (10, None, ""),
        (11, "no_time", ""),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(encoding: str) -> None:
    found = head(table_files.GARMIN_DE.encode(encoding))
    assert found.guess.service is Service.GARMIN
    assert found.columns[0] == "Aktivitätstyp"


def test_separators() -> None:
    for separator in ",;\t|":
        text = separator.join(("Date", "km", "Time")) + "\n" + separator.join(("2026-11-03", "5", "27:30")) + "\n"
        assert told(lines(text)[0])[1] == 5000
        assert told(lines(f"sep={separator}\r\n{text}")[0])[1] == 5000


def test_a_title_above_the_headings_is_skipped() -> None:
    assert told(lines("My runs\n\nDate;km;Time\n2026-11-03;5;27:30\n")[0]) == ("2026-11-03 12:00", 5000, 1650)


def test_a_head_survives_being_stored() -> None:
    for text in (table_files.STRAVA, table_files.RUNALYZE, table_files.OTHER_DE):
        found = head(text)
        assert TableHead.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_files_that_are_no_tables_of_runs() -> None:
    reports = read_files(
        [
            ("prose.txt", b"just words"),
            ("bikes.csv", b"Bike Name,Bike Brand\nRex,Canyon\n"),
            ("binary.bin", bytes(range(256)) * 20),
            ("lines.csv", b"Date,km,Time\n" + b"2026-11-03,5,27:30\n" * (TABLE_LINES + 1)),
        ]
    )
    assert [report.reason for report in reports] == [
        "files.reason.format",
        "files.reason.no_run_table",
        "files.reason.format",
        "files.reason.too_many_lines",
    ]
    assert reports[3].refusal is Refusal.TOO_LARGE


def test_in_an_archive_only_the_table_of_runs_counts() -> None:
    packed = zipped(
        ("bikes.csv", b"Bike Name,Bike Brand\nRex,Canyon\n"), ("x/activities.csv", table_files.STRAVA.encode())
    )
    (report,) = read_files([("export.zip", packed)])
    assert (report.filename, report.refusal) == ("activities.csv", None)
    assert report.table is not None
    assert report.table.lines == 3


def test_many_unclosed_quotes_take_no_time() -> None:
    text = "Date,km,Time\n" + '"2026-11-03,5,27:30\n,,\n' * 10_000 + "2026-11-03,5,27:30\n"
    found = table.read(text.encode()).lines
    assert found[-1].cells == ["2026-11-03", "5", "27:30"]


@pytest.mark.parametrize("note", ["=1", "'=1", "''-1", "plain", "'tis", "", "'", "@all", "+", "- a list"])
def test_a_marked_note_comes_back(note: str) -> None:
    assert not marked(note).startswith(("=", "+", "-", "@"))
    assert unmarked(marked(note)) == note


def test_stretches_come_back_from_their_text() -> None:
    stretches = (
        Stretch(Direction.BACKWARD, 1000, 330_125),
        Stretch(Direction.FORWARD, None, 600_000, estimated=True),
        Stretch(Direction.UNTOLD, 5, 1),
    )
    rows = [
        {
            "direction": s.direction.value,
            "distance_m": s.distance_m,
            "duration_ms": s.duration_ms,
            "estimated": s.estimated,
        }
        for s in stretches
    ]
    text = stretches_text(rows)
    assert text == "backward 1000 m 330.125 s; forward - m 600 s ~; untold 5 m 0.001 s"
    assert stretches_from(text) == stretches
    assert stretches_from(f"{text}; nonsense") == ()
