"""Texts for one reader: in their language, units and time zone.

A `Localizer` turns keys and values into the text one person (or, for a public message, one club) reads. Parameter names
carry the unit, so that callers format nothing themselves: `t("runs.card.line", distance_m=5000)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.domain.runs.runs import Surface
from bot.domain.text.free_text import TURNING, one_line
from bot.domain.text.hours import format_hour
from bot.domain.text.units import Units, format_distance, format_duration, format_pace
from bot.errors import MemberError, SeveralFaults
from bot.i18n import translate
from bot.languages import DEFAULT, decimal_sign, locale_of

_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\*_~`|>#[]()-:<"} | {"@": "@\u200b"})

_NAMES = ("name", "place", "other_place")
_SEPARATORS = str.maketrans(dict.fromkeys(",;،؛、，；", " "))
PUBLIC_NAME_LIMIT = 20
"""Characters of a name in a list, and where others read it; more would wrap a line on a phone."""
NAME_SHOWN = 60
PLACE_SHOWN = 80
"""Maximum characters of a name or place within a sentence; more would bury the sentence."""


def escaped(typed: str, limit: int = 500) -> str:
    """Escape text a member typed, for use inside a sentence of the bot.

    Markdown, mentions and links are escaped, characters that change the text direction are removed, line breaks become
    spaces, an empty text becomes a question mark, and a text over `limit` characters ends in an ellipsis.
    """
    plain = one_line(typed.translate(TURNING)) or "?"
    if len(plain) > limit:
        plain = plain[: limit - 1] + "…"
    return plain.translate(_ESCAPED)


def unmarked(words: str) -> str:
    """Return a text for a menu or choice, where nothing is markdown: without escapes and the marks of commands."""
    return re.sub(r"(?<!\\)`", "", words).replace("\\", "").replace("\u200b", "")


def person_name(name: str, limit: int = PUBLIC_NAME_LIMIT) -> str:
    """Return somebody's name, escaped and cut, for a sentence or a list.

    What separates the names of a list becomes a blank: `Smith, John` is one person.
    """
    return escaped(name.translate(_SEPARATORS), limit)


@dataclass(frozen=True, slots=True)
class Localizer:
    """Formats texts for one reader.

    Attributes:
        language: a shipped language.
        units: metric, imperial, or both (a club's public messages).
        zone: IANA name.
        this_year: the year in which the text is read, or None if it is not known.
        twelve_hour: hours are written `6:30 PM` instead of `18:30`.
    """

    language: str = DEFAULT
    units: Units = Units.METRIC
    zone: str = "UTC"
    this_year: int | None = None
    twelve_hour: bool = False

    def t(self, key: str, **params: object) -> str:
        """Return the sentence `key`, each parameter formatted by the unit in its name."""
        return translate(self.language, key, {name: self.show(name, value) for name, value in params.items()})

    def error(self, error: MemberError) -> str:
        """Return the sentence for a failure, or a list of them for several.

        Its `name`, `place`, `other_place` and any tuple of names are as typed; the tuple `choices` becomes `a or b`.
        """
        if isinstance(error, SeveralFaults):
            return "\n".join(f"- {self.error(fault)}" for fault in error.faults)
        return self.t(error.key, **{name: self._safe(name, value) for name, value in error.params.items()})

    def _safe(self, name: str, value: object) -> object:
        """Return a parameter of a failure, escaped if it is a name that somebody typed."""
        if isinstance(value, tuple):
            names = [escaped(str(one), NAME_SHOWN) for one in value]
            return self.either(names) if name == "choices" else self.both(names)
        return escaped(str(value), PLACE_SHOWN if "place" in name else NAME_SHOWN) if name in _NAMES else value

    def show(self, name: str, value: object) -> object:
        """Format one value for this reader; `count` stays a number, since it selects the plural form."""
        if name == "typed":
            return escaped(str(value), 100)
        if name == "count" or isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            if name.endswith("_m"):
                return self.distance(round(value))
            if name.endswith("_ms"):
                return self.duration(round(value))
            if name.endswith("_s_per_km"):
                return self.pace(float(value))
            return self.number(value)
        if isinstance(value, Surface):
            return self.t(f"runs.surface.{value.value}")
        if isinstance(value, datetime):
            return self.dated(value) if name == "dated" else self.moment(value)
        if isinstance(value, time):
            return self.hour(value)
        if isinstance(value, date):
            return self.full_day(value) if name == "dated" else self.day(value)
        return value

    @property
    def decimal(self) -> str:
        """The decimal separator."""
        return decimal_sign(self.language)

    def distance(self, distance_m: int) -> str:
        """`5.00 km`, `3.11 mi`, `5,00 km`, `400 m`."""
        return format_distance(distance_m, self.units, self.language)

    def duration(self, duration_ms: int) -> str:
        """`27:30`, `1:05:00`."""
        return format_duration(duration_ms, self.language)

    def pace(self, pace_s_per_km: float) -> str:
        """`5:30/km`, `8:51/mi`."""
        return format_pace(pace_s_per_km, self.units, self.language)

    def number(self, value: int | float) -> str:
        """Return a number with this language's separators."""
        return format_decimal(value, locale=locale_of(self.language))

    def hundredths(self, value: float) -> str:
        """`0.80`, `0,80`."""
        return format_decimal(value, format="0.00", locale=locale_of(self.language))

    def hour(self, hour: time) -> str:
        """`18:30`, or `6:30 PM` where that is the reader's form."""
        return format_hour(hour, twelve=self.twelve_hour)

    def hour_at(self, at: datetime) -> str:
        """Return the time of day of an instant, in the reader's zone."""
        return self.hour(at.astimezone(ZoneInfo(self.zone)).time())

    def day(self, day: date) -> str:
        """`Tue 17 Nov`, with the year where it is not obvious."""
        return format_skeleton("MMMEd", day, locale=locale_of(self.language)).replace(",", "")

    def short_day(self, day: date) -> str:
        """`17 Nov`."""
        return format_skeleton("MMMd", day, locale=locale_of(self.language))

    def month(self, day: date) -> str:
        """`Nov`."""
        return format_date(day, "LLL", locale=locale_of(self.language))

    def full_month(self, day: date) -> str:
        """`November`."""
        return format_date(day, "LLLL", locale=locale_of(self.language))

    def weekday(self, day: date) -> str:
        """`Tue`."""
        return format_date(day, "ccc", locale=locale_of(self.language))

    def full_day(self, day: date) -> str:
        """`17 Nov 2026`."""
        return format_date(day, format="medium", locale=locale_of(self.language))

    def moment(self, at: datetime) -> str:
        """`Tue 17 Nov 18:30`, in the reader's zone. In messages, Discord's own timestamps are better."""
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{self.day(local.date())} {self.hour(local.time())}"

    def past_day(self, day: date) -> str:
        """`Tue 17 Nov`, or `Tue 17 Nov 2015` if that is not this year."""
        if self.this_year in (None, day.year):
            return self.day(day)
        return format_skeleton("yMMMEd", day, locale=locale_of(self.language)).replace(",", "")

    def past_moment(self, at: datetime) -> str:
        """`Tue 17 Nov 18:30`, or `Tue 17 Nov 2015 18:30` if that is not this year, in the reader's zone."""
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{self.past_day(local.date())} {self.hour(local.time())}"

    def dated(self, at: datetime) -> str:
        """`Tue 17 Nov 2026 18:30`, for texts about a moment that may have the wrong year."""
        local = at.astimezone(ZoneInfo(self.zone))
        day = format_skeleton("yMMMEd", local.date(), locale=locale_of(self.language)).replace(",", "")
        return f"{day} {self.hour(local.time())}"

    def either(self, words: list[str]) -> str:
        """`track or treadmill`."""
        return format_list(words, style="or", locale=locale_of(self.language))

    def both(self, words: list[str]) -> str:
        """`Ada and Bob`; `Oak, by the river · Stadium`, where a comma within one would be read as between two."""
        if any(sign in word for word in words for sign in ",;"):
            return " · ".join(words)
        return format_list(words, locale=locale_of(self.language))

    def inside(self, zone: str) -> Localizer:
        """Return the same reader with another time zone."""
        return replace(self, zone=zone)
