"""Find time zones by city, country, abbreviation, offset or IANA name.

Names come from Babel (CLDR) in every shipped language. Cities without a zone of their own are listed here by their
local names, and in the vocabularies by their names in other languages. Stored values are always IANA names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from bot.domain.text.words import WORDS
from bot.domain.text.words.plain import spelt_out
from bot.errors import BadInput
from bot.languages import LANGUAGES, locale_of

LIMIT = 25
"""Discord's limit for autocomplete choices."""

_OFFERED = (
    "Europe/Berlin Europe/Vienna Europe/Zurich Europe/London Europe/Dublin Europe/Paris Europe/Amsterdam "
    "Europe/Brussels Europe/Madrid Europe/Rome Europe/Copenhagen Europe/Stockholm Europe/Oslo Europe/Helsinki "
    "Europe/Warsaw Europe/Prague Europe/Athens Europe/Istanbul Europe/Kyiv Europe/Moscow America/New_York "
    "America/Chicago America/Denver America/Los_Angeles America/Anchorage Pacific/Honolulu America/Toronto "
    "America/Vancouver America/Mexico_City America/Sao_Paulo America/Argentina/Buenos_Aires Africa/Johannesburg "
    "Africa/Cairo Africa/Lagos Africa/Nairobi Asia/Jerusalem Asia/Dubai Asia/Kolkata Asia/Bangkok Asia/Singapore "
    "Asia/Shanghai Asia/Hong_Kong Asia/Seoul Asia/Tokyo Australia/Perth Australia/Adelaide Australia/Brisbane "
    "Australia/Sydney Pacific/Auckland Etc/UTC"
)
_WELL_KNOWN = _OFFERED.split()
"""Offered first, in this order; also the zone that represents a country with a single clock."""

_CITIES = {
    "Europe/Berlin": "München, Hamburg, Köln, Frankfurt, Stuttgart, Düsseldorf, Leipzig, Dresden, "
    "Bremen, Hannover, Nürnberg, Essen, Dortmund, Bonn, Freiburg, Münster",
    "Europe/Vienna": "Salzburg, Graz, Linz, Innsbruck",
    "Europe/Zurich": "Bern, Basel, Genève, Lausanne",
    "Europe/London": "Manchester, Edinburgh, Glasgow, Cardiff, Birmingham, Liverpool, Leeds, Bristol",
    "Europe/Paris": "Lyon, Marseille, Toulouse, Nice, Bordeaux, Strasbourg",
    "Europe/Madrid": "Barcelona, Valencia, Sevilla, Bilbao, Mallorca",
    "Europe/Rome": "Milano, Torino, Napoli, Bologna, Firenze, Bolzano",
    "Europe/Amsterdam": "Rotterdam, Utrecht, Eindhoven, Holland",
    "Europe/Istanbul": "Ankara, Izmir",
    "America/New_York": "NYC, Boston, Washington, Washington DC, Philadelphia, Miami, Orlando, Atlanta, Charlotte, "
    "Pittsburgh, Cleveland",
    "America/Chicago": "Houston, Dallas, Austin, San Antonio, Minneapolis, St Louis, Nashville, New Orleans",
    "America/Denver": "Salt Lake City, Albuquerque, Colorado Springs, Boulder",
    "America/Los_Angeles": "LA, San Francisco, Seattle, San Diego, Las Vegas, Portland, Sacramento",
    "America/Toronto": "Montreal, Montréal, Ottawa, Québec",
    "America/Edmonton": "Calgary",
    "America/Sao_Paulo": "Rio de Janeiro, Rio, Brasília, Curitiba",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "Asia/Jerusalem": "Tel Aviv",
    "Asia/Kolkata": "Mumbai, Delhi, New Delhi, Bangalore, Bengaluru, Chennai, Hyderabad, Pune",
    "Asia/Shanghai": "Beijing, Shenzhen, Guangzhou",
    "Asia/Tokyo": "Osaka, Kyoto, Yokohama, Sapporo, Nagoya",
    "Australia/Sydney": "Canberra, Wollongong",
    "Australia/Brisbane": "Gold Coast, Cairns",
    "Pacific/Auckland": "Wellington, Christchurch",
    "Etc/UTC": "UTC, GMT, Zulu, UCT",
}

