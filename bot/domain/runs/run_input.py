"""Read the texts of `/log`, `/runs edit` and the form into stretches and a start."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.runs.readings import Reading, other_readings, plausible_duration
from bot.domain.runs.run_measures import Backward, Way, parse_backward, resolve, split
from bot.domain.runs.runs import Direction, RunContent, Stretch
from bot.domain.text.faults import Faults
from bot.domain.text.units import Units, parse_distance, parse_duration, parse_pace
from bot.domain.text.words import WORDS, any_of
from bot.domain.text.words.plain import NUMBER, plain
from bot.domain.when.moment_parser import Facing, check_started, moments_meant, parse_moment
from bot.errors import BadInput
from bot.languages import DEFAULT


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed texts; None for a field that was left out."""

    distance: str | None = None
    time: str | None = None
    pace: str | None = None
    direction: str | None = None
    backward: str | None = None
    when: str | None = None

    def facing(self, usual: Direction | None) -> Typed:
        """Return a copy with the usual direction, or without one if there is none."""
        return replace(self, direction=usual and usual.value)


@dataclass(frozen=True, slots=True)
class Manner:
    """The author's units for bare numbers, language for ambiguous text, and zone for times."""

    units: Units
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as read from typed text.

    Attributes:
        stretches: one, or two for a mixed run.
        started_at: aware UTC.
        ran_on: local date of the start.
        readings: texts that can mean something else, which is to be said.
    """

    stretches: tuple[Stretch, ...]
    started_at: datetime
    ran_on: date
    readings: tuple[Reading, ...] = ()


WAYS = (
    dict.fromkeys(WORDS.backward, Way.BACKWARD)
    | dict.fromkeys(WORDS.forward, Way.FORWARD)
    | dict.fromkeys(WORDS.mixed, Way.MIXED)
)
_DIRECTION = re.compile(rf"({any_of(WAYS)})\b[\s:,]*(.*)")


def read_direction(typed: str, manner: Manner) -> tuple[Way, Backward | None]:
    """Return the direction in `backward`, `vorwärts`, `mixed 40 %`, `gemischt 2 km`.

    Raises:
        BadInput: none of these.
    """
    found = _DIRECTION.fullmatch(plain(typed))
    if found is None:
        raise BadInput("runs.entry.direction", typed=typed)
    way, rest = WAYS[found[1]], found[2].strip()
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
"""Direction words that have another meaning in a sentence: back exercises, both of us."""


def mentioned(text: str, manner: Manner) -> Typed:
    """Return what a sentence says about a run: distance and direction in `5k backward with Mia`, a time in `20 min`.

    A field that is named twice is ignored, since it is unclear which of the two belongs to the run.
    """
    words = plain(text)
    found = list(_AMOUNT.finditer(words))
    distances = {
        one[0] for one in found if one["metres"] and _reads(parse_distance, one[0], manner.units, manner.language)
    }
    times = {one[0] for one in found if one["time"] and _reads(parse_duration, one[0], manner.language)}
    times |= {one["clock"] for one in _CLOCKED.finditer(words) if _takes_so_long(one)}
    ways = {WAYS[word] for word in re.findall(r"\w+", words) if word in WAYS.keys() - _VAGUE}
    return Typed(
        distance=distances.pop() if len(distances) == 1 else None,
        time=times.pop() if len(times) == 1 else None,
        direction=ways.pop() if len(ways) == 1 else None,
    )


def _takes_so_long(clocked: re.Match[str]) -> bool:
    """Whether digits with a colon are minutes and seconds: `27:30` cannot be a time of day, `18:30` can."""
    first, *rest = clocked["clock"].split(":")
    return len(rest) == 2 or int(first) >= 24 or (clocked["before"] or "").strip() in WORDS.takes


def _reads(parse: Callable[..., int], *given: object) -> bool:
    try:
        parse(*given)
    except BadInput:
        return False
    return True


def _told_way(direction: str, share: Backward | None, manner: Manner) -> tuple[Way, Backward | None]:
    """Return the direction with the share that was backward. Only a mixed run may have a share."""
    way, inner = read_direction(direction, manner)
    if share is not None and way is not Way.MIXED:
        raise BadInput("runs.entry.contradiction", direction=direction)
    return way, share or inner


def read_measures(typed: Typed, manner: Manner) -> tuple[int | None, int]:
    """Return (distance_m, duration_ms) from two of distance, time and pace, or from the time alone.

    Raises:
        BadInput: unreadable, too little, or three that disagree.
    """
    return resolve(
        parse_distance(typed.distance, manner.units, manner.language) if typed.distance else None,
        parse_duration(typed.time, manner.language) if typed.time else None,
        parse_pace(typed.pace, manner.units, manner.language) if typed.pace else None,
    )


def read_entry(typed: Typed, manner: Manner, now: datetime) -> RunEntry:
    """Return a new run. `when` is its start; without it, the run has just ended.

    Without a direction and a share, the run is `Direction.UNTOLD`.

    Raises:
        BadInput: with what was understood and an example; `SeveralFaults` if several fields are at fault.
    """
    faults, units, language = Faults(), manner.units, manner.language
    distance_m = faults.read(typed.distance, lambda text: parse_distance(text, units, language))
    duration_ms = faults.read(typed.time, lambda text: plausible_duration(text, distance_m, language))
    pace = faults.read(typed.pace, lambda text: parse_pace(text, units, language))
    measured = (distance_m, duration_ms, pace)
    measures = None if faults.found else faults.attempt(lambda: resolve(*measured))
    share = faults.read(typed.backward, lambda text: parse_backward(text, units, language))
    told = faults.read(typed.direction, lambda text: _told_way(text, share, manner))
    way, share = told or (Way.MIXED if share is not None else Way.BACKWARD, share)
    stretches = faults.attempt(lambda: split(way, *(measures or (None, 1)), share)) if measures or not share else None
    if typed.when:
        faults.attempt(lambda: read_start(typed.when or "", measures[1] if measures else 0, manner, now))
    faults.raise_any()
    assert measures is not None
    assert stretches is not None
    if told is None and share is None:
        stretches = (Stretch(Direction.UNTOLD, *measures),)
    if typed.when:
        started_at, ran_on = read_start(typed.when, measures[1], manner, now)
    else:
        started_at = now - timedelta(milliseconds=measures[1])
        ran_on = started_at.astimezone(ZoneInfo(manner.zone)).date()
    return RunEntry(
        stretches,
        started_at,
        ran_on,
        tuple(other_readings(typed.distance, typed.time, typed.pace, measured, units, language)),
    )


def reread(distance_m: int, duration_ms: int, pace_ms_per_km: int, now: datetime) -> Callable[[RunContent], RunContent]:
    """Return the edit that gives a run the other meaning of a `Reading`; 0 for what stays.

    A run that would not be over yet keeps its end instead of its start: it was logged as just ended.
    """
    typed = Typed(
        distance=f"{distance_m} metres" if distance_m else None,
        time=f"{duration_ms / 1000} s" if duration_ms else None,
        pace=f"{pace_ms_per_km / 1000} s/km" if pace_ms_per_km else None,
    )

    def amend(content: RunContent) -> RunContent:
        ended_at = _ends(content.started_at, content.duration_ms)
        changed = replace(content, stretches=_measured(typed, content, Manner(Units.METRIC, DEFAULT, content.zone)))
        if _ends(changed.started_at, changed.duration_ms) <= max(now, ended_at):
            return changed
        started_at = ended_at - timedelta(milliseconds=changed.duration_ms)
        return replace(changed, started_at=started_at, ran_on=started_at.astimezone(ZoneInfo(content.zone)).date())

    return amend


def starts_meant(typed: str, manner: Manner, now: datetime) -> list[datetime]:
    """Return every possible start of a text, the most likely first.

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
    """Return the start of a run as (instant, local date). "Now" means that the run has just ended.

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
    """Raise `BadInput` for a run that is not over yet."""
    if _ends(started_at, duration_ms) > now + timedelta(minutes=1):
        raise BadInput("runs.entry.ends_later", at=started_at, duration_ms=duration_ms)


def amendment(typed: Typed, manner: Manner, now: datetime) -> Callable[[RunContent], RunContent]:
    """Return a function that applies an edit to a run: typed fields replace the old values, the others stay.

    The texts are parsed when the function is called, because a new time alone keeps the run's distance and vice versa.
    Times are in the zone of the run. The function raises every fault (`SeveralFaults`).
    """

    def amend(content: RunContent) -> RunContent:
        there = replace(manner, zone=content.zone)
        faults = Faults()
        stretches = content.stretches
        if typed.distance or typed.time or typed.pace:
            stretches = faults.attempt(lambda: _measured(typed, content, there)) or stretches
        if typed.direction or typed.backward:
            stretches = faults.attempt(lambda: _turned(typed, stretches, there)) or stretches
        doubtful = content.doubtful and not (typed.time or typed.pace)  # a time from the runner is not doubtful
        changed = replace(content, stretches=stretches, doubtful=doubtful)
        start = faults.read(typed.when, lambda text: read_start(text, changed.duration_ms, there, now))
        faults.raise_any()
        if start is not None:
            changed = replace(changed, started_at=start[0], ran_on=start[1])
        elif stretches != content.stretches:
            _check_over(changed.started_at, changed.duration_ms, now)
        return changed

    return amend


def _measured(typed: Typed, content: RunContent, manner: Manner) -> tuple[Stretch, ...]:
    """Return the stretches with new totals. Several stretches keep their proportions and become estimates."""
    given = sum(1 for text in (typed.distance, typed.time, typed.pace) if text)
    faults = Faults()
    distance_m = faults.read(typed.distance, lambda text: parse_distance(text, manner.units, manner.language))
    duration_ms = faults.read(typed.time, lambda text: parse_duration(text, manner.language))
    pace = faults.read(typed.pace, lambda text: parse_pace(text, manner.units, manner.language))
    faults.raise_any()
    if given == 1:
        # With a single new value the distance stays, unless it is the new value.
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
    """Scale stretches to new totals in their old proportions. The last one absorbs rounding errors."""
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
    """Return the stretches with new directions. Laps stay laps in one direction; a mixed run is split again."""
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
    """Return a copy of the run with another note, or none."""
    return replace(content, note=note)
