"""The vocabulary that each language declares for reading typed text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum


class Part(Enum):
    """A part of the day: first hour, default hour, end hour, and end hour on the following day."""

    MORNING = (4, 8, 12, 0)
    NOON = (11, 12, 15, 0)
    AFTERNOON = (12, 15, 19, 0)
    EVENING = (16, 19, 24, 4)
    NIGHT = (20, 22, 24, 6)

    @property
    def begins(self) -> int:
        """Local hour at which it begins."""
        return self.value[0]

    @property
    def usual(self) -> int:
        """Local hour that is meant when no hour is named."""
        return self.value[1]

    @property
    def ends(self) -> int:
        """Local hour at which it ends, up to 24."""
        return self.value[2]

    @property
    def late(self) -> int:
        """Local hour of the following day at which it ends; 0 if it ends before midnight."""
        return self.value[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one language, in the plain form of `bot.domain.text.words.plain` (lower case, ä as ae).

    Attributes:
        numbers: number words and articles, with their value.
        metres: units of distance, in metres.
        courses: named distances, in metres.
        milliseconds: units of time up to a day, in milliseconds.
        days: calendar units, in days.
        months: calendar units, in months.
        times: the multiplication sign of repeats (`8 x 400 m`).
        per: words for the slash in `min/km`.
        plus: words that add.
        about: words that make a number approximate; ignored.
        now: words for the present.
        ago_before, ago_after: words before or after an amount that put it in the past.
        ahead_before, ahead_after: the same for the future.
        relative_days: words for days, as an offset from today.
        weekdays: Monday is 0.
        month_names: January is 1.
        ordinals: days of a month as words.
        hour_sign: words after an hour of a 24-hour clock.
        before_day: words before a day.
        from_hour, to_hour: words before the first, or last, hour of a time range.
        day_groups: words for several weekdays, in a weekly window.
        whole_day: words for the whole day, in a weekly window.
        hours: units of hours that cannot be a time of day (`18h`).
        beyond: words between an amount and the day it is counted from (`a week from tuesday`).
        after_next: words for the one after the next.
        workday: words for a day from Monday to Friday.
        same_hour: words for the current hour on another day.
        halves: (regular expression, replacement) for amounts with a half in several words.
        twofold: (regular expression, replacements, whether the nearest reading comes first instead of the first
            listed) for ambiguous texts; each replacement is read.
        last, next, this: words before a weekday or a week, in all inflections.
        week: words for a week after those.
        parts: parts of the day.
        noon, midnight: words for 12:00 and 00:00.
        at: words before an hour, and whether the hour is mostly of a 12-hour clock.
        spoken: words before an hour that shift it, in minutes (`half past`: 30, `halb`: -30).
        past, to: words between minutes and an hour (`ten past six`, `zehn vor sieben`).
        fillers: words without meaning in a date.
        rewrites: (regular expression, replacement), applied in order before a moment is read.
        recurring: the same before a series is read; the result uses only the words that
            `bot.domain.when.recurrence_parser` knows (`every`, `of the month`, `until`, `from`, `for`, `except`, `1st`,
            `last`).

    What a language may leave out:

    Attributes:
        backward, forward, mixed: the directions of a whole run.
        vague_ways: those of them with another meaning in a sentence (back exercises, both of us).
        takes: words before a duration, as opposed to a time of day (`5k in 25:00`).
        percent: words for the percent sign.
        half_share: words for half of a run.
        kilograms: units of weight, in kilograms.
        speeds: units of speed, in metres per second.
        own_amounts: units of time that need no number (`viertelstunde`).
        and_words: words between the two hours of a range (`between 8 and 10`).
        then: words that join two times of a reminder.
        span_before: words before the first hour of a range.
        span_to: words between the two hours or days of a range.
        until: words before the day at which something ends.
        lasting: words before a duration of a series.
        within: words between a weekday and the week it is in.
        window_fillers: words without meaning in a weekly window.
        window_parts: words that are parts of the day only in a weekly window.
        number_one: number words for one that are not articles.
        before_moved: words before an hour that shift it, so that it is no hour by itself.
        half_to: words between minutes and half an hour before an hour (`fuenf nach halb sieben`).
        named_hours: parts of the day that name an hour in a range.
        month_words, year_words: words after `end of`.
        quarters: words for a quarter of a year.
        calendar_week: words before the number of an ISO week.
        before_last: words for the one before the last, before or after a unit (`vorletzte Woche`).
        all_time: words for a period without a beginning.
        seasons: words for a season of the club.
        zone_nouns: words after a place that mean the time there (`london time`).
        own_zone: words before such a noun that mean the author's zone.
        same_zone: words before such a noun that name no place.
        zone_endings: endings of adjectives made from a place (`londoner zeit`).
        zone_aliases: this language's zone abbreviations, with the international ones.
        cities: place names in this language that Babel does not have, with their zones.
    """

    numbers: Mapping[str, float]
    metres: Mapping[str, float]
    courses: Mapping[str, int]
    milliseconds: Mapping[str, int]
    days: Mapping[str, int]
    months: Mapping[str, int]
    times: frozenset[str]
    per: frozenset[str]
    plus: frozenset[str]
    about: frozenset[str]
    now: frozenset[str]
    ago_before: frozenset[str]
    ago_after: frozenset[str]
    ahead_before: frozenset[str]
    ahead_after: frozenset[str]
    relative_days: Mapping[str, int]
    weekdays: Mapping[str, int]
    month_names: Mapping[str, int]
    ordinals: Mapping[str, int]
    hour_sign: frozenset[str]
    before_day: frozenset[str]
    from_hour: frozenset[str]
    to_hour: frozenset[str]
    day_groups: Mapping[str, tuple[int, ...]]
    whole_day: frozenset[str]
    hours: frozenset[str]
    beyond: frozenset[str]
    after_next: frozenset[str]
    workday: frozenset[str]
    same_hour: frozenset[str]
    halves: tuple[tuple[str, str], ...]
    twofold: tuple[tuple[str, tuple[str, ...], bool], ...]
    last: frozenset[str]
    next: frozenset[str]
    this: frozenset[str]
    week: frozenset[str]
    parts: Mapping[str, Part]
    noon: frozenset[str]
    midnight: frozenset[str]
    at: Mapping[str, bool]
    spoken: Mapping[str, int]
    past: frozenset[str]
    to: frozenset[str]
    fillers: frozenset[str]
    rewrites: tuple[tuple[str, str], ...]
    recurring: tuple[tuple[str, str], ...]

    backward: frozenset[str] = frozenset()
    forward: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    vague_ways: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    percent: frozenset[str] = frozenset()
    half_share: frozenset[str] = frozenset()
    kilograms: Mapping[str, float] = field(default_factory=dict)
    speeds: Mapping[str, float] = field(default_factory=dict)
    own_amounts: frozenset[str] = frozenset()
    and_words: frozenset[str] = frozenset()
    then: frozenset[str] = frozenset()
    span_before: frozenset[str] = frozenset()
    span_to: frozenset[str] = frozenset()
    until: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    window_fillers: frozenset[str] = frozenset()
    window_parts: Mapping[str, Part] = field(default_factory=dict)
    number_one: frozenset[str] = frozenset()
    before_moved: frozenset[str] = frozenset()
    half_to: frozenset[str] = frozenset()
    named_hours: frozenset[str] = frozenset()
    month_words: frozenset[str] = frozenset()
    year_words: frozenset[str] = frozenset()
    quarters: frozenset[str] = frozenset()
    calendar_week: frozenset[str] = frozenset()
    before_last: frozenset[str] = frozenset()
    all_time: frozenset[str] = frozenset()
    seasons: frozenset[str] = frozenset()
    zone_nouns: frozenset[str] = frozenset()
    own_zone: frozenset[str] = frozenset()
    same_zone: frozenset[str] = frozenset()
    zone_endings: frozenset[str] = frozenset()
    zone_aliases: Mapping[str, str] = field(default_factory=dict)
    cities: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Vocabulary) -> Vocabulary:
        """Return a vocabulary with the words of both."""
        ordered = ("rewrites", "recurring", "halves", "twofold")
        merged = {f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self) if f.name not in ordered}
        return Vocabulary(**merged, **{name: getattr(self, name) + getattr(other, name) for name in ordered})
