"""Parse weekly windows of availability in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.domain.partners.availability import (
    DAY_MIN,
    LEAST_MIN,
    MOST_WINDOWS,
    TEXT_LIMIT,
    Window,
    format_days,
    format_span,
    format_windows,
    tidy,
)
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import plain
from bot.domain.text.words.vocabulary import Part
from bot.errors import BadInput

_PART_HOURS = {
    Part.MORNING: (6, 10),
    Part.NOON: (11, 14),
    Part.AFTERNOON: (14, 18),
    Part.EVENING: (17, 21),
    Part.NIGHT: (20, 24),
}
_WHOLE_HOURS = (6, 22)
_PARTS = {**WORDS.parts, **WORDS.window_parts}
"""In a weekly window the German `morgen` is the morning, not tomorrow."""

_DAY = rf"({any_of(WORDS.weekdays)})s?\.?(?![a-z])"
_DAY_BEFORE_PART = rf"({any_of(WORDS.weekdays)})(?={any_of(_PARTS)}s?(?![a-z]))"
_NAMES = any_of(WORDS.noon | WORDS.midnight)
_NAMED = rf"(?:12\s)?{_NAMES}"
_SUFFIX = rf"(am|pm|a\.m\.|p\.m\.|{any_of(WORDS.hour_sign)}\b|h\b|o'clock)"
_TIME = rf"(?:([0-9]{{1,2}})(?:[:.h]([0-9]{{2}}))?\s?{_SUFFIX}?(?![0-9a-z:]|\s{_NAMES})|({_NAMED}))"
_TO = rf"\s?(?:-|{any_of(WORDS.span_to)})\s?"
_LATE, _EARLY = 18 * 60, 6 * 60

_SKIPPED = any_of(WORDS.plus | WORDS.before_day | WORDS.about | WORDS.window_fillers)
_SKIP = re.compile(rf"(?:[\s,;&/+|]|{_SKIPPED}(?![a-z0-9]))+")
_DAY_RANGE = re.compile(_DAY + rf"{_TO}" + _DAY)
_ONE_DAY = re.compile(f"{_DAY}|{_DAY_BEFORE_PART}")
_GROUP = re.compile(rf"({any_of(WORDS.day_groups)})(?![a-z])")
_HOURS = re.compile(
    rf"(?:{any_of(WORDS.span_before)}\s)?{_TIME}(?:{_TO}|\s?{any_of(WORDS.and_words)}\s(?=[0-9]))(?:{_TIME})"
)
_OPEN = re.compile(rf"({any_of(WORDS.from_hour | WORDS.to_hour)})\s{_TIME}(?!{_TO})")
_PART = re.compile(rf"({any_of(_PARTS)})s?(?![a-z])")
_WHOLE = re.compile(rf"({any_of(WORDS.whole_day)})(?![a-z])")

_Token = tuple[str, tuple[int, ...]]
"""("days", weekdays), or ("hours" or "part", (first, end)); an end beyond `DAY_MIN` is on the next day."""


def parse_windows(text: str, language: str, *, twelve: bool = False) -> tuple[Window, ...]:
    """Return the windows in a text: `tue thu 18-20`, `Mo Mi 6:30-8, Sa 9-12`, `weekends 8-11`.

    Days apply to the hours after them, or before them if the text begins with hours. The words of all languages are
    read.

    Args:
        text: as typed, up to `TEXT_LIMIT` characters.
        language: the member's, for errors.
        twelve: the 12-hour form in errors.

    Raises:
        BadInput: unclear, days without hours or hours without a day, an end before its beginning, too short, or
            too many; with what was understood.
    """
    words = plain(text, TEXT_LIMIT)
    tokens: list[_Token] = []
    at = 0
    while at < len(words):
        token, end = _token(words, at)
        if token is not None:
            tokens.append(token)
            at = end
        elif skipped := _SKIP.match(words, at):
            at = skipped.end()
        else:
            raise _unclear(words, at, tokens, language, twelve=twelve)
    if not tokens:
        raise BadInput("avail.when.empty")
    return _checked(_put_together(tokens, language, twelve=twelve), language, twelve=twelve)


def _token(words: str, at: int) -> tuple[_Token | None, int]:
    """Return the token at a position, or None, and its end."""
    if found := _DAY_RANGE.match(words, at):
        first, last = (WORDS.weekdays[name] for name in found.groups())
        return ("days", tuple((first + n) % 7 for n in range((last - first) % 7 + 1))), found.end()
    if found := _ONE_DAY.match(words, at):
        return ("days", (WORDS.weekdays[found[1] or found[2]],)), found.end()
    if found := _GROUP.match(words, at):
        return ("days", WORDS.day_groups[found[1]]), found.end()
    if found := _HOURS.match(words, at):
        return ("hours", _span(found.groups()[:4], found.groups()[4:], found[0])), found.end()
    if found := _OPEN.match(words, at):
        minutes = _minutes(found.groups()[1:], None, found[0])
        before = found[1] in WORDS.to_hour
        return ("hours", (0, minutes) if before else (minutes, DAY_MIN)), found.end()
    if found := _PART.match(words, at):
        hours = _PART_HOURS[_PARTS[found[1]]]
        return ("part", (hours[0] * 60, hours[1] * 60)), found.end()
    if found := _WHOLE.match(words, at):
        return ("hours", (_WHOLE_HOURS[0] * 60, _WHOLE_HOURS[1] * 60)), found.end()
    return None, at


def _half(told: str | None) -> str | None:
    return told[0] if told and told[0] in "ap" else None


def _minutes(told: Sequence[str | None], half: str | None, typed: str, *, end: bool = False) -> int:
    """Return the minutes of the day of a matched time: hour, minute, am or pm or `Uhr`, a name."""
    hour_told, minute_told, suffix, named = told
    if named:
        return 12 * 60 if named.removeprefix("12 ") in WORDS.noon or named in WORDS.noon else DAY_MIN if end else 0
    hour, minute = int(hour_told or 0), int(minute_told or 0)
    half = _half(suffix) or half
    if half:
        if not 1 <= hour <= 12:
            raise BadInput("avail.when.no_such_hour", typed=typed)
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or hour * 60 + minute > DAY_MIN:
        raise BadInput("avail.when.no_such_hour", typed=typed)
    return hour * 60 + minute


def _span(first: Sequence[str | None], end: Sequence[str | None], part: str) -> tuple[int, int]:
    """Return first and end minute: in `6-8pm` both are pm, in `11-1pm` only the end; `10pm-1am` crosses midnight."""
    ends = _minutes(end, None, part, end=True)
    begins = _minutes(first, None, part)
    end_half, first_half = _half(end[2]), _half(first[2])
    if end_half and not first_half and first[3] is None and 1 <= int(first[0] or 0) <= 12:
        same = _minutes(first, end_half, part)
        begins = same if same < ends or end_half == "a" else _minutes(first, "a", part)
    if first_half == "p" and not end_half and ends <= begins and ends + 12 * 60 <= DAY_MIN and end[3] is None:
        ends += 12 * 60
    if first[3] and begins == 12 * 60 and end_half is None and end[3] is None and ends < begins:
        ends += 12 * 60  # `noon to 2`
    if ends == 0 and end_half == "a":
        ends = DAY_MIN  # `10pm-12am`
    if ends > begins:
        return begins, ends
    if begins >= _LATE and ends <= _EARLY:
        return begins, ends + DAY_MIN
    raise BadInput("avail.when.backwards", typed=part)


def _with_parts(tokens: Sequence[_Token]) -> list[_Token]:
    """Apply parts of the day to the hours beside them (`evening 6-8`); a part without hours is a range itself."""
    found: list[_Token] = []
    at = 0
    while at < len(tokens):
        here, *after = tokens[at : at + 3]
        kinds = [kind for kind, _ in (here, *after)]
        if kinds[:2] == ["part", "hours"]:
            found.append(("hours", _within(after[0][1], here[1])))
            at += 2
        elif kinds[:2] == ["hours", "part"] and kinds[2:] != ["hours"]:
            found.append(("hours", _within(here[1], after[0][1])))
            at += 2
        else:
            found.append(("hours", here[1]) if here[0] == "part" else here)
            at += 1
    return found


def _within(hours: tuple[int, ...], part: tuple[int, ...]) -> tuple[int, ...]:
    """Return the hours, twelve hours later if the part of the day requires it."""
    later = DAY_MIN // 2
    return tuple(at + later for at in hours) if hours[1] <= later <= part[0] else hours


def _put_together(told_tokens: Sequence[_Token], language: str, *, twelve: bool) -> list[Window]:
    """Combine days with their hours."""
    tokens = _with_parts(told_tokens)
    hours_first = tokens[0][0] == "hours"
    ordered = list(reversed(tokens)) if hours_first else list(tokens)
    if ordered[0][0] == "hours":
        begins, ends = ordered[0][1]
        raise BadInput("avail.when.no_day", hours=format_span(begins, ends, twelve=twelve))
    windows: list[Window] = []
    days: list[int] = []
    told = False
    for kind, values in ordered:
        if kind == "days":
            days = [*([] if told else days), *values]
            told = False
            continue
        told = True
        begins, ends = values
        for day in days:
            windows.append(Window(day, begins, min(ends, DAY_MIN)))
            if ends > DAY_MIN:
                windows.append(Window((day + 1) % 7, 0, ends - DAY_MIN))
    if not told:
        raise BadInput("avail.when.no_hours", days=format_days(sorted(set(days)), language))
    return windows


def _checked(windows: Iterable[Window], language: str, *, twelve: bool) -> tuple[Window, ...]:
    found = tidy(windows)
    if len(found) > MOST_WINDOWS:
        raise BadInput("avail.when.many", limit=MOST_WINDOWS)
    # The two parts of a window that crosses midnight count together.
    after = {w.weekday: w.end_min for w in found if w.first_min == 0}
    before = {w.weekday: DAY_MIN - w.first_min for w in found if w.end_min == DAY_MIN}
    for window in found:
        long_min = window.end_min - window.first_min
        if window.end_min == DAY_MIN:
            long_min += after.get((window.weekday + 1) % 7, 0)
        if window.first_min == 0:
            long_min += before.get((window.weekday - 1) % 7, 0)
        if long_min < LEAST_MIN:
            shown = format_windows([window], language, twelve=twelve)
            raise BadInput("avail.when.short", windows=shown, least=LEAST_MIN)
    return found


def _unclear(words: str, at: int, tokens: Sequence[_Token], language: str, *, twelve: bool) -> BadInput:
    """Return an error with the word that was not understood and what precedes it."""
    word = re.split(r"[\s,;]", words[at:], maxsplit=1)[0] or words[at:]
    for count in range(len(tokens), 0, -1):  # days without hours are left out
        try:
            windows = _put_together(tokens[:count], language, twelve=twelve)
        except BadInput:
            continue
        understood = format_windows(windows, language, twelve=twelve)
        return BadInput("avail.when.unclear_after", typed=word, understood=understood)
    return BadInput("avail.when.unclear", typed=word)
