"""A run as typed: the texts of `/log`, of `/runs edit` and of the form, read into stretches and a start."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.runs.run_measures import Backward, Way, parse_backward, resolve, split
from bot.domain.runs.runs import Direction, RunContent, Stretch
from bot.domain.text.units import Units, parse_distance, parse_duration, parse_pace
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import NUMBER, plain
from bot.domain.when.moment_parser import Facing, check_started, moments_meant, parse_moment
from bot.errors import BadInput


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed; None where a field was left out."""

    distance: str | None = None
    time: str | None = None
    pace: str | None = None
    direction: str | None = None
    backward: str | None = None
    when: str | None = None

    def facing(self, usual: Direction) -> Typed:
        """The same with the usual direction, where none was told."""
        return replace(self, direction=usual.value)


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody writes: units for bare numbers, language where the two differ, zone for times."""

    units: Units
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as read.

    Attributes:
        stretches: one, or two for a mixed run.
        started_at: aware UTC.
        ran_on: local date of the start.
    """

    stretches: tuple[Stretch, ...]
    started_at: datetime
    ran_on: date


_WAYS = (
    dict.fromkeys(WORDS.backward, Way.BACKWARD)
    | dict.fromkeys(WORDS.forward, Way.FORWARD)
    | dict.fromkeys(WORDS.mixed, Way.MIXED)
)
_DIRECTION = re.compile(rf"({any_of(_WAYS)})\b[\s:,]*(.*)")


def read_direction(typed: str, manner: Manner) -> tuple[Way, Backward | None]:
    """`backward`, `vorwärts`, `mixed 40 %`, `gemischt 2 km`.

    Raises:
        BadInput: none of these.
    """
    found = _DIRECTION.fullmatch(plain(typed))
    if found is None:
        raise BadInput("runs.entry.direction", typed=typed)
    way, rest = _WAYS[found[1]], found[2].strip()
    if way is not Way.MIXED and rest:
        raise BadInput("runs.entry.direction", typed=typed)
    return way, parse_backward(rest, manner.units, manner.language) if rest else None


_AMOUNT = re.compile(
    rf"(?<![\w.,:/+])(?:[0-9]{{1,3}}\s?{any_of(WORDS.times)}\s?)?{NUMBER}\s?"
    rf"(?:(?P<metres>{any_of(WORDS.metres)})|(?P<time>{any_of(WORDS.milliseconds)}))(?!\w|\s*\+)"
)
_CLOCKED = re.compile(
    r"(?P<before>[a-z]+\s)?(?<![\w.,:/+-])(?P<clock>[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?)(?![\w:/-])"
)
_VAGUE = WORDS.vague_ways | WORDS.mixed
"""In a sentence these say something else as well: back exercises, both of us."""


def mentioned(text: str, manner: Manner) -> Typed:
    """What a sentence names of a run: `5k backward with Mia` a distance and a direction, `20 min rückwärts` a time.

    Only what it names once is taken: of two distances nobody knows which was run.
    """
    words = plain(text)
    found = list(_AMOUNT.finditer(words))
    distances = {
        one[0] for one in found if one["metres"] and _reads(parse_distance, one[0], manner.units, manner.language)
    }
    times = {one[0] for one in found if one["time"] and _reads(parse_duration, one[0], manner.language)}
    times |= {one["clock"] for one in _CLOCKED.finditer(words) if _takes_so_long(one)}
    ways = {_WAYS[word] for word in re.findall(r"\w+", words) if word in _WAYS.keys() - _VAGUE}
    return Typed(
        distance=distances.pop() if len(distances) == 1 else None,
        time=times.pop() if len(times) == 1 else None,
        direction=ways.pop() if len(ways) == 1 else None,
    )


def _takes_so_long(clocked: re.Match[str]) -> bool:
    """Whether digits with a colon are minutes and seconds: `27:30` is no hour of a day, `18:30` may be one."""
    first, *rest = clocked["clock"].split(":")
    return len(rest) == 2 or int(first) >= 24 or (clocked["before"] or "").strip() in WORDS.takes


