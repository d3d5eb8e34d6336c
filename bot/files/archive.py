"""Unpack .gz and .zip files in memory.

Limits count the bytes actually unpacked; declared sizes are not trusted. Nothing is written to disk: an entry's path is
only a name.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from bot.domain.limits import FILE_BYTES, MEGABYTE
from bot.files.refused import Refused, too_large

ALL_BYTES = 100 * 1024 * 1024
"""Unpacked bytes of all entries of an archive together."""
ENTRIES = 50
"""Entries read; folders and the metadata files of macOS do not count."""
SLICE = 1 << 16


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A file to read, or why it is refused.

    Attributes:
        name: file name without folders.
        data: unpacked bytes, or None if refused.
        refused: the reason, or None.
        whole: False if the packed data is cut short.
        packed: whether it is one of the files of an archive.
    """

    name: str
    data: bytes | None
    refused: Refused | None = None
    whole: bool = True
    packed: bool = False


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Budget:
    """The bytes that an archive may still unpack."""

    def __init__(self) -> None:
        self.left = ALL_BYTES

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise too_large("unpacked", limit=ALL_BYTES // MEGABYTE)


def entries(name: str, data: bytes) -> Iterator[ArchiveEntry]:
    """Yield the files in an attachment: the attachment itself, or the files packed in it.

    Args:
        name: name of the attachment, for display only.
        data: its bytes.
    """
    if is_zip(data):
        yield from _zipped(name, data)
    else:
        yield _unpacked(_base(name), data, _Budget())


def is_zip(data: bytes) -> bool:
    """Whether the data begins with the signature of a ZIP archive, possibly an empty one."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def is_gzip(data: bytes) -> bool:
    """Whether the data begins with the signature of a gzip file."""
    return data[:2] == b"\x1f\x8b"


def _base(name: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/") if c.isprintable())
    return plain.rstrip("/").rpartition("/")[2][:120] or "?"


def _unpacked(name: str, data: bytes, budget: _Budget) -> ArchiveEntry:
    try:
        _size(len(data))
        if not is_gzip(data):
            return ArchiveEntry(name, data)
        unpacked, whole = _gunzip(data, budget)
    except Refused as refused:
        return ArchiveEntry(name, None, refused)
    if is_zip(unpacked) or is_gzip(unpacked):
        return ArchiveEntry(name, None, Refused("nested_archive"))
    return ArchiveEntry(name, unpacked, whole=whole)


def _size(size: int) -> None:
    if size > FILE_BYTES:
        raise too_large("file", limit=FILE_BYTES // MEGABYTE)


def _gunzip(data: bytes, budget: _Budget) -> tuple[bytes, bool]:
    """Unpack all members of a gzip file. Return the data, and False if the file is cut short."""
    found = bytearray()
    while is_gzip(data):
        member = zlib.decompressobj(wbits=31)
        waiting = data
        try:
            while waiting and not member.eof:
                piece = member.decompress(waiting, SLICE)
                budget.take(len(piece))
                found += piece
                _size(len(found))
                waiting = member.unconsumed_tail
        except zlib.error as error:
            if not found:
                raise Refused("damaged") from error
            return bytes(found), False
        if not member.eof:
            return bytes(found), False
        data = member.unused_data
    return bytes(found), True


def _zipped(name: str, data: bytes) -> Iterator[ArchiveEntry]:
    try:
        _size(len(data))
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Refused as refused:
        yield ArchiveEntry(_base(name), None, refused)
        return
    except Exception:  # zipfile raises BadZipFile, struct.error, OverflowError, UnicodeDecodeError, … on damage
        yield ArchiveEntry(_base(name), None, Refused("damaged"))
        return
    with archive:
        listed = [info for info in archive.infolist() if not info.is_dir() and not _is_note(info.filename)]
        if not listed:
            yield ArchiveEntry(_base(name), None, Refused("empty_archive"))
        budget = _Budget()
        listed.sort(key=lambda info: not info.filename.lower().endswith("activities.csv"))  # Strava's list of all runs
        for info in listed[:ENTRIES]:
            yield replace(_entry(archive, info, budget), packed=True)
            if budget.left < 0:
                return
        if len(listed) > ENTRIES:
            left = len(listed) - ENTRIES
            yield ArchiveEntry(_base(name), None, too_large("too_many_entries", limit=ENTRIES, count=left))


def _is_note(path: str) -> bool:
    return path.startswith("__MACOSX/") or path.rpartition("/")[2].startswith(".")


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> ArchiveEntry:
    name = _base(info.filename)
    if info.flag_bits & 0x1:
        return ArchiveEntry(name, None, Refused("encrypted"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return ArchiveEntry(name, None, Refused("packing"))
    try:
        with archive.open(info) as stream:
            data = _read(stream, budget)
    except Refused as refused:
        return ArchiveEntry(name, None, refused)
    except MemoryError:
        raise
    except Exception:
        return ArchiveEntry(name, None, Refused("damaged"))
    return ArchiveEntry(name, None, Refused("nested_archive")) if is_zip(data) else _unpacked(name, data, budget)


def _read(stream: _Stream, budget: _Budget) -> bytes:
    found = bytearray()
    while piece := stream.read(SLICE):
        budget.take(len(piece))
        found += piece
        _size(len(found))
    return bytes(found)
