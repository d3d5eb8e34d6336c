"""What the bot and its processes say to one another: JSON, decoded against types.

The requests of each role stand beside what answers them (`reading.py`, `drawing.py`, `matching.py`). Their types are
the dataclasses of `bot.domain` and `bot.charts` themselves: a field added there is carried here. JSON and not msgpack,
which has no integer as long as a week's bit mask; bytes (a file, a picture) go beside the JSON.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

REQUEST, ANSWER, FAILURE = b"?", b"=", b"!"
"""Tags of frames."""
REQUEST_BYTES = 16 * 1024 * 1024
"""The largest request: a file of 10 MB, or a round of thousands."""
ANSWER_BYTES = 4 * 1024 * 1024
"""The largest answer. A file of 10 MB in the wordiest format gives 3.9 MB; decoding 4 MB takes some 30 ms."""


class WorkerRole(StrEnum):
    """A kind of work, with a process of its own."""

    FILES = "files"
    CHARTS = "charts"
    ROUNDS = "rounds"


class Request(msgspec.Struct, frozen=True):
    """A request; `answer` is the type of its answer."""

    answer: ClassVar[Any] = None

    @staticmethod
    def check(value: Any) -> None:
        """Look for what no honest process answers, though its type is right.

        Raises:
            ValueError: with what was found.
        """


class Wall(msgspec.Struct, frozen=True):
    """What a process is kept by.

    Attributes:
        seccomp: a filter of system calls.
        landlock: version of the file and network rules, 0 for none.
    """

    seccomp: bool
    landlock: int


class Ready(msgspec.Struct, frozen=True):
    """A process's first frame."""

    wall: Wall


class About(msgspec.Struct, frozen=True):
    """A process.

    Attributes:
        pid: its id.
        modules: what is loaded in it.
        peak_bytes: the most memory it has had in use.
    """

    pid: int
    modules: tuple[str, ...]
    peak_bytes: int


class Look(Request, frozen=True, tag=True):
    """Tell of the process itself, for tests and benchmarks."""

    answer: ClassVar[Any] = About


class Failed(msgspec.Struct, frozen=True):
    """A request failed, and the process lives: for want of memory, or of an error of the program's."""

    memory: bool
    error: str


class Nonsense(Exception):
    """An answer is not what was asked for."""


def encode(value: Any) -> bytes:
    """As JSON."""
    return msgspec.json.encode(value)


def decode(text: bytes, wanted: Any) -> Any:
    """JSON as a value of type `wanted`.

    Raises:
        Nonsense: it is none.
    """
    try:
        return _decoder(wanted).decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Nonsense(str(error)[:200]) from error


def answer(request: Request, text: bytes) -> Any:
    """The answer to a request.

    Raises:
        Nonsense: it is none.
    """
    value = decode(text, request.answer)
    try:
        request.check(value)
    except ValueError as error:
        raise Nonsense(str(error)) from None
    return value


@lru_cache(maxsize=32)
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)
