"""Parse days and hours in words, of runs (past) and of plans (future).

The words of all languages are read (`bot.domain.text.words`). A text is split into a day and an hour
(`bot.domain.when.parse_state`); any remaining word except fillers makes it unclear. A wall time that the clock skips
moves forward by the gap; of a repeated one the first counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from itertools import zip_longest
from zoneinfo import ZoneInfo

from bot.domain.text.words import WORDS, any_of, rewritten
from bot.domain.text.words.plain import plain
from bot.domain.text.words.vocabulary import Part
from bot.domain.when.ambiguous_texts import alternatives, both_orders
from bot.domain.when.day_readers import READERS as DAY_READERS
from bot.domain.when.day_readers import take_amount
from bot.domain.when.hour_readers import DAY_MIN, NOON, minutes_meant, usual_hour
from bot.domain.when.hour_readers import READERS as HOUR_READERS
from bot.domain.when.parse_state import YEARS, Clock, ParseState, days_on
from bot.domain.when.zone_suffixes import take_zone
from bot.errors import BadInput
from bot.languages import day_first

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Earliest start of a logged run."""


class Facing(StrEnum):
    """Whether an incomplete day or hour is searched in the past or in the future."""

    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Moment:
    """A parsed instant.

    Attributes:
        at: aware UTC.
        zone: IANA name of the zone in which the text was read.
        on: local date in that zone.
        hour: local time in that zone, as named.
        timed: False when only a day was named; `at` is then noon of it, or now if noon is on the wrong side of now.
    """

    at: datetime
    zone: str
    on: date
    hour: time
    timed: bool


def parse_moment(text: str, *, now: datetime, zone: str, language: str, facing: Facing) -> Moment:
    """Return the moment that a text means.

    Args:
        text: `now`, `today 7am`, `yesterday 18:30`, `last tuesday`, `3 days ago`, `20.11. 6:15`, `gestern 18 Uhr`, …
        now: aware.
        zone: IANA name of the zone in which the text is read.
        language: the member's; decides the order in `3/4`, which is ambiguous in English.
        facing: the direction in which `tuesday 7am` is searched.

    Raises:
        BadInput: unclear, no such day or hour, two possible days, or in the wrong direction from now.
    """
    asked = (text, now, zone, language, facing)
    words = plain(text)
    if day_first(language) and len(both_orders(words, zone=zone, language=language)) > 1:
        return _meant(words, *asked)[0]
    found = _of_each(*asked)
    one, other = found[0][0], next((each[0] for each in found if each[0] != found[0][0]), None)
    if other is not None and len(both_orders(words, zone=zone, language=language)) > 1:
        raise BadInput("entry.moment.two_days", typed=text, one=one.on, other=other.on)
    if other is not None:
        raise BadInput("entry.moment.two", typed=text, one=_shown(one), other=_shown(other))
    return one


def moments_meant(text: str, *, now: datetime, zone: str, language: str, facing: Facing) -> list[Moment]:
    """Return every moment that a text can mean, most likely first: `at 6` is in the morning or in the evening.

    Arguments and errors are those of `parse_moment`, except that two possible days are both returned.
    """
    found = _of_each(text, now, zone, language, facing)
    return list(dict.fromkeys(one for rank in zip_longest(*found) for one in rank if one is not None))


def _shown(moment: Moment) -> datetime | date:
    """Return the value shown in an error: the instant, or only the day if no hour was named."""
    return moment.at if moment.timed else moment.on


def _of_each(text: str, now: datetime, zone: str, language: str, facing: Facing) -> list[list[Moment]]:
    """Return the moments of each reading of a text."""
    texts, by_nearness = alternatives(plain(text), zone=zone, language=language)
    found: list[list[Moment]] = []
    refusals: list[BadInput] = []
    for words in texts:
        try:
            found.append(_meant(words, text, now, zone, language, facing))
        except BadInput as refused:
            refusals.append(refused)
    if not found:
        raise refusals[0]
    if by_nearness:
        found.sort(key=lambda each: each[0].at, reverse=facing is Facing.PAST)
    return found


def _meant(words: str, text: str, now: datetime, zone: str, language: str, facing: Facing) -> list[Moment]:
    told = take_apart(words, now=now, zone=zone, language=language, facing=facing, typed=text)
    moments = [told] if isinstance(told, Moment) else settled(told, now, zone)
    wrong = "future" if facing is Facing.PAST and moments[0].at > now else None
    wrong = "past" if facing is Facing.FUTURE and moments[0].at < now else wrong
    if wrong and isinstance(told, ParseState) and told.hour is None:
        raise BadInput(f"entry.moment.{wrong}_day", typed=text)
    if wrong:
        raise BadInput(f"entry.moment.{wrong}", dated=moments[0].at)
    return moments


