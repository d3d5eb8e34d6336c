from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.when.zones import find, search
from bot.errors import BadInput
from bot.languages import LANGUAGES

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("berlin ", "Europe/Berlin"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("CET", "Europe/Berlin"),
        ("MEZ", "Europe/Berlin"),
        ("EST", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("UTC", "Etc/UTC"),
        ("gmt", "Etc/UTC"),
        ("Deutschland", "Europe/Berlin"),
        ("Germany", "Europe/Berlin"),
        ("Österreich", "Europe/Vienna"),
        ("Wien", "Europe/Vienna"),
        ("Vienna", "Europe/Vienna"),
        ("München", "Europe/Berlin"),
        ("muenchen", "Europe/Berlin"),
        ("Munich", "Europe/Berlin"),
        ("Köln", "Europe/Berlin"),
        ("Zürich", "Europe/Zurich"),
        ("sao paulo", "America/Sao_Paulo"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Calcutta", "Asia/Kolkata"),
        ("Kiew", "Europe/Kyiv"),
        ("Kiev", "Europe/Kyiv"),
        ("Boston", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Japan", "Asia/Tokyo"),
        ("Schottland", "Europe/London"),
        ("Ushuaia", "America/Argentina/Ushuaia"),
    ],
)
def test_a_zone_is_found_by_the_words_people_use(typed: str, zone: str) -> None:
    assert find(typed, "en", NOW) == zone


@pytest.mark.parametrize("typed", ["", "   ", "xyzzyq", "🏃", "USA!!!1", "United States", "UTC+2", "Berl", "Australia"])
def test_what_is_not_one_zone_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        find(typed, "en", NOW)


@pytest.mark.parametrize(
    ("typed", "language", "places"),
    [
        ("Berln", "en", "Berlin, Zurich"),
        ("Berl", "de", "Berlin"),
        ("USA", "en", "New York, Chicago, Denver, Los Angeles"),
        ("United States", "en", "New York, Chicago, Denver, Los Angeles"),
        ("UTC+2", "de", "Helsinki, Athen, Kiew, Johannesburg"),
    ],
)
def test_a_refusal_says_what_may_be_meant(typed: str, language: str, places: str) -> None:
    with pytest.raises(BadInput) as refused:
        find(typed, language, NOW)
    assert refused.value.key == "settings.zone.suggest"
    assert refused.value.params["choices"] == tuple(places.split(", "))


def test_a_choice_shows_city_and_country() -> None:
    assert [hit.named for hit in search("wien", "de", NOW)] == ["Wien, Österreich"]
    assert search("new y", "en", NOW)[0].named == "New York, United States"
    assert search("", "en", NOW)[0].zone == "Europe/Berlin"


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_anything_typed_gives_choices_discord_accepts(typed: str, language: str) -> None:
    hits = search(typed, language, NOW)
    assert len(hits) <= 25
    assert len({hit.zone for hit in hits}) == len(hits)
    assert all(0 < len(hit.named) <= 90 and len(hit.zone) <= 64 for hit in hits)


def test_every_zone_offered_exists_and_is_found_by_its_own_name() -> None:
    for zone in get_global("zone_territories"):
        if not zone.startswith("Etc/"):
            ZoneInfo(zone)
            assert find(zone, "de", NOW) == zone
