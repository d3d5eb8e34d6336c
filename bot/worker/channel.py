"""Frames over a pair of pipes: a tag, JSON, and bytes.

The bot passes a deadline with every call, which also covers a peer that sends half a frame and stops.
"""

from __future__ import annotations

import os
import select
import struct
import time

_HEADER = struct.Struct("!cII")
_PIECE = 1 << 20


class TooLarge(Exception):
    """A frame's announced size exceeds the limit."""


class Channel:
    """A pair of file descriptors, one for reading and one for writing."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing

    def unblock(self) -> None:
        """Make the descriptors non-blocking, as the side that passes deadlines needs."""
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    def send(self, tag: bytes, text: bytes, blob: bytes = b"", *, until: float | None = None) -> None:
        """Write a frame.

        Args:
            tag: one byte.
            text: its JSON.
            blob: bytes sent beside the JSON.
            until: deadline by `time.perf_counter`; None waits without limit.

        Raises:
            TimeoutError: the deadline passed.
            OSError: the peer has closed its pipe.
        """
        for part in (_HEADER.pack(tag, len(text), len(blob)) + text, blob):
            left = memoryview(part)
            while left:
                _wait(self._writing, select.POLLOUT, until)
                try:
                    left = left[os.write(self._writing, left[:_PIECE]) :]
                except BlockingIOError:
                    continue

    def receive(self, most: int, *, until: float | None = None) -> tuple[bytes, bytes, bytes]:
        """Read a frame.

        Args:
            most: maximum bytes of the frame.
            until: as in `send`.

        Returns:
            Tag, JSON and bytes.

        Raises:
            TimeoutError: the deadline passed.
            EOFError: the peer has closed its pipe.
            TooLarge: the frame is larger than `most`.
        """
        tag, text, blob = _HEADER.unpack(self._exactly(_HEADER.size, until))
        if text + blob > most:
            raise TooLarge(f"{text + blob} bytes")
        return tag, self._exactly(text, until), self._exactly(blob, until)

    def _exactly(self, size: int, until: float | None) -> bytes:
        found = bytearray()
        while len(found) < size:
            _wait(self._reading, select.POLLIN, until)
            try:
                piece = os.read(self._reading, min(size - len(found), _PIECE))
            except BlockingIOError:
                continue
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)


def _wait(number: int, event: int, until: float | None) -> None:
    if until is None:
        return
    waiting = select.poll()
    waiting.register(number, event)
    if not waiting.poll(max(0.0, until - time.perf_counter()) * 1000):
        raise TimeoutError