def take_apart(
    text: str, *, now: datetime, zone: str, language: str, facing: Facing, typed: str | None = None
) -> ParseState | Moment:
    """Return the day and hour of a text, or a moment if the text is an instant (`now`, `in 20 minutes`).

    Args:
        text: one of its `alternatives`.
        now: aware.
        zone: IANA name.
        language: the member's.
        facing: the direction in which it is searched.
        typed: the original text for errors, if it differs.

    Raises:
        BadInput: unclear, no such day or hour.
    """
    words, text = plain(text), typed or text
    if stamp := _DISCORD.fullmatch(words):
        return instant(datetime.fromtimestamp(int(stamp[1]), UTC), zone)
    if _ISO.fullmatch(words):
        return _iso(words, text, zone)
    words, zone_told = take_zone(words, typed=text, now=now)
    local = now.astimezone(ZoneInfo(zone))
    same_hour = _SAME_HOUR.search(words)
    if same_hour:
        words = f"{words[: same_hour.start()]}{words[same_hour.end() :]}".strip()
    words = rewritten(words)
    words = re.sub(r"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})t(?=[0-9])", r"\1 ", words)
    if words in WORDS.now:
        return instant(now, zone)
    told = ParseState(words, text, language, local.date(), past=facing is Facing.PAST, zone=zone_told)
    exact = take_amount(told, now)
    if exact is not None:
        return instant(exact, zone)
    for read_day in DAY_READERS:
        read_day(told)
    read_hour(told)
    if same_hour and told.hour is None and told.part is None:
        told.hour = local.time().replace(second=0, microsecond=0)
    elif same_hour:
        raise BadInput("entry.moment.unclear", typed=text)
    left = unread(told)
    if left or (told.day is None and told.hour is None and told.part is None):
        raise BadInput("entry.moment.unclear", typed=text)
    return told


def read_hour(told: ParseState) -> None:
    """Take the hour out of the remaining text.

    Raises:
        BadInput: no such hour.
    """
    before = _AT.search(told.rest)
    told.at = before[1] if before else None
    for read in HOUR_READERS:
        read(told)


def unread(told: ParseState) -> list[str]:
    """Return the words that no reader understood."""
    return [
        word
        for word in re.split(r"[\s,]+", told.rest)
        if word and word not in WORDS.fillers and word not in WORDS.about and word not in WORDS.at
    ]


def instant(at: datetime, zone: str) -> Moment:
    """Return the moment of an instant that was not given as a day and an hour."""
    local = at.astimezone(ZoneInfo(zone))
    return Moment(at.astimezone(UTC), zone, local.date(), local.time(), timed=True)


def check_started(moment: Moment, now: datetime) -> None:
    """Check that a moment can be the start of a run.

    Raises:
        BadInput: it is in the future, or before 1990.
    """
    if moment.at > now:
        raise BadInput("entry.moment.future", dated=moment.at)
    if moment.at < EARLIEST:
        raise BadInput("entry.moment.too_old", year=str(moment.on.year))


def at_wall(day: date, hour: time, zone: str) -> datetime:
    """Return the instant of a wall time: a skipped one moves forward by the gap, of a repeated one the first counts."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


_AT = re.compile(rf"\b({any_of(WORDS.at)})\s[0-9a-z]")
_SAME_HOUR = re.compile(rf"(?<![a-z]){any_of(WORDS.same_hour)}(?![a-z])\s?")
_DISCORD = re.compile(rf"(?:{any_of(WORDS.at)}\s)?<t:([0-9]{{9,11}})(?::[a-z])?>")
"""Discord's timestamp markup, in seconds since 1970."""
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{6})?)?(?:z|[+-][0-9]{2}:[0-9]{2})"
)


def _iso(words: str, typed: str, zone: str) -> Moment:
    """Return the moment of an instant with an offset: `2026-11-20T06:15:00+01:00`."""
    try:
        at = datetime.fromisoformat(words.upper())
    except ValueError:
        raise BadInput("entry.moment.no_such_day", typed=typed) from None
    if at.year not in YEARS:
        raise BadInput("entry.moment.no_such_year", typed=typed, year=str(at.year))
    return instant(at, zone)


