"""Creating, editing, pausing and deleting reminders; permissions; their due jobs follow."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.domain.when.schedule import Daily, In, Interval, Once, Schedule, Weekly
from bot.domain.when.snoozes import Snooze
from bot.errors import BackpedalError, BadInput, Conflict, NotFound
from bot.localizer import Localizer
from bot.services.clubs import clubs
from bot.services.profile import settings
from bot.services.reminders import reminders
from bot.services.reminders.reminder_views import InChannel, Keeper, ReminderWanted
from db.engine import Database
from db.models import Due, Reminder
from tests.builders.reminders import ADA, BEN, CHANNEL, CLUB, NOW, OLGA, OTHER_CLUB, Reminded, utc

SEVEN = Daily(1, (time(7),), date(2026, 11, 18))
SIX = Once(date(2026, 11, 19), time(6))
EVENING = Once(date(2026, 11, 19), time(18))
LONG_AGO = Once(date(2026, 11, 1), time(6))
IN_CLUB = InChannel(CHANNEL, 77)


@pytest_asyncio.fixture
async def club(database: Database) -> Reminded:
    return Reminded(database)


async def test_what_is_asked_for_is_due_at_its_first_instant(club: Reminded) -> None:
    view = await club.ask(SEVEN, what="  calf\n raises ")
    assert (view.what, view.state, view.zone, view.guild_id, view.channel_id) == (
        "calf raises", "active", "UTC", CLUB, CHANNEL,
    )  # fmt: skip
    assert await club.due() == [(view.reminder_id, utc(19, 7))]
    with pytest.raises(BadInput, match="never"):
        await club.ask(LONG_AGO)
    for unseen in (" \n ", "\u200b", "\u2060\ufeff", "\u0301 \u20dd", "\u3164"):
        with pytest.raises(BadInput, match="nothing"):
            await club.ask(SEVEN, what=unseen)
        with pytest.raises(BadInput, match="nothing"):
            await reminders.edit(club.database, Keeper(ADA), view.reminder_id, what=unseen, now=NOW)


async def test_one_interaction_makes_one_reminder_however_often_it_arrives(club: Reminded) -> None:
    await club.person()
    made = await asyncio.gather(*(club.ask(SEVEN, interaction_id=5) for _ in range(3)))
    assert len({view.reminder_id for view in made}) == 1
    assert len(await club.due()) == 1
    with pytest.raises(NotFound):
        await club.ask(SEVEN, BEN, interaction_id=5)


async def test_the_limit_holds_for_two_commands_at_once_and_counts_what_is_paused(club: Reminded) -> None:
    first = await club.ask(SEVEN, limit=2)
    await reminders.pause(club.database, Keeper(ADA), first.reminder_id)
    made = await asyncio.gather(*(club.ask(SEVEN, limit=2) for _ in range(3)), return_exceptions=True)
    refused = [one for one in made if isinstance(one, BaseException)]
    assert [(type(one), one.key) for one in refused if isinstance(one, Conflict)] == [
        (Conflict, "remind.refused.many")
    ] * 2
    await club.ask(SEVEN, BEN, limit=2)
    await club.until(NOW + timedelta(minutes=1))
    await reminders.delete(club.database, Keeper(ADA), first.reminder_id)
    once = await club.ask(limit=2)
    await club.until(NOW + timedelta(hours=1))
    assert (await club.state(once))[0] == "ended"
    await club.ask(limit=2)


async def test_nobody_but_its_keeper_sees_or_touches_a_reminder(club: Reminded) -> None:
    mine = await club.ask(SEVEN, other=EVENING)
    clubs_own = await club.ask(SEVEN, OLGA, club=IN_CLUB)
    await club.person(BEN)
    database = club.database

    async def touch(keeper: Keeper, reminder_id: int) -> None:
        tries: list[Any] = [
            reminders.own_reminder(database, keeper, reminder_id),
            reminders.choose_reading(database, keeper, reminder_id, 0, 1, NOW),
            reminders.edit(database, keeper, reminder_id, what="x", now=NOW),
            reminders.pause(database, keeper, reminder_id),
            reminders.resume(database, keeper, reminder_id, NOW),
            reminders.delete(database, keeper, reminder_id),
        ]
        for attempt in tries:
            with pytest.raises(NotFound, match="gone"):
                await attempt

    for keeper in (Keeper(BEN), Keeper(OLGA, CLUB), Keeper(BEN, CLUB)):
        await touch(keeper, mine.reminder_id)
    for keeper in (Keeper(OLGA), Keeper(BEN), Keeper(OLGA, OTHER_CLUB)):
        await touch(keeper, clubs_own.reminder_id)
        assert await reminders.own_reminders(database, keeper) == ()
    assert [view.reminder_id for view in await reminders.own_reminders(database, Keeper(ADA))] == [mine.reminder_id]
    both = await reminders.own_reminders(database, Keeper(BEN, CLUB))
    assert [view.reminder_id for view in both] == [clubs_own.reminder_id], "another organiser may change the club's"
    assert len(await club.due()) == 2


async def test_the_other_reading_is_taken_once_and_not_after_an_edit(club: Reminded) -> None:
    view = await club.ask(SIX, other=EVENING)
    keeper, number = Keeper(ADA), view.reminder_id
    for _ in range(2):
        assert (await reminders.choose_reading(club.database, keeper, number, 0, 1, NOW)).schedule == EVENING
        assert await club.due() == [(number, utc(19, 18))]
    assert (await reminders.choose_reading(club.database, keeper, number, 0, 0, NOW)).schedule == SIX
    with pytest.raises(Conflict, match="changed"):
        await reminders.choose_reading(club.database, keeper, number, 0, 2, NOW)
    club.now = utc(19, 5)
    edited = await reminders.edit(club.database, keeper, number, asked=ReminderWanted("", EVENING), now=club.now)
    assert (edited.readings, edited.what, await club.due()) == ((), "calf raises", [(number, utc(19, 18))])
    for others in ((), (SEVEN,)):
        await reminders.edit(club.database, keeper, number, asked=ReminderWanted("", EVENING, others), now=club.now)
        with pytest.raises(Conflict, match="changed"):
            await reminders.choose_reading(club.database, keeper, number, 0, 1, club.now)


async def test_words_and_time_are_changed_apart(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    keeper = Keeper(ADA)
    edited = await reminders.edit(club.database, keeper, view.reminder_id, what="stretch", now=NOW)
    assert (edited.what, edited.schedule, await club.due()) == ("stretch", SEVEN, [(view.reminder_id, utc(19, 7))])
    with pytest.raises(BadInput, match="never"):
        await reminders.edit(club.database, keeper, view.reminder_id, asked=ReminderWanted("x", LONG_AGO), now=NOW)
    paused = await reminders.pause(club.database, keeper, view.reminder_id)
    assert (paused.state, paused.kept_at) == ("paused", utc(19, 7))
    edited = await reminders.edit(club.database, keeper, view.reminder_id, asked=ReminderWanted("x", SIX), now=NOW)
    assert (edited.state, edited.kept_at, await club.due()) == ("paused", utc(19, 6), [])


async def test_a_paused_series_is_taken_up_at_its_next_instant(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    for _ in range(2):
        assert (await reminders.pause(club.database, Keeper(ADA), view.reminder_id)).state == "paused"
    await club.until(utc(25, 12))
    assert await club.letters() == []
    for _ in range(2):
        assert (await club.resume(view)).state == "active"
    assert await club.due() == [(view.reminder_id, utc(26, 7))]


async def test_what_comes_once_is_kept_while_paused_and_offered_when_it_has_passed(club: Reminded) -> None:
    ahead, passed = await club.ask(EVENING), await club.ask()
    for view in (ahead, passed):
        await reminders.pause(club.database, Keeper(ADA), view.reminder_id)
    await club.until(utc(19, 12))
    assert (await club.resume(ahead)).state == "active"
    assert await club.due() == [(ahead.reminder_id, utc(19, 18))]
    asked = await club.resume(passed)
    assert (asked.state, asked.missed(club.now)) == ("paused", NOW + timedelta(minutes=20))
    again = await club.resume(passed, later=Snooze.TOMORROW, zone="UTC")
    assert (again.state, again.schedule) == ("active", In(utc(20, 12, 20)))
    await club.until(utc(21, 12))
    assert [letter[3] for letter in await club.letters()] == [utc(19, 18), utc(20, 12, 20)]
    with pytest.raises(NotFound):
        await club.resume(passed)


async def test_a_series_that_ended_while_paused_is_offered_like_what_comes_once(club: Reminded) -> None:
    view = await club.ask(Daily(1, (time(7),), date(2026, 11, 18), date(2026, 11, 20)))
    await reminders.pause(club.database, Keeper(ADA), view.reminder_id)
    await settings.choose_zone(club.database, ADA, "Europe/Berlin", Localizer(), NOW)
    await club.until(utc(22, 12))
    asked = await club.resume(view)
    assert (asked.state, asked.missed(club.now)) == ("paused", utc(19, 6))
    again = await club.resume(view, later=Snooze.HOUR, zone="UTC")
    assert (again.state, again.schedule) == ("active", In(utc(22, 13)))


async def test_a_new_time_takes_up_again_what_was_missed(club: Reminded) -> None:
    view = await club.ask()
    await reminders.pause(club.database, Keeper(ADA), view.reminder_id)
    await club.until(utc(18, 20))
    with pytest.raises(Conflict, match="over"):
        await club.resume(view, later=Snooze.EVENING, zone="UTC")
    edited = await reminders.edit(
        club.database, Keeper(ADA), view.reminder_id, asked=ReminderWanted("", SIX), now=club.now
    )
    assert (edited.state, edited.kept_at, await club.due()) == ("active", None, [(view.reminder_id, utc(19, 6))])


async def test_a_deleted_reminder_leaves_nothing_due(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    assert (await reminders.delete(club.database, Keeper(ADA), view.reminder_id)).what == "calf raises"
    assert await club.due() == []
    with pytest.raises(NotFound):
        await reminders.delete(club.database, Keeper(ADA), view.reminder_id)
    assert (await club.ask(SEVEN)).reminder_id > view.reminder_id, "an old button would reach it"


# ── another zone ──


@pytest.mark.parametrize(
    ("schedule", "in_utc", "in_berlin", "in_auckland"),
    [
        (SEVEN, utc(19, 7), utc(19, 6), utc(18, 18)),
        (EVENING, utc(19, 18), utc(19, 17), utc(19, 5)),
        (In(NOW + timedelta(minutes=20)), utc(18, 12, 20), utc(18, 12, 20), utc(18, 12, 20)),
        (Interval(90, NOW + timedelta(minutes=90)), utc(18, 13, 30), utc(18, 13, 30), utc(18, 13, 30)),
    ],
)
async def test_wall_times_move_with_the_zone_and_instants_do_not(
    club: Reminded, schedule: Schedule, in_utc: object, in_berlin: object, in_auckland: object
) -> None:
    view = await club.ask(schedule)
    paused = await club.ask(schedule)
    await reminders.pause(club.database, Keeper(ADA), paused.reminder_id)
    others = await club.ask(schedule, BEN)
    reader = Localizer()
    for zone, at in (("UTC", in_utc), ("Europe/Berlin", in_berlin), ("Pacific/Auckland", in_auckland)):
        await settings.choose_zone(club.database, ADA, zone, reader, NOW)
        assert dict(await club.due()) == {view.reminder_id: at, others.reminder_id: in_utc}
        assert await club.state(paused) == ("paused", None, at)
    assert (await reminders.own_reminder(club.database, Keeper(ADA), view.reminder_id)).zone == "Pacific/Auckland"


async def test_what_lies_behind_us_by_the_new_zone_is_due_at_once_and_what_is_due_is_left(club: Reminded) -> None:
    soon = await club.ask(Once(date(2026, 11, 18), time(13)))
    series = await club.ask(SEVEN)
    club.now = utc(19, 8)  # the bot was down
    await settings.choose_zone(club.database, ADA, "Asia/Tokyo", Localizer(), club.now)
    assert dict(await club.due()) == {soon.reminder_id: utc(18, 13), series.reminder_id: utc(19, 7)}
    later = await club.ask(Once(date(2026, 11, 19), time(18)))
    await settings.choose_zone(club.database, ADA, "Pacific/Kiritimati", Localizer(), utc(19, 8, 30))
    assert dict(await club.due())[later.reminder_id] == utc(19, 4)
    await club.fire()
    assert [letter[3] for letter in await club.letters()] == [utc(18, 13), utc(19, 4), utc(19, 7)]
    assert await club.due() == [(series.reminder_id, utc(19, 17))], "7:00 on Kiritimati"


async def test_a_series_that_is_over_by_the_new_zone_ends(club: Reminded) -> None:
    view = await club.ask(Weekly(1, (2,), (time(20),), date(2026, 11, 18), date(2026, 11, 18)))
    await settings.choose_zone(club.database, ADA, "Pacific/Kiritimati", Localizer(), NOW)
    assert (await club.due(), (await club.state(view))[0]) == ([], "ended")


async def test_the_clubs_zone_moves_the_clubs_and_those_of_members_who_go_by_it(club: Reminded) -> None:
    await club.person(BEN, zone="UTC")
    asked = [
        await club.ask(SEVEN, OLGA, club=IN_CLUB), await club.ask(SEVEN, ADA), await club.ask(SEVEN, BEN),
        await club.ask(SEVEN, ADA, guild_id=OTHER_CLUB),
    ]  # fmt: skip
    await clubs.set_zone(club.database, CLUB, "Europe/Berlin", Localizer(), NOW)
    moved, stayed = utc(19, 6), utc(19, 7)
    due = dict(await club.due())
    assert [due[view.reminder_id] for view in asked] == [moved, moved, stayed, stayed]


# ── concurrent changes ──


async def test_deleting_while_it_fires_leaves_nothing_due_and_no_deadlock(club: Reminded) -> None:
    for _ in range(4):
        view = await club.ask(SEVEN)
        club.now = utc(19, 7)
        outcomes = await asyncio.gather(
            club.fire(),
            reminders.delete(club.database, Keeper(ADA), view.reminder_id),
            settings.choose_zone(club.database, ADA, "Europe/Berlin", Localizer(), club.now),
            return_exceptions=True,
        )
        assert not [one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, BackpedalError)]
        assert not [one for one in outcomes if isinstance(one, BaseException)]
        assert await club.due() == []
        async with club.database.read() as session:
            assert await session.scalar(select(func.count()).select_from(Reminder)) == 0
            assert await session.scalar(select(func.count()).select_from(Due)) == 0
        club.now = NOW
