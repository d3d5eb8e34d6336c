"""Done and Snooze on a reminder's message: counted once, for its recipients only, without moving the series."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta

import pytest
import pytest_asyncio

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import Daily, In, Interval, Weekly
from bot.domain.when.snoozes import Snooze, snoozes
from bot.errors import Conflict, NotFound
from bot.localizer import Localizer
from bot.services.profile import settings
from bot.services.reminders import reminder_answers, reminders
from bot.services.reminders.reminder_answers import ReminderPresser
from bot.services.reminders.reminder_views import InChannel, Keeper, ReminderWanted
from db.engine import Database
from tests.builders.reminders import ADA, BEN, CHANNEL, NOW, OLGA, Reminded, put_off, utc

DAILY = Daily(1, (time(7),), date(2026, 11, 18))
CHANGE = utc(25, 0, 30, month=10)
"""Half an hour before the end of summer time in Berlin."""
FOUR = Weekly(1, (0, 2, 4, 5), (time(7),), date(2026, 11, 18))


@pytest_asyncio.fixture
async def club(database: Database) -> Reminded:
    return Reminded(database)


async def test_done_is_counted_by_week_and_once_though_pressed_twice_at_once(club: Reminded) -> None:
    view = await club.ask(FOUR)
    await club.until(utc(23, 8))  # Friday, Saturday and the following Monday
    first = await asyncio.gather(*(club.done(view, utc(20, 7)) for _ in range(2)))
    assert sorted(said.again for said in first) == [False, True]
    assert [(said.done, said.planned, said.this_week) for said in first] == [(1, 2, False)] * 2, (
        "since it was asked for"
    )
    said = await club.done(view, utc(21, 7))
    assert (said.done, said.planned, said.this_week, said.series) == (2, 2, False, True)
    said = await club.done(view, utc(23, 7))
    assert (said.done, said.planned, said.this_week) == (1, 4, True)


async def test_weeks_are_those_of_the_reminders_zone_and_what_was_done_counts_after_an_edit(club: Reminded) -> None:
    await club.person(zone="Pacific/Auckland")
    view = await club.ask(DAILY)
    await club.until(utc(22, 19))  # after Monday 7:00 in Auckland
    assert (await club.done(view, utc(21, 18))).done == 1
    said = await club.done(view, utc(22, 18))
    assert (said.done, said.planned) == (1, 7)
    edited = ReminderWanted("", Weekly(1, (3,), (time(7),), date(2026, 11, 18)))
    await reminders.edit(club.database, Keeper(ADA), view.reminder_id, asked=edited, now=club.now)
    said = await club.done(view, utc(22, 18))
    assert (said.done, said.planned, said.again) == (1, 2, True)


async def test_an_interval_from_an_odd_instant_counts_each_occurrence_once(club: Reminded) -> None:
    start = NOW + timedelta(hours=30, microseconds=123456)
    view = await club.ask(Interval(24 * 60, start))
    await club.until(utc(21, 8))
    said = await club.done(view, start.replace(microsecond=0))
    assert (said.done, said.planned) == (1, 4)


async def test_what_comes_once_is_done_without_a_count(club: Reminded) -> None:
    view = await club.ask()
    await club.until(NOW + timedelta(hours=1))
    said = await club.done(view, NOW + timedelta(minutes=20))
    assert (said.series, said.again) == (False, False)


async def test_only_who_was_told_and_only_of_what_was_said(club: Reminded) -> None:
    mine = await club.ask(DAILY)
    theirs = await club.ask(DAILY, OLGA, club=InChannel(CHANNEL, None))
    await club.person(BEN)
    await club.until(utc(19, 8))
    at = utc(19, 7)
    for view, when, by, channel in (
        (mine, at, BEN, None), (mine, at, BEN, CHANNEL), (mine, utc(20, 7), ADA, None), (theirs, at, BEN, None),
        (theirs, at, BEN, 902), (theirs, utc(20, 7), BEN, CHANNEL),
    ):  # fmt: skip
        with pytest.raises(NotFound, match="gone"):
            await club.done(view, when, by, channel)
        with pytest.raises(NotFound, match="gone"):
            await put_off(club, view, when, Snooze.HOUR, by, channel)
        with pytest.raises(NotFound, match="gone"):
            await reminder_answers.told(club.database, view.reminder_id, when, ReminderPresser(by, channel))
    assert await club.due(StoredKind.REMIND_AGAIN) == []
    assert (await club.done(theirs, at, BEN, CHANNEL)).done == 1
    assert (await club.done(theirs, at, ADA, CHANNEL)).done == 1, "each for themselves"
    await reminders.delete(club.database, Keeper(ADA), mine.reminder_id)
    with pytest.raises(NotFound, match="gone"):
        await club.done(mine, at)


async def test_snoozing_says_it_again_and_leaves_the_series_where_it_was(club: Reminded) -> None:
    view = await club.ask(DAILY)
    await club.until(utc(19, 7, 5))
    series = await club.due()
    said = await put_off(club, view, utc(19, 7), Snooze.MINUTES)
    assert (said.at, said.moved) == (utc(19, 7, 15), False)
    said = await put_off(club, view, utc(19, 7), Snooze.TOMORROW)
    assert (said.at, said.moved) == (utc(20, 7), True), "chosen again, it moves"
    assert await club.due() == series == [(view.reminder_id, utc(20, 7))]
    await club.until(utc(20, 8))
    assert [letter[0] for letter in await club.letters()] == [
        StoredKind.REMIND,
        StoredKind.REMIND,
        StoredKind.REMIND_AGAIN,
    ]
    assert (await put_off(club, view, utc(19, 7), Snooze.HOUR)).moved is False, "from the message that came again"
    await club.until(utc(20, 10))
    assert len(await club.letters()) == 4
    club.now = utc(20, 18)
    with pytest.raises(Conflict, match="over"):
        await put_off(club, view, utc(19, 7), Snooze.EVENING)


async def test_what_came_once_and_was_put_off_is_its_keepers_until_it_comes_again(club: Reminded) -> None:
    view, at = await club.ask(limit=2), NOW + timedelta(minutes=20)
    keeper, database = Keeper(ADA), club.database
    await club.until(at)
    assert await reminders.own_reminders(database, keeper) == ()
    await put_off(club, view, at, Snooze.HOUR)
    (listed,) = await reminders.own_reminders(database, keeper)
    again_at = at + timedelta(hours=1)
    assert (listed.state, listed.again_at, listed.left_again) == ("ended", again_at, again_at)
    assert (await reminders.own_reminder(database, keeper, view.reminder_id)).again_at == again_at
    assert (await reminders.resume(database, keeper, view.reminder_id, club.now)).left_again == again_at
    edited = await reminders.edit(database, keeper, view.reminder_id, what="stretch", now=club.now)
    assert (edited.what, edited.left_again) == ("stretch", again_at)
    await club.ask(DAILY, limit=2)
    with pytest.raises(Conflict, match="many"):
        await club.ask(DAILY, limit=2)  # a listed reminder counts towards the limit
    for other in (Keeper(BEN), Keeper(OLGA, 900)):
        assert await reminders.own_reminders(database, other) == ()
        with pytest.raises(NotFound, match="gone"):
            await reminders.delete(database, other, view.reminder_id)
    await club.until(again_at)
    assert view.reminder_id not in [one.reminder_id for one in await reminders.own_reminders(database, keeper)]
    with pytest.raises(NotFound, match="gone"):
        await reminders.edit(database, keeper, view.reminder_id, what="x", now=club.now)


async def test_what_is_put_off_can_be_paused_moved_and_deleted(club: Reminded) -> None:
    at, keeper, database = NOW + timedelta(minutes=20), Keeper(ADA), club.database
    views = [await club.ask() for _ in range(3)]
    await club.until(at)
    for view in views:
        await put_off(club, view, at, Snooze.HOUR)
    paused, moved, deleted = (view.reminder_id for view in views)
    kept = await reminders.pause(database, keeper, paused)
    again_at = at + timedelta(hours=1)
    assert (kept.state, kept.kept_at, kept.schedule) == ("paused", again_at, In(again_at))
    edited = await reminders.edit(database, keeper, moved, asked=ReminderWanted("", DAILY), now=club.now)
    assert (edited.state, edited.again_at, await club.due()) == ("active", None, [(moved, utc(19, 7))])
    await reminders.delete(database, keeper, deleted)
    assert await club.due(StoredKind.REMIND_AGAIN) == []
    resumed = await club.resume(views[0])
    assert (resumed.state, dict(await club.due())[paused]) == ("active", again_at)
    await club.until(again_at)
    assert (await club.letters())[-1] == (StoredKind.REMIND, "dm", ADA, again_at)


async def test_what_is_over_and_put_off_is_changed_in_its_keepers_present_zone(club: Reminded) -> None:
    early, late = await club.ask(), await club.ask()
    at = NOW + timedelta(minutes=20)
    await club.until(at)
    await put_off(club, early, at, Snooze.HOUR)
    await settings.choose_zone(club.database, ADA, "Europe/Berlin", Localizer(), club.now)
    await reminder_answers.snooze(
        club.database, late.reminder_id, at, ReminderPresser(ADA, None), Snooze.HOUR, zone="Europe/Berlin", now=club.now
    )
    listed = await reminders.own_reminders(club.database, Keeper(ADA))
    assert [(view.zone, view.left_again) for view in listed] == [("Europe/Berlin", at + timedelta(hours=1))] * 2


async def test_a_series_says_when_one_of_it_comes_again_and_a_clubs_only_while_it_goes_on(club: Reminded) -> None:
    series = await club.ask(DAILY)
    clubs = await club.ask(by=OLGA, club=InChannel(CHANNEL, None))
    await club.until(utc(19, 7))
    await put_off(club, series, utc(19, 7), Snooze.HOUR)
    await put_off(club, clubs, NOW + timedelta(minutes=20), Snooze.HOUR, OLGA, CHANNEL)
    (listed,) = await reminders.own_reminders(club.database, Keeper(ADA))
    assert (listed.state, listed.again_at, listed.left_again) == ("active", utc(19, 8), None)
    assert await reminders.own_reminders(club.database, Keeper(OLGA, 900)) == (), "over for the club"


async def test_two_may_put_off_the_clubs_and_done_takes_back_ones_own(club: Reminded) -> None:
    view = await club.ask(DAILY, OLGA, club=InChannel(CHANNEL, None))
    await club.person(BEN)
    await club.until(utc(19, 7))
    for by in (ADA, BEN):
        await club.person(by)
        await put_off(club, view, utc(19, 7), Snooze.HOUR, by, CHANNEL)
    assert len(await club.due(StoredKind.REMIND_AGAIN)) == 2
    await club.done(view, utc(19, 7), ADA, CHANNEL)
    assert len(await club.due(StoredKind.REMIND_AGAIN)) == 1
    await club.until(utc(19, 9))
    assert (await club.letters())[-1] == (StoredKind.REMIND_AGAIN, "dm", BEN, utc(19, 8))
    assert (await club.done(view, utc(19, 7), BEN, 4711)).done == 1, "in the direct message"
    await reminders.pause(club.database, Keeper(OLGA, 900), view.reminder_id)
    await put_off(club, view, utc(19, 7), Snooze.HOUR, BEN)
    await reminders.delete(club.database, Keeper(OLGA, 900), view.reminder_id)
    assert await club.due(StoredKind.REMIND_AGAIN) == []


async def test_pressing_while_it_is_deleted_leaves_nothing_behind(club: Reminded) -> None:
    for _ in range(3):
        club.now = NOW
        view = await club.ask(DAILY)
        await club.until(utc(19, 7))
        outcomes = await asyncio.gather(
            club.done(view, utc(19, 7)),
            put_off(club, view, utc(19, 7), Snooze.HOUR),
            reminders.delete(club.database, Keeper(ADA), view.reminder_id),
            return_exceptions=True,
        )
        assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, NotFound)]
        assert await club.due(StoredKind.REMIND_AGAIN) == []


@pytest.mark.parametrize(
    ("now", "zone", "offered"),
    [
        (utc(18, 6, 30), "Europe/Berlin", {"evening": utc(18, 18), "tomorrow": utc(19, 5)}),
        (utc(18, 17), "Europe/Berlin", {"tomorrow": utc(19, 5)}),
        (CHANGE, "Europe/Berlin", {"evening": utc(25, 18, month=10), "tomorrow": utc(26, 6, month=10)}),
        (utc(18, 23), "Pacific/Auckland", {"evening": utc(19, 6), "tomorrow": utc(19, 17)}),
    ],
)  # fmt: skip
def test_what_can_be_chosen(now: object, zone: str, offered: dict[str, object]) -> None:
    occurred = {"Europe/Berlin": utc(18, 5), "Pacific/Auckland": utc(18, 17)}[zone]
    if now == CHANGE:
        occurred = utc(24, 5, month=10)  # 7:00 summer time, the day before the change
    found = snoozes(occurred, now, zone)  # type: ignore[arg-type]
    assert found.pop(Snooze.MINUTES) == now + timedelta(minutes=10)  # type: ignore[operator]
    assert found.pop(Snooze.HOUR) == now + timedelta(hours=1)  # type: ignore[operator]
    assert found == offered