def _reads(parse: Callable[..., int], *given: object) -> bool:
    try:
        parse(*given)
    except BadInput:
        return False
    return True


def _told_way(direction: str, share: Backward | None, manner: Manner) -> tuple[Way, Backward | None]:
    """The direction beside how much was backward, which only a mixed run has."""
    way, inner = read_direction(direction, manner)
    if share is not None and way is not Way.MIXED:
        raise BadInput("runs.entry.contradiction", direction=direction)
    return way, share or inner


def read_measures(typed: Typed, manner: Manner) -> tuple[int | None, int]:
    """(distance_m, duration_ms) of what was typed: two of distance, time and pace, or the time alone.

    Raises:
        BadInput: unreadable, too little, or three that disagree.
    """
    return resolve(
        parse_distance(typed.distance, manner.units, manner.language) if typed.distance else None,
        parse_duration(typed.time, manner.language) if typed.time else None,
        parse_pace(typed.pace, manner.units, manner.language) if typed.pace else None,
    )


def read_entry(typed: Typed, manner: Manner, now: datetime) -> RunEntry:
    """A whole new run. Without `when` it has just ended; with it, that was its start.

    Raises:
        BadInput: with what was understood and an example.
    """
    distance_m, duration_ms = read_measures(typed, manner)
    share = parse_backward(typed.backward, manner.units, manner.language) if typed.backward else None
    way = Way.MIXED if share is not None else Way.BACKWARD
    if typed.direction:
        way, share = _told_way(typed.direction, share, manner)
    stretches = split(way, distance_m, duration_ms, share)
    if typed.when:
        started_at, ran_on = read_start(typed.when, duration_ms, manner, now)
    else:
        started_at = now - timedelta(milliseconds=duration_ms)
        ran_on = started_at.astimezone(ZoneInfo(manner.zone)).date()
    return RunEntry(stretches, started_at, ran_on)


def starts_meant(typed: str, manner: Manner, now: datetime) -> list[datetime]:
    """Every start that a text can mean, the likeliest first.

    Raises:
        BadInput: as `read_start`.
    """
    moments = moments_meant(typed, now=now, zone=manner.zone, language=manner.language, facing=Facing.PAST)
    if len(moments) == 1:
        return [read_start(typed, 0, manner, now)[0]]
    for moment in moments:
        check_started(moment, now)
    return [moment.at for moment in moments]


def read_start(typed: str, duration_ms: int, manner: Manner, now: datetime) -> tuple[datetime, date]:
    """The start of a run: (instant, local date). "Now", said of a run that takes time, means that it has just ended.

    Raises:
        BadInput: unreadable, in the future, or before 1990.
    """
    moment = parse_moment(typed, now=now, zone=manner.zone, language=manner.language, facing=Facing.PAST)
    check_started(moment, now)
    if abs(now - moment.at) < timedelta(minutes=1) or (not moment.timed and _ends(moment.at, duration_ms) > now):
        started_at = now - timedelta(milliseconds=duration_ms)
        return started_at, started_at.astimezone(ZoneInfo(manner.zone)).date()
    _check_over(moment.at, duration_ms, now)
    return moment.at, moment.on


def _ends(started_at: datetime, duration_ms: int) -> datetime:
    return started_at + timedelta(milliseconds=duration_ms)


def _check_over(started_at: datetime, duration_ms: int, now: datetime) -> None:
    """Refuse a run that is not over yet."""
    if _ends(started_at, duration_ms) > now + timedelta(minutes=1):
        raise BadInput("runs.entry.ends_later", at=started_at, duration_ms=duration_ms)