# ── resolving ──


def settled(told: ParseState, now: datetime, zone: str) -> list[Moment]:
    """Return the moments of a parsed text, most likely first: for each reading of the hour the one nearest to now.

    If none is in the direction of `told.past`, a single moment in the other direction is returned.
    """
    if told.hour is None:
        return [_without_hour(told, now, zone)]
    if told.zone is not None:
        there = settled(replace(told, zone=None, elsewhere=True), now, told.zone)
        return [instant(moment.at, zone) for moment in there]
    if told.or_day is not None:
        each = [settled(replace(told, day=day, or_day=None), now, zone) for day in (told.day, told.or_day)]
        return [one for rank in zip_longest(*each) for one in rank if one is not None]
    readings = minutes_meant(told)
    found: list[Moment] = []
    for minutes in readings:
        moments = [_wall(day, minutes, told.hour.second, zone) for day in _days(told, minutes)]
        facing = [one for one in moments if (one.at <= now if told.past else one.at > now)]
        if facing:
            nearest = max(facing, key=_instant) if told.past else min(facing, key=_instant)
            found += [] if nearest in found else [nearest]
    if told.says_today and len(found) > 1:
        found = [one for one in found if one.on == told.today] or found
        if told.clock is Clock.DIGITAL and told.at is None:
            found = found[:1]
    if not found:
        return [_wall(told.day or told.today, readings[0], told.hour.second, zone)]
    undated = told.day is None or (told.day == told.today and told.step is not None)
    if undated and (told.clock is not Clock.DIGITAL or WORDS.at.get(told.at or "", False)):
        found.sort(key=_instant, reverse=told.past)
    awake = now.astimezone(ZoneInfo(zone)).hour in _WAKING
    if (undated and awake) or (told.says_today and (awake or told.past)):
        found.sort(key=lambda one: one.hour.hour < _WAKING.start)
    return found


_WAKING = range(5, 21)
"""Local hours at which `half past one` hardly ever means the night."""


def _instant(moment: Moment) -> datetime:
    return moment.at


def _days(told: ParseState, minutes: int) -> list[date]:
    """Return the candidate days: the named one, and its equivalents by `told.step`."""
    day, step = told.day or told.today, told.step or (days_on if told.day is None else None)
    if step is not None:
        # The hours after midnight belong to the night of the day before, which can be one day further back.
        back, on = (2, 0) if told.past else (1, 1)
        back = back if told.past or told.elsewhere or minutes >= DAY_MIN else 0
        return [step(day, count) for count in range(-back, on + 1 + (told.past and told.elsewhere))]
    if told.part is Part.NIGHT if told.past else told.part is not None and told.part.late and day == told.today:
        return [day, days_on(day, -1)]
    return [day]


def _wall(day: date, minutes: int, second: int, zone: str) -> Moment:
    on = days_on(day, minutes // DAY_MIN)
    hour = time(minutes % DAY_MIN // 60, minutes % 60, second)
    return Moment(at_wall(on, hour, zone), zone, on, hour, timed=True)


def _without_hour(told: ParseState, now: datetime, zone: str) -> Moment:
    """Return noon, or the default hour of a part of the day; during that day or part, at most or at least now."""
    hour = NOON if told.part is None else usual_hour(told.part)
    day, step = told.day or told.today, told.step or (days_on if told.day is None else None)
    timed = told.part is not None
    if day == told.today and _begun(told.part, now.astimezone(ZoneInfo(zone)).hour, told.past):
        at = at_wall(day, hour, zone)
        at = min(at, now.astimezone(UTC)) if told.past else max(at, now.astimezone(UTC))
        return Moment(at, zone, day, at.astimezone(ZoneInfo(zone)).time(), timed)
    days = [day, step(day, -1 if told.past else 1)] if step else [day]
    if told.past and told.part is Part.NIGHT:
        days.append(days_on(day, -1))
    found = [Moment(at_wall(one, hour, zone), zone, one, hour, timed) for one in days]
    facing = [one for one in found if (one.at <= now if told.past else one.at > now)]
    if not facing:
        return found[0]
    return max(facing, key=_instant) if told.past else min(facing, key=_instant)


def _begun(part: Part | None, hour: int, past: bool) -> bool:
    """Whether a part of today has begun by `hour` (past) or is not over by then (future). The day itself always is."""
    return part is None or (part.begins <= hour if past else hour < part.ends)
