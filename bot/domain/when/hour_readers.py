"""Read the hour of a moment, and which minutes of the day it can mean.

`Clock` records how an hour was written, and so what else it can mean: `at 6` is in the morning or in the evening, `6pm`
is not, whatever part of the day is named.
"""

from __future__ import annotations

import re
from datetime import time

from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.vocabulary import Part
from bot.domain.when.parse_state import Clock, ParseState
from bot.errors import BadInput

NOON = time(12)
HALF_MIN = 12 * 60
DAY_MIN = 24 * 60
_EARLY = 5
"""A bare hour below this one is more likely in the afternoon than at night."""


def words_for(least: int, most: int) -> str:
    """Return a regular expression for the words of these numbers, without articles."""
    counted = (word for word, count in WORDS.numbers.items() if count in range(least, most + 1))
    return any_of(word for word in counted if WORDS.numbers[word] > 1 or word in WORDS.number_one)


_NOON, _MIDNIGHT, _PART = any_of(WORDS.noon), any_of(WORDS.midnight), any_of(WORDS.parts)
_SPOKEN, _COUNT_TO_TWELVE = any_of(WORDS.spoken), words_for(1, 12)
_AT_A_NUMBER = re.compile(rf"\b{any_of(WORDS.at)}\s[0-9]")
_DAYTIME = words_for(1, 24)
_MINUTE = words_for(1, 59)
_ALONE = "".join(rf"(?<!{re.escape(word)} )" for word in sorted(WORDS.before_moved))
"""Before an hour: not preceded by a word that shifts it."""
_COUNTED = [*(word for word in WORDS.milliseconds if word[0].isalpha()), *WORDS.days, *WORDS.months, *WORDS.times]
_NO_AMOUNT = rf"(?![\s-]*{any_of(_COUNTED)}(?![a-z]))"
"""After a number: not followed by a unit or another counted word."""
_HALF = r"(am|pm|a\.m\.|p\.m\.)"
_UHR, _AT = any_of(WORDS.hour_sign), any_of(WORDS.at)
_TWELVE = rf"(?:(?:12|0?0|24|{words_for(12, 12)})(?:[:.]00)?\s?(?:{_UHR}\s|o'clock\s)?(?:{_AT}\s)?)?"


def _named_hour(told: ParseState) -> None:
    """Read `noon`, `12 noon`, `Mitternacht`, `12:00 midnight`."""
    if told.take(rf"{_TWELVE}{_NOON}"):
        told.hour, told.clock = NOON, Clock.FIXED
    elif told.take(rf"{_TWELVE}{_MIDNIGHT}"):
        told.hour, told.clock = time(0), Clock.MIDNIGHT


def _clock(told: ParseState) -> None:
    """Read `18:30`, `6.15 Uhr`, `7am`, `18 Uhr 30`, `acht Uhr zehn`, `6h15`, `7 o'clock`, `630pm`, `at 1830`."""
    if told.hour is not None:
        return
    if found := told.take(
        rf"([0-9]{{1,2}}):([0-9]{{2}})(?::([0-9]{{2}}))?(?:\s?(am|pm|a\.m\.|p\.m\.|a|p)|\s?({_UHR}|h))?"
    ):
        _digits(told, found[1], found[2], found[4], sign=found[5], second=int(found[3] or 0))
    elif found := told.take(rf"{_ALONE}({_DAYTIME}|[0-9]{{1,2}})\s?{_UHR}\s({_MINUTE}){_NO_AMOUNT}"):
        _hour(told, _count(found[1]), _count(found[2]))
    elif found := told.take(rf"([0-9]{{1,2}})\s?{_UHR}(?:\s?([0-9]{{2}}))?"):
        _hour(told, int(found[1]), int(found[2] or 0))
    elif found := told.take(rf"{_ALONE}({_DAYTIME})\s?{_UHR}"):
        _hour(told, _count(found[1]), 0)
    elif found := told.take(rf"([0-9]{{1,2}})(?:[.:]([0-9]{{2}}))?\s?{_HALF}"):
        _hour(told, int(found[1]), int(found[2] or 0), found[3])
    elif found := told.take(rf"([0-9]{{1,2}})\.([0-9]{{2}})(?:\s?({_UHR}|h))?(?!\.)"):
        _digits(told, found[1], found[2], None, sign=found[3])
    elif found := told.take(r"([0-9]{1,2})h([0-9]{2})?"):
        _hour(told, int(found[1]), int(found[2] or 0))
    elif found := told.take(r"([0-9]{1,2})\s?o'clock"):
        _hour(told, int(found[1]), 0, clock=Clock.BARE)
    elif found := told.take(rf"([0-9]{{1,2}})([0-5][0-9])\s?{_HALF}"):
        _hour(told, int(found[1]), int(found[2]), found[3])
    elif found := told.take(
        rf"(?:{_AT}\s(?=[0-9]{{4}})|(?=0)|(?=[0-9]{{4}}\s?(?:h|hrs?|{_UHR})))([0-9]{{2}})([0-9]{{2}})(?:\s?(?:h|hrs?|{_UHR}))?"
    ):
        _hour(told, int(found[1]), int(found[2]))
    elif found := told.take(rf"{'' if told.day else '^ *'}([01]?[0-9]|2[0-4])([0-5][0-9]){'' if told.day else ' *$'}"):
        if told.day is None and int(found[1] + found[2]) == told.today.year:
            raise BadInput("entry.moment.unclear", typed=told.typed)
        _digits(told, found[1], found[2], None, sign=None)


