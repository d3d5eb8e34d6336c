"""Parse times and numbers in XML files: in the standard format, and in the formats of locales."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite
from unicodedata import decimal

_TIME = re.compile(
    r"""
    (?P<first>\d{1,4}) (?P<mark>[-/.]) (?P<second>\d{1,2}) (?P=mark) (?P<third>\d{1,4})
    [T\s,;_]+
    (?P<hour>\d{1,2}) [:.h] (?P<minute>\d{1,2}) (?: [:.m] (?P<sec>\d{1,2}) s? (?: [.,:] (?P<part>\d+) )? )?
    \s* (?P<half>[AP]\.?M\.?)?
    \s* (?P<zone>.*)
    """,
    re.VERBOSE | re.DOTALL,
)
LONGEST = 60
"""Maximum characters of a time or number; longer text is not parsed, since it may be made to take long."""
_ZONE = re.compile(
    r"(?:GMT|UTC|Z)? \s* (?: (?P<sign>[+-]) (?P<hours>\d{1,2}) [:.]? (?P<minutes>\d{2})? Z? )?", re.VERBOSE
)
_SAME_TWICE = re.compile(r"(?P<zone>[A-Z]+|[+-]\d{2}[:.]?\d{2})(?:\s*(?P=zone))+")
_BUDDHIST_YEARS = 543
"""Years by which the Thai calendar is ahead: it counts from the Buddha's death."""
_MINUSES = str.maketrans("−‐‑–﹣－", "------")
_GROUPS = re.compile(r"(?<=\d)[\s'’_٬](?=\d{3}(?!\d))")
_POINTS = str.maketrans("٫،", ".,")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
"""Text direction marks, which locales of right-to-left scripts add."""


def when(text: str) -> datetime | None:
    """Parse a time; return an aware datetime or None. Without a zone it is UTC, as GPX and TCX require.

    Day and month may come in any order that is unambiguous: `2026-11-20`, `20.11.2026`, `11/20/2026`. An ambiguous date
    is not parsed, because a guess could give another month.
    """
    if len(text) > LONGEST:
        return None
    plain = latin(text).upper()
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        return _lenient(plain)
    return _dated(at if at.tzinfo else at.replace(tzinfo=UTC))


def _lenient(text: str) -> datetime | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    date = _date(found)
    zone = _zone(_SAME_TWICE.sub(r"\g<zone>", found["zone"].strip()))
    if date is None or zone is None:
        return None
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].startswith("P") else 0)
    part = f"{(found['part'] or '0')[:6]:0<6}"
    try:
        at = datetime(*date, hour, int(found["minute"]), int(found["sec"] or 0), int(part), tzinfo=zone)
    except ValueError:
        return None
    return _dated(at)


def _date(found: re.Match[str]) -> tuple[int, int, int] | None:
    first, second, third = int(found["first"]), int(found["second"]), int(found["third"])
    if first > 31:
        return first, second, third
    if third <= 31:
        return None
    if found["mark"] == "." or first > 12:
        return third, second, first
    return (third, first, second) if second > 12 or first == second else None


def _zone(text: str) -> timezone | None:
    found = _ZONE.fullmatch(text)
    if found is None:
        return None
    if not found["sign"]:
        return UTC
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset) if offset < timedelta(days=1) else None


def _dated(at: datetime) -> datetime | None:
    """Return the time in the Gregorian calendar, or None for an impossible year; Thai years are converted."""
    try:
        return at.replace(year=at.year - _BUDDHIST_YEARS) if 2500 <= at.year < 2700 else at
    except ValueError:
        return None


def offset_of(at: datetime | None) -> int | None:
    """Return the UTC offset of a time in seconds, or None for UTC, which says nothing about the local clock."""
    offset = at.utcoffset() if at else None
    return round(offset.total_seconds()) or None if offset else None


def number(text: str | None) -> float | None:
    """Parse a finite number, or return None. The last of point and comma is the decimal sign, also a single comma."""
    if text is not None and len(text) > LONGEST:
        return None
    plain = _GROUPS.sub("", latin(text or "").translate(_POINTS))
    last = max(plain.rfind("."), plain.rfind(","))
    if "," in plain:
        whole, rest = plain[:last], plain[last + 1 :]
        if plain.count(plain[last]) > 1:  # 1,800,000
            whole, rest = plain, ""
        plain = f"{whole.replace(',', '').replace('.', '')}.{rest}"
    try:
        value = float(plain) if plain else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None


def latin(text: str) -> str:
    """Return the text with ASCII digits and hyphen and without direction marks, from any script."""
    if text.isascii():
        return text.strip()
    text = _INVISIBLE.sub("", text)
    return "".join(c if (digit := decimal(c, None)) is None else str(digit) for c in text).translate(_MINUSES).strip()
