"""Escalation asks members before it alerts others, also after outages; contacts answer their alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.errors import Conflict, NotFound
from bot.services.outings import corrections
from bot.services.outings.outings import OutingView
from bot.services.safety import contact_answers, escalation
from bot.services.safety.contact_answers import CANNOT, REACHED
from db.engine import Database
from db.models import Delivery
from tests.builders.outings import ADA, BEN, CEM, DORA, START, refused
from tests.builders.safety import MINUTE, Outside

BACK = START + 50 * MINUTE
ASKED = BACK + 15 * MINUTE
ROOM = 955


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    town = Outside(database)
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    return town


async def heard(town: Outside) -> list[tuple[timedelta, str, int]]:
    """Return each stored question and alert as (time since the planned return, kind, user id)."""
    async with town.database.read() as session:
        rows = await session.scalars(
            select(Delivery)
            .where(Delivery.kind.in_(("alert.ask", "alert.contact", "alert.organisers")), Delivery.state != "dropped")
            .order_by(Delivery.delivery_id)
        )
        return [(one.due_at - BACK, one.kind.removeprefix("alert."), one.user_id) for one in rows]


async def arrives(town: Outside, kind: str = "alert.ask", *who: int, **values: Any) -> None:
    """Mark waiting messages of a kind as sent now, or set `values`."""
    given = values or {"state": "sent", "sent_at": town.now}
    async with town.database.write() as session:
        about = update(Delivery).where(Delivery.kind == kind, Delivery.state == "waiting")
        await session.execute((about.where(Delivery.user_id.in_(who)) if who else about).values(**given))


def asks_at(at: timedelta) -> list[tuple[timedelta, str, int]]:
    return [(at, "ask", ADA), (at, "ask", BEN)]


async def test_after_two_hours_away_they_are_asked_and_have_their_minutes_before_anybody_is_alarmed(
    town: Outside,
) -> None:
    await town.out()
    town.now = BACK + timedelta(hours=2)
    await town.until(BACK + timedelta(hours=2, minutes=40))
    first = timedelta(hours=2)
    assert await heard(town) == [
        *asks_at(first),
        (first + 5 * MINUTE, "contact", DORA),
        (first + 15 * MINUTE, "organisers", 0),
        (first + 30 * MINUTE, "organisers", 0),
    ]


async def test_the_five_minutes_are_counted_from_when_the_question_was_really_sent(town: Outside) -> None:
    town.discord_answers = False
    await town.out()
    await town.until(ASKED + 4 * MINUTE)
    await arrives(town, "alert.ask", ADA)
    await town.until(ASKED + 11 * MINUTE)
    assert await heard(town) == asks_at(15 * MINUTE), "one of them has not been asked yet"
    town.now = ASKED + 12 * MINUTE
    await arrives(town, "alert.ask", BEN)
    await town.until(ASKED + 17 * MINUTE)
    assert (await heard(town))[2:] == [(32 * MINUTE, "contact", DORA)]


async def test_killed_between_writing_the_question_and_sending_it(town: Outside) -> None:
    town.discord_answers = False
    await town.out()
    await town.until(ASKED)
    town.now = ASKED + 90 * MINUTE  # down with the question stored; the next step then runs before it is sent
    await town.until(town.now + MINUTE)
    await arrives(town)
    at = town.now - BACK
    await town.until(town.now + 5 * MINUTE)
    assert await heard(town) == [*asks_at(15 * MINUTE), (at + 5 * MINUTE, "contact", DORA)]


@pytest.mark.parametrize("killed_at", [ASKED + 2 * MINUTE, ASKED + 7 * MINUTE, ASKED + 16 * MINUTE])
async def test_killed_at_any_step_they_are_asked_again_before_it_goes_on(town: Outside, killed_at: datetime) -> None:
    await town.out()
    await town.until(killed_at)
    before = await heard(town)
    town.now = killed_at + 90 * MINUTE
    back = town.now - BACK
    await town.until(town.now + 4 * MINUTE)
    assert (await heard(town))[len(before) :] == asks_at(back)
    town.now += 60 * MINUTE  # another 60 minutes of downtime
    again = town.now - BACK
    await town.until(town.now + 6 * MINUTE)
    after = (await heard(town))[len(before) + 2 :]
    assert after[:2] == asks_at(again)
    assert [at for at, _, _ in after[2:]] == [again + 5 * MINUTE]


async def test_who_came_home_while_the_bot_was_away_alarms_nobody(town: Outside) -> None:
    outing = await town.out()
    await town.until(ASKED + 2 * MINUTE)
    town.now = ASKED + 90 * MINUTE
    await town.until(town.now + 4 * MINUTE)
    for who in (ADA, BEN):
        await town.home(who, outing)
    await town.until(town.now + timedelta(hours=3))
    assert [kind for _, kind, _ in await heard(town)] == ["ask"] * 4
    assert await town.said("alert.clear") == []


async def test_a_question_that_cannot_arrive_does_not_hold_the_escalation_for_ever(town: Outside) -> None:
    town.discord_answers = False
    await town.out()
    await town.until(ASKED)
    await arrives(town, "alert.ask", ADA)
    await arrives(town, "alert.ask", BEN, state="failed")
    await town.until(ASKED + 5 * MINUTE)
    assert (await heard(town))[2:] == [(20 * MINUTE, "contact", DORA)]
    outing = await town.again(await the_outing(town))
    found = await contact_answers.tried(town.database, outing)
    assert found.asked == {ADA: True, BEN: False}
    assert [(one.name, one.about, one.how) for one in found.contacts] == [("Dora", ADA, "waits")]


async def test_a_question_that_fails_again_and_again_is_not_waited_for(town: Outside) -> None:
    town.discord_answers = False
    await town.out()
    await town.until(ASKED)
    await arrives(town, "alert.ask", ADA)
    await arrives(town, "alert.ask", BEN, state="waiting", attempts=escalation.ENOUGH_TRIES)
    await town.until(ASKED + 6 * MINUTE)
    assert [kind for _, kind, _ in await heard(town)] == ["ask", "ask", "contact"]


async def test_who_takes_home_back_is_asked_before_their_contacts_are_told(town: Outside) -> None:
    outing = await town.out()
    await town.home(ADA, outing)
    await town.until(ASKED + MINUTE)
    await corrections.still_out(town.database, outing.outing_id, ADA, interaction_id=next(town.numbers), now=town.now)
    await town.until(ASKED + 20 * MINUTE)
    assert await heard(town) == [
        (15 * MINUTE, "ask", BEN), (20 * MINUTE, "ask", ADA), (25 * MINUTE, "contact", DORA),
        (35 * MINUTE, "organisers", 0),
    ]  # fmt: skip


async def test_an_alarm_written_before_the_bot_went_away_is_written_anew_after_they_were_asked(town: Outside) -> None:
    await town.contact(ADA, CEM, 2)
    outing = await town.out()
    await town.until(ASKED + 5 * MINUTE)
    letters = await contacts(town)
    assert [one.user_id for one in letters] == [DORA, CEM]
    await arrives(town, "alert.contact", DORA)
    town.now = ASKED + 90 * MINUTE
    back = town.now - BACK
    for one in letters[1:]:  # rendered after the restart, and dropped
        await escalation.ask_before(town.database, outing.outing_id, one.delivery_id, 1, town.now)
        await arrives(town, "alert.contact", state="dropped")
    await town.until(town.now + 6 * MINUTE)
    assert (await heard(town))[3:] == [*asks_at(back), (back + 5 * MINUTE, "contact", CEM)], "Dora knows already"


async def contacts(town: Outside) -> list[Delivery]:
    async with town.database.read() as session:
        rows = await session.scalars(
            select(Delivery).where(Delivery.kind == "alert.contact").order_by(Delivery.delivery_id)
        )
        return list(rows)


async def the_outing(town: Outside) -> OutingView:
    from bot.services.outings.outings import outing_of

    return await outing_of(town.database, 1)


# -- answers of contacts ---------------------------------------------------------------------------------------------


async def answer(town: Outside, who: int, how: str, about: int = ADA) -> OutingView:
    return await contact_answers.answer(
        town.database, 1, about, who, how, interaction_id=next(town.numbers), now=town.now
    )


async def test_a_contact_s_answer_is_read_by_the_organisers_who_are_alarmed_and_by_those_to_come(town: Outside) -> None:
    await town.out()
    await town.until(ASKED + 6 * MINUTE)
    await arrives(town, "alert.contact")
    await answer(town, DORA, REACHED)
    assert await town.said("alert.clear") == [], "no organiser is alarmed yet"
    found = await contact_answers.tried(town.database, await the_outing(town))
    assert [one.how for one in found.contacts] == ["reached"]
    await town.until(ASKED + 16 * MINUTE)
    await answer(town, DORA, CANNOT)
    assert await town.said("alert.clear") == [("alert.clear", 0, ROOM)]
    await answer(town, DORA, CANNOT)
    assert await town.said("alert.clear") == [("alert.clear", 0, ROOM)], "said once"


async def test_when_every_contact_who_was_told_can_not_the_organisers_are_told_at_once(town: Outside) -> None:
    await town.contact(BEN, CEM)
    await town.out()
    await town.until(ASKED + 6 * MINUTE)
    await arrives(town, "alert.contact")
    await answer(town, DORA, CANNOT)
    await town.until(town.now + MINUTE)
    assert "organisers" not in [kind for _, kind, _ in await heard(town)]
    await answer(town, CEM, CANNOT, BEN)
    at = town.now - BACK
    await town.until(town.now + MINUTE)
    assert (await heard(town))[-1] == (at, "organisers", 0)


async def test_only_who_was_alarmed_about_somebody_answers_and_only_while_they_are_looked_for(town: Outside) -> None:
    outing = await town.out()
    await refused(NotFound, "partners.not_open", answer(town, DORA, REACHED))
    await town.until(ASKED + 6 * MINUTE)
    await refused(NotFound, "partners.not_open", answer(town, CEM, REACHED))
    await refused(NotFound, "partners.not_open", answer(town, DORA, REACHED, BEN))
    await town.home(ADA, outing)
    await refused(Conflict, "alerts.contact.home_already", answer(town, DORA, REACHED))
    await town.home(BEN, outing)
    await refused(Conflict, "alerts.contact.over", answer(town, DORA, REACHED))


async def test_where_no_contact_was_named_nothing_is_said_of_any(town: Outside) -> None:
    await town.contact(BEN, CEM, state="asked")
    await town.out()
    await town.until(ASKED + 16 * MINUTE)
    found = await contact_answers.tried(town.database, await the_outing(town))
    assert [one.about for one in found.contacts] == [ADA]
    assert not (await contact_answers.contacts_on(town.database, await the_outing(town), BEN)).told
