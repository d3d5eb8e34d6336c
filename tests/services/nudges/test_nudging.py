"""Recipients of a nudge, times at which it may be sent, and Snooze."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.nudges.streaks import PauseReason
from bot.domain.when.local_hours import Hour
from bot.errors import BadInput, Conflict, NotFound
from bot.localizer import Localizer
from bot.services.messages.deliveries import Job, schedule_job
from bot.services.nudges import nudge_settings, nudging
from bot.services.nudges.nudging import DueNudge, NudgeAudience, NudgeTarget, Rule
from bot.services.profile import settings
from db.engine import Database
from db.models import Delivery, Due, Guild, Member, User
from tests.builders.nudges import Engine, meet
from tests.builders.runs import CLUB

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
ANN, BEN, CLEO = 11, 12, 13
BERLIN = "Europe/Berlin"


async def everybody(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
    return [DueNudge(one, one.hours[-1].on.isoformat(), one.hours[-1].at) for one in reached]


def rule(name: str = "toy.daily", hour: int = 15, **more: Any) -> Rule:
    return replace(Rule(name, timedelta(hours=20), everybody, Hour(hour)), **more)


def engine(database: Database, *rules: Rule, now: datetime = NOON) -> Engine:
    return Engine(database, now, {one.name: one for one in rules or (rule(),)})


def heard(found: Engine, user_id: int) -> list[str]:
    return [f"{kind} {at:%d %H:%M}" for kind, to, at in found.sent if to == user_id]


async def test_each_is_reached_at_the_hour_on_their_own_wall(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    await meet(database, BEN, "America/New_York", NOON)
    await meet(database, CLEO, None, NOON)  # no zone set: the club's, UTC
    found = engine(database)
    await found.start()
    await found.until(NOON + timedelta(days=1))
    assert [heard(found, one) for one in (ANN, BEN, CLEO)] == [
        ["toy.daily 18 14:00"], ["toy.daily 18 20:00"], ["toy.daily 18 15:00"],
    ]  # fmt: skip
    async with database.read() as session:
        assert len((await session.scalars(select(Due))).all()) == 1


async def test_a_zone_that_is_new_is_looked_at_at_once_and_nothing_comes_twice(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    found = engine(database, rule(hour=20))
    await found.start()
    await found.turn()  # the next zone in use where it is 20:00 is UTC
    await settings.choose_zone(database, ANN, "Berlin", Localizer(), found.now)
    await found.until(NOON + timedelta(hours=7.5))
    assert heard(found, ANN) == ["toy.daily 18 19:00"]
    await settings.choose_zone(database, ANN, "UTC", Localizer(), found.now)
    await found.until(NOON + timedelta(hours=12))  # 20:00 again, on the same local day
    assert heard(found, ANN) == ["toy.daily 18 19:00"]


@pytest.mark.parametrize(
    "gone",
    [
        update(Member).values(left_at=NOON),
        update(Guild).values(left_at=NOON),
        update(User).values(home_guild_id=None),
    ],
    ids=["left", "removed", "homeless"],
)
async def test_who_is_in_no_club_is_let_alone(database: Database, gone: Any) -> None:
    await meet(database, ANN, "UTC", NOON)
    async with database.write() as session:
        await session.execute(gone)
    found = engine(database)
    await found.start()
    await found.until(NOON + timedelta(days=1))
    assert found.sent == found.dropped == []  # type: ignore[comparison-overlap]


async def test_who_leaves_while_a_nudge_waits_for_the_morning_is_let_alone(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    found = engine(database, rule(hour=22))
    await found.start()
    await found.until(NOON + timedelta(hours=12))
    async with database.write() as session:
        await session.execute(update(Member).values(left_at=found.now))
    await found.until(NOON + timedelta(hours=20))
    assert (found.sent, found.dropped) == ([], ["toy.daily"])


async def test_many_are_written_a_page_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudging, "PAGE", 3)
    for user_id in range(21, 28):
        await meet(database, user_id, "UTC", NOON)
    pages: list[list[int]] = []

    async def who(session: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
        pages.append([one.id for one in reached])
        return await everybody(session, reached)

    found = engine(database, rule(who=who))
    await found.start()
    await found.until(NOON + timedelta(hours=4))
    assert pages == [[21, 22, 23], [24, 25, 26], [27]]
    assert sorted(to for _, to, _ in found.sent) == list(range(21, 28))


# ── limits and quiet hours ──


async def test_two_a_day_and_the_third_when_the_next_day_is_no_longer_quiet(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    found = engine(database, *(rule(f"toy.{n}", 15 + n) for n in range(4)))
    async with database.write() as session:  # requested and safety messages do not count
        for n, priority in enumerate((Priority.SAFETY, Priority.ASKED)):
            await session.execute(
                insert(Delivery).values(
                    kind="outing.hour", occurrence=str(n), priority=priority, destination="dm", user_id=ANN,
                    state="sent", next_try_at=NOON, due_at=NOON, created_at=NOON, sent_at=NOON,
                )
            )  # fmt: skip
    await found.start()
    await found.until(NOON + timedelta(hours=20))
    assert heard(found, ANN) == ["toy.0 18 15:00", "toy.1 18 16:00", "toy.2 19 07:00", "toy.3 19 07:00"]


async def test_what_would_be_of_no_use_in_the_morning_is_dropped_at_night(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    late = rule("toy.late", 22, useful_for=timedelta(hours=8))
    found = engine(database, late, rule("toy.night", 23, useful_for=timedelta(hours=9)))
    await found.start()
    await found.until(NOON + timedelta(hours=10.5))
    assert found.dropped == ["toy.late"]  # dropped immediately
    await found.until(NOON + timedelta(hours=20))
    assert heard(found, ANN) == ["toy.night 19 07:00"]


async def test_no_quiet_hours_and_what_is_not_of_the_class_waits_for_nothing(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    await meet(database, BEN, "UTC", NOON)
    for ends in ({"begins_h": 0}, {"ends_h": 0}):
        await nudge_settings.choose_quiet(database, ANN, **ends)
    asked = rule("toy.asked", 22, priority=Priority.ASKED)
    found = engine(database, rule("toy.night", 23), asked)
    await found.start()
    await found.until(NOON + timedelta(hours=20))
    assert heard(found, ANN) == ["toy.asked 18 22:00", "toy.night 18 23:00"]
    assert heard(found, BEN) == ["toy.asked 18 22:00", "toy.night 19 07:00"]


async def test_stop_holds_for_those_written_already_and_only_for_one_kind_and_person(database: Database) -> None:
    for user_id in (ANN, BEN):
        await meet(database, user_id, "UTC", NOON)
    found = engine(database, rule("toy.a", 22), rule("toy.b", 22), rule("toy.off", 22, on=False))
    await found.start()
    await found.until(NOON + timedelta(hours=11))  # stored, and held until the morning
    await nudging.choose(database, ANN, "toy.a", wanted=False)
    await nudging.choose(database, BEN, "toy.off", wanted=True)
    await found.until(NOON + timedelta(hours=44))
    assert [line[:5] for line in heard(found, ANN)] == ["toy.b", "toy.b"]
    assert sorted(line.split()[0] for line in heard(found, BEN)) == ["toy.a", "toy.a", "toy.b", "toy.b"]
    assert found.dropped.count("toy.a") == 1
    await nudging.choose(database, ANN, "toy.a", wanted=True)
    await nudging.choose(database, ANN, "toy.b", wanted=False)
    await found.until(NOON + timedelta(hours=70))
    assert heard(found, ANN)[-1] == "toy.a 21 07:00"


async def test_a_pause_silences_what_waits_and_ends_when_told_or_before(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    found = engine(database)
    await found.start()
    day = NOON.date()
    back_on = nudge_settings.read_back_on("für 3 Tage", Localizer("de", zone=BERLIN), NOON)
    assert back_on == day + timedelta(days=3)
    await nudge_settings.pause(database, ANN, back_on, PauseReason.HOLIDAY, day)
    await found.until(NOON + timedelta(days=3, hours=6))
    assert heard(found, ANN) == ["toy.daily 21 14:00"]
    assert found.dropped == ["toy.daily"] * 3
    await nudge_settings.pause(database, ANN, day + timedelta(days=30), PauseReason.INJURY, found.now.date())
    await found.until(NOON + timedelta(days=5))
    await nudge_settings.end_pause(database, ANN, found.now.date())
    await found.until(NOON + timedelta(days=5, hours=6))
    assert heard(found, ANN)[1:] == ["toy.daily 23 14:00"]


@pytest.mark.parametrize(("days_ago", "comes"), [(29, False), (31, True)])
async def test_a_closed_door_is_not_knocked_at_for_a_month(database: Database, days_ago: int, comes: bool) -> None:
    await meet(database, ANN, "UTC", NOON)
    async with database.write() as session:
        await session.execute(update(User).values(dm_closed_at=NOON - timedelta(days=days_ago)))
    found = engine(database)
    await found.start()
    await found.until(NOON + timedelta(hours=5))
    assert bool(found.sent) == comes


# ── downtime, and jumps of the system clock ──


async def test_after_an_absence_one_comes_late_and_what_is_of_no_use_is_counted_out(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await meet(database, ANN, "UTC", NOON)
    found = engine(database)
    await found.start()
    await found.turn()
    found.now += timedelta(days=3)  # down for three days: the nudge of the 20th is 21 hours late, no longer useful
    await found.turn()
    assert found.sent == []
    assert "no longer useful" in caplog.text
    found.now += timedelta(days=1, hours=1)  # down until the 22nd at 7:00: the nudge of the 21st is 16 hours late
    found.now -= timedelta(hours=6)
    await found.turn()
    assert heard(found, ANN) == ["toy.daily 22 07:00"]
    assert await nudging.late_since(database, ANN, found.now - timedelta(hours=16), found.now) is not None


async def test_a_clock_that_jumps_forward_and_back_sends_nothing_twice(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    found = engine(database)
    await found.start()
    await found.turn()
    found.now = NOON + timedelta(days=2, hours=4)
    await found.turn()
    found.now = NOON + timedelta(hours=1)
    await found.turn()
    assert heard(found, ANN) == ["toy.daily 20 16:00"]
    await found.start()  # it does not wait until the 20th, and does not repeat that day's nudge
    await found.until(NOON + timedelta(days=3, hours=4))
    assert heard(found, ANN)[1:] == ["toy.daily 18 15:00", "toy.daily 19 15:00", "toy.daily 21 15:00"]


async def test_starting_again_plans_nothing_twice_and_misses_nothing(database: Database) -> None:
    await meet(database, ANN, "UTC", NOON)
    found = engine(database)
    await found.start()
    await found.turn()
    found.now = NOON + timedelta(hours=6)
    await found.start()
    await found.turn()
    assert heard(found, ANN) == ["toy.daily 18 18:00"]


async def test_late_is_what_a_night_does_not_explain(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    at_ten = datetime(2026, 11, 18, 21, tzinfo=UTC)
    morning = datetime(2026, 11, 19, 6, tzinfo=UTC)
    assert await nudging.late_since(database, ANN, at_ten, morning) is None
    assert await nudging.late_since(database, ANN, at_ten, morning + timedelta(hours=2)) == at_ten
    assert await nudging.late_since(database, ANN, NOON, NOON + timedelta(minutes=29)) is None
    assert await nudging.late_since(database, 0, at_ten, morning) == at_ten


# ── Snooze ──


async def sent_to(database: Database, found: Engine) -> int:
    await found.start()
    await found.until(NOON + timedelta(hours=3, minutes=5))
    async with database.read() as session:
        return (await session.scalars(select(Delivery.delivery_id).where(Delivery.user_id == ANN))).one()


async def test_a_nudge_put_off_comes_at_its_hour_as_asked_for_and_the_next_as_ever(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    found = engine(database, rule(useful_for=timedelta(hours=40)))
    delivery_id = await sent_to(database, found)  # sent at 15:00 in Berlin; now 16:05
    choices = await nudging.snooze_choices(database, rules(found), delivery_id, ANN, None, found.now)
    assert {how.value: f"{at:%d %H:%M}" for how, at in choices.items()} == {
        "minutes": "18 15:15", "hour": "18 16:05", "evening": "18 18:00", "tomorrow": "19 07:00",
    }  # fmt: skip
    await nudge_settings.choose_quiet(database, ANN, begins_h=17)
    for choice in ("minutes", "evening"):  # the second choice replaces the first
        await nudging.snooze(database, rules(found), delivery_id, ANN, None, choice, found.now)
    await found.until(NOON + timedelta(hours=27))
    assert heard(found, ANN) == ["toy.daily 18 14:00", "toy.daily 18 18:00", "toy.daily 19 14:00"]
    async with database.read() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.delivery_id))).all()
    assert [row.priority for row in rows] == [Priority.NUDGE, Priority.ASKED, Priority.NUDGE]
    with pytest.raises(BadInput):  # not beyond the time it is useful
        await nudging.snooze(database, rules(found), rows[1].delivery_id, ANN, None, "tomorrow", found.now)


async def test_put_off_again_from_the_first_message_it_comes_again(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    found = engine(database, rule(useful_for=timedelta(hours=40)))
    delivery_id = await sent_to(database, found)
    for choice, hours in (("minutes", 1), ("hour", 2)):
        await nudging.snooze(database, rules(found), delivery_id, ANN, None, choice, found.now)
        await found.until(found.now + timedelta(hours=hours))
    assert heard(found, ANN) == ["toy.daily 18 14:00", "toy.daily 18 15:15", "toy.daily 18 17:05"]


async def test_a_pause_silences_what_was_put_off_and_leaves_a_clubs(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    found = engine(database, rule(useful_for=timedelta(hours=40)))
    delivery_id = await sent_to(database, found)
    await nudging.snooze(database, rules(found), delivery_id, ANN, None, "hour", found.now)
    async with database.write() as session:
        clubs = Job(StoredKind.NUDGE_SNOOZED, str(delivery_id + 9), found.now, Priority.ASKED, user_id=ANN)
        await schedule_job(session, [clubs])
    await nudge_settings.pause(database, ANN, NOON.date() + timedelta(days=9), PauseReason.INJURY, NOON.date())
    async with database.read() as session:
        left = (await session.scalars(select(Due.occurrence).where(Due.kind == StoredKind.NUDGE_SNOOZED))).all()
    assert left == [str(delivery_id + 9)]


async def test_what_was_stopped_is_not_promised_for_later(database: Database) -> None:
    await meet(database, ANN, BERLIN, NOON)
    found = engine(database, rule(useful_for=timedelta(hours=40)))
    delivery_id = await sent_to(database, found)
    await nudging.choose(database, ANN, "toy.daily", wanted=False)
    with pytest.raises(Conflict, match="stopped"):
        await nudging.snooze(database, rules(found), delivery_id, ANN, None, "hour", found.now)
    with pytest.raises(Conflict, match="stopped"):
        await nudging.snooze_choices(database, rules(found), delivery_id, ANN, None, found.now)


def rules(found: Engine) -> dict[str, Rule]:
    return found.rules


async def test_somebody_elses_message_is_not_put_off_and_is_not_told_of(database: Database) -> None:
    for user_id in (ANN, BEN):
        await meet(database, user_id, BERLIN, NOON)
    found = engine(database)
    delivery_id = await sent_to(database, found)
    for who, guild_id in ((BEN, None), (BEN, CLUB), (ANN, None)):
        kinds = rules(found) if who == BEN else {"toy.other": rule("toy.other")}
        with pytest.raises(NotFound):
            await nudging.snooze(database, kinds, delivery_id, who, guild_id, "hour", found.now)
    with pytest.raises(NotFound):
        await nudging.snooze_choices(database, rules(found), delivery_id + 99, ANN, None, found.now)
    async with database.read() as session:
        assert await session.scalar(select(Due).where(Due.kind == StoredKind.NUDGE_SNOOZED)) is None


async def test_a_clubs_is_put_off_by_its_own_organisers_alone(database: Database) -> None:
    await meet(database, ANN, None, NOON)

    async def post_here(_: AsyncSession, reached: Sequence[NudgeTarget]) -> Iterable[DueNudge]:
        return [DueNudge(one, "w", one.hours[-1].at, channel_id=40) for one in reached]

    club = rule("toy.club", who=post_here, audience=NudgeAudience.CLUBS)
    found = engine(database, club)
    await found.start()
    await found.until(NOON + timedelta(hours=3, minutes=1))
    async with database.read() as session:
        row = (await session.scalars(select(Delivery))).one()
    assert (row.destination, row.channel_id, row.guild_id, row.state) == ("channel", 40, CLUB, "sent")
    for guild_id in (None, CLUB + 1):
        with pytest.raises(NotFound):
            await nudging.snooze(database, rules(found), row.delivery_id, ANN, guild_id, "hour", found.now)
    await nudging.snooze(database, rules(found), row.delivery_id, ANN, CLUB, "hour", found.now)
    await found.until(NOON + timedelta(hours=5))
    assert [f"{at:%H:%M}" for _, _, at in found.sent] == ["15:00", "16:01"]
