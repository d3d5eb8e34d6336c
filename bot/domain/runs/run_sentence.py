"""Read a run typed as one sentence, `5k in 27:30 backward yesterday 7am`, into the texts of its fields.

The parts may come in any order. What is neither a measure nor a direction is the start; a word that no reader knows
goes into a field that lacks its text, so that the error names it.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.runs.run_input import WAYS, Manner, Typed
from bot.domain.runs.run_measures import Way
from bot.domain.text.units import Units
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import NUMBER, plain
from bot.domain.when.moment_parser import Facing, parse_moment
from bot.errors import BadInput

MOMENT_WORDS = 6
"""Most words of a start among others: `on the 3rd of november 7am`."""
MOST_WORDS = 10
"""Most words that are searched for a start; each possible part of them costs half a millisecond."""
_DAY_MS = 86_400_000
_ALONE = r"(?<![\w.,:/+-])"
"""Before a measure: no other part of a number, date or range."""
_UNIT = any_of(WORDS.metres)
_BACK = any_of(word for word, way in WAYS.items() if way is Way.BACKWARD)
_ANY_WAY = any_of(WAYS)
_TIMES = rf"(?:[0-9]{{1,3}}\s?{any_of(WORDS.times)}\s?)?"
_TIME_UNITS = [word for word, ms in WORDS.milliseconds.items() if ms < _DAY_MS]
_SPELT = rf"(?:{NUMBER}|(?<![a-z]){any_of(WORDS.numbers)}(?=\s))"

_LENGTH = rf"{_ALONE}{_TIMES}{NUMBER}\s?{_UNIT}(?![\w/])(?:\s?\+\s?{_TIMES}{NUMBER}(?:\s?{_UNIT})?(?![\w/]))*"
_COURSE = (
    rf"(?<![\w-])(?!half (?:past|an?|of|[0-9]{{1,2}}(?![0-9:])|{_ANY_WAY}))(?<!half )(?<!half an )"
    rf"{any_of(WORDS.courses)}(?![\w-])"
)
_DISTANCE = re.compile(rf"{_LENGTH}|{_COURSE}")
_CLOCK_FORM = r"[0-9]{1,3}:[0-5][0-9](?::[0-5][0-9])?(?:[.,][0-9]{1,3})?"
_PACE = re.compile(
    rf"{_ALONE}(?:(?:{_CLOCK_FORM}|{NUMBER})\s?(?:{any_of(_TIME_UNITS)})?(?:\s?/\s?|\s{any_of(WORDS.per)}\s)"
    rf"(?:[0-9]{{1,4}}\s?)?{_UNIT}|{NUMBER}\s?{any_of(WORDS.speeds)})(?!\w)"
)
_NOT_AGO = "".join(rf"(?<!\b{re.escape(word)} )" for word in WORDS.ago_before)
_TIME = re.compile(
    rf"{_ALONE}{_NOT_AGO}{_TIMES}(?:{_SPELT}\s?{any_of(word for word in _TIME_UNITS if word != 'm')}(?![a-z])"
    rf"|[0-9]{{1,3}}\s?m\s?(?=[0-9]{{1,2}}\s?s))(?:\s?[0-9]{{1,2}}\s?{any_of(_TIME_UNITS)}(?![a-z]))*"
    rf"(?:[0-9]{{1,2}}(?![\w:.,]))?(?!\s?(?:{any_of(WORDS.ago_after)})\b)"
)
_CLOCK = re.compile(rf"(?:(?P<before>[a-z]+)\s)?{_ALONE}(?P<clock>{_CLOCK_FORM})(?![\w:/-])(?P<after>\s?[a-z.']*)")
_HALVES = frozenset({"am", "pm", "a.m.", "p.m."})
_SHARE = re.compile(
    rf"(?<![\w.,])(?P<percent>[0-9]{{1,3}}(?:[.,][0-9]+)?\s?(?:%|{any_of(WORDS.percent)})(?!\w))(?:\s?{_BACK}\b)?"
    rf"|\b{any_of(WORDS.half_share)}\s{_BACK}\b"
)
_MIXED = re.compile(rf"\b{any_of(WORDS.mixed)}\b(?:[\s,:]*(?P<share>{_LENGTH}))?")
_LENGTH_AND_WAY = re.compile(rf"(?P<length>{_LENGTH})\s(?P<way>{_ANY_WAY})\b")
_WAY = re.compile(rf"\b{_ANY_WAY}\b")
_BARE = r"(?P<bare>[0-9]{1,4}(?:[.,][0-9]{1,2})?)(?![\w.,:/%+-])(?!\s?(?:am|pm)\b)"
_BARE_DISTANCE = re.compile(rf"^{_BARE}(?=\s)(?!\s{any_of(word for word in _TIME_UNITS if word != 'm')}(?![a-z]))")
_BARE_TIME = re.compile(rf"(?:^|\s){any_of(WORDS.takes)}\s{_BARE}|(?<=\|)\s+{_BARE.replace('bare', 'next')}")


class _Rest:
    """The part of a sentence that is not read yet. A bar marks where the distance was."""

    def __init__(self, words: str) -> None:
        self.words = words

    def take(self, pattern: re.Pattern[str], group: str | int = 0, mark: str = " ") -> str | None:
        """Remove the first match and return the text of `group`, or None if there is no match."""
        found = pattern.search(self.words)
        return None if found is None else self.cut(found, group, mark)

    def cut(self, found: re.Match[str], group: str | int = 0, mark: str = " ") -> str:
        """Remove a match and return the text of `group`, or of the whole match."""
        text = found[group] or found[0]
        self.words = f"{self.words[: found.start(0)]}{mark}{self.words[found.end(0) :]}"
        return text.strip()


def read_sentence(text: str, manner: Manner, now: datetime) -> Typed:
    """Return the texts of a run's fields. None of them is parsed yet.

    Raises:
        BadInput: longer than 100 characters.
    """
    rest = _Rest(plain(text))
    pace = rest.take(_PACE)
    distance, direction, backward = _ways(rest)
    if distance is None:
        distance = rest.take(_DISTANCE, mark=" | ") or rest.take(_BARE_DISTANCE, "bare", mark=" | ")
    time = rest.take(_TIME) if pace is None or _TIME.search(rest.words) else None
    if time is None and pace is None:
        time = _clock(rest, manner, now) or _bare_time(rest)
    elif time is None:
        time = _sure_clock(rest)
    when, unknown = _split(rest.words.replace("|", " "), manner, now)
    counted = re.search("[0-9]", unknown) or not WORDS.numbers.keys().isdisjoint(unknown.split())
    if unknown and distance is None and (counted or direction or backward):
        distance = unknown
    elif unknown and direction is None and backward is None:
        direction = unknown
    elif unknown:
        when = " ".join(rest.words.replace("|", " ").split())
    return Typed(distance, time, pace, direction, backward, when or None)


def as_sentence(typed: Typed, units: Units) -> str:
    """Return one sentence for texts that were typed into separate fields, without the start; the reverse of reading."""
    pace = typed.pace
    if pace is not None and re.fullmatch(_CLOCK_FORM, pace.strip()):
        pace = f"{pace.strip()}/{'mi' if units is Units.IMPERIAL else 'km'}"
    share = typed.backward
    if share is not None and not re.search(rf"{_BACK}\b", plain(share)):
        share = f"{share} {next(iter(sorted(WORDS.backward, key=len)))}"
    return " ".join(part.strip() for part in (typed.distance, typed.time, pace, share) if part)


def _ways(rest: _Rest) -> tuple[str | None, str | None, str | None]:
    """Take direction and share out: (distance, direction, backward); a distance only where both parts have one."""
    share = _SHARE.search(rest.words)
    if share is not None:
        backward = share["percent"] or "50%"
        rest.cut(share)
        rest.take(_MIXED)
        return None, None, backward.strip()
    mixed = _MIXED.search(rest.words)
    if mixed is not None and not _LENGTH_AND_WAY.search(rest.words):
        amount = mixed["share"] if mixed["share"] and len(re.findall(_LENGTH, rest.words)) > 1 else None
        rest.words = (
            f"{rest.words[: mixed.start()]} {'' if amount else mixed['share'] or ''}{rest.words[mixed.end() :]}"
        )
        return None, "mixed", amount
    parts = list(_LENGTH_AND_WAY.finditer(rest.words))
    ways = [WAYS[part["way"]] for part in parts]
    if sorted(ways) == [Way.BACKWARD, Way.FORWARD]:
        for part in reversed(parts):
            rest.cut(part)
        return " + ".join(part["length"] for part in parts), None, parts[ways.index(Way.BACKWARD)]["length"]
    if ways == [Way.BACKWARD] and len(re.findall(_DISTANCE, rest.words)) > 1:
        return None, None, rest.cut(parts[0], "length")
    return None, rest.take(_WAY), None


def _clock(rest: _Rest, manner: Manner, now: datetime) -> str | None:
    """Take the digits with a colon that are the duration: those that cannot be a time of day, else the first."""
    return _sure_clock(rest) or next(
        (_without(rest, found) for found in _CLOCK.finditer(rest.words) if not _says_hour(found, manner, now)),
        None,
    )


def _sure_clock(rest: _Rest) -> str | None:
    """Take digits that cannot be a time of day: `27:30`, `1:05:00`, `in 18:30`."""
    for found in _CLOCK.finditer(rest.words):
        first, *others = found["clock"].split(":")
        takes = (found["before"] or "") in WORDS.takes
        if int(first) >= 24 or (not _marked(found) and (len(others) == 2 or takes)):
            return _without(rest, found)
    return None


def _marked(found: re.Match[str]) -> bool:
    """Whether the word after digits makes them a time of day; `22:30 am Montag` is not before noon."""
    after = found["after"].strip()
    return after in WORDS.hour_sign or (after in _HALVES and int(found["clock"].split(":")[0]) <= 12)


def _without(rest: _Rest, found: re.Match[str]) -> str:
    start = found.start("before") if (found["before"] or "") in WORDS.takes else found.start("clock")
    rest.words = f"{rest.words[:start]} {rest.words[found.end('clock') :]}"
    return found["clock"]


def _says_hour(found: re.Match[str], manner: Manner, now: datetime) -> bool:
    """Whether the words around digits make them a time of day: `yesterday 18:30`, `at 18:30`, `6:30 pm`."""
    before = found["before"]
    if _marked(found):
        return True
    return before is not None and _is_moment(f"{before} {found['clock']}", manner, now)


def _bare_time(rest: _Rest) -> str | None:
    found = _BARE_TIME.search(rest.words)
    if found is None:
        return None
    number = found["bare"] or found["next"]
    rest.cut(found)
    return number


def _split(words: str, manner: Manner, now: datetime) -> tuple[str, str]:
    """Return the longest part that is a moment, and the other words; a long text is not searched."""
    parts = words.replace(",", " ").split()
    while parts and parts[0] in WORDS.takes | WORDS.and_words:
        parts = parts[1:]
    for length in range(min(len(parts), MOMENT_WORDS), 0, -1) if len(parts) <= MOST_WORDS else ():
        for start in range(len(parts) - length + 1):
            if _is_moment(" ".join(parts[start : start + length]), manner, now):
                others = parts[:start] + parts[start + length :]
                return " ".join(parts[start : start + length]), " ".join(_meaningful(others))
    return "", " ".join(_meaningful(parts))


def _meaningful(words: list[str]) -> list[str]:
    empty = WORDS.fillers | WORDS.takes | WORDS.and_words | WORDS.about | WORDS.plus
    return words if any(word not in empty for word in words) else []


def _is_moment(text: str, manner: Manner, now: datetime) -> bool:
    try:
        parse_moment(text, now=now, zone=manner.zone, language=manner.language, facing=Facing.PAST)
    except BadInput as refused:
        return refused.key != "entry.moment.unclear"
    return True
