"""Calls for a partner: parsing their terms, free places, and how long an offered place is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.outings.outing_rules import DEFAULT_PACE_S_PER_KM, Wish, free_wishes, planned_ms
from bot.domain.runs.run_input import Manner
from bot.domain.text.faults import Faults
from bot.domain.text.units import parse_distance, parse_duration, parse_pace
from bot.domain.when.moment_parser import Facing, at_wall, moments_meant
from bot.errors import BadInput

FARTHEST_AHEAD = timedelta(days=60)
"""How far ahead a call may be; later plans are not reliable."""
LONGEST_MS = 6 * 3_600_000
SHORTEST_MS = 5 * 60_000
OFFER = timedelta(minutes=30)
"""How long an offered place is kept for somebody on the waiting list, but at most a quarter of the time left …"""
SHORTEST_OFFER = timedelta(minutes=5)
"""… and at least this long."""
EVENING = time(18)
"""Local time of the reminder of the next day's outing."""
LONG_BARE = 15
"""From here on a bare number is refused: 40 rarely means 40 km backward, and for some it means minutes."""
UNSTARTED = timedelta(minutes=30)
"""Time after the start when nobody has checked in."""

_SAID = {
    "entry.moment.unclear": "partners.starts.unclear",
    "entry.moment.no_such_day": "partners.starts.no_such_day",
    "entry.moment.no_such_hour": "partners.starts.no_such_hour",
    "entry.moment.no_such_year": "partners.starts.no_such_year",
    "entry.moment.zone": "partners.starts.zone",
    "entry.moment.past": "partners.starts.past",
    "entry.moment.past_day": "partners.starts.past_day",
}
"""Errors of the moment parser, and the errors of calls that replace them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms of a call, as parsed.

    Attributes:
        starts_at: aware UTC.
        distance_m: or None if only a time was given.
        duration_ms: or None if it follows from the distance.
        pace_s_per_km: backward, or None for the member's usual one.
    """

    starts_at: datetime
    distance_m: int | None
    duration_ms: int | None
    pace_s_per_km: float | None

    def planned(self, usual_s_per_km: float | None) -> tuple[int, float]:
        """Return the planned milliseconds and their backward pace.

        Raises:
            BadInput: too long or too short.
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
    """Parse the start of an outing.

    Raises:
        BadInput: unclear, in the past, without an hour, more than 60 days ahead, or ambiguous.
    """
    one, *others = starts_meant(typed, manner, now)
    if others:
        raise BadInput("partners.starts.two", typed=typed, one=one, other=others[0])
    return one


def starts_meant(typed: str, manner: Manner, now: datetime) -> list[datetime]:
    """Return every possible start, most likely first. Others rely on the start, so an ambiguous one is never assumed.

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
    """Return (metres, None) or (None, milliseconds) of a field for either: `5k`, `40 min`.

    Raises:
        BadInput: neither, with the error of the distance; or a bare number that is long as a distance and common as
            minutes.
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
    """Parse the terms of a call; `distance` may also be a time, as in the form's single field.

    Raises:
        BadInput: a text is unclear, or neither distance nor minutes are given; with every fault (`SeveralFaults`).
    """
    faults = Faults()
    starts_at = faults.attempt(lambda: read_start(when, manner, now))
    if minutes is None and not (distance and distance.strip()):
        faults.found.append(BadInput("partners.refused.no_length"))
    metres, duration_ms = faults.read(distance, lambda text: read_length(text, manner)) or (None, None)
    if minutes is not None:
        duration_ms = minutes * 60_000
    told = faults.read(pace, lambda text: parse_pace(text, manner.units, manner.language))
    faults.raise_any()
    assert starts_at is not None
    return Wanted(starts_at, metres, duration_ms, told)


def same_place(one: str, other: str) -> bool:
    """Whether two place names are equal apart from case, blanks, punctuation and Unicode form."""
    return _letters(one) == _letters(other)


def _letters(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(sign for sign in plain if sign.isalnum()) or plain.strip()


def free_places(wishes: Sequence[Wish], backward_per_spotter: int, places: int, *, solo: bool) -> dict[Wish, int]:
    """Return how many more people may join with each wish. The numbers are alternatives and do not add up."""
    free = {}
    for wish in Wish:
        taken = list(wishes)
        while wish in free_wishes(taken, backward_per_spotter, places, solo=solo):
            taken.append(wish)
        free[wish] = len(taken) - len(wishes)
    return free


def offer_ends(now: datetime, starts_at: datetime) -> datetime:
    """Return until when a place is kept for somebody on the waiting list."""
    return now + max(min(OFFER, (starts_at - now) / 4), SHORTEST_OFFER)


def evening_before(starts_at: datetime, zone: str) -> datetime:
    """Return 18:00 on the day before an outing, in a member's zone."""
    day = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return at_wall(day, EVENING, zone)


def overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Whether two time spans overlap; touching ones do not."""
    return one[0] < other[1] and other[0] < one[1]


def can_then(windows: Collection[Sequence[int]], starts_at: datetime, ends_at: datetime, zone: str) -> bool:
    """Whether a time span is within one of somebody's weekly windows.

    Args:
        windows: [weekday (0 is Monday), first minute, end minute] of wall time.
        starts_at: aware.
        ends_at: aware; an outing over midnight is in no window.
        zone: of the windows.
    """
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    from_min = start.hour * 60 + start.minute
    to_min = from_min + round((ends_at.astimezone(UTC) - starts_at.astimezone(UTC)) / timedelta(minutes=1))
    if end.date() != start.date() and (end.hour, end.minute) != (0, 0):
        return False
    return any(day == start.weekday() and first <= from_min and to_min <= last for day, first, last in windows)
