"""Reading of activity files in a worker process: the requests and their handler."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from bot.domain.runs.activity import Activity, FileReport
from bot.domain.runs.personal_bests import LISTED_M
from bot.domain.runs.table_lines import TableLine
from bot.domain.runs.tables import Matching, TableHead, TableHints
from bot.worker.messages import Request

if TYPE_CHECKING:
    from bot.files.archive import ArchiveEntry


class Open(Request, frozen=True, tag=True):
    """Open the attachment sent as bytes, and skip its first entries, which have been read."""

    name: str
    done: int = 0


class Next(Request, frozen=True, tag=True):
    """Unpack the next entry; the answer is its name, or None after the last."""

    answer: ClassVar[Any] = str | None


class Read(Request, frozen=True, tag=True):
    """Read the unpacked entry. The packed bytes of a table are sent beside the answer."""

    hints: TableHints = TableHints()

    answer: ClassVar[Any] = list[FileReport]

    @staticmethod
    def check(value: list[FileReport]) -> None:
        """Reject reports that no reader produces."""
        _raise_for(fault for report in value for fault in _faults(report))


class OpenTable(Request, frozen=True, tag=True):
    """Open the table whose packed bytes are sent beside, to be read by a matching; the answer is about the table."""

    matching: Matching
    hints: TableHints = TableHints()

    answer: ClassVar[Any] = TableHead

    @staticmethod
    def check(value: TableHead) -> None:
        """Reject a head that no reader produces."""
        _raise_for(_beyond(value))


class ReadLines(Request, frozen=True, tag=True):
    """Read a slice of the open table."""

    first: int
    count: int

    answer: ClassVar[Any] = list[TableLine]

    @staticmethod
    def check(value: list[TableLine]) -> None:
        """Reject lines that no reader produces."""
        _raise_for(fault for line in value for fault in _line_faults(line))


class Files:
    """Handler that reads attachments, entry by entry, and tables, slice by slice."""

    requests = (Open, Next, Read, OpenTable, ReadLines)

    def __init__(self) -> None:
        from bot.files import archive, encoded, reading, table, table_columns, table_lines

        self._open, self._read = archive.entries, reading.read_entry
        self._split, self._head_of, self._reader = table.read, table_columns.head_of, table_lines.LineReader
        self._lines: table_lines.LineReader | None = None
        encoded.known()  # codecs are files, which cannot be opened in the sandbox, and an XML file may name any
        self._entries: Iterator[ArchiveEntry] = iter(())
        self._entry: ArchiveEntry | None = None

    def handle(self, request: Open | Next | Read | OpenTable | ReadLines, blob: bytes) -> tuple[Any, bytes]:
        """Open, unpack or read, as requested."""
        match request:
            case Open(name, done):
                self._entry = None
                self._entries = islice(self._open(name, blob), done, None)
                return None, b""
            case Next():
                self._entry = None
                self._entry = next(self._entries, None)
                return (self._entry.name if self._entry else None), b""
            case Read(hints):
                assert self._entry
                reports = self._read(self._entry, hints)
                content = b"".join(report.content for report in reports)
                return [replace(report, content=b"") for report in reports], content
            case OpenTable(matching, hints):
                split = self._split(zlib.decompress(blob))
                head = self._head_of(split, hints, matching)
                self._lines = self._reader(split, matching) if matching.complete else None
                return head, b""
            case ReadLines(first, count):
                assert self._lines
                return self._lines.read(first, count), b""


_KEY = re.compile(r"files\.(reason|warning)\.[a-z_]{1,40}")
_SHA256 = re.compile(r"([0-9a-f]{64})?")
_LAPS = 1_001
_TEXT, _MANY, _LARGE = 120, 10_000, 1 << 40
_NOTE = 500
"""Upper limits that no reader exceeds: characters of a text, items of a list, and any number."""
_MEASURES = ("distance_m", "duration_ms", "elapsed_ms")


def _faults(report: FileReport) -> Iterator[str]:
    """Yield what no reader produces although its type is right. (`imported_runs` checks for impossible runs.)"""
    yield from _beyond(report)
    if not _SHA256.fullmatch(report.sha256):
        yield "no digest"
    if not all(map(_KEY.fullmatch, (*report.warnings, *filter(None, (report.reason,))))):
        yield "words that are none of the readers'"
    if report.activity is not None:
        yield from _activity_faults(report.activity)


def _activity_faults(activity: Activity) -> Iterator[str]:
    laps = activity.laps
    measures = (getattr(one, name, None) for one in (activity, *laps) for name in _MEASURES)
    if len(laps) > _LAPS or any(measure is not None and measure < 0 for measure in measures):
        yield "laps or measures that cannot be"
    if any(
        one.listed_m not in LISTED_M
        or one.duration_ms < 1
        or not 0 <= one.first_lap <= one.last_lap < max(len(laps), 1)
        for one in activity.segments
    ):
        yield "segments that cannot be"
    if abs(activity.utc_offset_s or 0) > 86_400:
        yield "an offset of more than a day"


def _line_faults(line: TableLine) -> Iterator[str]:
    """Yield what no reader of tables produces."""
    content = line.content
    if content is not None:
        if len(content.note or "") > _NOTE:
            yield "a note too long"
        if not content.stretches or any(stretch.duration_ms <= 0 for stretch in content.stretches):
            yield "a run without stretches"
        content = replace(content, note=None)
    yield from _beyond(replace(line, content=content))
    if not _SHA256.fullmatch(line.digest):
        yield "no digest"
    if line.activity is not None:
        yield from _activity_faults(line.activity)


def _raise_for(faults: Iterable[str]) -> None:
    """Raise `ValueError` for the first fault, if there is one."""
    for fault in faults:
        raise ValueError(fault)


def _beyond(value: object) -> Iterator[str]:
    """Yield what is too long or too large in a value, whatever its fields are."""
    match value:
        case str():
            if len(value) > _TEXT:
                yield "a text too long"
        case int() | float():
            if not -_LARGE < value < _LARGE:
                yield "a number too large"
        case datetime():
            if value.tzinfo is None:
                yield "an instant without zone"
        case tuple() | dict() | frozenset():
            if len(value) > _MANY:
                yield "a list too long"
                return
            for one in value.items() if isinstance(value, dict) else value:
                yield from _beyond(one)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                yield from _beyond(getattr(value, field.name))
        case list():
            yield "a list where no reader has one"
