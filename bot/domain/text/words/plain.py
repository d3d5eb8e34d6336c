"""Normalize typed text and read numbers in it."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import BadInput

LIMIT = 100
"""Longest text that is read, in characters; also Discord's limit for an autocomplete choice."""

_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("×✕✖*", "x") | dict.fromkeys("’‘′`´", "'")
    | dict.fromkeys("″“”„", '"') | {"∶": ":", "⁄": "/", "∕": "/", "½": ".5", "¼": ".25", "¾": ".75"}
)  # fmt: skip
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

NUMBER = r"(?:[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]{1,3})?(?![0-9])|[0-9]{1,9}(?:[.,][0-9]{1,9}){0,3}|[.,][0-9]{1,3})"
"""A regular expression for the numbers that `number` reads."""


def plain(text: str, limit: int = LIMIT) -> str:
    """Return lower case text with single spaces, ASCII digits, one variant per sign, and ä as ae.

    Raises:
        BadInput: longer than `limit`, which bounds the text for all later parsing.
    """
    if len(text) > limit:
        raise BadInput("entry.text.too_long", typed=text[:LIMIT], limit=limit)
    narrow = "".join(map(_narrow, unicodedata.normalize("NFC", text)))
    return " ".join(narrow.translate(_SIGNS).casefold().translate(_SPELT).split())


def spelt_out(text: str) -> str:
    """Return a text in lower case with ä as ae, ö as oe and ü as ue."""
    return text.translate(_SPELT)


def _narrow(char: str) -> str:
    """Normalize the width and script of one character. Superscripts are no digits: `5²` must not become 52."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if "！" <= char <= "～":
        return chr(ord(char) - 0xFEE0)
    return "" if unicodedata.category(char) == "Cf" else char


def number(text: str, grouping: str = "") -> float | None:
    """Return the number in a plain text, or None if its separators are malformed.

    Args:
        text: a match of `NUMBER`.
        grouping: which of `.` and `,` group thousands where a single one is followed by three digits.
    """
    text = re.sub("[ ']", "", text)
    *groups, tail = re.split("[.,]", text)
    if not groups:
        return float(text)
    signs = re.findall("[.,]", text)
    grouped = len(tail) == 3 and _groups(groups, signs[:-1])
    if len(signs) == 1 and not (grouped and signs[0] in grouping):
        return float(f"{groups[0] or 0}.{tail}")
    if len(set(signs)) == 1:
        return float("".join((*groups, tail))) if grouped else None
    if len(set(signs[:-1])) == 1 and signs[-1] != signs[0] and _groups(groups, signs[:-1]):
        return float("".join(groups) + "." + tail)
    return None


def _groups(groups: list[str], signs: list[str]) -> bool:
    """Whether the digits before the last sign are one to three, followed by groups of exactly three."""
    head, *rest = groups
    return 1 <= len(head) <= 3 and head[0] != "0" and all(len(group) == 3 for group in rest) and len(set(signs)) <= 1
