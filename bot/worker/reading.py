"""Reading activity files in a process: the requests, and what answers them there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from bot.domain.activity import Activity, FileReport
from bot.worker.messages import Request

if TYPE_CHECKING:
    from bot.files.archive import Entry


class Open(Request, frozen=True, tag=True):
    """Take the attachment beside this, and leave out its first entries, which have been read."""

    name: str
    done: int = 0


class Next(Request, frozen=True, tag=True):
    """Unpack the next entry; its name is answered, or None behind the last."""

    answer: ClassVar[Any] = str | None


class Read(Request, frozen=True, tag=True):
    """Read the entry that was unpacked."""

    answer: ClassVar[Any] = list[FileReport]

    @staticmethod
    def check(value: list[FileReport]) -> None:
        """Refuse what no reader of ours reports."""
        fault = next((fault for report in value for fault in _faults(report)), None)
        if fault is not None:
            raise ValueError(fault)


class Files:
    """Reads attachments, entry by entry."""

    requests = (Open, Next, Read)

    def __init__(self) -> None:
        from bot.files import archive, encoded, reading

        self._open, self._read = archive.entries, reading.read_entry
        encoded.known()  # a codec is a file, and XML and archives name any of them
        self._entries: Iterator[Entry] = iter(())
        self._entry: Entry | None = None

    def handle(self, request: Open | Next | Read, blob: bytes) -> tuple[Any, bytes]:
        """Answer a request."""
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
_NAME, _LAPS, _POINTS, _WARNINGS, _PARAMS = 120, 1_001, 10_000, 20, 8
"""More than the readers ever give."""


def _faults(report: FileReport) -> Iterator[str]:
    """What is no reader's, though its types are right. (What is no run's, `bot.domain.imported.impossible` finds.)"""
    if len(report.filename) > _NAME:
        yield "a file name too long"
    if not _SHA256.fullmatch(report.sha256):
        yield "no digest"
    keys = [*report.warnings, *([report.reason] if report.reason is not None else ())]
    if len(keys) > _WARNINGS or not all(map(_KEY.fullmatch, keys)):
        yield "words that are none of the readers'"
    if len(report.params) > _PARAMS or any(len(str(value)) > _NAME for value in report.params.values()):
        yield "placeholders too long"
    if report.activity is not None:
        yield from _faults_in(report.activity)


def _faults_in(activity: Activity) -> Iterator[str]:
    laps = activity.laps
    if len(laps) > _LAPS or len(activity.series) > _POINTS:
        yield "too many laps or points"
    numbers = (activity.distance_m, activity.duration_ms, activity.elapsed_ms)
    of_laps = (number for lap in laps for number in (lap.distance_m, lap.duration_ms))
    if any(number is not None and not 0 <= number < 1 << 40 for number in (*numbers, *of_laps)):
        yield "a distance or time that cannot be"
    if (
        len(activity.sport_name) > _NAME
        or len(activity.unread) > _WARNINGS
        or any(len(k) > _NAME for k in activity.unread)
    ):
        yield "words too long"
    if abs(activity.utc_offset_s or 0) > 86_400:
        yield "an offset of more than a day"
    if any(instant.tzinfo is None for instant in (activity.started_at, *(lap.started_at for lap in laps))):
        yield "an instant without zone"
