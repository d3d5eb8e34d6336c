"""Messages between the bot and its worker processes: JSON, decoded against types.

The requests of each role are defined beside their handler (`file_reader`, `chart_renderer`, `round_matcher`). Their
fields are the dataclasses of `bot.domain` and `bot.charts`, so that a field added there is transmitted too. JSON and
not msgpack, whose integers are too short for a week's bit mask; bytes (a file, a picture) are sent beside the JSON.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

REQUEST, ANSWER, FAILURE = b"?", b"=", b"!"
"""Tags of frames."""
REQUEST_BYTES = 16 * 1024 * 1024
"""Maximum bytes of a request: a file of 10 MB, or a round of thousands."""
ANSWER_BYTES = 4 * 1024 * 1024
"""Maximum bytes of an answer. A file of 10 MB in the densest format gives 3.9 MB; decoding 4 MB takes about 30 ms."""


class WorkerRole(StrEnum):
    """A kind of work, done in a separate process."""

    FILES = "files"
    CHARTS = "charts"
    ROUNDS = "rounds"


class Request(msgspec.Struct, frozen=True):
    """Base class of requests; `answer` is the type of the answer."""

    answer: ClassVar[Any] = None

    @staticmethod
    def check(value: Any) -> None:
        """Reject an answer of the right type that no uncompromised process gives.

        Raises:
            ValueError: with what was found.
        """


class Wall(msgspec.Struct, frozen=True):
    """The kernel features that sandbox a process.

    Attributes:
        seccomp: whether a system call filter is in force.
        landlock: Landlock version of the file and network rules, 0 for none.
    """

    seccomp: bool
    landlock: int


class Ready(msgspec.Struct, frozen=True):
    """A process's first frame."""

    wall: Wall


class About(msgspec.Struct, frozen=True):
    """State of a worker process.

    Attributes:
        pid: process id.
        modules: names of the loaded modules.
        peak_bytes: peak resident memory.
    """

    pid: int
    modules: tuple[str, ...]
    peak_bytes: int


class Look(Request, frozen=True, tag=True):
    """Ask for the state of the process, for tests and benchmarks."""

    answer: ClassVar[Any] = About


class Failed(msgspec.Struct, frozen=True):
    """A request failed but the process is alive: it ran out of memory, or raised another exception."""

    memory: bool
    error: str


class Nonsense(Exception):
    """An answer does not have the expected type."""


def encode(value: Any) -> bytes:
    """Return a value as JSON."""
    return msgspec.json.encode(value)


def decode(text: bytes, wanted: Any) -> Any:
    """Decode JSON as a value of type `wanted`.

    Raises:
        Nonsense: it is not of that type.
    """
    try:
        return _decoder(wanted).decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Nonsense(str(error)[:200]) from error


def answer(request: Request, text: bytes) -> Any:
    """Decode the answer to a request.

    Raises:
        Nonsense: it has the wrong type, or `Request.check` rejects it.
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
