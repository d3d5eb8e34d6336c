"""Reading of activity files in a worker process: the requests and their handler."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from bot.domain.runs.activity import FileReport
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
    """Read the unpacked entry."""

    answer: ClassVar[Any] = list[FileReport]

    @staticmethod
    def check(value: list[FileReport]) -> None:
        """Reject reports that no reader produces."""
        fault = next((fault for report in value for fault in _faults(report)), None)
        if fault is not None:
            raise ValueError(fault)


class Files:
    """Handler that reads attachments, entry by entry."""

    requests = (Open, Next, Read)

    def __init__(self) -> None:
        from bot.files import archive, encoded, reading

        self._open, self._read = archive.entries, reading.read_entry
        encoded.known()  # codecs are files, which cannot be opened in the sandbox, and an XML file may name any
        self._entries: Iterator[ArchiveEntry] = iter(())
        self._entry: ArchiveEntry | None = None

    def handle(self, request: Open | Next | Read, blob: bytes) -> tuple[Any, bytes]:
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
            case Read():
                assert self._entry
                return self._read(self._entry), b""


_KEY = re.compile(r"files\.(reason|warning)\.[a-z_]{1,40}")
_SHA256 = re.compile(r"([0-9a-f]{64})?")
_LAPS = 1_001
_TEXT, _MANY, _LARGE = 120, 10_000, 1 << 40
"""Upper limits that no reader exceeds: characters of a text, items of a list, and any number."""
_MEASURES = ("distance_m", "duration_ms", "elapsed_ms")


def _faults(report: FileReport) -> Iterator[str]:
    """Yield what no reader produces although its type is right. (`imported_runs` checks for impossible runs.)"""
    yield from _beyond(report)
    if not _SHA256.fullmatch(report.sha256):
        yield "no digest"
    if not all(map(_KEY.fullmatch, (*report.warnings, *filter(None, (report.reason,))))):
        yield "words that are none of the readers'"
    if report.activity is None:
        return
    laps = report.activity.laps
    measures = (getattr(one, name, None) for one in (report.activity, *laps) for name in _MEASURES)
    if len(laps) > _LAPS or any(measure is not None and measure < 0 for measure in measures):
        yield "laps or measures that cannot be"
    if abs(report.activity.utc_offset_s or 0) > 86_400:
        yield "an offset of more than a day"


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
        case tuple() | dict():
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
