"""Firing of reminders: in large numbers, exactly once, late after downtime, and paused if undeliverable."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import Daily, In, Interval, Schedule, Weekly, Yearly, next_after
from bot.services.reminders import reminder_firing, reminders
from bot.services.reminders.reminder_firing import Fired, latest_until
from bot.services.reminders.reminder_views import InChannel, Keeper, ReminderView
from db.engine import Database
from db.models import Delivery, Guild, Reminder
from tests.builders.reminders import ADA, BEN, CHANNEL, CLUB, NOW, OLGA, Reminded, utc
from tests.builders.statements import RecordedStatements

SEVEN = Daily(1, (time(7),), date(2026, 11, 18))


@pytest_asyncio.fixture
async def club(database: Database) -> Reminded:
    return Reminded(database)


async def clubs_own(club: Reminded, schedule: Schedule | None = None) -> ReminderView:
    return await club.ask(schedule, OLGA, club=InChannel(CHANNEL, None))


async def test_a_series_goes_on_and_what_comes_once_is_over(club: Reminded) -> None:
    series, once = await club.ask(SEVEN), await club.ask()
    await club.until(utc(20, 8))
    assert await club.letters() == [
        (StoredKind.REMIND, "dm", ADA, NOW + timedelta(minutes=20)),
        (StoredKind.REMIND, "dm", ADA, utc(19, 7)),
        (StoredKind.REMIND, "dm", ADA, utc(20, 7)),
    ]
    assert await club.due() == [(series.reminder_id, utc(21, 7))]
    assert (await club.state(once))[0] == "ended"


async def test_where_each_message_goes_and_where_a_refused_one_waits(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    await clubs_own(club, SEVEN)
    await club.until(utc(19, 7))
    async with club.database.write() as session:
        mine, clubs = await session.scalars(select(Delivery).order_by(Delivery.destination.desc()))
        assert (mine.user_id, mine.channel_id, mine.guild_id) == (ADA, CHANNEL, CLUB), "waits where it was asked for"
        assert (clubs.user_id, clubs.channel_id, clubs.guild_id) == (0, CHANNEL, CLUB)
        assert (mine.subject_id, mine.payload) == (view.reminder_id, {"occurs_at": utc(19, 7).isoformat()})
        await session.execute(update(Guild).values(partners_channel_id=5))
    await club.until(utc(20, 7))
    async with club.database.read() as session:
        mine = (await session.scalars(select(Delivery).where(Delivery.user_id == ADA))).all()[-1]
        assert mine.channel_id == 0, "the club's own choice"


async def test_hundreds_at_once_take_no_more_statements_than_one(club: Reminded) -> None:
    async def fired(reminder_ids: list[int]) -> int:
        with RecordedStatements(club.database) as statements:
            async with club.database.write() as session:
                rows = [Fired(number, utc(19, 7), ADA, {}) for number in reminder_ids]
                await reminder_firing.fire(session, rows, utc(19, 7))
        return len(statements)

    for schedule in (SEVEN, In(utc(19, 7))):
        one = await fired([(await club.ask(schedule, limit=99)).reminder_id])
        many = await fired([(await club.ask(schedule, limit=99)).reminder_id for _ in range(20)])
        assert many == one
    assert len(await club.letters()) == 42


async def test_one_that_is_paused_or_gone_says_nothing_though_it_was_taken(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    await reminders.pause(club.database, Keeper(ADA), view.reminder_id)
    async with club.database.write() as session:
        await reminder_firing.fire(session, [Fired(n, utc(19, 7), ADA, {}) for n in (view.reminder_id, 99)], utc(19, 7))
        await reminder_firing.fire_again(session, [Fired(99, utc(19, 7), ADA, {})], utc(19, 7))
    assert (await club.letters(), await club.due()) == ([], [])


# ── late ──

THIRD_MONDAY = Weekly(3, (0,), (time(6), time(18)), date(2026, 11, 18))


def yearly(every: int) -> Yearly:
    return Yearly(every, 11, 18, (time(7),), date(2026, 11, 18))


async def test_a_long_absence_leaves_one_message_of_a_series_and_every_one_shot(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    for hours in (1, 2):
        await club.ask(In(NOW + timedelta(hours=hours)))
    club.now = utc(22, 9)
    await club.fire()
    assert [letter[3] for letter in await club.letters()] == [utc(18, 13), utc(18, 14), utc(22, 7)]
    assert await club.due() == [(view.reminder_id, utc(23, 7))]


@pytest.mark.parametrize(
    ("schedule", "first", "after", "latest"),
    [
        (SEVEN, utc(18, 7), timedelta(minutes=1), utc(18, 7)),
        (SEVEN, utc(18, 7), timedelta(days=300), datetime(2027, 9, 14, 7, tzinfo=UTC)),
        (Interval(10, NOW), NOW, timedelta(days=200, minutes=17), NOW + timedelta(days=200, minutes=10)),
        (THIRD_MONDAY, utc(7, 6, month=12), timedelta(days=25), utc(28, 18, month=12)),
        (yearly(1), utc(18, 7), timedelta(days=900), datetime(2028, 11, 18, 7, tzinfo=UTC)),
        (yearly(3), utc(18, 7), timedelta(days=1000), utc(18, 7)),
    ],
)  # fmt: skip
def test_the_latest_of_all_missed_is_found_without_walking_them(
    schedule: Schedule, first: datetime, after: timedelta, latest: datetime
) -> None:
    now = first + after
    found = latest_until(schedule, "UTC", first, now)
    assert found == latest
    following = next_after(schedule, "UTC", found)
    assert following is None or following > now


async def test_a_clock_set_back_says_nothing_twice(club: Reminded) -> None:
    view = await club.ask(SEVEN)
    await club.until(utc(19, 7))
    club.now = utc(19, 6)
    await club.fire()
    await club.until(utc(19, 8))
    assert len(await club.letters()) == 1
    assert await club.due() == [(view.reminder_id, utc(20, 7))]


# ── not delivered ──


async def fail(club: Reminded, view: ReminderView, at: datetime, trouble: str, *, in_channel: bool = True) -> None:
    async with club.database.write() as session:
        await reminder_firing.not_delivered(session, view.reminder_id, at, trouble, club.now, in_channel=in_channel)


async def test_a_channel_that_is_gone_pauses_and_tells_who_asked(club: Reminded) -> None:
    series, once = await clubs_own(club, SEVEN), await clubs_own(club)
    await club.until(utc(19, 7))
    await fail(club, series, utc(19, 7), "gone")
    await fail(club, once, NOW + timedelta(minutes=20), "forbidden")
    assert await club.state(series) == ("paused", "gone", utc(20, 7))
    assert await club.state(once) == ("paused", "forbidden", NOW + timedelta(minutes=20))
    assert [letter[:3] for letter in await club.letters()][2:] == [(StoredKind.REMIND_TROUBLE, "dm", OLGA)] * 2
    assert await club.due() == []
    again = await reminders.resume(club.database, Keeper(OLGA, CLUB), series.reminder_id, club.now)
    assert (again.state, again.trouble, await club.due()) == ("active", None, [(series.reminder_id, utc(20, 7))])


async def test_nobody_reached_directly_keeps_what_comes_once_and_goes_on_with_a_series(club: Reminded) -> None:
    series, once = await club.ask(SEVEN), await club.ask()
    await club.until(utc(19, 7))
    await fail(club, series, utc(19, 7), "closed", in_channel=False)
    await fail(club, once, NOW + timedelta(minutes=20), "closed", in_channel=False)
    assert (await club.state(series))[0] == "active"
    assert await club.state(once) == ("paused", "closed", NOW + timedelta(minutes=20))
    assert [letter[0] for letter in await club.letters()] == [StoredKind.REMIND, StoredKind.REMIND], (
        "they are told by nothing but the list"
    )
    listed = await reminders.own_reminders(club.database, Keeper(ADA))
    assert [view.missed(club.now) is not None for view in listed] == [False, True]


async def test_one_that_a_member_put_off_pauses_nothing_of_the_clubs(club: Reminded) -> None:
    view = await clubs_own(club)
    await club.until(NOW + timedelta(hours=1))
    await fail(club, view, NOW + timedelta(minutes=20), "closed", in_channel=False)
    await fail(club, ReminderView(99, *[None] * 13), NOW, "gone")  # type: ignore[arg-type]
    assert (await club.state(view))[0] == "ended"


async def test_a_message_given_up_after_a_day_pauses_no_series(club: Reminded) -> None:
    series, once = await clubs_own(club, SEVEN), await clubs_own(club)
    await club.until(utc(19, 7))
    for view in (series, once):
        await fail(club, view, utc(19, 7), "given_up")
    assert (await club.state(series))[0] == "active"
    assert (await club.state(once))[:2] == ("paused", "given_up")


async def test_what_was_paused_by_hand_keeps_its_instant_when_its_message_fails(club: Reminded) -> None:
    view = await clubs_own(club, SEVEN)
    await club.until(utc(19, 7))
    await reminders.pause(club.database, Keeper(OLGA, CLUB), view.reminder_id)
    await fail(club, view, utc(19, 7), "gone")
    assert await club.state(view) == ("paused", "gone", utc(20, 7))


async def test_one_put_off_goes_to_who_did_so_alone(club: Reminded) -> None:
    view = await clubs_own(club)
    await club.person(BEN)
    async with club.database.write() as session:
        rows = [Fired(view.reminder_id, utc(19, 9), BEN, {"occurs_at": utc(19, 7).isoformat()})]
        await reminder_firing.fire_again(session, rows, utc(19, 9))
    assert await club.letters() == [(StoredKind.REMIND_AGAIN, "dm", BEN, utc(19, 9))]
    async with club.database.read() as session:
        assert (await session.scalar(select(Reminder.state))) == "active", "and moves nothing"
