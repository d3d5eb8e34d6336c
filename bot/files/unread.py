"""Reading the texts of an XML file, and remembering what could not be read."""

from __future__ import annotations

from datetime import datetime

from bot.files.times import number, when

MISSING = frozenset({"", "nan", "inf", "-inf", "null", "none", "-", "--"})
"""What devices write for no value."""


class Texts:
    """Reads times and numbers.

    Attributes:
        unread: an example of each kind (`times`, `distances`, `places`) that could not be read.
    """

    def __init__(self) -> None:
        self.unread: dict[str, str] = {}

    def when(self, text: str) -> datetime | None:
        """A time, or None."""
        at = when(text)
        if at is None:
            self._note("times", text)
        return at

    def number(self, text: str | None, kind: str) -> float | None:
        """A number, or None."""
        value = number(text)
        if value is None:
            self._note(kind, text or "")
        return value

    def _note(self, kind: str, text: str) -> None:
        if text.strip().lower() not in MISSING:
            self.unread.setdefault(kind, "".join(c for c in text.strip() if c.isprintable())[:40])
