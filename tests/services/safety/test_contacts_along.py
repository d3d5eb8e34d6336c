"""A contact who is also the partner: not alerted while both are out, since they are with the member."""

from __future__ import annotations

import pytest_asyncio

from bot.services.safety import contact_answers
from db.engine import Database
from tests.builders.outings import ADA, BEN, DORA, START
from tests.builders.safety import MINUTE, Outside

BACK = START + 50 * MINUTE
TOLD = BACK + 21 * MINUTE
ROOM = 955


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    town = Outside(database)
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, BEN, 1)
    return town


async def test_who_is_out_with_a_member_is_not_told_as_their_contact_and_the_others_are(town: Outside) -> None:
    await town.contact(ADA, DORA, 2)
    outing = await town.out()
    await town.until(TOLD)
    assert await town.said("alert.contact") == [("alert.contact", DORA, 0)]
    outing = await town.again(outing)
    found = await contact_answers.tried(town.database, outing)
    assert [(one.name, one.how) for one in found.contacts] == [("Dora", "waits"), ("Ben", "with")]
    mine = await contact_answers.contacts_on(town.database, outing, ADA)
    assert (mine.told, [one.user_id for one in mine.along]) == (True, [BEN])


async def test_a_call_for_help_is_not_told_the_partner_as_contact(town: Outside) -> None:
    outing = await town.out()
    await town.help(ADA, outing)
    assert await town.said("alert.contact", "alert.organisers") == [("alert.organisers", 0, ROOM)]
    outing = await town.again(outing)
    assert not (await contact_answers.contacts_on(town.database, outing, ADA)).told
    assert [one.how for one in (await contact_answers.tried(town.database, outing)).contacts] == ["with"]


async def test_once_home_the_partner_is_told_as_contact_like_any_other(town: Outside) -> None:
    outing = await town.out()
    await town.home(BEN, outing)
    await town.until(TOLD)
    assert await town.said("alert.contact") == [("alert.contact", BEN, 0)]
    mine = await contact_answers.contacts_on(town.database, await town.again(outing), ADA)
    assert (mine.told, mine.along) == (True, ())
