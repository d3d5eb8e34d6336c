import gzip
import os
import struct
import zipfile
import zlib

import pytest

from bot.domain.limits import FILE_BYTES
from bot.domain.runs.activity import FileReport, Refusal
from bot.files.archive import ENTRIES
from bot.files.reading import read_files
from tests.files.archive_files import zipped
from tests.files.fit_files import run
from tests.files.xml_files import gpx, lap, tcx

FIT, GPX, TCX = bytes(run(60)), gpx(range(61)), tcx(lap(0, 60))


def read(data: bytes, name: str = "a.zip") -> list[FileReport]:
    return read_files([(name, data)])


def reasons(reports: list[FileReport]) -> list[str | None]:
    return [report.reason and report.reason.removeprefix("files.reason.") for report in reports]


def test_every_format_packed_and_named_as_it_likes() -> None:
    reports = read_files([
        ("run.gpx", FIT), ("x", gzip.compress(GPX)), ("y.txt", TCX),
        ("z.jpg", zipped(("a", FIT), ("b/c.fit.gz", gzip.compress(GPX)), ("d", TCX), packing=zipfile.ZIP_STORED)),
    ])  # fmt: skip
    assert [report.activity.source for report in reports if report.activity] == [
        "fit",
        "gpx",
        "tcx",
        "fit",
        "gpx",
        "tcx",
    ]
    assert [report.filename for report in reports] == ["run.gpx", "x", "y.txt", "a", "c.fit.gz", "d"]
    assert reports[0].sha256 == reports[3].sha256  # the digest of the unpacked file


def test_paths_are_only_names(tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reports = read(zipped(("../../evil.fit", FIT), ("/etc/passwd", FIT), ("c:\\x\\y\u202e.fit", FIT)))
    assert [report.filename for report in reports] == ["evil.fit", "passwd", "y.fit"]
    assert os.listdir(tmp_path) == []


def test_folders_and_notes_do_not_count() -> None:
    assert reasons(read(zipped(("a/", b""), ("__MACOSX/a/._x", b"x"), ("a/.DS_Store", b"x"), ("a/x.fit", FIT)))) == [
        None
    ]


def test_other_files_in_an_archive_spoil_nothing() -> None:
    assert reasons(read(zipped(("notes.txt", b"slept well"), ("x.fit", FIT), ("empty.fit", b"")))) == [
        "format",
        None,
        "nothing_in_it",
    ]


def test_a_bomb_is_counted_as_it_unpacks() -> None:
    bomb = bytes(FILE_BYTES + 1)
    for data in (gzip.compress(bomb), zipped(("a", bomb))):
        (report,) = read(data)
        assert (report.refusal, report.reason) == (Refusal.TOO_LARGE, "files.reason.file")


def test_a_bomb_of_many_entries_meets_the_whole_budget() -> None:
    tens = bytes(FILE_BYTES)
    reports = read(zipped(*((str(n), tens) for n in range(20))))
    assert reasons(reports) == ["nothing_in_it"] * 10 + ["unpacked"]


def test_a_gzip_bomb_inside_a_zip() -> None:
    assert reasons(read(zipped(("a.gz", gzip.compress(bytes(FILE_BYTES + 1)))))) == ["file"]


def test_what_an_archive_declares_is_not_believed() -> None:
    data = bytearray(zipped(("a", bytes(FILE_BYTES * 3))))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + offset, 10)
    assert reasons(read(bytes(data))) in (["damaged"], ["file"])


def test_more_entries_than_are_read() -> None:
    reports = read(zipped(*((f"{n}.fit", FIT) for n in range(ENTRIES + 3))))
    assert reasons(reports) == [None] * ENTRIES + ["too_many_entries"]
    assert reports[-1].params == {"limit": 50, "count": 3}


def test_a_locked_entry() -> None:
    data = bytearray(zipped(("a.fit", FIT), ("b.fit", FIT)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert reasons(read(bytes(data))) == ["encrypted", None]


def test_an_unusual_packing() -> None:
    assert reasons(read(zipped(("a.fit", FIT), packing=zipfile.ZIP_LZMA))) == ["packing"]


@pytest.mark.parametrize(
    "data",
    [zipped(("a.zip", zipped(("a", FIT)))), gzip.compress(gzip.compress(FIT)), gzip.compress(zipped(("a", FIT)))],
)
def test_archives_inside_archives(data: bytes) -> None:
    assert reasons(read(data)) == ["nested_archive"]


def test_an_empty_archive() -> None:
    assert reasons(read(zipped())) == ["empty_archive"]


def test_a_gzip_cut_short_gives_what_it_held() -> None:
    noisy = gpx(range(2001))
    (report,) = read(gzip.compress(noisy)[:-2000])
    assert report.activity
    assert report.warnings == ("files.warning.cut_short",)


def test_a_gzip_of_two_members() -> None:
    assert reasons(read(gzip.compress(GPX[:200]) + gzip.compress(GPX[200:]))) == [None]


@pytest.mark.parametrize(
    "data",
    [
        zipped(("a", FIT))[:-30],
        b"PK\x03\x04" + bytes(100),
        b"\x1f\x8b" + bytes(50),
        b"\x1f\x8b\x08\0\0\0\0\0\0\0" + b"\xff" * 40,
    ],
)
def test_damaged_archives(data: bytes) -> None:
    assert reasons(read(data)) == ["damaged"]


def test_a_damaged_entry_spoils_only_itself() -> None:
    data = bytearray(zipped(("a.fit", FIT), ("b.fit", FIT)))
    packed = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = packed.compress(FIT) + packed.flush()
    at = data.index(stream[:20])
    data[at : at + 20] = b"\xff" * 20
    assert reasons(read(bytes(data))) == ["damaged", None]


def test_a_file_over_the_limit_is_not_read() -> None:
    (report,) = read(FIT + bytes(FILE_BYTES))
    assert (report.refusal, report.params) == (Refusal.TOO_LARGE, {"limit": 10})
