"""Files in the formats of a locale: digits, separators, marks, encodings and words; unreadable values are reported."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runs.activity import Activity, FileReport, Refusal, Sport
from bot.domain.runs.runs import Surface
from bot.files.encoded import known, plain
from bot.files.reading import read_files
from bot.files.sports import sport_of, surface_of
from bot.files.times import number, when
from tests.files.xml_files import START, gpx, lap, tcx

DIGITS = ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９"]
SIXTEEN_PAST = datetime(2026, 11, 20, 18, 15, tzinfo=UTC)


def report(data: bytes) -> FileReport:
    (found,) = read_files([("run", data)])
    return found


def read(data: bytes) -> Activity:
    found = report(data)
    assert found.activity, found
    return found.activity


def figures(data: bytes) -> tuple[int | None, int, datetime, tuple[str, ...]]:
    found = report(data)
    assert found.activity, found
    return found.activity.distance_m, found.activity.duration_ms, found.activity.started_at, found.warnings


RIGHT = (1800, 600_000, START, ())


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T06:15:00Z", "2026-11-20T06:15:00ZZ", "2026-11-20T06:15:00z z", "2026-11-20t06:15:00z",
        "2026-11-20T06.15.00Z", "2026-11-20T06.15.00,000Z", "2026-11-20T06:15:00.000+00:00", "2026-11-20T06:15",
        "2026-11-20T6:15:0Z", "2026-11-20 06:15:00", "2026-11-20  06:15:00 UTC", "2026-11-20T06:15:00GMTGMT",
        "2026/11/20 06:15:00", "2026.11.20 06:15:00", "20.11.2026 06:15:00", "20.11.2026, 06:15:00",
        "20/11/2026 06:15:00",
        "11/20/2026 6:15:00 AM", "11/20/2026 6:15:00 a.m.", "20-11-2026 06:15:00", "2026-11-20T08:15:00+02:00",
        "2026-11-20T08:15:00+0200", "2026-11-20T08:15:00+02", "2026-11-20T08.15.00+02.00", "2026-11-20T08:15:00+02:00Z",
        "2026-11-20T08:15:00+02:00+02:00", "2026-11-20T08:15:00GMT+02:00", "2026-11-20T02:45:00−03:30",
        "\u200f2026-11-20T06:15:00Z\u200e", "2569-11-20T06:15:00Z", "  2026-11-20T06:15:00Z\n", "20261120T061500Z",
        *("2026-11-20T06:15:00Z".translate(str.maketrans("0123456789", digits)) for digits in DIGITS),
    ],
)  # fmt: skip
def test_times_as_locales_write_them(text: str) -> None:
    assert when(text) == START


@pytest.mark.parametrize(
    "text", ["11/20/2026 6:15:00 PM", "2026-11-20T18.15.00", "20.11.2026 18:15", "2026-11-20 6:15pm"]
)
def test_times_after_noon(text: str) -> None:
    assert when(text) == SIXTEEN_PAST


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "05/06/2026 06:15:00", "2026-13-20T06:15:00Z", "2026-11-20T25:15:00Z", "2026-11-20T06:15:00 EST",
     "06:15:00", "2026-11-20T06:15:00+99:00", "9999-12-31T23:59:59-23:00x", "0-0-0 0:0"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert when(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("48.1", 48.1), ("48,1", 48.1), ("-48,1", -48.1), ("−48,1", -48.1), ("1.800,5", 1800.5), ("1,800.5", 1800.5),
        ("1 800,5", 1800.5), ("1\u00a0800,5", 1800.5), ("1\u202f800,5", 1800.5), ("1'800.5", 1800.5),
        ("1’800,5", 1800.5),
        ("1,800,000", 1_800_000), ("1.800.000,5", 1_800_000.5), ("1E3", 1000), ("1,8E+3", 1800), ("٤٨٫١", 48.1),
        ("۱٬۸۰۰٫۵", 1800.5), ("４８.１", 48.1), ("\u200e48,1", 48.1), ("nan", None), ("x", None), ("", None),
        (",", None),
    ],
)  # fmt: skip
def test_numbers_as_locales_write_them(text: str, value: float | None) -> None:
    assert number(text) == value


@given(st.floats(0, 9_999_999), st.sampled_from(DIGITS), st.sampled_from([".", ",", "٫"]))
def test_any_number_in_any_digits(value: float, digits: str, mark: str) -> None:
    written = f"{value:.3f}".translate(str.maketrans("0123456789.", digits + mark))
    assert number(written) == pytest.approx(value, abs=0.001)


def in_digits(data: bytes, digits: str) -> bytes:
    """Return the file with the digits of its times in another script."""
    parts = data.decode().split("<time>")
    times = [part.partition("</time>") for part in parts[1:]]
    table = str.maketrans("0123456789", digits)
    return (parts[0] + "".join(f"<time>{time.translate(table)}</time>{rest}" for time, _, rest in times)).encode()


@pytest.mark.parametrize("digits", DIGITS)
def test_a_track_in_other_digits(digits: str) -> None:
    assert figures(in_digits(gpx(range(601)), digits)) == RIGHT


def test_a_track_with_decimal_commas() -> None:
    assert figures(gpx(range(601)).replace(b'lat="52.', b'lat="52,').replace(b'"13.4"', b'"13,4"')) == RIGHT


def test_laps_with_decimal_commas() -> None:
    whole = tcx(lap(0, 300), lap(300, 600))
    told = read(whole)
    commas = read(whole.replace(b".5</Total", b",5</Total").replace(b"Degrees>52.", b"Degrees>52,"))
    assert (commas.distance_m, commas.duration_ms, commas.laps) == (told.distance_m, told.duration_ms, told.laps)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Z</", b"ZZ</"), (b"T06:1", b"T06.1"), (b"Z</", b" </"), (b"T06:", b" 6:"), (b"Z</", b"+00:00Z</")],
)
def test_times_of_a_track(old: bytes, new: bytes) -> None:
    assert figures(gpx(range(301)).replace(old, new))[:2] == (900, 300_000)


def test_times_that_cannot_be_read_are_named() -> None:
    found = report(gpx(range(61)).replace(b"2026-11-20T", "1405/08/29 ساعت ".encode()))
    assert (found.refusal, found.reason) == (Refusal.UNREADABLE, "files.reason.times_unread")
    assert str(found.params["example"]).startswith("1405/08/29")


def test_some_times_that_cannot_be_read_are_named() -> None:
    found = report(gpx(range(61)).replace(b"<time>2026-11-20T06:15:30Z", b"<time>half past six"))
    assert found.activity
    assert (found.activity.duration_ms, found.warnings) == (60_000, ("files.warning.unread_times",))


def test_distances_and_places_that_cannot_be_read_are_named() -> None:
    found = report(gpx(range(61)).replace(b'lat="52', b'lat="N 52'))
    assert found.activity
    assert (found.activity.distance_m, found.warnings) == (None, ("files.warning.unread_places",))
    counted = tcx(lap(0, 60, told=False)).replace(b"<DistanceMeters>", b"<DistanceMeters>about ")
    assert "files.warning.unread_distances" in report(counted).warnings


def test_texts_made_to_take_long_are_no_times() -> None:
    for text in ("2026-11-20T06:15:00" + "A" * 10_000_000, "1" * 10_000_000, "1 " * 5_000_000, "A" * 200):
        assert when(text) is None
        assert number(text) is None
    data = tcx(lap(0, 60), sport="x" * 1_000_000)
    assert len(read(data).sport_name) <= 40


@pytest.mark.parametrize("text", ["NaN", "null", "-", "", "INF"])
def test_what_is_missing_is_not_unread(text: str) -> None:
    data = tcx(lap(0, 60)).replace(b"<LongitudeDegrees>13.4", f"<LongitudeDegrees>{text}".encode())
    assert report(data).warnings == ()


BLANKS = b" \r\n\t  "


@pytest.mark.parametrize(
    "before",
    [
        BLANKS, codecs.BOM_UTF8, codecs.BOM_UTF8 + BLANKS, BLANKS + codecs.BOM_UTF8, BLANKS + codecs.BOM_UTF8 + BLANKS,
        codecs.BOM_UTF8 * 2, b"\n" * 5000, codecs.BOM_UTF8 + b"\0\n",
    ],
)  # fmt: skip
def test_marks_and_blanks_before_the_declaration(before: bytes) -> None:
    assert figures(before + gpx(range(601))) == RIGHT


@pytest.mark.parametrize("behind", [b"\0" * 512, b"\n\0", b"junk", b"\x1a", b"&", b"<", b"</gpx>", b"<!-- x -->"])
def test_bytes_behind_a_whole_document(behind: bytes) -> None:
    assert figures(gpx(range(601)) + behind)[:3] == RIGHT[:3]


def test_documents_in_a_row() -> None:
    later = gpx(range(61)).replace(b"T06:", b"T09:")
    reports = read_files([("run", gpx(range(601)) + b"\n" + later)])
    assert [one.activity.duration_ms for one in reports if one.activity] == [600_000, 60_000]
    assert len(read_files([("run", b"<gpx/>" * 100_000)])) == 1


def written(encoding: str) -> bytes:
    text = gpx(range(601)).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    return text.encode(encoding)


ASCII = [name for name in known() if name not in ("charmap",)]


@pytest.mark.parametrize("encoding", ASCII)
def test_every_encoding_that_python_knows(encoding: str) -> None:
    assert figures(written(encoding)) == RIGHT


@pytest.mark.parametrize(
    "encoding", ["shift_jis", "gb18030", "euc_kr", "big5", "koi8_r", "iso8859_5", "utf_16", "utf_32_be"]
)
def test_names_do_not_suffer(encoding: str) -> None:
    word = {"koi8_r": "Бег", "iso8859_5": "Бег"}.get(encoding, "Run")
    data = gpx(range(61), kind=word).decode().replace('"UTF-8"', f'"{encoding}"').encode(encoding)
    assert read(data).sport is Sport.RUN


@pytest.mark.parametrize("wide", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["\ufeff", "", "\n ", "\ufeff\n "])
def test_wide_characters_with_and_without_a_mark(wide: str, mark: str) -> None:
    assert figures((mark + gpx(range(601)).decode()).encode(wide)) == RIGHT


@pytest.mark.parametrize(
    "declared", ["UTF-16", "utf-32", "klingon", "x-user-defined", "cp037", "base64", "zip", "idna", ""]
)
def test_a_declaration_that_is_wrong(declared: str) -> None:
    data = gpx(range(601)).replace(b'"UTF-8"', f'"{declared}"'.encode())
    assert figures(data) == RIGHT


def test_text_that_is_not_in_the_encoding_declared() -> None:
    assert figures(gpx(range(601)).replace(b"Run", "Läufchen".encode("cp1252"))) == RIGHT
    assert figures(gpx(range(601)).replace(b"Run", b"R\x01u\x0bn")) == RIGHT


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_become_text(data: bytes) -> None:
    plain(data).decode()
    plain(b'<?xml version="1.0" encoding="utf-7"?>' + data).decode()
    plain(b"\xff\xfe" + data).decode()


@pytest.mark.parametrize(
    "word",
    [
        "Laufen", "Joggen", "Dauerlauf", "Rückwärtslauf", "Trailrunning", "Laufband", "course à pied", "Course a pied",
        "Correr", "carrera a pie", "Corrida", "Corsa", "Hardlopen", "Løb", "Løping", "Löpning", "Bieganie",
        "Běh", "Beh",
        "Futás", "Juoksu", "Jooksmine", "Skriešana", "Bėgimas", "Trčanje", "Tek", "Alergare", "Бег", "Біг", "Бягане",
        "Τρέξιμο", "Koşu", "RUNNING", "street_running", "Retro running",
    ],
)  # fmt: skip
def test_words_for_running(word: str) -> None:
    found = report(gpx(range(61), kind=word))
    assert found.activity
    assert (found.activity.sport, found.refusal) == (Sport.RUN, None)


@pytest.mark.parametrize(
    ("word", "sport"),
    [
        ("Langlauf", Sport.OTHER), ("Eislaufen", Sport.OTHER), ("Skilanglauf", Sport.OTHER), ("Rudern", Sport.OTHER),
        ("Inline Skating", Sport.OTHER), ("Gehen", Sport.WALK), ("Wandern", Sport.WALK), ("Spaziergang", Sport.WALK),
        ("Randonnée", Sport.WALK), ("Wandelen", Sport.WALK), ("Radfahren", Sport.RIDE), ("Rad", Sport.RIDE),
        ("Mountainbiken", Sport.RIDE), ("Cyclisme", Sport.RIDE), ("Fietsen", Sport.RIDE),
        ("Jazda na rowerze", Sport.RIDE),
        ("Schwimmen", Sport.SWIM), ("Natation", Sport.SWIM), ("Pływanie", Sport.SWIM), ("", Sport.RUN),
        ("Sonstiges", Sport.UNKNOWN), ("Quidditch", Sport.UNKNOWN), ("generic", Sport.UNKNOWN),
        ("123", Sport.UNKNOWN),
    ],
)  # fmt: skip
def test_words_for_other_sports(word: str, sport: Sport) -> None:
    assert sport_of(word) is sport


def test_a_word_nobody_knows_is_asked_about() -> None:
    found = report(gpx(range(61), kind="Quidditch"))
    assert found.activity
    assert (found.refusal, found.activity.sport, found.activity.sport_name) == (None, Sport.UNKNOWN, "Quidditch")
    found = report(tcx(lap(0, 60), sport="Other"))
    assert (found.refusal, found.reason) == (None, None)


@pytest.mark.parametrize(
    ("word", "surface"), [("Laufband", Surface.TREADMILL), ("Hallenlauf", Surface.INDOOR), ("Lauf", None)]
)
def test_words_for_the_ground(word: str, surface: Surface | None) -> None:
    assert surface_of(word) is surface
