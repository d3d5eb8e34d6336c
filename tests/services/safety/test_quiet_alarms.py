"""The quiet alarm: looks like an extension on the outing, and alerts recipients until one of them takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, text, update

from bot.domain.outings.outing_rules import OutingState
from bot.errors import BadInput, Conflict, MemberError, NotFound
from bot.services.outings.outings import OutingView
from bot.services.outings.quiet_alarm_updates import QuietAlarm
from bot.services.privacy import exports
from bot.services.safety import alerts, quiet_alarms
from db.base import Base
from db.engine import Database
from db.models import Delivery, UnsafeAlarm
from tests.builders.outings import ADA, BEN, CEM, CLUB, DORA, EVE, NOW, START, refused
from tests.builders.safety import MINUTE, Outside

BACK, ROOM = START + 50 * MINUTE, 955
QUIET = ("alert.unsafe", "alert.unsafe_turn", "alert.unheard")


@pytest_asyncio.fixture
async def town(database: Database) -> Outside:
    return Outside(database)


async def alarm(town: Outside) -> UnsafeAlarm:
    async with town.database.read() as session:
        return (await session.scalars(select(UnsafeAlarm).order_by(UnsafeAlarm.alarm_id.desc()))).first()  # type: ignore[return-value]


async def take(town: Outside, who: int, outing: OutingView, organises: int | None = CLUB) -> QuietAlarm:
    await town.person(who)
    return await quiet_alarms.take(
        town.database, outing.outing_id, (await alarm(town)).alarm_id, who, organises=organises,
        interaction_id=next(town.numbers), now=town.now,
    )  # fmt: skip


async def close(
    town: Outside, who: int, outing: OutingView, word: str = "Fetched", organises: int | None = CLUB
) -> QuietAlarm:
    return await quiet_alarms.close(
        town.database, outing.outing_id, (await alarm(town)).alarm_id, who, word, organises=organises,
        interaction_id=next(town.numbers), now=town.now,
    )  # fmt: skip


async def sent(town: Outside) -> None:
    """Mark all waiting messages as sent."""
    async with town.database.write() as session:
        await session.execute(update(Delivery).where(Delivery.state == "waiting").values(state="sent"))


# -- compared with an extension ------------------------------------------------------------------------------------


async def everything_else(town: Outside) -> dict[str, list[str]]:
    """Return all rows except the quiet alarm's own, without autoincremented ids."""
    found: dict[str, list[str]] = {}
    async with town.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row._mapping) for row in await session.execute(select(table))]
            for row in rows:
                for counted in ("delivery_id", "due_id"):
                    row.pop(counted, None)
            found[table.name] = sorted(repr(row) for row in rows if row.get("kind") not in QUIET)
    del found["unsafe_alarms"], found["outing_presses"]  # a refused press stores none, and no member can read them
    return found


async def clear(town: Outside) -> None:
    """Delete all rows and restart the ids at 1, which SQLite does by itself."""
    async with town.database.write() as session:
        if town.database.writer.dialect.name == "postgresql":
            tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
            await session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(delete(table))
    town.now, town.numbers = NOW, count(1000)


Press = Callable[[Outside, OutingView], Awaitable[object]]
OTHERS: dict[str, Press] = {
    "nothing": lambda town, outing: asyncio.sleep(0),
    "another extension": lambda town, outing: town.extend(BEN, outing, 30),
    "swap": lambda town, outing: town.swap(BEN, outing),
    "the presser is home": lambda town, outing: town.home(ADA, outing),
    "the presser is home, and both": lambda town, outing: town.home(ADA, outing, both=True),
    "the partner is home": lambda town, outing: town.home(BEN, outing),
    "the partner is there after all": lambda town, outing: not_there_and_back(town, outing),
    "the presser needs help": lambda town, outing: town.help(ADA, outing),
    "the partner needs help": lambda town, outing: town.help(BEN, outing),
    "an organiser resolves": lambda town, outing: town.resolve(EVE, outing, "He scared her", organises=CLUB),
    "the presser resolves": lambda town, outing: town.resolve(ADA, outing, "He scared me"),
    "the partner resolves": lambda town, outing: town.resolve(BEN, outing, "All well"),
}


