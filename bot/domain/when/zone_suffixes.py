"""Read a zone after an hour: `9am EST`, `18:00 UTC+2`, `9 Uhr Londoner Zeit`, `noon New York time`."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.text.words import WORDS, any_of
from bot.domain.when import zones
from bot.errors import BadInput

_MARK = rf"(?:[ap]\.?m\.?|{any_of(WORDS.hour_sign)}|h|o'clock)(?![a-z])"
_HOUR_END = rf"(?:[0-9](?:\s?{_MARK})?|(?<![a-z]){any_of(WORDS.noon | WORDS.midnight)})"
_ABBREVIATION = re.compile(
    rf"(?P<hour>{_HOUR_END})\s?\(?(?P<zone>{any_of(zones.ABBREVIATIONS)})(?P<offset>\s?[+-]\s?[0-9]{{1,2}}(?::?[0-9]{{2}})?)?"
    r"\)?(?![a-z0-9])"
)
_CITY = re.compile(
    rf"(?P<hour>{_HOUR_END})\s\(?(?!{_MARK})(?P<city>[a-z][a-z.' -]{{1,24}}?)\s{any_of(WORDS.zone_nouns)}\)?(?![a-z])"
)
_HALVES = {
    (3, 30): "Asia/Tehran", (4, 30): "Asia/Kabul", (5, 30): "Asia/Kolkata", (5, 45): "Asia/Kathmandu",
    (6, 30): "Asia/Yangon", (9, 30): "Australia/Darwin",
}  # fmt: skip
"""Zones that have these offsets all year."""


def take_zone(words: str, *, typed: str, now: datetime) -> tuple[str, str | None]:
    """Return a plain text without the zone it names, and the IANA name of that zone or None.

    Args:
        words: as `plain` makes them.
        typed: the original text, for errors.
        now: aware; decides which zones a name can mean.

    Raises:
        BadInput: `entry.moment.zone`, with the unknown zone.
    """
    if found := _ABBREVIATION.search(words):
        zone = found["zone"] + (found["offset"] or "")
        name = _fixed(zone) if found["offset"] else zones.named(found["zone"], now)
    elif found := _CITY.search(words):
        zone = found["city"]
        if zone in WORDS.same_hour or zone in WORDS.same_zone:
            return words, None
        if zone in WORDS.own_zone:
            return f"{words[: found.end('hour')]}{words[found.end() :]}", None
        stems = (zone, *(zone.removesuffix(ending) for ending in WORDS.zone_endings if zone.endswith(ending)))
        name = next(filter(None, (zones.named(stem, now) for stem in stems)), None)
    else:
        return words, None
    if name is None:
        raise BadInput("entry.moment.zone", typed=typed, zone=zone.upper() if len(zone) < 6 else zone.title())
    return f"{words[: found.end('hour')]}{words[found.end() :]}", name


def _fixed(zone: str) -> str | None:
    """Return the IANA name of `utc+2`. Those names have the opposite sign."""
    found = re.search(r"([+-])\s?([0-9]{1,2})(?::?([0-9]{2}))?$", zone)
    assert found is not None
    sign, hours, minutes = found[1], int(found[2]), int(found[3] or 0)
    if minutes:
        return _HALVES.get((hours, minutes)) if sign == "+" else None
    if hours > (14 if sign == "+" else 12):
        return None
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "Etc/UTC"
