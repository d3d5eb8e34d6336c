from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.clubs.club_defaults import DEFAULT_SOLO_SURFACES
from bot.errors import BadInput
from bot.services.clubs import clubs
from bot.services.clubs.clubs import RoundSettings
from bot.services.members.people import Seen, meet
from bot.services.partners import partners_card
from bot.services.partners.partners_card import CardState, OldCard
from db import models
from db.engine import Database
from tests.builders.outings import refused
from tests.builders.runs import CLUB, NOW, join
from tests.builders.statements import RecordedStatements

HERE, THERE = 500, 600


@pytest_asyncio.fixture
async def known(database: Database) -> AsyncIterator[Database]:
    async with database.write() as session:
        await join(session, 1)
    yield database


async def guild(database: Database) -> models.Guild:
    async with database.read() as session:
        row = await session.get(models.Guild, CLUB)
        assert row is not None
        return row


async def on_its_way(database: Database) -> list[tuple[int, int | None, str]]:
    async with database.read() as session:
        rows = await session.scalars(select(models.Delivery).order_by(models.Delivery.delivery_id))
        return [(row.channel_id, row.message_id, row.state) for row in rows]


async def sent(database: Database, channel_id: int, message_id: int) -> None:
    """Record a posted card, as delivery does."""
    async with database.write() as session:
        row = await session.scalar(select(models.Delivery).where(models.Delivery.channel_id == channel_id))
        assert row is not None
        row.state, row.message_id = "sent", message_id
        await partners_card.posted(session, CLUB, channel_id, message_id)


async def test_a_club_that_has_set_nothing_has_sensible_settings(known: Database) -> None:
    settings = await clubs.club_settings(known, CLUB)
    assert settings.round == RoundSettings(on=False, weekday=3, hour=18, notice_h=24)
    assert (settings.club.backward_per_spotter, settings.club.grace_min) == (2, 15)
    assert settings.club.emergency_number is None
    assert settings.card is CardState.NONE
    assert settings.chosen == frozenset()


async def test_each_setting_is_kept(known: Database) -> None:
    await clubs.set_backward_per_spotter(known, CLUB, 1, NOW)
    await clubs.set_grace(known, CLUB, 60)
    await clubs.set_emergency_number(known, CLUB, "  112  or 110 ")
    await clubs.set_spotter_role(known, CLUB, 71)
    await clubs.set_women_role(known, CLUB, 72)
    await clubs.set_organisers_channel(known, CLUB, THERE)
    with pytest.raises(BadInput) as refused:
        await clubs.set_round(known, CLUB, on=True, now=NOW)
    assert refused.value.key == "club.round.no_channel"
    async with known.write() as session:
        (await session.get_one(models.Guild, CLUB)).partners_channel_id = THERE
    await clubs.set_round(known, CLUB, on=True, now=NOW)
    await clubs.set_round(known, CLUB, weekday=0, now=NOW)
    await clubs.set_round(known, CLUB, hour=0, notice_h=1, now=NOW)
    settings = await clubs.club_settings(known, CLUB)
    club = settings.club
    assert (club.backward_per_spotter, club.grace_min, club.emergency_number) == (1, 60, "112 or 110")
    assert (club.spotter_role_id, club.women_role_id, club.organisers_channel_id) == (71, 72, THERE)
    assert settings.round == RoundSettings(on=True, weekday=0, hour=0, notice_h=1)
    assert settings.chosen == {"spotter", "grace"}
    await clubs.set_emergency_number(known, CLUB, " ")
    await clubs.set_women_role(known, CLUB, None)
    await clubs.set_organisers_channel(known, CLUB, None)
    club = (await clubs.club_settings(known, CLUB)).club
    assert (club.emergency_number, club.women_role_id, club.organisers_channel_id) == (None, None, None)


