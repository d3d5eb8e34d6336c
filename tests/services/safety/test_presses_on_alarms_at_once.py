"""Concurrent presses on a quiet alarm or about a contact, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.messages.stored_kinds import StoredKind
from bot.services.outings.outings import OutingView
from bot.services.safety import alerts, contacts, quiet_alarms
from db.models import UnsafeAlarm
from tests.builders.at_once import at_once, kinds
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE
from tests.builders.safety import Outside

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
ROOM = 955


async def alarm(town: Outside) -> UnsafeAlarm:
    async with town.database.read() as session:
        found: UnsafeAlarm | None = await session.scalar(select(UnsafeAlarm))
    assert found is not None
    return found


async def alarmed(town: Outside) -> tuple[OutingView, int]:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    return outing, (await alarm(town)).alarm_id


def take(town: Outside, who: int, outing: OutingView, alarm_id: int) -> Awaitable[object]:
    return quiet_alarms.take(
        town.database, outing.outing_id, alarm_id, who, organises=CLUB, interaction_id=next(town.numbers), now=town.now
    )


async def test_of_two_who_are_on_it_the_second_is_told_who_is(town: Outside) -> None:
    outing, alarm_id = await alarmed(town)
    answers = await at_once(town, take(town, DORA, outing, alarm_id), take(town, EVE, outing, alarm_id))
    assert kinds(answers) == ["Conflict", "QuietAlarm"]
    assert len(await town.said("alert.unsafe_turn")) == 1


async def test_who_is_on_it_as_it_sounds_again_ends_the_sound(town: Outside) -> None:
    outing, alarm_id = await alarmed(town)
    await town.home(BEN, outing)
    ((_, at),) = await town.due("alert.unsafe")
    town.now = at
    await at_once(town, town.until(at), take(town, DORA, outing, alarm_id))
    assert (await alarm(town)).taken_by_user_id == DORA
    sounded = len(await town.said("alert.unsafe"))
    await town.until(at + timedelta(hours=1))
    assert len(await town.said("alert.unsafe")) == sounded


async def test_pressed_again_while_somebody_comes_to_be_on_it_it_is_one_alarm(town: Outside) -> None:
    outing, alarm_id = await alarmed(town)
    await at_once(town, take(town, DORA, outing, alarm_id), town.unsafe(ADA, outing))
    assert await town.count(UnsafeAlarm) == 1
    now = await alarm(town)
    assert (now.rounds, now.taken_by_user_id) in [(2, DORA), (2, None)]
    assert len(await town.due("alert.unsafe")) == 1


async def test_the_quiet_alarm_pressed_twice_is_one(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await at_once(town, town.unsafe(ADA, outing), town.unsafe(ADA, outing))
    assert await town.count(UnsafeAlarm) == 1
    assert (await alarm(town)).rounds == 2


async def test_two_contacts_named_at_once_have_two_places(town: Outside) -> None:
    def name(who: int) -> Awaitable[object]:
        return contacts.name_contact(town.database, ADA, who, f"member {who}", guild_id=CLUB, now=town.now)

    await at_once(town, name(CEM), name(DORA), name(CEM))
    mine = await contacts.contacts_of(town.database, ADA)
    assert sorted(one.position for one in mine.mine) == [1, 2]
    assert await town.letters(StoredKind.CONTACT_ASK) in ([CEM, DORA], [DORA, CEM])


async def test_who_accepts_as_they_are_taken_off_is_no_contact(town: Outside) -> None:
    await town.contact(ADA, CEM, state="asked")
    accepted, dropped = await at_once(
        town,
        contacts.answer(town.database, ADA, CEM, accept=True, now=town.now),
        contacts.drop_contact(town.database, ADA, CEM, town.now),
    )
    assert (accepted, dropped) != (None, None)
    assert not await alerts.is_contact(town.database, ADA, CEM)
