"""The exception for a refused file: raised anywhere while reading, turned into a report by `reading`."""

from __future__ import annotations

from bot.domain.runs.activity import Refusal


class Refused(Exception):
    """A file cannot be imported.

    Attributes:
        reason: last part of a catalogue key under `files.reason`.
        refusal: the group of the report it is listed in.
        params: placeholders of the sentence.
    """

    def __init__(self, reason: str, refusal: Refusal = Refusal.UNREADABLE, **params: object) -> None:
        self.reason = f"files.reason.{reason}"
        self.refusal = refusal
        self.params = params
        super().__init__(reason)


def too_large(reason: str, **params: object) -> Refused:
    """Return the refusal for an exceeded limit."""
    return Refused(reason, Refusal.TOO_LARGE, **params)
