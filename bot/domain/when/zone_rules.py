"""Record the UTC offsets of zones, to compare them with those of a later version of the zone data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(days=20)
"""Sampling interval. No zone changes its offset twice within it; even the change for Ramadan lasts four weeks."""

Rules = Sequence[tuple[int, int]]
"""(instant, offset) in seconds, ascending: the UTC offset that applies from an instant on."""


def rules_of(zone: str, since: datetime, until: datetime) -> list[tuple[int, int]]:
    """Return the offsets of a zone between two instants, the first one from `since` on.

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
    """Return the offset at an instant, or the nearest known one outside the recorded time."""
    instant = at.timestamp()
    offset = next((offset for begins, offset in reversed(rules) if begins <= instant), rules[0][1])
    return timedelta(seconds=offset)


def moved(at: datetime, rules: Rules, zone: str) -> datetime:
    """Return the instant, aware UTC, whose local time now equals the local time of `at` under the old rules."""
    wall = (at + offset_by(rules, at)).replace(tzinfo=None)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def differing(before: Mapping[str, Rules], now: Mapping[str, Rules], since: datetime, until: datetime) -> set[str]:
    """Return zones whose offsets differ from the recorded ones between two instants."""
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
    """Return the second in (low, high] from which the offset is `offset`, by bisection."""
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, place) == offset:
            high = middle
        else:
            low = middle
    return high