def amendment(typed: Typed, manner: Manner, now: datetime) -> Callable[[RunContent], RunContent]:
    """What an edit makes of a run: the fields typed replace what was there, the others stay.

    Texts are read when the change is made, since a new time alone keeps the distance and the other way round. Times
    are in the zone the run was run in.
    """

    def amend(content: RunContent) -> RunContent:
        there = replace(manner, zone=content.zone)
        stretches = content.stretches
        if typed.distance or typed.time or typed.pace:
            stretches = _measured(typed, content, there)
        if typed.direction or typed.backward:
            stretches = _turned(typed, stretches, there)
        doubtful = content.doubtful and not (typed.time or typed.pace)  # a time that its runner gives is none
        changed = replace(content, stretches=stretches, doubtful=doubtful)
        if typed.when:
            started_at, ran_on = read_start(typed.when, changed.duration_ms, there, now)
            changed = replace(changed, started_at=started_at, ran_on=ran_on)
        elif stretches != content.stretches:
            _check_over(changed.started_at, changed.duration_ms, now)
        return changed

    return amend


def _measured(typed: Typed, content: RunContent, manner: Manner) -> tuple[Stretch, ...]:
    """New totals. Several stretches keep their shares; what is shared out anew is an estimate."""
    given = sum(1 for text in (typed.distance, typed.time, typed.pace) if text)
    distance_m = parse_distance(typed.distance, manner.units, manner.language) if typed.distance else None
    duration_ms = parse_duration(typed.time, manner.language) if typed.time else None
    pace = parse_pace(typed.pace, manner.units, manner.language) if typed.pace else None
    if given == 1:
        # One new figure: the distance stays, unless it is the distance that is new.
        if distance_m is None:
            distance_m = content.distance_m
        elif pace is None:
            duration_ms = content.duration_ms
    total_m, total_ms = resolve(distance_m, duration_ms, pace)
    if len(content.stretches) == 1:
        only = content.stretches[0]
        return (replace(only, distance_m=total_m, duration_ms=total_ms),)
    return _scaled(content, total_m, total_ms)


def _scaled(content: RunContent, total_m: int | None, total_ms: int) -> tuple[Stretch, ...]:
    """Stretches in their old proportions; the last takes what rounding leaves."""
    old_m, old_ms = content.distance_m, content.duration_ms
    if total_m is not None and old_m is None:
        raise BadInput("runs.entry.no_shares")
    scaled, left_m, left_ms = [], total_m or 0, total_ms
    for position, stretch in enumerate(content.stretches):
        last = position == len(content.stretches) - 1
        metres = left_m if last else round((stretch.distance_m or 0) * (total_m or 0) / (old_m or 1))
        ms = left_ms if last else round(stretch.duration_ms * total_ms / old_ms)
        left_m, left_ms = left_m - metres, left_ms - ms
        estimated = stretch.estimated or (total_m, total_ms) != (old_m, old_ms)
        scaled.append(Stretch(stretch.direction, metres if total_m else None, max(ms, 1), estimated))
    return tuple(scaled)


def _turned(typed: Typed, stretches: tuple[Stretch, ...], manner: Manner) -> tuple[Stretch, ...]:
    """New directions: laps stay laps when all go one way; a mixed run is split anew."""
    share = parse_backward(typed.backward, manner.units, manner.language) if typed.backward else None
    way = Way.MIXED
    if typed.direction:
        way, share = _told_way(typed.direction, share, manner)
    if way is not Way.MIXED and share is None:
        direction = Direction(way.value)
        if any(stretch.estimated for stretch in stretches):
            return (Stretch(direction, _sum_m(stretches), sum(s.duration_ms for s in stretches)),)
        return tuple(replace(stretch, direction=direction) for stretch in stretches)
    return split(way, _sum_m(stretches), sum(s.duration_ms for s in stretches), share)


def _sum_m(stretches: tuple[Stretch, ...]) -> int | None:
    known = [s.distance_m for s in stretches if s.distance_m is not None]
    return sum(known) if known else None


def with_note(content: RunContent, note: str | None) -> RunContent:
    """The run with another note, or none."""
    return replace(content, note=note)