_HOUR = rf"([0-9]{{1,2}}|{_COUNT_TO_TWELVE})"
_MINUTES = any_of(word for word, size in WORDS.milliseconds.items() if size == 60_000 and len(word) > 3)
_SOME = rf"([0-9]{{1,2}}|{_MINUTE})\s(?:{_MINUTES}\s)?({any_of(WORDS.past | WORDS.to)})\s"
_AFTER_AT = "(?:" + "|".join(f"(?<={word} )" for word in WORDS.at) + ")"
_DIGITAL = rf"({words_for(10, 59)})(?:\s?(am|pm))?"


def _spoken(told: ParseState) -> None:
    """Read `half past six`, `halb sieben`, `viertel vor 8`, `ten past six`, `fünf nach halb sieben`, `six thirty`."""
    if told.hour is not None:
        return
    half = None
    if found := told.take(rf"{_SOME}({any_of(WORDS.half_to)}\s)?{_HOUR}(?:\s?{_HALF})?"):
        moved = _count(found[1]) * (1 if found[2] in WORDS.past else -1) - (30 if found[3] else 0)
        hour, half = found[4], found[5]
    elif found := told.take(rf"({_SPOKEN})\s{_HOUR}(?:\s?{_HALF})?"):
        moved, hour, half = WORDS.spoken[found[1]], found[2], found[3]
    elif found := told.take(rf"({_COUNT_TO_TWELVE}|{_AFTER_AT}[0-9]{{1,2}})\s{_DIGITAL}{_NO_AMOUNT}"):
        hour, moved, half = found[1], _count(found[2]), found[3]
    else:
        return
    if _count(hour) > 24 or (half and not 1 <= _count(hour) <= 12):
        raise BadInput("entry.moment.no_such_hour", typed=told.typed)
    minutes = _count(hour) * 60 + moved
    if half:
        minutes = _count(hour) % 12 * 60 + (HALF_MIN if half.startswith("p") else 0) + moved
    minutes %= DAY_MIN
    early = minutes < HALF_MIN + 60 and _count(hour) <= 12
    clock = Clock.FIXED if half else Clock.SPOKEN if early else Clock.EXACT
    _hour(told, minutes // 60, minutes % 60, clock=clock)


def _part(told: ParseState) -> None:
    """Read `morning`, `abends`: the hour itself if none is named, else the half of the day of the hour."""
    hour_at = told.taken_at
    if found := told.take(rf"({_PART})"):
        told.part = WORDS.parts[found[1]]
        told.hour_first = told.hour is not None and told.taken_at >= hour_at


def _bare_hour(told: ParseState) -> None:
    """Read `yesterday 7`, `um 7`: a number is an hour beside a day, a part of the day, or `at`."""
    if told.hour is not None:
        return
    at = _AT_A_NUMBER.search(told.rest)
    if (told.day or told.part or at) and (found := told.take(r"([0-9]{1,2})")):
        _hour(told, int(found[1]), 0, clock=Clock.BARE)
    elif (told.part or told.day) and (found := told.take(rf"({_COUNT_TO_TWELVE})")):
        _hour(told, _count(found[1]), 0, clock=Clock.BARE)


def _digits(told: ParseState, hour: str, minute: str, half: str | None, *, sign: str | None, second: int = 0) -> None:
    """Set an hour in digits: fixed with am or pm, in either half of the day if a 12-hour clock can show it."""
    open_hour = sign is None and not hour.startswith("0") and int(hour) <= 12
    _hour(told, int(hour), int(minute), half, second, Clock.DIGITAL if open_hour else Clock.EXACT)


def _hour(
    told: ParseState, hour: int, minute: int, half: str | None = None, second: int = 0, clock: Clock = Clock.EXACT
) -> None:
    """Set the hour; `half` is am or pm. 24:00 is the end of the day."""
    if half:
        clock = Clock.FIXED
        if not 1 <= hour <= 12:
            raise BadInput("entry.moment.no_such_hour", typed=told.typed)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if (hour, minute, second) == (24, 0, 0):
        hour, clock = 0, Clock.DAY_END
    if hour > 23 or minute > 59 or second > 59:
        raise BadInput("entry.moment.no_such_hour", typed=told.typed)
    told.hour, told.clock = time(hour, minute, second), clock


def _count(word: str) -> int:
    return int(word) if word.isdecimal() else int(WORDS.numbers[word])


READERS = (_named_hour, _clock, _spoken, _part, _bare_hour)
"""Readers that take the hour out of a text, in this order."""


# ── meaning ──


def usual_hour(part: Part) -> time:
    """Return the default hour of a part of the day."""
    return time(part.usual)


def minutes_meant(told: ParseState, *, again: bool = False) -> list[int]:
    """Return the possible times of an hour in minutes from the midnight that begins its day, most likely first.

    Values from `DAY_MIN` on are in the following night: `friday night at 1` is on Saturday by the calendar.

    Args:
        told: with an hour.
        again: whether the hour belongs to a series.
    """
    assert told.hour is not None
    minutes = told.hour.hour * 60 + told.hour.minute
    if told.clock is Clock.DAY_END:
        return [DAY_MIN]
    if told.clock is Clock.MIDNIGHT:
        if told.part is not None or told.says_today:
            return [DAY_MIN]
        return [0] if told.day is None else [DAY_MIN, 0]
    if told.part is not None:
        return _in_its_night(told, in_part(told.part, minutes, told.clock))
    if told.clock in (Clock.FIXED, Clock.EXACT) or minutes > HALF_MIN + 59:
        return [minutes]
    if told.clock is Clock.DIGITAL:
        both = told.says_today or (told.day is None and told.at is not None) or minutes < _EARLY * 60
        return _halves(minutes, early=True) if both and not again else [minutes]
    if told.clock is Clock.BARE and minutes == HALF_MIN:
        return [HALF_MIN, DAY_MIN] if told.says_today else [HALF_MIN] if told.day else [HALF_MIN, 0]
    if told.clock is Clock.BARE and minutes < 60:
        return [minutes]
    return _halves(minutes)


def _in_its_night(told: ParseState, minutes: int) -> list[int]:
    """Return an hour after midnight in the night after the day, or in both nights if the text allows both.

    `friday night at 1` is on Saturday. `friday at 1 at night` and `24.12. nachts um 1` are also on the day itself.
    """
    if minutes < DAY_MIN or told.day is None or not (told.hour_first or told.dated):
        return [minutes]
    at_midnight = minutes < DAY_MIN + 60
    return [minutes, minutes - DAY_MIN] if at_midnight else [minutes - DAY_MIN, minutes]


def _halves(minutes: int, *, early: bool = False) -> list[int]:
    """Return a time in both halves of the day, most likely first; around noon the one in the day first."""
    before_noon = minutes % HALF_MIN
    if before_noon < 60 or (before_noon < _EARLY * 60 and not early):
        return [before_noon + HALF_MIN, before_noon]
    return [before_noon, before_noon + HALF_MIN]


def in_part(part: Part, minutes: int, clock: Clock) -> int:
    """Return the minutes of the day of an hour in a part of the day: in the evening 8 is 20:00, 1 is after midnight.

    An hour with am or pm is kept, and is after midnight only if the part of the day extends to it.
    """
    if clock is Clock.FIXED or minutes >= HALF_MIN + 60:
        return minutes + DAY_MIN if minutes < part.late * 60 else minutes
    if part.late:
        on_dial = minutes % HALF_MIN
        return on_dial + (DAY_MIN if on_dial < part.late * 60 else HALF_MIN)
    if minutes >= part.ends * 60 and clock is not Clock.EXACT:
        return minutes - HALF_MIN
    if minutes < part.begins * 60 and minutes + HALF_MIN < part.ends * 60:
        return minutes + HALF_MIN
    return minutes