_ABBREVIATIONS = {
    "CET CEST": "Europe/Berlin Europe/Vienna Europe/Zurich Europe/Paris Europe/Madrid Europe/Rome",
    "WET WEST": "Europe/Lisbon",
    "EET EEST": "Europe/Helsinki Europe/Athens Europe/Kyiv",
    "BST": "Europe/London",
    "MSK": "Europe/Moscow",
    "US USA": "America/New_York America/Chicago America/Denver America/Los_Angeles",
    "ET EST EDT Eastern": "America/New_York",
    "CT CST CDT Central": "America/Chicago",
    "MT MST MDT Mountain": "America/Denver",
    "PT PST PDT Pacific": "America/Los_Angeles",
    "HST": "Pacific/Honolulu",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "AEST AEDT": "Australia/Sydney",
    "NZST NZDT": "Pacific/Auckland",
}
"""Zones by the usual meaning of an abbreviation. In IANA, `EST` is Panama's clock without summer time."""

ABBREVIATIONS = frozenset(
    name.casefold()
    for names in _ABBREVIATIONS
    for name in names.split()
    if name.isupper() and name not in ("US", "USA")
) | {"utc", "gmt", *map(str.casefold, WORDS.zone_aliases)}
"""Abbreviations of zones, in lower case."""

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-−])\s*(\d{1,2})(?::?(\d{2}))?")

_EXACT, _STARTS, _WORD, _INSIDE, _ALIKE = range(5)


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """A zone as offered to a member.

    Attributes:
        zone: IANA name.
        city: its name in the member's language.
        country: its country in the member's language, empty for UTC.
        local: the current local time in the zone.
    """

    zone: str
    city: str
    country: str
    local: datetime

    @property
    def named(self) -> str:
        """`Berlin, Germany`: at most 90 characters."""
        named = f"{self.city}, {self.country}" if self.country and self.country != self.city else self.city
        return named[:90]


def place(zone: str, language: str, now: datetime) -> ZonePlace:
    """Return a zone with its names in a language; `zone` is an existing IANA name."""
    return ZonePlace(zone, city_of(zone, language), _country_of(zone, language), now.astimezone(ZoneInfo(zone)))


def search(typed: str, language: str, now: datetime, limit: int = LIMIT) -> tuple[ZonePlace, ...]:
    """Return matching zones, the best first; the well-known ones for empty input.

    Args:
        typed: any part of a city, country, abbreviation, offset ("UTC+2") or IANA name, in any case.
        language: of the returned names; a shipped language.
        now: aware; for the local times, and to compare offsets.
        limit: maximum number of zones.
    """
    ranked = _ranked(typed, now)
    order = {zone: rank for rank, zone in enumerate(_WELL_KNOWN)}
    names = sorted(ranked, key=lambda zone: (ranked[zone], order.get(zone, len(order)), zone))
    return tuple(place(zone, language, now) for zone in names[:limit])


def find(typed: str, language: str, now: datetime) -> str:
    """Return the IANA name of the only zone that a text means.

    A country counts if all its clocks show the same time now and at three later dates of the year.

    Raises:
        BadInput: no zone or several zones match; names the best matches.
    """
    if (zone := named(typed, now)) is not None:
        return zone
    ranked = _ranked(typed, now) if typed.strip() else {}
    meant = [found.city for found in search(typed, language, now, 4)] if ranked else []
    if meant:
        raise BadInput("settings.zone.suggest", typed=typed, choices=tuple(meant))
    raise BadInput("settings.zone.unknown", typed=typed)


def named(typed: str, now: datetime) -> str | None:
    """Return the IANA name of the only zone with exactly this name, or None."""
    exact = _index().get(_plain(typed), ())
    if not exact or len({_clock(zone, now) for zone in exact}) > 1:
        return None
    return min(exact, key=lambda zone: (_WELL_KNOWN.index(zone) if zone in _WELL_KNOWN else len(exact) + 99, zone))


