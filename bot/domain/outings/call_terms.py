"""Calls for a partner: what may be asked for, which places are free, and how long one is kept for somebody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.outings.outing_rules import DEFAULT_PACE_S_PER_KM, Wish, free_wishes, planned_ms
from bot.domain.runs.run_input import Manner
from bot.domain.text.units import parse_distance, parse_duration, parse_pace
from bot.domain.when.moment_parser import Facing, at_wall, moments_meant
from bot.errors import BadInput

FARTHEST_AHEAD = timedelta(days=60)
"""A call reaches no further ahead: nobody knows their evening in three months."""
LONGEST_MS = 6 * 3_600_000
SHORTEST_MS = 5 * 60_000
OFFER = timedelta(minutes=30)
"""How long a place is kept for the first on the waiting list, at most a quarter of the time left …"""
SHORTEST_OFFER = timedelta(minutes=5)
"""… but never less than this."""
EVENING = time(18)
"""When one is reminded of tomorrow's outing, local time."""
LONG_BARE = 15
"""From here on a number alone is asked about: nobody means 40 kilometres backward who writes 40, some mean minutes."""
UNSTARTED = timedelta(minutes=30)
"""After the start, when nobody has checked in."""

_SAID = {
    "entry.moment.unclear": "partners.starts.unclear",
    "entry.moment.no_such_day": "partners.starts.no_such_day",
    "entry.moment.no_such_hour": "partners.starts.no_such_hour",
    "entry.moment.no_such_year": "partners.starts.no_such_year",
    "entry.moment.zone": "partners.starts.zone",
    "entry.moment.past": "partners.starts.past",
    "entry.moment.past_day": "partners.starts.past_day",
}
"""What the parser of moments refuses, said with examples of when one starts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a call asks for, as read from what was typed.

    Attributes:
        starts_at: aware UTC.
        distance_m: or None where only a time was told.
        duration_ms: or None where it follows from the distance.
        pace_s_per_km: backward, or None for the member's usual.
    """

    starts_at: datetime
    distance_m: int | None
    duration_ms: int | None
    pace_s_per_km: float | None

    def planned(self, usual_s_per_km: float | None) -> tuple[int, float]:
        """Milliseconds planned, and the backward pace they rest on.

        Raises:
            BadInput: longer or shorter than is taken.
        """
        pace = self.pace_s_per_km or usual_s_per_km or DEFAULT_PACE_S_PER_KM
        duration_ms = self.duration_ms
        if duration_ms is None:
            assert self.distance_m is not None
            duration_ms = planned_ms(self.distance_m, pace)
        if duration_ms > LONGEST_MS:
            raise BadInput("partners.refused.too_long", duration_ms=duration_ms, limit_ms=LONGEST_MS)
        if duration_ms < SHORTEST_MS:
            raise BadInput("partners.refused.too_short", duration_ms=duration_ms)
        return duration_ms, pace


def read_start(typed: str, manner: Manner, now: datetime) -> datetime:
    """When an outing starts.

    Raises:
        BadInput: unclear, in the past, without an hour, more than 60 days ahead, or one of two moments.
    """
    one, *others = starts_meant(typed, manner, now)
    if others:
        raise BadInput("partners.starts.two", typed=typed, one=one, other=others[0])
    return one


def starts_meant(typed: str, manner: Manner, now: datetime) -> list[datetime]:
    """Every start that a text can mean, the likeliest first: others rely on it, so that none is taken for granted.

    Raises:
        BadInput: unclear, in the past, without an hour, or more than 60 days ahead.
    """
    try:
        moments = moments_meant(typed, now=now, zone=manner.zone, language=manner.language, facing=Facing.FUTURE)
    except BadInput as refused:
        raise BadInput(_SAID.get(refused.key, refused.key), **refused.params) from None
    if not moments[0].timed:
        raise BadInput("partners.refused.no_hour", typed=typed)
    starts = [moment.at for moment in moments if moment.at - now <= FARTHEST_AHEAD]
    if not starts:
        raise BadInput("partners.refused.too_far_ahead", dated=moments[0].at, days=FARTHEST_AHEAD.days)
    return starts


