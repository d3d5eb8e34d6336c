"""Read the cells of a table: dates, times of day, running times and distances, as services and people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from math import isfinite

from bot.domain.limits import FILE_DISTANCE_M, FILE_DURATION_S
from bot.domain.runs.tables import DateReading, DistanceReading, DurationReading
from bot.files.times import LONGEST, latin
from bot.files.unread import MISSING

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janner",
            "feb february februar",
            "mar march marz mrz maerz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
_UMLAUTS = str.maketrans("äöü", "aou")
_NUMERIC = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})")
_DAY_NAMED = re.compile(r"(?:[a-z]{2,10}[.,]* )?(\d{1,2})(?:\.|st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})")
_NAMED_DAY = re.compile(r"(?:[a-z]{2,10}, )?([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(?:uhr)?\s*"
    r"(?:(?:gmt|utc)?([+-]\d{1,2}):?(\d{2})?|(z|utc|gmt))?"
)
_EPOCH = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")
_PARTS = re.compile(r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d{1,3}))?")
_NAMED_PARTS = re.compile(
    r"(?:(\d{1,3}) ?(?:h|hr|hrs|std|hours?|stunden?)\.?)?,? ?(?:(\d{1,4}) ?(?:m|min|mins|minutes?|minuten?)\.?)?,? ?"
    r"(?:(\d{1,5}(?:[.,]\d+)?) ?(?:s|sec|secs|sek|seconds?|sekunden?)\.?)?"
)
_DAYS = re.compile(r"(\d) (?:days?|tage?),? (.*)")
_MEASURE = re.compile(r"([-+]?[\d.,'’\s\u00a0\u202f]+?)\s*([a-z]*)\.?")
_UNITS = {
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres", "kms"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles", "meile", "meilen"), 1609.344),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
}
METRES = {DistanceReading.KM: 1000.0, DistanceReading.MI: 1609.344, DistanceReading.M: 1.0}
_GROUP = re.compile(r"(?<=\d)[\s'’\u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class CellMoment:
    """A date with or without a time of day; `zone` is None where the cell names none."""

    day: date
    clock: time | None
    zone: timezone | None


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.lower() in MISSING


def moment(text: str, reading: DateReading) -> CellMoment | None:
    """Read a date, or a date and a time of day, or return None."""
    if len(text) > LONGEST:
        return None
    plain = _plain(text)
    if epoch := _EPOCH.fullmatch(plain):
        at = datetime.fromtimestamp(int(epoch[1]), UTC)
        return CellMoment(at.date(), at.time(), timezone.utc)  # noqa: UP017 (UTC is of this type at run time only)
    for pattern, order in ((_NUMERIC, None), (_DAY_NAMED, (2, 1, 0)), (_NAMED_DAY, (2, 0, 1))):
        found = pattern.match(plain)
        if found is None:
            continue
        day = _numeric(found, reading) if order is None else _named([found[1], found[2], found[3]], order)
        rest = re.sub(r"^(?:t|,|;|_| at| um|\s)*", "", plain[found.end() :])
        if day is None or not rest:
            return CellMoment(day, None, None) if day is not None else None
        told = clock(rest)
        return CellMoment(day, *told) if told is not None else None
    return None


def clock(text: str) -> tuple[time, timezone | None] | None:
    """Read a time of day and its zone, or return None."""
    found = _CLOCK.fullmatch(_plain(text)) if len(text) <= LONGEST else None
    if found is None:
        return None
    hour = int(found[1])
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4].startswith("p") else 0)
    try:
        at = time(hour, int(found[2]), int(found[3] or 0))
        if found[5]:
            minutes = int(found[6] or 0) * (-1 if found[5].startswith("-") else 1)
            return at, timezone(timedelta(hours=int(found[5]), minutes=minutes))
    except ValueError:
        return None
    return at, timezone.utc if found[7] else None  # noqa: UP017


def duration_ms(text: str, reading: DurationReading, comma: bool | None = None) -> int | None:
    """Read a running time in milliseconds, or return None."""
    if len(text) > LONGEST:
        return None
    plain, days = _plain(text), 0
    if long := _DAYS.fullmatch(plain):  # as Python and pandas write it: 0 days 00:27:30
        days, plain = int(long[1]), long[2]
    if parts := _PARTS.fullmatch(plain):
        first, second, third = int(parts[1]), int(parts[2]), int(parts[3] or 0)
        if parts[3] is None and reading is not DurationReading.HOURS_MINUTES:
            first, second, third = 0, first, second
        if third > 59 or (second > 59 and (parts[3] is not None or reading is DurationReading.HOURS_MINUTES)):
            return None
        return _within((days * 24 + first) * 3600 + second * 60 + third + float(f"0.{parts[4] or 0}"))
    value = number(plain, comma)
    if value is not None:
        return _within(value * (60 if reading is DurationReading.MINUTES else 1))
    named = _NAMED_PARTS.fullmatch(plain)
    if named is None or not any(named.groups()):
        return None
    seconds = float((named[3] or "0").replace(",", "."))
    return _within((days * 24 + int(named[1] or 0)) * 3600 + int(named[2] or 0) * 60 + seconds)


def distance_m(text: str, reading: DistanceReading, comma: bool | None = None) -> int | None:
    """Read a distance in metres, or return None. A unit in the cell wins."""
    if len(text) > LONGEST:
        return None
    found = _MEASURE.fullmatch(_plain(text))
    if found is None or (found[2] and found[2] not in _UNITS):
        return None
    value = number(found[1].strip(), comma)
    if value is None or value < 0:
        return None
    metres = value * (_UNITS[found[2]] if found[2] else METRES[reading])
    return round(metres) if metres <= FILE_DISTANCE_M else None


def number(text: str, comma: bool | None = None) -> float | None:
    """Read a number, or return None.

    Args:
        text: the digits.
        comma: whether the comma is the decimal sign; with None the last of point and comma is, also a single comma.
    """
    plain = _GROUP.sub("", text)
    if comma is None:
        comma = plain.rfind(",") > plain.rfind(".") and plain.count(",") == 1
    plain = plain.replace(".", "").replace(",", ".") if comma else plain.replace(",", "")
    if not re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)", plain):
        return None
    value = float(plain)
    return value if isfinite(value) else None


def decimal_comma(cells: list[str]) -> bool | None:
    """Return whether the comma is the decimal sign of a column, or None if its cells do not show it."""
    for cell in cells:
        point, at = cell.rfind("."), cell.rfind(",")
        if point >= 0 and at >= 0:
            return at > point
    if any("," in cell and not re.fullmatch(r"\d{1,3}(?:,\d{3})+\D*", cell) for cell in cells):
        return True
    return False if any("." in cell for cell in cells) else None


def _within(seconds: float) -> int | None:
    return round(seconds * 1000) if 0 <= seconds <= FILE_DURATION_S else None


def _plain(text: str) -> str:
    return latin(text).replace("\u202f", " ").replace("\u00a0", " ").lower().translate(_UMLAUTS).strip()


def _numeric(found: re.Match[str], reading: DateReading) -> date | None:
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        year, month, day = first, second, third
    elif found[2] == "/" and second <= 12 and (first > 12 or not reading.month_first):
        day, month, year = first, second, third
    elif found[2] == "/":
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    if len(found[1]) < 4 and len(found[4]) == 2:
        year += 2000 if year < 70 else 1900
    return _day(year, month, day)


def _named(parts: list[str], order: tuple[int, int, int]) -> date | None:
    year, month, day = (parts[at] for at in order)
    number = _MONTHS.get(month)
    return _day(int(year), number, int(day)) if number else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
