"""The seeded demo club can be used at once, and a kept one again."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from bot.domain.outings.outing_rules import OutingState, Wish, eyes_kept
from bot.preview import partners
from bot.preview.club import CALLER, CHANNEL_IDS, GUILD_ID, ORGANISER, ROLE_ID, SPOTTER_ROLE_ID, SPOTTERS, VISITORS
from bot.preview.seed import seed
from bot.services.clubs import clubs
from bot.services.outings import outings
from bot.services.partners import meeting_points
from bot.services.partners.partners_card import CardState
from cogs.clubs.club_admin import organisers_trouble, partners_trouble
from db.engine import Database
from db.models import Availability, Companion, Contact, Delivery, Guild, Member, Outing, Run, Tie, User
from tests.conftest import aside
from tests.preview.toy import ToyBot

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
CARDS = [("club.partners", CHANNEL_IDS["partners"]), ("outing.card", CHANNEL_IDS["partners"])]


@pytest.fixture(scope="module")
def seeded_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo club in an SQLite file, to be copied, not used, because seeding takes a second."""
    file = tmp_path_factory.mktemp("seeded") / "club.db"
    shutil.copyfile(migrated_file, file)

    async def write() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{file}")
        await seed(database, NOW)
        await database.close()

    aside(write)
    return file


@pytest_asyncio.fixture
async def seeded(seeded_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """Yield a separate database with the demo club."""
    file = tmp_path / "club.db"
    shutil.copyfile(seeded_file, file)
    database = Database.open(f"sqlite+aiosqlite:///{file}")
    yield database
    await database.close()


async def waiting(database: Database) -> list[tuple[str, int]]:
    async with database.read() as session:
        rows = await session.scalars(
            select(Delivery).where(Delivery.state == "waiting", Delivery.message_id.is_(None)).order_by("delivery_id")
        )
        return [(row.kind, row.channel_id) for row in rows]


async def test_the_club_has_set_what_partners_need(database: Database) -> None:
    assert await seed(database, NOW)
    settings = await clubs.club_settings(database, GUILD_ID)
    assert settings.club.partners_channel_id == CHANNEL_IDS["partners"]
    assert settings.club.organisers_channel_id == CHANNEL_IDS["organisers"]
    assert settings.club.spotter_role_id == SPOTTER_ROLE_ID
    assert settings.card is CardState.COMING
    points = await meeting_points.meeting_points(database, GUILD_ID)
    assert len(points) == 3
    assert all(point.surface and point.detail for point in points)
    async with database.read() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table)) for table in (Availability, Tie, Contact)
        ]
        places = {place for row in await session.scalars(select(Availability)) for place in row.places}
        roles = {member.user_id: member.role_ids for member in await session.scalars(select(Member))}
    assert counts == [12, 6, 5]
    assert places == {point.name for point in points}
    assert roles[ORGANISER.user_id] == [ROLE_ID]
    assert {user_id for user_id, ids in roles.items() if ids == [SPOTTER_ROLE_ID]} == {p.user_id for p in SPOTTERS}


async def test_past_outings_are_told_by_runs_that_were_run(seeded: Database) -> None:
    visitors = {person.user_id for person in VISITORS}
    for outing_id in range(1, partners.PAST_OUTINGS + 1):
        outing = await outings.outing_of(seeded, outing_id)
        assert outing.state is OutingState.HOME
        assert outing.ended_at is not None
        assert outing.ended_at < NOW
        assert eyes_kept([c.roles for c in outing.inside], outing.backward_per_spotter, solo=False)
        assert visitors & {c.user_id for c in outing.inside}
        (runner,) = (c for c in outing.inside if c.run_id is not None)
        async with seeded.read() as session:
            run = await session.get(Run, runner.run_id)
            assert run is not None
            assert (run.user_id, run.started_at) == (runner.user_id, outing.started_at)
            assert run.spotter_id in {c.user_id for c in outing.inside}


async def test_a_call_for_tomorrow_evening_waits_to_be_posted_below_the_card(seeded: Database) -> None:
    call = await outings.outing_of(seeded, partners.CALL_ID)
    assert call.state is OutingState.OPEN
    assert [c.user_id for c in call.inside] == [call.caller_id] == [CALLER.user_id]
    assert call.starts_at == datetime(2026, 11, 19, 17, 30, tzinfo=UTC)
    assert Wish.SPOTTER in call.free
    assert not call.solo
    assert await waiting(seeded) == CARDS


async def test_no_outing_of_the_demo_club_has_the_number_a_round_writes_its_outings_under(seeded: Database) -> None:
    # A round's outings have its small id as interaction id: if that were taken, none could be confirmed.
    async with seeded.read() as session:
        numbers = list(await session.scalars(select(Outing.interaction_id)))
    assert len(numbers) == partners.CALL_ID
    assert min(numbers) > 1_000_000


async def test_a_kept_club_posts_its_cards_again_in_the_new_server(seeded: Database) -> None:
    async with seeded.write() as session:  # the state after a start, some direct messages, and a stop
        await session.execute(update(Delivery).values(state="sent", message_id=7))
        await session.execute(update(Guild).values(partners_card_id=7))
        await session.execute(update(Outing).values(message_id=7))
        await session.execute(update(User).values(dm_channel_id=7, dm_closed_at=NOW))
        people = await session.scalar(select(func.count()).select_from(Companion))
    assert not await seed(seeded, NOW)
    assert await waiting(seeded) == CARDS
    async with seeded.read() as session:
        assert await session.scalar(select(func.count()).where(User.dm_channel_id.is_not(None))) == 0
        assert await session.scalar(select(func.count()).where(User.dm_closed_at.is_not(None))) == 0
        assert await session.scalar(select(func.count()).select_from(Companion)) == people
    assert (await outings.outing_of(seeded, partners.CALL_ID)).message_id is None
    assert (await outings.outing_of(seeded, 1)).message_id == 7


async def test_the_server_is_as_the_settings_say(seeded: Database, index: str, toy: ToyBot) -> None:
    club = (await clubs.club_settings(seeded, GUILD_ID)).club
    (guild,) = toy.guilds
    assert {channel.name: channel.id for channel in guild.text_channels} == CHANNEL_IDS
    assert guild.get_role(ROLE_ID) is not None
    assert guild.get_role(SPOTTER_ROLE_ID) is not None
    assert partners_trouble(guild, club.partners_channel_id, club.reader) == ""
    assert organisers_trouble(guild, club, club.organisers_channel_id, club.reader) == ""
