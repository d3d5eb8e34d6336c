"""Refusing a file: raised anywhere while reading it, turned into its report in one place."""

from __future__ import annotations

from bot.domain.runs.activity import Refusal


class Refused(Exception):
    """A file that brings nothing.

    Attributes:
        reason: last part of a catalogue key under `files.reason`.
        refusal: which line of the report it is.
        params: placeholders of the sentence.
    """

    def __init__(self, reason: str, refusal: Refusal = Refusal.UNREADABLE, **params: object) -> None:
        self.reason = f"files.reason.{reason}"
        self.refusal = refusal
        self.params = params
        super().__init__(reason)


def too_large(reason: str, **params: object) -> Refused:
    """A cap that was met."""
    return Refused(reason, Refusal.TOO_LARGE, **params)
