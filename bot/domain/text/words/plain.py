"""Typed text made plain, and the numbers in it."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import BadInput

LIMIT = 100
"""Longest text read, in characters; also what Discord lets an autocomplete choice have."""

_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("×✕✖*", "x") | dict.fromkeys("’‘′`´", "'")
    | dict.fromkeys("″“”„", '"') | {"∶": ":", "⁄": "/", "∕": "/", "½": ".5", "¼": ".25", "¾": ".75"}
)  # fmt: skip
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

NUMBER = r"(?:[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]{1,3})?(?![0-9])|[0-9]{1,9}(?:[.,][0-9]{1,9}){0,3}|[.,][0-9]{1,3})"
"""A regular expression for what `number` reads."""


def plain(text: str, limit: int = LIMIT) -> str:
    """Lower case, single spaces, full-width and other digits as 0-9, one sign for each thing, ä as ae.

    Raises:
        BadInput: longer than `limit`; nothing after this reads unbounded text.
    """
    if len(text) > limit:
        raise BadInput("entry.text.too_long", typed=text[:LIMIT], limit=limit)
    narrow = "".join(map(_narrow, unicodedata.normalize("NFC", text)))
    return " ".join(narrow.translate(_SIGNS).casefold().translate(_SPELT).split())


def spelt_out(text: str) -> str:
    """A text in lower case with ä as ae, ö as oe and ü as ue."""
    return text.translate(_SPELT)


def _narrow(char: str) -> str:
    """One character without its width and script. Superscripts are no digits here: `5²` must not become 52."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if "！" <= char <= "～":
        return chr(ord(char) - 0xFEE0)
    return "" if unicodedata.category(char) == "Cf" else char


def number(text: str, grouping: str = "") -> float | None:
    """The number a plain text stands for, or None when its separators make no sense.

    Args:
        text: a match of `NUMBER`.
        grouping: those of `.` and `,` that may group thousands where a lone one is followed by three digits.
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
    """Whether the digits before the last sign are a head of one to three and full groups of three."""
    head, *rest = groups
    return 1 <= len(head) <= 3 and head[0] != "0" and all(len(group) == 3 for group in rest) and len(set(signs)) <= 1
