"""A member's availability (times, places, roles): parsed, stored, paused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from bot.domain.outings.outing_rules import Wish
from bot.domain.partners.availability import Window
from bot.errors import BadInput, NotAllowed
from bot.services.members.people import Person, Seen, meet
from bot.services.partners import availability
from bot.services.partners.availability import AvailabilityTyped, read_places
from db.engine import Database
from db.models import MeetingPoint

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TODAY = NOW.date()
CLUB, ADA = 900, 11
POINTS = ["City Park", "Stadium", "Stadium, gate 4"]


async def ada(database: Database, locale: str = "en-GB", guild_id: int | None = CLUB) -> Person:
    return await meet(database, Seen(ADA, "Ada", locale, guild_id, "Club", "en-GB"), NOW)


async def test_nothing_is_said_at_first_and_every_role_is_taken_then(database: Database) -> None:
    person = await ada(database)
    before = await availability.available(database, person, TODAY)
    assert (before.known, before.complete, before.club) == (False, False, "Club")
    await availability.say(
        database, person, AvailabilityTyped("tue thu 18-20", ("Park\nTrack",), "6:00", "8:30/km"), NOW
    )
    after = await availability.available(database, person, TODAY)
    assert after.windows == (Window(1, 1080, 1200), Window(3, 1080, 1200))
    assert (after.places, after.wishes) == (("Park", "Track"), frozenset(Wish))
    assert (after.forward_s_per_km, after.backward_s_per_km) == (360, 510)
    assert after.complete


async def test_what_is_said_again_replaces_all_but_the_roles_and_the_pause(database: Database) -> None:
    person = await ada(database)
    await availability.say(database, person, AvailabilityTyped("tue 18-20", ("Park",), "6:00", "8:30"), NOW)
    await availability.choose_roles(database, person, ["spotter"], NOW)
    assert await availability.pause(database, person, "1 Dec", NOW) == date(2026, 12, 1)
    await availability.say(database, person, AvailabilityTyped("wed 6-8"), NOW)
    after = await availability.available(database, person, TODAY)
    assert (after.windows, after.places, after.wishes) == ((Window(2, 360, 480),), (), {Wish.SPOTTER})
    assert (after.forward_s_per_km, after.paused_until) == (None, date(2026, 12, 1))


async def test_a_pause_ends_by_itself_or_by_a_word(database: Database) -> None:
    person = await ada(database)
    await availability.say(database, person, AvailabilityTyped("tue 18-20"), NOW)
    await availability.pause(database, person, "1 Dec", NOW)
    assert (await availability.available(database, person, date(2026, 11, 30))).paused_until == date(2026, 12, 1)
    assert (await availability.available(database, person, date(2026, 12, 1))).paused_until is None
    await availability.leave(database, person, NOW)
    out = await availability.available(database, person, TODAY)
    assert (out.out, out.paused_until, out.windows) == (True, None, (Window(1, 1080, 1200),))
    await availability.come_back(database, person, NOW)
    assert not (await availability.available(database, person, TODAY)).out


async def test_each_in_one_s_own_words(database: Database) -> None:
    person = await ada(database, "de")
    await availability.say(database, person, AvailabilityTyped("Mo Mi 6:30-8, Sa 9-12", backward="8:15 min/km"), NOW)
    with pytest.raises(BadInput) as refused:
        await availability.say(database, person, AvailabilityTyped("Mo 6-8, Di irgendwann"), NOW)
    assert refused.value.params == {"typed": "irgendwann", "understood": "Mo 6:00–8:00"}
    said = await availability.available(database, person, TODAY)
    assert (len(said.windows), said.backward_s_per_km) == (3, 495)


@pytest.mark.parametrize(
    ("given", "points", "places"),
    [
        ((), POINTS, []),
        (("",), POINTS, []),
        (("Stadium", "City Park"), POINTS, ["Stadium", "City Park"]),
        (("Stadium, gate 4",), POINTS, ["Stadium, gate 4"]),
        (("City Park", "city park"), POINTS, ["City Park"]),
        (("Meadow, old oak",), [], ["Meadow, old oak"]),
        (("Park\n park \n\u200b\nMeadow, old oak",), [], ["Park", "Meadow, old oak"]),
    ],
)
def test_places_are_chosen_or_written_one_a_line(given: tuple[str, ...], points: list[str], places: list[str]) -> None:
    assert read_places(given, points) == places


@pytest.mark.parametrize(
    ("typed", "points", "key"),
    [
        ("river", POINTS, "avail.place.unknown"),
        ("City Park, Stadium", POINTS, "avail.place.unknown"),
        ("a\nb\nc\nd\ne\nf", [], "avail.place.many"),
    ],
)
def test_a_place_the_club_does_not_have_is_refused(typed: str, points: list[str], key: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_places((typed,), points)
    assert refused.value.key == key


async def test_the_refusal_names_the_clubs_points(database: Database) -> None:
    person = await ada(database)
    async with database.write() as session:
        await session.execute(insert(MeetingPoint).values(guild_id=CLUB, name="Stadium"))
    with pytest.raises(BadInput) as refused:
        await availability.say(database, person, AvailabilityTyped("tue 18-20", ("River",)), NOW)
    assert refused.value.params == {"typed": "River", "places": ("Stadium",)}
    assert not (await availability.available(database, person, TODAY)).known


async def test_it_takes_a_club_and_a_role(database: Database) -> None:
    person = await ada(database)
    for wishes in ([], ["captain"]):
        with pytest.raises(BadInput):
            await availability.choose_roles(database, person, wishes, NOW)
    alone = await meet(database, Seen(12, "Ben", "en-GB"), NOW)
    doing: list[Any] = [
        availability.available(database, alone, TODAY),
        availability.say(database, alone, AvailabilityTyped("tue 18-20"), NOW),
        availability.leave(database, alone, NOW),
    ]
    for one in doing:
        with pytest.raises(NotAllowed):
            await one
