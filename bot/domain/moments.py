"""When, in words: the one parser of days and hours, for runs (looking back) and for what is planned (looking ahead).

Words of every language are read (`bot.domain.words`). `bot.domain.told` takes a text apart into a day and an hour;
whatever is left over but a filler makes it unclear. A wall time the clock skips moves forward by the gap; one it
repeats is the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.told import NOON, READERS, YEARS, Told, days_on, take_amount
from bot.domain.words import WORDS
from bot.domain.words.plain import plain
from bot.domain.words.vocabulary import Part
from bot.errors import BadInput

_HALF_A_DAY = 12
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No run is logged before this."""


class Facing(StrEnum):
    """Where a day or hour without further words is looked for: behind us or ahead."""

    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as told.

    Attributes:
        at: aware UTC.
        zone: IANA name of the zone it was told in.
        on: the local date there.
        timed: False when only a day was told; `at` is then noon there, or now where noon lies on the wrong side of it.
    """

    at: datetime
    zone: str
    on: date
    timed: bool


def parse_moment(text: str, *, now: datetime, zone: str, language: str, facing: Facing) -> Moment:
    """The moment a text means.

    Args:
        text: `now`, `today 7am`, `yesterday 18:30`, `last tuesday`, `3 days ago`, `20.11. 6:15`, `gestern 18 Uhr`, …
        now: aware.
        zone: IANA name of the zone the text is meant in.
        language: the member's; settles the order in `3/4`, which English has both ways.
        facing: where `tuesday 7am` lies.

    Raises:
        BadInput: unclear, no such day or hour, two days it could be, or not the way one faces.
    """
    told = take_apart(text, now=now, zone=zone, language=language, facing=facing)
    moment = told if isinstance(told, Moment) else settle(told, now, zone)
    if facing is Facing.PAST and moment.at > now:
        raise BadInput("entry.moment.future", at=moment.at)
    if facing is Facing.FUTURE and moment.at < now:
        raise BadInput("entry.moment.past", at=moment.at)
    return moment


def take_apart(text: str, *, now: datetime, zone: str, language: str, facing: Facing) -> Told | Moment:
    """What a text tells of a day and an hour, or the moment where it is one by itself (`now`, `in 20 minutes`).

    Raises:
        BadInput: unclear, no such day or hour, two days it could be.
    """
    words = plain(text)
    if _ISO.fullmatch(words):
        return _iso(words, text, zone)
    for pattern, replacement in WORDS.rewrites:
        words = re.sub(pattern, replacement, words)
    words = re.sub(r"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})t(?=[0-9])", r"\1 ", words)
    local = now.astimezone(ZoneInfo(zone))
    if words in WORDS.now:
        return Moment(now.astimezone(UTC), zone, local.date(), timed=True)
    told = Told(words, text, language, local.date(), past=facing is Facing.PAST)
    exact = take_amount(told, now)
    if exact is not None:
        return Moment(exact, zone, exact.astimezone(ZoneInfo(zone)).date(), timed=True)
    for read in READERS:
        read(told)
    left = [word for word in re.split(r"[\s,]+", told.rest) if word and word not in WORDS.fillers]
    if left or (told.day is None and told.hour is None and told.part is None):
        raise BadInput("entry.moment.unclear", typed=text)
    return told


def check_started(moment: Moment, now: datetime) -> None:
    """Refuse what cannot be the start of a run.

    Raises:
        BadInput: it lies in the future, or before 1990.
    """
    if moment.at > now:
        raise BadInput("entry.moment.future", at=moment.at)
    if moment.at < EARLIEST:
        raise BadInput("entry.moment.too_old", year=str(moment.on.year))


def at_wall(day: date, hour: time, zone: str) -> datetime:
    """The instant of a wall time: one the clock skips moves forward by the gap, of one it repeats the first."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{6})?)?(?:z|[+-][0-9]{2}:[0-9]{2})"
)


def _iso(words: str, typed: str, zone: str) -> Moment:
    """An instant that names its offset: `2026-11-20T06:15:00+01:00`."""
    try:
        at = datetime.fromisoformat(words.upper())
    except ValueError:
        raise BadInput("entry.moment.no_such_day", typed=typed) from None
    if at.year not in YEARS:
        raise BadInput("entry.moment.no_such_day", typed=typed)
    return Moment(at.astimezone(UTC), zone, at.astimezone(ZoneInfo(zone)).date(), timed=True)


# ── put together ──


def settle(told: Told, now: datetime, zone: str) -> Moment:
    """The moment nearest to now that a text taken apart can mean; on the wrong side of it where there is no other."""
    hour, timed = told.hour, told.hour is not None or told.part is not None
    if told.part is not None:
        hour = in_part(told.part, hour)
    past = told.past
    day, step = told.day or told.today, told.step or (days_on if told.day is None else None)
    hours = [hour or NOON]
    if told.spoken and told.part is None and told.day is None and hour is not None:
        hours.append(hour.replace(hour=hour.hour + 12))
    if day == told.today and told.hour is None and _begun(told.part, now.astimezone(ZoneInfo(zone)).hour, past):
        # The day or the part of it goes on: what is meant lies on this side of now.
        usual = at_wall(day, hours[0], zone)
        at = min(usual, now.astimezone(UTC)) if past else max(usual, now.astimezone(UTC))
        return Moment(at, zone, day, timed)
    days = [day, step(day, -1 if past else 1)] if step else [day]
    found = [(at_wall(candidate, at, zone), candidate) for candidate in days for at in hours]
    facing = [one for one in found if (one[0] <= now if past else one[0] > now)]
    at, day = (max(facing) if past else min(facing)) if facing else found[0]
    return Moment(at, zone, day, timed)


def _begun(part: Part | None, hour: int, past: bool) -> bool:
    """Whether some of today, or of this part of it, lies behind `hour`, or ahead."""
    return part is None or (part.begins <= hour if past else hour < part.ends)


def in_part(part: Part, hour: time | None) -> time:
    """The hour a part of the day makes of what was told: `evening` is 19:00, and 8 in it 20:00."""
    if hour is None:
        return time(part.usual)
    later = hour.hour + 12
    small_hours = part is Part.NIGHT and hour.hour < 6
    if hour.hour < part.begins and later < part.ends and not small_hours:
        return hour.replace(hour=later)
    return hour


def hours_meant(told: Told) -> list[time]:
    """The hour as told; where it may be of the morning or of the evening, the likelier first."""
    assert told.hour is not None
    hour = told.hour.replace(second=0)
    if told.part is not None:
        return [in_part(told.part, hour)]
    if not (told.bare or told.spoken) or not 1 <= hour.hour < _HALF_A_DAY:
        return [hour]
    later = hour.replace(hour=hour.hour + _HALF_A_DAY)
    return [later, hour] if hour.hour < 5 else [hour, later]