async def not_there_and_back(town: Outside, outing: OutingView) -> None:
    await town.not_there(BEN, outing)
    await town.there(BEN, outing)


LATE = {"in time": 10 * MINUTE, "alarmed": 100 * MINUTE}


async def scenario(town: Outside, quiet: bool, order: Sequence[str], late: timedelta) -> list[Any]:
    """Run a scenario and return the errors of its presses and the rows at the end."""
    await clear(town)
    await town.person(EVE)
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    await town.contact(BEN, CEM)
    outing = await town.out()
    await town.until(START + late)
    seen: list[Any] = []
    for name in order:
        press = OTHERS.get(name) or (town_unsafe if quiet else lambda town, outing: town.extend(ADA, outing, 15))
        try:
            await press(town, outing)
        except MemberError as error:
            seen.append((name, error.key))
        await town.until(town.now + MINUTE)
    await town.until(town.now + 95 * MINUTE)
    seen.append(await everything_else(town))
    return seen


async def town_unsafe(town: Outside, outing: OutingView) -> None:
    number = next(town.numbers)
    _, refused_with = await alerts.feel_unsafe(
        town.database, outing.outing_id, ADA, interaction_id=number, now=town.now
    )
    if refused_with is not None:
        raise refused_with


@pytest.mark.long
@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("first", [True, False], ids=["alarm first", "alarm after"])
@pytest.mark.parametrize("other", OTHERS)
async def test_nothing_but_its_own_rows_tells_it_from_an_extension(
    town: Outside, other: str, first: bool, late: str
) -> None:
    order = ["alarm", other] if first else [other, "alarm"]
    extended = await scenario(town, False, order, LATE[late])
    assert await scenario(town, True, order, LATE[late]) == extended


async def test_an_extension_that_is_refused_is_refused_alike_and_the_alarm_sounds(town: Outside) -> None:
    order = ["alarm"] * 6
    extended = await scenario(town, False, order, LATE["in time"])
    assert extended[:2] == [("alarm", "course.extend.none")] * 2
    assert await scenario(town, True, order, LATE["in time"]) == extended
    assert (await alarm(town)).rounds >= 6


async def test_it_sounds_for_who_is_home_as_the_bot_was_told_while_the_others_are_out(town: Outside) -> None:
    outing = await town.out()
    await town.home(ADA, outing)
    extend = partial(town.extend, minutes=15)
    await refused(Conflict, "course.say.not_out", extend(ADA, outing))
    _, answer = await alerts.feel_unsafe(
        town.database, outing.outing_id, ADA, interaction_id=next(town.numbers), now=town.now
    )
    assert answer is not None
    assert answer.key == "course.say.not_out", "as Extend answers"
    assert (await alarm(town)).user_id == ADA
    assert await town.said("outing.extended") == []
    await town.home(BEN, outing)
    await refused(Conflict, "course.say.over", town.unsafe(BEN, outing))


# -- recipients ------------------------------------------------------------------------------------------------------


async def told(town: Outside) -> list[tuple[str, int, int]]:
    return await town.said("alert.unsafe")


