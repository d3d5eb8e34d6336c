"""Read FIT files, the format of watches, frame by frame with fitdecode. Chained files are supported.

Totals come from the session message; without one, from the laps; without laps, from the points. A file that is cut
short or damaged gives what was read until then.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import fitdecode  # type: ignore[import-untyped]  # ships no types

from bot.domain.runs.activity import Activity, Source, Sport
from bot.files.building import ACTIVITIES, LAPS, ToldActivity, ToldLap, build
from bot.files.clocks import Place
from bot.files.refused import Refused, too_large
from bot.files.sports import sport_of, surface_of
from bot.files.track import Track

FRAMES = 200_000
"""Maximum frames read from one file: two days at one record a second, plus other messages."""
EPOCH_S = 631_065_600
"""Unix time (seconds) of FIT's epoch, 1989-12-31 00:00 UTC."""
OLDEST_CLOCK = 0x1000_0000
"""A smaller timestamp counts from when the device was switched on. Source: the FIT profile, type date_time."""
DEGREES = 180 / 2**31
"""Degrees per FIT semicircle."""
_WANTED = {0: "file_id", 12: "sport", 18: "session", 19: "lap", 20: "record", 21: "event", 34: "activity"}
_STOPS = frozenset({"stop", "stop_all", "stop_disable", "stop_disable_all"})

Fields = dict[str, Any]


def is_fit(data: bytes) -> bool:
    """Whether the data begins with the signature of a FIT file."""
    return len(data) >= 12 and data[8:12] == b".FIT"


