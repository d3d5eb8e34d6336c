"""What a language has to name so that runners can write in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum


class Part(Enum):
    """A part of the day: the hour it begins, the hour meant when no time is told, the hour it ends, and how late it
    goes on after midnight."""

    MORNING = (4, 8, 12, 0)
    NOON = (11, 12, 15, 0)
    AFTERNOON = (12, 15, 19, 0)
    EVENING = (16, 19, 24, 4)
    NIGHT = (20, 22, 24, 6)

    @property
    def begins(self) -> int:
        """Local hour."""
        return self.value[0]

    @property
    def usual(self) -> int:
        """Local hour."""
        return self.value[1]

    @property
    def ends(self) -> int:
        """Local hour, up to 24."""
        return self.value[2]

    @property
    def late(self) -> int:
        """Local hour of the following day; 0 where it ends before."""
        return self.value[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one language, in the plain form that `bot.domain.text.words.plain` makes (lower case, ä as ae).

    Attributes:
        numbers: number words and articles, and what they count.
        metres: units of distance, in metres.
        courses: distances that have a name, in metres.
        milliseconds: units of time up to the hour and the day, in milliseconds.
        days: calendar units, in days.
        months: calendar units, in months.
        times: the sign between a count and what is repeated (`8 x 400 m`).
        per: what stands for the stroke in `min/km`.
        plus: what adds.
        about: what softens a number and is ignored.
        now: the present.
        ago_before, ago_after: what makes an amount past, in front of it or behind it.
        ahead_before, ahead_after: the same for the future.
        relative_days: days counted from today.
        weekdays: Monday is 0.
        month_names: January is 1.
        ordinals: days of a month as words.
        hour_sign: what stands behind an hour of a 24-hour clock.
        before_day: what stands before a day.
        from_hour, to_hour: before the hour at which a stretch of the day begins, or ends.
        day_groups: several weekdays by one word, in a weekly window.
        whole_day: no hour in particular, in a weekly window.
        hours: the units of hours that cannot be hours of the day (`18h`).
        beyond: between an amount and the day it is counted from (`a week from tuesday`).
        after_next: the one after the next.
        workday: one of Monday to Friday.
        same_hour: the hour it is now, on another day.
        halves: (regular expression, replacement) for amounts and a half of several words.
        twofold: (regular expression, replacements, whether the nearest of them comes first, else the first): texts
            that can be two others, each of which is read.
        last, next, this: what qualifies a weekday or a week, in all inflections.
        week: the word for a week beside those.
        parts: parts of the day.
        noon, midnight: 12:00 and 00:00.
        at: what stands before an hour, and whether it is mostly one of a 12-hour clock.
        spoken: what stands before an hour and moves it, in minutes (`half past`: 30, `halb`: -30).
        past, to: between minutes and an hour (`ten past six`, `zehn vor sieben`).
        fillers: words without a meaning of their own in a date.
        rewrites: (regular expression, replacement), applied in order before a moment is read.
        recurring: the same, before a series is read: of every way to say it they make what
            `bot.domain.when.recurrence_parser` knows (`every`, `of the month`, `until`, `from`, `for`, `except`, `1st`,
            `last`).

    What a language may lack:

    Attributes:
        backward, forward, mixed: the directions of a whole run.
        vague_ways: those that say something else as well in a sentence: back exercises, both of us.
        takes: before a time that something takes, and is not at (`5k in 25:00`).
        percent: the sign as a word.
        half_share: half of a run.
        kilograms: units of weight, in kilograms.
        speeds: units of speed, in metres a second.
        own_amounts: units of time that are an amount by themselves (`viertelstunde`).
        and_words: between two hours of a stretch (`between 8 and 10`).
        then: joins two times of a reminder.
        span_before: before the first hour of a stretch.
        span_to: between two hours or days of a stretch.
        until: before the day at which something ends.
        lasting: before how long something lasts.
        within: between a weekday and the week it is in.
        window_fillers: words without a meaning in a weekly window.
        window_parts: parts of the day that are only one in a weekly window.
        number_one: the number words for one that are no articles.
        before_moved: before an hour that they move, so that it is none by itself.
        half_to: between minutes and an hour, half an hour before it (`fuenf nach halb sieben`).
        named_hours: parts of the day that name an hour in a stretch.
        month_words, year_words: behind `end of`.
        zone_nouns: behind a place, the time there (`london time`).
        own_zone: before such a noun, the zone of whoever writes.
        same_zone: before such a noun, no place.
        zone_endings: of an adjective made of a place (`londoner zeit`).
        zone_aliases: this language's abbreviations of zones, and the international ones they stand for.
        cities: names of places in this language that Babel does not have, and their zones.
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
    zone_nouns: frozenset[str] = frozenset()
    own_zone: frozenset[str] = frozenset()
    same_zone: frozenset[str] = frozenset()
    zone_endings: frozenset[str] = frozenset()
    zone_aliases: Mapping[str, str] = field(default_factory=dict)
    cities: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Vocabulary) -> Vocabulary:
        """The words of both."""
        ordered = ("rewrites", "recurring", "halves", "twofold")
        merged = {f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self) if f.name not in ordered}
        return Vocabulary(**merged, **{name: getattr(self, name) + getattr(other, name) for name in ordered})