async def test_it_sounds_every_five_minutes_until_one_is_on_it(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    pressed = town.now
    await town.until(pressed + 11 * MINUTE)
    assert await told(town) == [("alert.unsafe", 0, ROOM)] * 3
    await take(town, EVE, outing)
    assert await town.said("alert.unsafe_turn") == [("alert.unsafe_turn", 0, ROOM)]
    await town.until(pressed + 70 * MINUTE)
    assert await told(town) == [("alert.unsafe", 0, ROOM)] * 3


async def test_unanswered_it_goes_to_each_alone_as_well_the_presser_learns_it_and_it_never_falls_silent(
    town: Outside,
) -> None:
    await town.club_sets(organisers_channel_id=ROOM, owner_id=BEN)
    await town.member_sets(EVE, organiser=True)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    pressed = town.now
    await town.until(pressed + 16 * MINUTE)
    assert await told(town) == [("alert.unsafe", 0, ROOM)] * 4 + [("alert.unsafe", one, 0) for one in (EVE, DORA)]
    assert await town.said("alert.unheard") == [("alert.unheard", ADA, 0)]
    await town.home(ADA, outing)
    await town.home(BEN, outing)
    await town.until(pressed + timedelta(hours=6))
    rounds = [at for at in await round_times(town) if at > pressed + 30 * MINUTE]
    assert len(rounds) == 22, "every quarter of an hour, though they are home"
    assert await town.said("alert.unheard") == [("alert.unheard", ADA, 0)]


async def round_times(town: Outside) -> list[datetime]:
    async with town.database.read() as session:
        return list(
            await session.scalars(
                select(Delivery.due_at).where(Delivery.kind == "alert.unsafe", Delivery.channel_id == ROOM)
            )
        )


async def test_pressed_again_it_sounds_again_whoever_was_on_it(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    await take(town, EVE, outing)
    town.now += MINUTE
    await town.unsafe(ADA, outing)
    assert len(await told(town)) == 2
    assert (await alarm(town)).taken_at is None
    await take(town, EVE, outing)
    await close(town, EVE, outing)
    await town.unsafe(ADA, outing)
    assert await town.count(UnsafeAlarm) == 2, "after its end it is another alarm"


async def test_two_who_are_on_it_at_once_are_one_and_the_second_is_told(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    for one in (DORA, EVE):
        await town.person(one)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    results = await asyncio.gather(take(town, DORA, outing), take(town, EVE, outing), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "QuietAlarm"]
    assert len(await town.said("alert.unsafe_turn")) == 1


async def test_it_is_closed_with_a_word_of_its_own_which_stands_nowhere_about_the_outing(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    await take(town, EVE, outing)
    await refused(BadInput, "alerts.resolve.empty", close(town, EVE, outing, " \u200b"))
    await close(town, EVE, outing, "Ben was drunk, Ada is with me")
    await refused(Conflict, "alerts.quiet.over", close(town, EVE, outing))
    await refused(Conflict, "alerts.quiet.over", take(town, DORA, outing))
    assert (await town.again(outing)).state is OutingState.UNDER_WAY
    assert "drunk" not in repr(await everything_else(town))
    for one in (ADA, BEN):
        assert b"drunk" not in (await exports.export(town.database, one)).json
    assert b"drunk" in (await exports.export(town.database, EVE)).json
    assert b"taken_at" not in (await exports.export(town.database, BEN)).json


@pytest.mark.parametrize("organises", [None, CLUB, CLUB + 1])
async def test_a_partner_s_forged_press_reads_the_same_with_and_without_an_alarm(
    town: Outside, organises: int | None
) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, BEN)
    outing = await town.out()
    for alarm_id in (1, 1):
        for press in (quiet_alarms.take, partial(quiet_alarms.close, word="x")):
            answer = press(  # type: ignore[operator]
                town.database, outing.outing_id, alarm_id, BEN, organises=organises,
                interaction_id=next(town.numbers), now=town.now,
            )  # fmt: skip
            await refused(NotFound, "partners.not_open", answer)
        await town.unsafe(ADA, outing)


async def test_only_an_organiser_of_the_club_and_a_contact_who_was_told_may_answer_it(town: Outside) -> None:
    await town.contact(ADA, DORA, 1)
    await town.contact(ADA, CEM, 2)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    await sent(town)
    async with town.database.write() as session:
        await session.execute(update(Delivery).where(Delivery.user_id == CEM).values(state="failed"))
    for stranger, organises in ((EVE, None), (EVE, CLUB + 1), (CEM, None), (ADA, CLUB)):
        await refused(NotFound, "partners.not_open", take(town, stranger, outing, organises))
    assert (await take(town, DORA, outing, None)).taken_by == DORA


async def test_a_partner_who_organises_or_is_a_contact_is_sent_nothing(town: Outside) -> None:
    await town.club_sets(owner_id=BEN)
    await town.member_sets(EVE, organiser=True)
    await town.contact(ADA, BEN, 1)
    await town.contact(ADA, DORA, 2)
    outing = await town.out()
    await town.member_sets(BEN, organiser=True)
    await town.unsafe(ADA, outing)
    assert await told(town) == [("alert.unsafe", EVE, 0), ("alert.unsafe", DORA, 0)]
    await sent(town)
    await take(town, EVE, outing)
    assert await town.said("alert.unsafe_turn") == [("alert.unsafe_turn", DORA, 0)]


async def test_contacts_who_were_alarmed_are_not_left_with_the_extension_as_good_news(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.until(BACK + 21 * MINUTE)
    await town.unsafe(ADA, outing)
    assert await told(town) == [("alert.unsafe", 0, ROOM), ("alert.unsafe", DORA, 0)]


async def test_whoever_was_alarmed_hears_that_the_presser_has_pressed_home_and_it_sounds_on(town: Outside) -> None:
    await town.club_sets(organisers_channel_id=ROOM)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    await town.home(ADA, outing)
    assert await town.said("alert.unsafe_turn") == [("alert.unsafe_turn", 0, ROOM)]
    await town.until(town.now + 5 * MINUTE)
    assert len(await told(town)) == 2


# -- nobody is reached -----------------------------------------------------------------------------------------------


async def test_who_alarms_quietly_and_reaches_nobody_is_told_and_nobody_else(
    town: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    await town.club_sets(owner_id=BEN)
    await town.contact(ADA, DORA, state="asked")
    outing = await town.out()
    before = await town.said()
    await town.unsafe(ADA, outing)
    after = [one for one in await town.said() if one not in before]
    assert after == [("outing.extended", BEN, 0), ("alert.unheard", ADA, 0)]
    assert "reached nobody" in caplog.text
    assert str(ADA) not in [word.strip(".,") for word in caplog.text.split()]
    assert await quiet_alarms.unheard(town.database, outing.outing_id, ADA, at_press=True)
    assert not await quiet_alarms.unheard(town.database, outing.outing_id, BEN)
    await town.until(town.now + timedelta(hours=1))
    assert await town.said("alert.unheard") == [("alert.unheard", ADA, 0)], "once a press"
    await town.unsafe(ADA, outing)
    assert await town.said("alert.unheard") == [("alert.unheard", ADA, 0)] * 2


async def test_only_when_the_last_could_not_be_reached_is_the_presser_told(town: Outside) -> None:
    await town.club_sets(owner_id=500)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    first, second = await quiet_letters(town)
    await fails(town, first)
    assert await town.said("alert.unheard") == []
    await fails(town, second)
    assert await town.said("alert.unheard") == [("alert.unheard", ADA, 0)]


async def test_two_who_fail_at_once_are_both_counted(town: Outside) -> None:
    await town.club_sets(owner_id=500)
    await town.contact(ADA, DORA)
    outing = await town.out()
    await town.unsafe(ADA, outing)
    await asyncio.gather(*(fails(town, one) for one in await quiet_letters(town)))
    assert await town.said("alert.unheard") == [("alert.unheard", ADA, 0)]


async def quiet_letters(town: Outside) -> list[Delivery]:
    async with town.database.read() as session:
        rows = await session.scalars(
            select(Delivery).where(Delivery.kind == "alert.unsafe").order_by(Delivery.delivery_id)
        )
        return list(rows)


async def fails(town: Outside, one: Delivery) -> None:
    """Mark a message as failed, as delivery does after a permanent error."""
    async with town.database.write() as session:
        await session.execute(update(Delivery).where(Delivery.delivery_id == one.delivery_id).values(state="failed"))
        assert one.subject_id is not None
        await quiet_alarms.not_reached(session, one.subject_id, one.occurrence, town.now, one.payload)
