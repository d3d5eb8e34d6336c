"""Parse the texts of an XML file, and keep examples of those that do not parse."""

from __future__ import annotations

from datetime import datetime

from bot.files.times import number, when

MISSING = frozenset({"", "nan", "inf", "-inf", "null", "none", "-", "--"})
"""Texts that devices write for a missing value."""


class Texts:
    """Parses times and numbers.

    Attributes:
        unread: by kind (`times`, `distances`, `places`), an example that did not parse.
    """

    def __init__(self) -> None:
        self.unread: dict[str, str] = {}

    def when(self, text: str) -> datetime | None:
        """Parse a time, or return None."""
        at = when(text)
        if at is None:
            self._note("times", text)
        return at

    def number(self, text: str | None, kind: str) -> float | None:
        """Parse a number, or return None."""
        value = number(text)
        if value is None:
            self._note(kind, text or "")
        return value

    def _note(self, kind: str, text: str) -> None:
        if text.strip().lower() not in MISSING:
            self.unread.setdefault(kind, "".join(c for c in text.strip() if c.isprintable())[:40])
