"""The faults of several typed fields, so that all of them are reported at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.errors import BadInput, SeveralFaults

T = TypeVar("T")


class Faults:
    """Collects the faults of fields that are parsed one after another."""

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    def read(self, text: str | None, parse: Callable[[str], T]) -> T | None:
        """Return a parsed text, or None if it is missing, blank or at fault."""
        return self.attempt(lambda: parse(text)) if text and text.strip() else None

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Return the result of `work`, or None and keep its fault."""
        try:
            return work()
        except SeveralFaults as several:
            self.found += several.faults
        except BadInput as fault:
            self.found.append(fault)
        return None

    def raise_any(self) -> None:
        """Raise the faults found so far, if any.

        Raises:
            BadInput: the only one.
            SeveralFaults: all of them.
        """
        if self.found:
            raise self.found[0] if len(self.found) == 1 else SeveralFaults(self.found)
