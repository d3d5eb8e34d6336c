from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from bot.domain.clubs.club_defaults import MOST_POINTS
from bot.domain.runs.runs import Surface
from bot.errors import BadInput, MemberError, NotFound
from bot.services.partners import meeting_points
from db import models
from db.engine import Database
from tests.builders.runs import CLUB, NOW, join

OTHER = CLUB + 1


@pytest.fixture(autouse=True)
async def clubs(database: Database) -> None:
    async with database.write() as session:
        await join(session, 1)
        await join(session, 1, OTHER)


async def names(database: Database, guild_id: int = CLUB) -> list[str]:
    return [point.name for point in await meeting_points.meeting_points(database, guild_id)]


async def test_a_place_is_added_renamed_and_removed(database: Database) -> None:
    stadium = await meeting_points.add(database, CLUB, "  Stadium,  main\nentrance ", "track", " by the\tbooth ", NOW)
    park = await meeting_points.add(database, CLUB, "Old stadium park", None, "", NOW)
    assert (stadium.name, stadium.surface, stadium.detail) == ("Stadium, main entrance", Surface.TRACK, "by the booth")
    assert (park.surface, park.detail) == (None, None)
    renamed = await meeting_points.change(database, CLUB, stadium.point_id, "Arena", "grass", "gate 3", NOW)
    assert renamed.point_id == stadium.point_id
    assert await meeting_points.meeting_point(database, CLUB, stadium.point_id) == renamed
    assert await meeting_points.remove(database, CLUB, park.point_id) == "Old stadium park"
    assert await names(database) == ["Arena"]


async def test_a_name_is_unlike_any_other_in_the_club(database: Database) -> None:
    first = await meeting_points.add(database, CLUB, "Stadium", None, "", NOW)
    second = await meeting_points.add(database, CLUB, "Park", None, "", NOW)
    await meeting_points.add(database, OTHER, "Stadium", None, "", NOW)
    with pytest.raises(BadInput, match="taken"):
        await meeting_points.add(database, CLUB, " stadium", None, "", NOW)
    with pytest.raises(BadInput, match="taken"):
        await meeting_points.change(database, CLUB, second.point_id, "STADIUM", None, "", NOW)
    await meeting_points.change(database, CLUB, first.point_id, "STADIUM", None, "", NOW)
    assert await names(database) == ["Park", "STADIUM"]


@pytest.mark.parametrize(
    ("name", "surface", "detail", "key"),
    [
        (" \n", None, "", "nameless"),
        ("\u200b\u2060", None, "", "nameless"),
        ("x" * 61, None, "", "long"),
        ("Park", None, "x" * 201, "long"),
        ("Park", "lava", "", "unknown"),
    ],
)
async def test_what_cannot_be_one_is_refused(
    database: Database, name: str, surface: str | None, detail: str, key: str
) -> None:
    point = await meeting_points.add(database, CLUB, "Stadium", None, "", NOW)
    with pytest.raises(BadInput, match=key):
        await meeting_points.add(database, CLUB, name, surface, detail, NOW)
    with pytest.raises(BadInput, match=key):
        await meeting_points.change(database, CLUB, point.point_id, name, surface, detail, NOW)
    assert await names(database) == ["Stadium"]


async def test_one_that_is_gone_or_another_clubs_is_not_found(database: Database) -> None:
    elsewhere = await meeting_points.add(database, OTHER, "Stadium", None, "", NOW)
    for point_id in (elsewhere.point_id, 10**9):
        with pytest.raises(NotFound):
            await meeting_points.change(database, CLUB, point_id, "Mine now", None, "", NOW)
        with pytest.raises(NotFound):
            await meeting_points.remove(database, CLUB, point_id)
        with pytest.raises(NotFound):
            await meeting_points.meeting_point(database, CLUB, point_id)
    assert await names(database, OTHER) == ["Stadium"]


async def test_at_the_limit_two_at_once_add_one(database: Database) -> None:
    for number in range(MOST_POINTS - 1):
        await meeting_points.add(database, CLUB, f"Place {number}", None, "", NOW)
    done = await asyncio.gather(
        *(meeting_points.add(database, CLUB, name, None, "", NOW) for name in ("Last", "Too many")),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, MemberError) for one in done) == [False, True]
    assert len(await names(database)) == MOST_POINTS


async def test_two_of_one_name_at_once_are_one(database: Database) -> None:
    done = await asyncio.gather(
        *(meeting_points.add(database, CLUB, name, None, "", NOW) for name in ("Park", "park")), return_exceptions=True
    )
    assert sorted(isinstance(one, MemberError) for one in done) == [False, True]


async def test_who_would_meet_there_still_would_under_the_new_name(database: Database) -> None:
    point = await meeting_points.add(database, CLUB, "Stadium", None, "", NOW)
    async with database.write() as session:
        await session.execute(
            insert(models.Availability),
            [
                {"guild_id": guild_id, "user_id": 1, "places": ["Park", "Stadium"], "windows": [], "wishes": [],
                 "changed_at": NOW}
                for guild_id in (CLUB, OTHER)
            ],
        )  # fmt: skip
    await meeting_points.change(database, CLUB, point.point_id, "Arena", None, "", NOW)
    async with database.read() as session:
        places = {}
        for guild_id in (CLUB, OTHER):
            row = await session.get(models.Availability, (guild_id, 1))
            assert row is not None
            places[guild_id] = row.places
    assert places == {CLUB: ["Park", "Arena"], OTHER: ["Park", "Stadium"]}
    await meeting_points.remove(database, CLUB, point.point_id)
    async with database.read() as session:
        row = await session.get(models.Availability, (CLUB, 1))
        assert row is not None
        assert row.places == ["Park", "Arena"]  # the removed name is kept, since an empty list means any place
