"""Free text as somebody typed it: whether anybody can see it, and on one line."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
"""Categories of what shows nothing by itself: controls, formatting, blanks, and what sits on another character."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and signs that are drawn as a blank: the fillers of Hangul, and Braille without a dot."""


def is_blank(typed: str) -> bool:
    """Whether nothing of a text can be seen: blanks of any width, joiners, lone accents."""
    return all(sign in _FILLERS or unicodedata.category(sign) in _UNSEEN for sign in typed)


def one_line(typed: str) -> str:
    """A text on one line with single spaces; nothing where nothing of it can be seen."""
    return "" if is_blank(typed) else " ".join(typed.split())


def if_any(typed: str | None) -> str | None:
    """A text of any lines without blanks around it; None where nothing of it can be seen."""
    return None if typed is None or is_blank(typed) else typed.strip()