def read(data: bytes) -> tuple[list[Activity | Refused], tuple[str, ...]]:
    """Read a FIT file.

    Returns:
        Its activities, or the refusal of one of them; and warnings about the file (`cut_short`, `checksum`).

    Raises:
        Refused: it cannot be read, holds no activity, or is too large.
    """
    found: list[Activity | Refused] = []
    warnings: dict[str, None] = {}
    data, matches = _closed(data)
    reader = fitdecode.FitReader(
        data,
        processor=None,
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    recording: _Recording | None = None
    try:
        for count, frame in enumerate(reader):
            if count >= FRAMES:
                raise too_large("too_many_points")
            if frame.frame_type == fitdecode.FIT_FRAME_HEADER:
                found += recording.activities() if recording else ()
                recording = _Recording()
            elif frame.frame_type == fitdecode.FIT_FRAME_DATA and recording and frame.global_mesg_num in _WANTED:
                recording.take(_WANTED[frame.global_mesg_num], _fields(frame))
            if len(found) > ACTIVITIES:
                raise too_large("too_many_points")
    except (Refused, MemoryError):
        raise
    except Exception:  # for some malformed data, fitdecode raises bare KeyErrors and AssertionErrors
        warnings["cut_short"] = None
    found += recording.activities() if recording else ()
    if not found:
        raise Refused("damaged" if warnings else "no_activity")
    if not warnings and not matches:
        warnings["checksum"] = None
    return found, tuple(warnings)


def _files(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each chained file, as stated in their headers."""
    start = 0
    while is_fit(data[start : start + 12]):
        end = start + data[start] + int.from_bytes(data[start + 4 : start + 8], "little") + 2
        yield start, end
        start = end


def _closed(data: bytes) -> tuple[bytes, bool]:
    """Return the chained files without trailing data, and whether their checksums match.

    A file that was never closed has length 0 in its header, and one whose length was written too early is longer than
    its header states; the checksum at its end shows this.
    """
    spans = list(_files(data))
    start, end = spans[-1]
    matches = not any(checksum(data[first:last]) for first, last in spans[:-1])
    rest = len(data) - start - data[start] - 2
    if end == start + data[start] + 2 and rest > 0:
        return _with_length(data, start, rest + 2), matches
    if checksum(data[start:end]) == 0:
        return data[:end], matches
    if end < len(data) and checksum(data[start:]) == 0:
        return _with_length(data, start, rest), matches
    return data[:end], False


def _with_length(data: bytes, start: int, length: int) -> bytes:
    return data[: start + 4] + struct.pack("<I", length) + data[start + 8 :]


def _fields(frame: Any) -> Fields:
    """Return values by name, without developer fields, so that an app's value is not taken for the device's."""
    values: Fields = {}
    for field in frame.fields:
        own = field.field_def is None or not field.field_def.is_dev
        if own and field.value is not None and field.name not in values:
            values[field.name] = field.value
    return values


def _seconds(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    return value if isinstance(value, int) else None


def _amount(fields: Fields, name: str) -> float | None:
    value = fields.get(name)
    return float(value) if isinstance(value, int | float) else None


class _Recording:
    """The messages of one FIT file in the stream."""

    def __init__(self) -> None:
        self._kind: object = None
        self._sport: Fields = {}
        self._activity: Fields = {}
        self._sessions: list[Fields] = []
        self._laps: list[Fields] = []
        self._moments: list[tuple[int, str, float | None, Place | None]] = []

    def take(self, name: str, fields: Fields) -> None:
        """Add a message."""
        if name == "record":
            at = _seconds(fields, "timestamp")
            if at is not None:
                self._moments.append((at, "point", _amount(fields, "distance"), _place(fields)))
        elif name == "event" and fields.get("event") == "timer":
            at = _seconds(fields, "timestamp")
            kind = fields.get("event_type")
            if at is not None and (kind == "start" or kind in _STOPS):
                self._moments.append((at, "start" if kind == "start" else "stop", None, None))
        elif name == "lap":
            self._laps.append(fields)
        elif name == "session":
            self._sessions.append(fields)
        elif name == "file_id":
            self._kind = fields.get("type")
        elif name == "sport":
            self._sport = fields
        elif name == "activity":
            self._activity = fields
        if len(self._laps) > LAPS or len(self._sessions) > ACTIVITIES:
            raise too_large("too_many_points")

    def activities(self) -> Iterator[Activity | Refused]:
        """Yield an activity for each session, except transitions between two sports."""
        if self._kind in ("course", "workout", "settings", "segment") or not (self._sessions or self._moments):
            return
        sessions = self._sessions or [{}]
        for session in sessions:
            if session.get("sport") not in ("transition", "multisport") or len(sessions) == 1:
                try:
                    yield self._build(session, alone=len(sessions) == 1)
                except Refused as refused:
                    yield refused

    def _build(self, session: Fields, *, alone: bool) -> Activity:
        first = _seconds(session, "start_time")
        elapsed_s = _amount(session, "total_elapsed_time")
        last = _seconds(session, "timestamp")
        if first is not None and not alone and elapsed_s is not None:
            last = first + round(elapsed_s)
        within = (first, last) if not alone and first is not None and last is not None else None
        shift_s, wall_clock = self._clock(first)
        track = self._track(within, shift_s, wall_clock)
        walked = track.walked()
        laps = [lap for lap in self._laps if not within or within[0] <= (_seconds(lap, "start_time") or 0) < within[1]]

        def instant(stamp: int | None) -> float | None:
            return stamp + shift_s if stamp is not None and (wall_clock or stamp >= OLDEST_CLOCK) else None

        told_laps = [
            ToldLap(
                instant(_seconds(lap, "start_time")), _amount(lap, "total_timer_time"), _amount(lap, "total_distance")
            )
            for lap in laps
        ]
        if not session and laps:
            # Cut short: the points after the last lap form another lap.
            ended = _seconds(laps[-1], "timestamp")
            if ended is not None and walked.at_s and walked.at_s[-1] - shift_s > ended:
                told_laps.append(ToldLap(ended + shift_s, None, None))
        sub_sport = str(session.get("sub_sport") or self._sport.get("sub_sport") or "")
        named = self._sport_name(session, sub_sport)
        return build(
            ToldActivity(
                source=Source.FIT,
                sport=sport_of(named),
                sport_name=named,
                start_s=instant(first),
                running_s=_amount(session, "total_timer_time"),
                elapsed_s=elapsed_s,
                metres=_amount(session, "total_distance"),
                laps=told_laps,
                utc_offset_s=None if wall_clock else self._offset(),
                wall_clock=wall_clock,
                surface=surface_of(sub_sport),
            ),
            walked,
        )

    def _sport_name(self, session: Fields, sub_sport: str) -> str:
        lap = self._laps[0] if self._laps else {}
        sport = str(session.get("sport") or self._sport.get("sport") or lap.get("sport") or "running")
        unclear = sport_of(sport) in (Sport.OTHER, Sport.UNKNOWN)
        # such as "fitness equipment: treadmill" and "generic: track"
        return sub_sport if unclear and sport_of(sub_sport) is not Sport.UNKNOWN and sub_sport else sport

    def _track(self, within: tuple[int, int] | None, shift_s: int, wall_clock: bool) -> Track:
        track = Track()
        known = sum(moment[0] >= OLDEST_CLOCK for moment in self._moments)
        few_know = not wall_clock and known * 2 <= len(self._moments)
        for at, kind, metres, place in self._moments:
            if within is not None and not within[0] <= at <= within[1]:
                continue
            if few_know and at < OLDEST_CLOCK:
                track.leave_out()
            elif kind == "point":
                track.add(at + shift_s, metres, place)
            elif kind == "stop":
                track.stop(at + shift_s)
            else:
                track.start(at + shift_s)
        return track

    def _clock(self, first: int | None) -> tuple[int, bool]:
        """Return the shift from the file's seconds to Unix time, and whether the result is local time of unknown zone.

        The majority of points decides whether the device knew the time. If only some points have the time and the file
        gives no other reference, those points are used alone.

        Raises:
            Refused: the device did not know the time.
        """
        stamps = [moment[0] for moment in self._moments] or [first or 0]
        known = sum(stamp >= OLDEST_CLOCK for stamp in stamps)
        if known * 2 > len(stamps):
            return EPOCH_S, False
        told, local = _seconds(self._activity, "timestamp"), _seconds(self._activity, "local_timestamp")
        if told is not None and told < OLDEST_CLOCK and local is not None and local >= OLDEST_CLOCK:
            return EPOCH_S + local - told, True
        if known or (first or 0) >= OLDEST_CLOCK:
            return EPOCH_S, False
        raise Refused("no_times")

    def _offset(self) -> int | None:
        told, local = _seconds(self._activity, "timestamp"), _seconds(self._activity, "local_timestamp")
        return local - told if told is not None and local is not None else None


def _place(fields: Fields) -> Place | None:
    lat, lon = fields.get("position_lat"), fields.get("position_long")
    return (lat * DEGREES, lon * DEGREES) if isinstance(lat, int) and isinstance(lon, int) else None


def _table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _table()


def checksum(data: bytes) -> int:
    """Return FIT's CRC-16/ARC. fitdecode's own works by half bytes and takes as long as the rest of the reading."""
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc
