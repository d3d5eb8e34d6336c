"""Write FIT files for tests, valid and invalid ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.files.fit import EPOCH_S, checksum

START = int(datetime(2026, 11, 20, 6, 15, tzinfo=UTC).timestamp()) - EPOCH_S
"""20 November 2026, 06:15 UTC, in FIT's seconds."""

FORMATS = {0x00: "B", 0x01: "b", 0x02: "B", 0x84: "H", 0x85: "i", 0x86: "I", 0x8C: "I"}
ENUM, UINT8, UINT16, SINT32, UINT32 = 0x00, 0x02, 0x84, 0x85, 0x86
RUNNING, CYCLING, TRANSITION, SWIMMING, FITNESS = 1, 2, 3, 5, 4
TREADMILL, TRACK = 1, 4

Field = tuple[int, int, int]
"""Number, base type, raw value."""


class Fit:
    """Builder of a FIT file; `bytes(fit)` is the file."""

    def __init__(self) -> None:
        self.body = bytearray()
        self._defined: dict[int, object] = {}

    def message(
        self,
        number: int,
        fields: Sequence[Field],
        *,
        local: int = 0,
        developer: Sequence[tuple[int, int, bytes]] = (),
        offset: int | None = None,
    ) -> Fit:
        """Append a message, and its definition if the last one under `local` differs.

        Args:
            number: global message number.
            fields: fields of the profile.
            local: local message number.
            developer: (field number, developer data index, bytes) of developer fields.
            offset: seconds in a compressed timestamp header, modulo 32.
        """
        shape = (number, [field[:2] for field in fields], [(n, len(b), i) for n, i, b in developer])
        if self._defined.get(local) != shape:
            self._defined[local] = shape
            self.body += struct.pack("<BBBHB", 0x40 | (0x20 if developer else 0) | local, 0, 0, number, len(fields))
            for field, base, _ in fields:
                self.body += bytes([field, struct.calcsize("<" + FORMATS[base]), base])
            if developer:
                self.body.append(len(developer))
                self.body += b"".join(bytes([n, len(raw), index]) for n, index, raw in developer)
        self.body.append(local if offset is None else 0x80 | local << 5 | offset & 31)
        for _, base, value in fields:
            self.body += struct.pack("<" + FORMATS[base], value)
        for _, _, raw in developer:
            self.body += raw
        return self

    def file_id(self, kind: int = 4) -> Fit:
        return self.message(0, [(0, ENUM, kind), (1, UINT16, 1), (4, UINT32, START)])

    def record(self, at: int, metres: float | None = None, **more: object) -> Fit:
        distance = [(5, UINT32, round(metres * 100))] if metres is not None else []
        return self.message(20, [(253, UINT32, at), *distance], **more)  # type: ignore[arg-type]

    def records(self, first: int, last: int, speed: float = 3.0, every: int = 1, base: float = 0.0) -> Fit:
        """Append points from `first` to `last`, both included."""
        for at in range(first, last + 1, every):
            self.record(at, base + (at - first) * speed)
        return self

    def timer(self, at: int, kind: int) -> Fit:
        """Append a timer event: 0 starts, 4 stops."""
        return self.message(21, [(253, UINT32, at), (0, ENUM, 0), (1, ENUM, kind)], local=1)

    def lap(self, start: int, seconds: float, metres: float) -> Fit:
        return self.message(19, [(253, UINT32, start + round(seconds)), *_totals(start, seconds, metres)], local=2)

    def session(
        self, start: int, seconds: float, metres: float, sport: int = RUNNING, sub_sport: int = 0, elapsed: float = 0
    ) -> Fit:
        end = start + round(elapsed or seconds)
        told = [(5, ENUM, sport), (6, ENUM, sub_sport), (7, UINT32, round((elapsed or seconds) * 1000))]
        return self.message(18, [(253, UINT32, end), *_totals(start, seconds, metres), *told], local=3)

    def activity(self, at: int, local: int) -> Fit:
        return self.message(34, [(253, UINT32, at), (5, UINT32, local), (1, UINT16, 1)], local=4)

    def __bytes__(self) -> bytes:
        return self.closed()

    def closed(self, *, length: int | None = None, damage: int = 0) -> bytes:
        """Return the file, optionally with a wrong length, or with its checksum changed by `damage`."""
        header = struct.pack("<BBHI4s", 14, 0x20, 2195, len(self.body) if length is None else length, b".FIT")
        whole = header + struct.pack("<H", checksum(header)) + bytes(self.body)
        return whole + struct.pack("<H", checksum(whole) ^ damage)


def _totals(start: int, seconds: float, metres: float) -> list[Field]:
    return [(2, UINT32, start), (8, UINT32, round(seconds * 1000)), (9, UINT32, round(metres * 100))]


def run(seconds: int = 600, speed: float = 3.0) -> Fit:
    """Return an ordinary run of two laps, two hours east of Greenwich."""
    half = seconds // 2
    return (
        Fit()
        .file_id()
        .timer(START, 0)
        .records(START, START + seconds, speed)
        .timer(START + seconds, 4)
        .lap(START, half, half * speed)
        .lap(START + half, half, half * speed)
        .session(START, seconds, seconds * speed)
        .activity(START + seconds, START + seconds + 7200)
    )


def hostile(size: int = 10 * 1024 * 1024) -> bytes:
    """Return as many two-byte messages as fit into `size` bytes, the slowest file to read."""
    fit = Fit()
    fit.message(0, [(0, ENUM, 4)])
    fit.body += bytes((0, 4)) * ((size - len(bytes(fit))) // 2)
    header = struct.pack("<BBHI4sH", 14, 0x20, 2195, len(fit.body), b".FIT", 0)
    return header + bytes(fit.body) + b"\0\0"
