"""What a zone's clock will show, written down so that a later version of the zone data can be compared with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(days=20)
"""Between two looks at a clock: no zone has changed it twice within so long but for Ramadan, which takes four weeks."""

Rules = Sequence[tuple[int, int]]
"""(instant, offset), in seconds, in order: the offset from UTC that holds from an instant on."""


def rules_of(zone: str, since: datetime, until: datetime) -> list[tuple[int, int]]:
    """The offsets of a zone within a time, the first from `since` on.

    Args:
        zone: IANA name.
        since: aware.
        until: aware.
    """
    place = ZoneInfo(zone)
    at, end, step = int(since.timestamp()), int(until.timestamp()), int(STEP.total_seconds())
    found = [(at, _offset(at, place))]
    while at < end:
        following = min(at + step, end)
        offset = _offset(following, place)
        if offset != found[-1][1]:
            found.append((_changes_at(place, at, following, offset), offset))
        at = following
    return found


def offset_by(rules: Rules, at: datetime) -> timedelta:
    """The offset that holds at an instant, that of the nearest known where it lies outside."""
    instant = at.timestamp()
    offset = next((offset for begins, offset in reversed(rules) if begins <= instant), rules[0][1])
    return timedelta(seconds=offset)


def moved(at: datetime, rules: Rules, zone: str) -> datetime:
    """The instant, aware UTC, at which a zone shows now what it was to show at an instant by the old rules."""
    wall = (at + offset_by(rules, at)).replace(tzinfo=None)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def differing(before: Mapping[str, Rules], now: Mapping[str, Rules], since: datetime, until: datetime) -> set[str]:
    """Zones known from before whose clocks will show something else within a time."""
    return {zone for zone, rules in before.items() if zone in now and not _agree(rules, now[zone], since, until)}


def _agree(before: Rules, now: Rules, since: datetime, until: datetime) -> bool:
    first, last = since.timestamp(), until.timestamp()
    instants = {begins for begins, _ in (*before, *now) if first <= begins <= last} | {int(first)}
    return all(
        offset_by(before, datetime.fromtimestamp(one, UTC)) == offset_by(now, datetime.fromtimestamp(one, UTC))
        for one in instants
    )


def _offset(instant: int, place: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(instant, place).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _changes_at(place: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The second between two instants from which the offset is that of the second."""
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, place) == offset:
            high = middle
        else:
            low = middle
    return high
