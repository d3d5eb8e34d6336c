"""Safety contacts: asked once, notified only after they accept, and never pressured."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import BadInput, Conflict, NotFound
from bot.services.privacy import privacy
from bot.services.safety import contacts
from bot.services.safety.contacts import ContactState, Named
from db.engine import Database
from db.models import Contact, Delivery
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE, refused
from tests.builders.safety import Outside

DAYS = timedelta(days=1)


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def test_a_contact_is_asked_and_told_nothing_until_it_accepts(town: Outside) -> None:
    await town.person(ADA)
    found = (await contacts.name_contact(town.database, ADA, DORA, "Dora", CLUB, town.now)).contacts
    assert [(c.name, c.state) for c in found.mine] == [("Dora", ContactState.ASKED)]
    assert await town.said("contact.ask") == [("contact.ask", DORA, 0)]
    await contacts.answer(town.database, ADA, DORA, accept=True, now=town.now)
    assert (await contacts.contacts_of(town.database, DORA)).of[0][0] == ADA
    await contacts.answer(town.database, ADA, DORA, accept=False, now=town.now)
    assert (await contacts.contacts_of(town.database, DORA)).of == ()


async def test_contacts_keep_their_order_and_move_up(town: Outside) -> None:
    await town.person(ADA)
    for who in (BEN, CEM, DORA):
        await contacts.name_contact(town.database, ADA, who, "x", CLUB, town.now)
    await refused(Conflict, "alerts.contact.full", contacts.name_contact(town.database, ADA, EVE, "x", CLUB, town.now))
    found = await contacts.drop_contact(town.database, ADA, BEN, town.now)
    assert [(c.user_id, c.position) for c in found.mine] == [(CEM, 1), (DORA, 2)]


async def test_nobody_answers_for_another_or_names_himself(town: Outside) -> None:
    await town.person(ADA)
    await contacts.name_contact(town.database, ADA, DORA, "Dora", CLUB, town.now)
    await refused(NotFound, "alerts.contact.gone", contacts.answer(town.database, ADA, EVE, accept=True, now=town.now))
    await refused(NotFound, "alerts.contact.unknown", contacts.drop_contact(town.database, DORA, ADA, town.now))
    await refused(BadInput, "alerts.contact.self", contacts.name_contact(town.database, ADA, ADA, "x", CLUB, town.now))


async def test_a_block_keeps_the_request_away_and_nobody_is_told(town: Outside) -> None:
    await town.tie(DORA, ADA)
    found = (await contacts.name_contact(town.database, ADA, DORA, "Dora", CLUB, town.now)).contacts
    assert [(c.name, c.state) for c in found.mine] == [("Dora", ContactState.ASKED)]
    assert await town.said("contact.ask") == []


async def test_whoever_goes_out_with_one_is_no_contact_until_that_is_over(town: Outside) -> None:
    outing = await town.out()
    partner = next(c.user_id for c in outing.inside if c.user_id != ADA)
    named = contacts.name_contact(town.database, ADA, partner, "Ben", CLUB, town.now)
    await refused(Conflict, "alerts.contact.partner", named)
    for one in outing.inside:
        await town.home(one.user_id, outing)
    assert (await contacts.name_contact(town.database, ADA, partner, "Ben", CLUB, town.now)).contacts.mine


async def test_a_member_is_told_when_a_contact_withdraws_and_not_when_one_declines(town: Outside) -> None:
    await town.person(ADA)
    for who in (DORA, EVE):
        await contacts.name_contact(town.database, ADA, who, "x", CLUB, town.now)
    await contacts.answer(town.database, ADA, EVE, accept=False, now=town.now)
    await contacts.answer(town.database, ADA, DORA, accept=True, now=town.now)
    assert await town.said(StoredKind.CONTACT_GONE) == []
    for _ in range(2):  # pressed twice
        await contacts.answer(town.database, ADA, DORA, accept=False, now=town.now)
    assert await town.said(StoredKind.CONTACT_GONE) == [(StoredKind.CONTACT_GONE, ADA, 0)]


async def test_a_member_is_told_when_a_contact_erases_themselves_without_their_name(town: Outside) -> None:
    await town.person(ADA)
    await town.person(DORA)
    await town.contact(ADA, DORA)
    await privacy.erase(town.database, DORA, town.now)
    assert await town.said(StoredKind.CONTACT_GONE) == [(StoredKind.CONTACT_GONE, ADA, 0)]
    async with town.database.read() as session:
        (letter,) = await session.scalars(select(Delivery).where(Delivery.kind == StoredKind.CONTACT_GONE))
        assert str(DORA) not in f"{letter.payload} {letter.occurrence}"


# ── never pressured ──


async def name(town: Outside, who: int = DORA) -> Named:
    await town.person(ADA)
    return await contacts.name_contact(town.database, ADA, who, "Dora", CLUB, town.now)


async def asked(town: Outside) -> int:
    return len(await town.said("contact.ask"))


async def test_an_open_question_is_asked_again_after_a_week_at_the_earliest(town: Outside) -> None:
    await name(town)
    town.now += 7 * DAYS - timedelta(seconds=1)
    with pytest.raises(Conflict) as raised:
        await name(town)
    assert raised.value.key == "alerts.contact.waits"
    assert raised.value.params["at"] == town.now + timedelta(seconds=1)
    town.now += timedelta(seconds=1)
    assert (await name(town)).again_at is None
    assert await asked(town) == 2
    await refused(Conflict, "alerts.contact.waits", name(town))


async def test_taking_somebody_off_and_naming_them_again_is_no_second_question(town: Outside) -> None:
    first = town.now
    await name(town)
    dropped = await contacts.drop_contact(town.database, ADA, DORA, town.now)
    assert dropped.mine == ()
    await refused(NotFound, "alerts.contact.gone", contacts.answer(town.database, ADA, DORA, accept=True, now=town.now))
    town.now += DAYS
    back = await name(town)
    assert back.again_at == first + 7 * DAYS
    assert [(c.user_id, c.position, c.state) for c in back.contacts.mine] == [(DORA, 1, ContactState.ASKED)]
    assert await asked(town) == 1
    await contacts.answer(town.database, ADA, DORA, accept=True, now=town.now)
    assert (await contacts.contacts_of(town.database, DORA)).of[0][0] == ADA


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("accepted_first", [False, True])
async def test_after_a_no_nobody_is_asked_for_a_month(town: Outside, drop: bool, accepted_first: bool) -> None:
    await name(town)
    town.now += 3 * DAYS
    if accepted_first:
        await contacts.answer(town.database, ADA, DORA, accept=True, now=town.now)
    await contacts.answer(town.database, ADA, DORA, accept=False, now=town.now)
    said_no = town.now
    if drop:
        await contacts.drop_contact(town.database, ADA, DORA, town.now)
    town.now += 29 * DAYS
    with pytest.raises(Conflict) as raised:
        await name(town)
    assert (raised.value.key, raised.value.params["at"]) == ("alerts.contact.later", said_no + 30 * DAYS)
    assert len((await contacts.contacts_of(town.database, ADA)).mine) == (0 if drop else 1)
    town.now += DAYS
    assert [c.state for c in (await name(town)).contacts.mine] == [ContactState.ASKED]
    assert await asked(town) == 2


async def test_a_no_to_a_question_that_was_taken_back_counts_as_one(town: Outside) -> None:
    await name(town)
    await contacts.drop_contact(town.database, ADA, DORA, town.now)
    await contacts.answer(town.database, ADA, DORA, accept=False, now=town.now)
    town.now += 8 * DAYS
    await refused(Conflict, "alerts.contact.later", name(town))


async def test_somebody_else_may_ask_meanwhile(town: Outside) -> None:
    await name(town)
    await contacts.answer(town.database, ADA, DORA, accept=False, now=town.now)
    await town.person(BEN)
    await contacts.name_contact(town.database, BEN, DORA, "Dora", CLUB, town.now)
    assert await asked(town) == 2


async def test_who_had_accepted_and_was_taken_off_may_be_asked_at_once_and_told_nothing_until_then(
    town: Outside,
) -> None:
    await name(town)
    await contacts.answer(town.database, ADA, DORA, accept=True, now=town.now)
    await contacts.drop_contact(town.database, ADA, DORA, town.now)
    assert await town.count(Contact) == 0
    await refused(Conflict, "alerts.contact.named", twice_accepted(town))


async def twice_accepted(town: Outside) -> None:
    assert (await name(town)).again_at is None
    await contacts.answer(town.database, ADA, DORA, accept=True, now=town.now)
    await name(town)


async def test_whoever_was_taken_off_takes_no_place_and_is_forgotten_in_time(town: Outside) -> None:
    for who in (BEN, CEM, DORA):
        await name(town, who)
    await contacts.drop_contact(town.database, ADA, BEN, town.now)
    full = await name(town, EVE)
    assert [(c.user_id, c.position) for c in full.contacts.mine] == [(CEM, 1), (DORA, 2), (EVE, 3)]
    await refused(Conflict, "alerts.contact.full", name(town, BEN))
    await contacts.drop_contact(town.database, ADA, CEM, town.now)
    town.now += 8 * DAYS
    await name(town, CEM)
    assert await town.count(Contact) == 3, "Ben's question, a week old, is not remembered"


async def test_two_presses_at_once_ask_once(town: Outside) -> None:
    await town.person(ADA)
    ends = await asyncio.gather(name(town), name(town), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "Named"]
    assert await asked(town) == 1


async def test_a_block_changes_nothing_that_the_asker_reads(town: Outside) -> None:
    await town.tie(DORA, ADA)
    await name(town)
    await refused(Conflict, "alerts.contact.waits", name(town))
    await contacts.drop_contact(town.database, ADA, DORA, town.now)
    assert (await name(town)).again_at == town.now + 7 * DAYS
    town.now += 7 * DAYS
    assert (await name(town)).again_at is None
    assert await asked(town) == 0
