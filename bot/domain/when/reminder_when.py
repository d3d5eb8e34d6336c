"""Parse the time of a reminder, once or recurring.

Days and hours are read by `bot.domain.when.parse_state` and `bot.domain.when.moment_parser`, series by
`bot.domain.when.recurrence_parser` and `bot.domain.when.recurrence_builder`. Ambiguous text also returns its other
readings.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import zip_longest

from bot.domain.text.units import parse_duration
from bot.domain.text.words import VOCABULARIES, WORDS, any_of
from bot.domain.text.words.plain import plain
from bot.domain.when.ambiguous_texts import alternatives
from bot.domain.when.day_readers import DAYS_AND_HOURS
from bot.domain.when.hour_readers import usual_hour
from bot.domain.when.moment_parser import Facing, Moment, at_wall, settled, take_apart
from bot.domain.when.parse_state import Clock, ParseState
from bot.domain.when.recurrence_builder import HOUR, Asker, Readings, read_series
from bot.domain.when.recurrence_parser import AMOUNT, AMOUNT_OF_DAYS, canonical, take_series
from bot.domain.when.schedule import In, Once, Schedule, next_after
from bot.domain.when.zone_suffixes import take_zone
from bot.errors import BadInput

FURTHEST = timedelta(days=5 * 365 + 2)
"""How far ahead the first occurrence may be: five years."""
MOST_READINGS = 4
"""Most readings of one text that are offered: a row has five buttons."""
LATER_HOURS = (time(18), time(21))
"""Further default hours for today, after 9:00."""

_SAID = {
    "entry.moment.unclear": "remind_when.unclear",
    "entry.moment.two_days": "remind_when.unclear",
    "entry.moment.no_such_day": "remind_when.never",
    "entry.moment.no_such_hour": "remind_when.no_such_hour",
    "entry.moment.zone": "remind_when.zone",
    "entry.moment.no_such_year": "remind_when.too_far",
    "entry.duration.unclear": "remind_when.unclear",
    "entry.duration.too_long": "remind_when.unclear",
    "entry.duration.sixty": "remind_when.unclear",
    "entry.duration.bare": "remind_when.unclear",
    "entry.duration.zero": "remind_when.too_often",
}
"""Errors of the parsers of moments and durations, and the reminder errors that replace them."""
_CONNECTED = re.compile(rf"[,;]?\s(?:{any_of(WORDS.plus | WORDS.then)}|&|\+)\s|[,;]\s?")
MOST_PLACES = 4
"""Most places at which a text is split in two. Each needs two parses, and every keystroke is parsed."""


@dataclass(frozen=True, slots=True)
class ReminderWhen:
    """A parsed reminder time.

    Attributes:
        schedule: the preferred reading; it occurs at least once after now.
        others: other readings of the same words, to be offered.
        hour_assumed: no hour was named, and `schedule` has a default one.
    """

    schedule: Schedule
    others: tuple[Schedule, ...] = ()
    hour_assumed: bool = False


def read_when(text: str, *, now: datetime, zone: str, language: str) -> ReminderWhen:
    """Parse the time of a reminder.

    Args:
        text: `in 20 minutes`, `tomorrow 6`, `every tue and thu 6:30 until 1 June`, `werktags um halb sieben`, … in any
            shipped language.
        now: aware.
        zone: IANA name of the zone in which the text is read.
        language: the member's; decides the order in `3/4`, which is ambiguous in English.

    Raises:
        BadInput: `remind_when.*`: past, never, more often than every ten minutes, more than five years ahead, unclear,
            two times in one text, an end before the beginning.
    """
    asker = Asker(now, zone, language, text)
    try:
        readings, assumed = _readings(plain(text), asker)
    except BadInput as refused:
        key = _SAID.get(refused.key, refused.key)
        if key == "remind_when.unclear":
            raise BadInput("remind_when.two" if _is_two(text, asker) else key, typed=text) from None
        raise BadInput(key, **refused.params | ({"typed": text} if "typed" in refused.params else {})) from None
    distinct = tuple(dict.fromkeys(readings))
    return ReminderWhen(distinct[0], distinct[1:MOST_READINGS], assumed)


def _is_two(text: str, asker: Asker) -> bool:
    """Whether both sides of an `and` are readable by themselves."""
    words = plain(text)

    def readable(part: str) -> bool:
        try:
            _readings(part.strip(), asker)
        except BadInput:
            return False
        return True

    places = [*_CONNECTED.finditer(words)]
    return len(places) <= MOST_PLACES and any(
        readable(words[: at.start()]) and readable(words[at.end() :]) for at in places
    )


def _readings(words: str, asker: Asker) -> Readings:
    """Return the readings of each alternative text, the most likely of each first."""
    texts, by_nearness = alternatives(words, zone=asker.zone, language=asker.language)
    found: list[list[Schedule]] = []
    refusals: list[BadInput] = []
    assumed = False
    for text in texts:
        try:
            read, chosen = _readings_of(text, asker)
        except BadInput as refused:
            refusals.append(refused)
        else:
            assumed = assumed or chosen
            found.append(read)
    if not found:
        raise refusals[0]
    if by_nearness:
        found.sort(key=lambda each: next_after(each[0], asker.zone, asker.now) or asker.now)
    return [one for rank in zip_longest(*found) for one in rank if one is not None], assumed


def _readings_of(words: str, asker: Asker) -> Readings:
    bare, zone = take_zone(words, typed=asker.typed, now=asker.now)
    told = ParseState(canonical(bare), asker.typed, asker.language, asker.today, past=False)
    series = take_series(told)
    if series is not None and zone is not None:
        raise BadInput("remind_when.zone_series", typed=asker.typed)
    found, assumed = _once(words, asker) if series is None else read_series(told, series, asker)
    firsts = [next_after(schedule, asker.zone, asker.now) for schedule in found]
    near = [
        schedule
        for schedule, first in zip(found, firsts, strict=True)
        if first is not None and first <= asker.now + FURTHEST
    ]
    if not near:
        raise BadInput("remind_when.too_far", year=str(firsts[0].year if firsts[0] else asker.today.year))
    return near, assumed


# ── single times ──


def _once(words: str, asker: Asker) -> Readings:
    words = re.sub(r"^([0-9]{1,2})$", r"at \1", words)
    if re.fullmatch(AMOUNT_OF_DAYS, words) or DAYS_AND_HOURS.fullmatch(words):
        words = f"in {words}"
    ahead: list[Schedule] = []
    if re.fullmatch(AMOUNT, words):
        # `20 min` and `1h30` are durations from now; `1h30` as a time of day is the other reading.
        with suppress(BadInput):
            ahead.append(In(asker.now + timedelta(milliseconds=parse_duration(words, asker.language))))
    try:
        found, assumed = _moments(words, asker)
    except BadInput:
        if ahead:
            return ahead, False
        raise
    if re.fullmatch(r"(?:1[3-9]|2[0-3])h(?:[0-5][0-9])?", words):
        return [*found, *ahead], assumed
    return [*ahead, *found], assumed and not ahead


def _moments(words: str, asker: Asker) -> Readings:
    told = take_apart(
        words, now=asker.now, zone=asker.zone, language=asker.language, facing=Facing.FUTURE, typed=asker.typed
    )
    if isinstance(told, Moment):
        if told.at <= asker.now:
            raise BadInput("remind_when.past", dated=told.at)
        return [In(told.at)], False
    assumed = told.hour is None
    if told.hour is None:
        told = replace(told, hour=_chosen_hour(told, asker), clock=Clock.EXACT, part=None)
    moments = settled(told, asker.now, asker.zone)
    if moments[0].at > asker.now + FURTHEST:
        raise BadInput("remind_when.too_far", year=str(moments[0].on.year))
    if moments[0].at <= asker.now and assumed:
        raise BadInput("remind_when.past_day", typed=asker.typed)
    if moments[0].at <= asker.now:
        raise BadInput("remind_when.past", dated=moments[0].at)
    return [Once(moment.on, moment.hour.replace(second=0)) for moment in moments], assumed


def _chosen_hour(told: ParseState, asker: Asker) -> time:
    """Return the default hour for a text without one: of its part of the day, or 9:00; today the next one ahead."""
    usual = usual_hour(told.part) if told.part else HOUR
    if told.day != told.today or at_wall(told.today, usual, asker.zone) > asker.now:
        return usual
    if told.part is None:
        return next((hour for hour in LATER_HOURS if at_wall(told.today, hour, asker.zone) > asker.now), usual)
    following = asker.local.hour + 1
    return time(following) if following < told.part.ends else usual


def warm() -> None:
    """Compile the patterns for days and hours at startup (about 60 ms), not while a member waits."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for text in (
        "no hour",
        "every day no hour",
        "every no hour from 1 june until 1 july",
        "first sunday of the month 9",
    ):
        for language in VOCABULARIES:
            with suppress(BadInput):
                read_when(text, now=now, zone="Europe/Berlin", language=language)