def city_of(zone: str, language: str) -> str:
    """Return the name of a zone in a language: its city, or `UTC`."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return _cities(language).get(zone) or zone.rpartition("/")[2].replace("_", " ")


def _country_of(zone: str, language: str) -> str:
    territory = get_global("zone_territories").get(zone, "")
    return locale_of(language).territories.get(territory, "") if len(territory) == 2 and territory != "ZZ" else ""


def _ranked(typed: str, now: datetime) -> dict[str, int]:
    """Return every matching zone with its rank, the best rank being 0."""
    wanted = _plain(typed)
    if not wanted:
        return dict.fromkeys(_WELL_KNOWN, _WORD)
    offset = _OFFSET.fullmatch(typed.strip().lower())
    if offset:
        sign, hours, minutes = offset.groups()
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (1 if sign == "+" else -1)
        return {zone: _STARTS for zone in _zones() if now.astimezone(ZoneInfo(zone)).utcoffset() == ahead}
    ranked: dict[str, int] = {}
    for name, zones in _index().items():
        rank = _fit(wanted, name)
        if rank is not None:
            for zone in zones:
                ranked[zone] = min(rank, ranked.get(zone, rank))
    if not ranked:
        for name in get_close_matches(wanted, _index(), n=5, cutoff=0.75):
            ranked.update(dict.fromkeys(_index()[name], _ALIKE))
    return ranked


def _fit(wanted: str, name: str) -> int | None:
    if wanted == name:
        return _EXACT
    if name.startswith(wanted):
        return _STARTS
    if f" {wanted}" in name:
        return _WORD
    return _INSIDE if len(wanted) > 2 and wanted in name else None


def _clock(zone: str, now: datetime) -> tuple[timedelta | None, ...]:
    there = ZoneInfo(zone)
    return tuple((now + timedelta(days=days)).astimezone(there).utcoffset() for days in (0, 91, 182, 273))


def _plain(text: str) -> str:
    """Return lower case text without accents or punctuation, so that `São_Paulo` equals `sao paulo`."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


@cache
def _zones() -> tuple[str, ...]:
    """Return every geographic zone by its current IANA name, and UTC."""
    return (*(zone for zone in get_global("zone_territories") if not zone.startswith("Etc/")), "Etc/UTC")


@cache
def _cities(language: str) -> Mapping[str, str]:
    """Return city names that differ from the IANA name. CLDR keys some by a former name, such as Asia/Calcutta."""
    aliases = get_global("zone_aliases")
    named = locale_of(language).time_zones
    return {aliases.get(zone, zone): data["city"] for zone, data in named.items() if "city" in data}


@cache
def _index() -> Mapping[str, tuple[str, ...]]:
    """Return every searchable name in plain form, with its zones."""
    found: dict[str, dict[str, None]] = {}

    def add(names: Iterable[str], zones: Iterable[str]) -> None:
        for plain in filter(None, map(_plain, names)):
            found.setdefault(plain, {}).update(dict.fromkeys(zones))

    known = set(_zones())
    for zone in known:
        cities = [city_of(zone, language) for language in LANGUAGES]
        countries = [_country_of(zone, language) for language in LANGUAGES]
        add([zone, *cities, *countries, zone.rpartition("/")[2]], [zone])
    for abbreviations, zones in _ABBREVIATIONS.items():
        names = abbreviations.split()
        add([*names, *(alias for alias, meant in WORDS.zone_aliases.items() if meant in names)], zones.split())
    for alias, zone in get_global("zone_aliases").items():
        if zone in known and _plain(alias) not in found:
            add([alias], [zone])
            if "/" in alias and _plain(alias.rpartition("/")[2]) not in found:
                add([alias.rpartition("/")[2]], [zone])
    listed = {city: zone for zone, cities in _CITIES.items() for city in cities.split(", ")}
    for city, zone in (listed | dict(WORDS.cities)).items():
        # "Muenchen" for keyboards without umlauts.
        add([city, spelt_out(city.lower())], [zone])
    return {name: tuple(zones) for name, zones in found.items()}


def warm() -> None:
    """Build the index at startup (about 50 ms), not while a member waits."""
    _index()
