"""Normalize free text and detect text without visible characters."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
"""Unicode categories without a visible glyph of their own: controls, formatting, blanks and combining marks."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and signs that are drawn as a blank: the Hangul fillers and the empty Braille pattern."""

TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F))
"""Characters that change the text direction, for `str.translate` to remove."""


def is_blank(typed: str) -> bool:
    """Whether a text has no visible character, only blanks of any width, joiners or lone accents."""
    return all(sign in _FILLERS or unicodedata.category(sign) in _UNSEEN for sign in typed)


def one_line(typed: str) -> str:
    """Return a text on one line with single spaces, or an empty string if it has no visible character."""
    return "" if is_blank(typed) else " ".join(typed.split())


def if_any(typed: str | None) -> str | None:
    """Return a text without surrounding blanks, or None if it has no visible character."""
    return None if typed is None or is_blank(typed) else typed.strip()