def read_length(typed: str, manner: Manner) -> tuple[int | None, int | None]:
    """Metres or milliseconds of a field that takes either: `5k`, `40 min`.

    Raises:
        BadInput: it is neither; said as of a distance, unless only a time reads like it. Or a number alone that is
            long as a distance and usual as minutes.
    """
    try:
        metres = parse_distance(typed, manner.units, manner.language)
        bare = re.fullmatch(r"\s*([0-9]{1,2})(?:[.,]0)?\s*", typed)
        if bare and int(bare[1]) >= LONG_BARE:
            raise BadInput("partners.refused.bare", typed=typed, distance_m=metres, duration_ms=int(bare[1]) * 60_000)
        return metres, None
    except BadInput as no_distance:
        if no_distance.key == "partners.refused.bare":
            raise
        try:
            return None, parse_duration(typed, manner.language)
        except BadInput:
            raise no_distance from None


def read_wanted(
    when: str, distance: str | None, minutes: int | None, pace: str | None, manner: Manner, now: datetime
) -> Wanted:
    """A call from its texts; `distance` may be a time as well, as in the form of one field.

    Raises:
        BadInput: one of them is unclear, or neither distance nor minutes were told.
    """
    starts_at = read_start(when, manner, now)
    metres, duration_ms = read_length(distance, manner) if distance and distance.strip() else (None, None)
    if minutes is not None:
        duration_ms = minutes * 60_000
    if metres is None and duration_ms is None:
        raise BadInput("partners.refused.no_length")
    told = parse_pace(pace, manner.units, manner.language) if pace and pace.strip() else None
    return Wanted(starts_at, metres, duration_ms, told)


def same_place(one: str, other: str) -> bool:
    """Whether two names as typed mean one place: case, blanks, punctuation and forms of letters aside."""
    return _letters(one) == _letters(other)


def _letters(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(sign for sign in plain if sign.isalnum()) or plain.strip()


def free_places(wishes: Sequence[Wish], backward_per_spotter: int, places: int, *, solo: bool) -> dict[Wish, int]:
    """How many more may come as what: each counted for itself, so that they add up to more than are free."""
    free = {}
    for wish in Wish:
        taken = list(wishes)
        while wish in free_wishes(taken, backward_per_spotter, places, solo=solo):
            taken.append(wish)
        free[wish] = len(taken) - len(wishes)
    return free


def offer_ends(now: datetime, starts_at: datetime) -> datetime:
    """Until when a place is kept for somebody on the waiting list."""
    return now + max(min(OFFER, (starts_at - now) / 4), SHORTEST_OFFER)


def evening_before(starts_at: datetime, zone: str) -> datetime:
    """18:00 on the day before an outing, in somebody's own zone."""
    day = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return at_wall(day, EVENING, zone)


def overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Whether two spans of time have an instant in common; one may begin when the other ends."""
    return one[0] < other[1] and other[0] < one[1]


def can_then(windows: Collection[Sequence[int]], starts_at: datetime, ends_at: datetime, zone: str) -> bool:
    """Whether a span lies in one of somebody's weekly windows.

    Args:
        windows: [weekday (0 Monday), first minute, end minute] of wall time.
        starts_at: aware.
        ends_at: aware; an outing over midnight lies in no window.
        zone: in which the windows are meant.
    """
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    from_min = start.hour * 60 + start.minute
    to_min = from_min + round((ends_at.astimezone(UTC) - starts_at.astimezone(UTC)) / timedelta(minutes=1))
    if end.date() != start.date() and (end.hour, end.minute) != (0, 0):
        return False
    return any(day == start.weekday() and first <= from_min and to_min <= last for day, first, last in windows)