@pytest.mark.parametrize(
    "setting",
    [
        lambda d: clubs.set_backward_per_spotter(d, CLUB, 0, NOW),
        lambda d: clubs.set_backward_per_spotter(d, CLUB, 4, NOW),
        lambda d: clubs.set_grace(d, CLUB, 4),
        lambda d: clubs.set_grace(d, CLUB, 61),
        lambda d: clubs.set_emergency_number(d, CLUB, "1" * 41),
        lambda d: clubs.set_emergency_number(d, CLUB, "ask Maren"),
        lambda d: clubs.set_spotter_role(d, CLUB, CLUB),
        lambda d: clubs.set_women_role(d, CLUB, CLUB),
        lambda d: clubs.set_organiser_role(d, CLUB, CLUB),
        lambda d: clubs.set_round(d, CLUB, weekday=7, now=NOW),
        lambda d: clubs.set_round(d, CLUB, hour=24, now=NOW),
        lambda d: clubs.set_round(d, CLUB, notice_h=0, now=NOW),
        lambda d: clubs.set_round(d, CLUB, notice_h=73, now=NOW),
        lambda d: clubs.set_round(d, CLUB, now=NOW),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(known: Database, setting: Any) -> None:
    before = await clubs.club_settings(known, CLUB)
    with pytest.raises(BadInput):
        await setting(known)
    assert await clubs.club_settings(known, CLUB) == before


async def test_the_card_goes_where_it_is_chosen_and_the_old_one_is_named(known: Database) -> None:
    assert await partners_card.choose_channel(known, CLUB, HERE, NOW) is None
    assert (await clubs.club_settings(known, CLUB)).card is CardState.COMING
    await sent(known, HERE, 7)
    assert (await clubs.club_settings(known, CLUB)).card is CardState.THERE
    assert await partners_card.choose_channel(known, CLUB, HERE, NOW) is None
    assert await on_its_way(known) == [(HERE, 7, "sent")]
    assert await partners_card.choose_channel(known, CLUB, THERE, NOW) == OldCard(HERE, 7)
    assert await on_its_way(known) == [(THERE, None, "waiting")]
    await sent(known, THERE, 8)
    assert await partners_card.choose_channel(known, CLUB, THERE, NOW, again=True) == OldCard(THERE, 8)
    assert await on_its_way(known) == [(THERE, None, "waiting")]
    await sent(known, THERE, 9)
    assert await partners_card.choose_channel(known, CLUB, None, NOW) == OldCard(THERE, 9)
    assert await on_its_way(known) == []
    assert (await clubs.club_settings(known, CLUB)).card is CardState.NONE


async def test_a_card_that_was_on_its_way_when_it_moved_is_not_taken_for_the_new_one(known: Database) -> None:
    await partners_card.choose_channel(known, CLUB, HERE, NOW)
    await partners_card.choose_channel(known, CLUB, THERE, NOW)
    assert await partners_card.club_of_card(known, CLUB, HERE) is None
    assert await partners_card.club_of_card(known, CLUB, THERE) is not None
    async with known.write() as session:
        await partners_card.posted(session, CLUB, HERE, 7)
    assert (await guild(known)).partners_card_id is None


async def test_a_card_that_is_lost_is_forgotten_and_can_be_posted_again(known: Database) -> None:
    await partners_card.choose_channel(known, CLUB, HERE, NOW)
    await sent(known, HERE, 7)
    async with known.write() as session:
        await partners_card.lost(session, CLUB, HERE)
    assert (await clubs.club_settings(known, CLUB)).card is CardState.GONE
    assert await partners_card.choose_channel(known, CLUB, HERE, NOW, again=True) is None
    assert (await clubs.club_settings(known, CLUB)).card is CardState.COMING


async def test_settings_that_stand_on_the_card_have_it_drawn_again(known: Database) -> None:
    changes = (
        lambda: clubs.set_language(known, CLUB, "de", NOW),
        lambda: clubs.set_solo_surfaces(known, CLUB, ["track"], NOW),
        lambda: clubs.set_backward_per_spotter(known, CLUB, 3, NOW),
    )
    for change in changes:
        await change()
    assert await on_its_way(known) == []
    await partners_card.choose_channel(known, CLUB, HERE, NOW)
    for change in changes:
        await sent(known, HERE, 7)
        await change()
        assert await on_its_way(known) == [(HERE, 7, "waiting")]
    await sent(known, HERE, 7)
    await clubs.set_grace(known, CLUB, 20)
    assert await on_its_way(known) == [(HERE, 7, "sent")]


async def test_of_a_persons_roles_those_are_remembered_that_the_settings_name(known: Database) -> None:
    async def stored(*role_ids: int) -> tuple[list[int] | None, int]:
        seen = Seen(1, "Member 1", "en-GB", CLUB, "Club", None, False, frozenset(role_ids))
        with RecordedStatements(known) as statements:
            await meet(known, seen, NOW)
        async with known.read() as session:
            member = await session.get(models.Member, (CLUB, 1))
            assert member is not None
            return member.role_ids, len(statements)

    await stored(5, 6, 7)
    assert (await stored(5, 6, 7))[0] in (None, [])
    await clubs.set_spotter_role(known, CLUB, 6)
    await clubs.set_women_role(known, CLUB, 5)
    await clubs.set_organiser_role(known, CLUB, 8)
    assert (await stored(5, 6, 7))[0] == [5, 6]
    assert await stored(6, 5) == ([5, 6], 1)  # one SELECT, no write
    assert (await stored(8))[0] == [8]
    assert (await stored())[0] == []
    assert await stored(7) == ([], 1)


async def test_no_club_lets_anybody_run_backward_alone_on_a_road(known: Database) -> None:
    await refused(BadInput, "club.card.solo_never", clubs.set_solo_surfaces(known, CLUB, ["track", "road"], NOW))
    assert (await clubs.club_settings(known, CLUB)).club.solo_surfaces == DEFAULT_SOLO_SURFACES
