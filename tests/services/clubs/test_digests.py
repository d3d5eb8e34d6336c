"""A club's digest: its contents, its schedule, and the members it leaves out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.runs import Direction, Sharing, Stretch
from bot.errors import BadInput
from bot.services.clubs import clubs, digests
from bot.services.clubs.digests import Digest, Placed
from bot.services.nudges.nudging import NudgeAudience, Rule
from db.engine import Database
from db.models import Delivery, Guild, Member, Spotting
from tests.builders.nudges import Engine
from tests.builders.runs import CLUB, join, write_run
from tests.builders.statements import RecordedStatements

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CHANNEL = 40
B, F = Direction.BACKWARD, Direction.FORWARD
ANN, BEN, CLEO, DORA, EVE, FAY = range(11, 17)


def back(metres: int | None, minutes: int = 10) -> list[Stretch]:
    return [Stretch(B, metres, minutes * 60_000)]


@pytest.fixture
async def club(database: Database) -> Database:
    async with database.write() as session:
        for user_id, name in ((ANN, "Ann"), (BEN, "Ben"), (CLEO, "Cleo"), (DORA, "Dora"), (EVE, "Eve"), (FAY, "Fay")):
            await join(session, user_id, name=name, hidden=user_id == DORA)
        await session.execute(update(Member).where(Member.user_id == EVE).values(left_at=NOW))
        await session.execute(update(Guild).values(digest_channel_id=CHANNEL, zone="Europe/Berlin"))
        for user_id in (ANN, BEN, DORA, EVE):
            await write_run(session, user_id, date(2026, 11, 2), back(1000))
        week = [date(2026, 11, 16), date(2026, 11, 22)]
        own = await write_run(session, ANN, week[0], [*back(3000), Stretch(F, 1000, 300_000)])
        await write_run(session, ANN, week[1], back(500))
        for user_id in (BEN, DORA, EVE):
            await write_run(session, user_id, week[1], back(3500))
        await write_run(session, CLEO, week[0], back(None, 20))  # their first run, distance unknown
        await write_run(session, FAY, week[0], back(9000), sharing=Sharing.ME, counted=False)
        await write_run(session, BEN, MONDAY, back(9000))  # next week
        await write_run(session, BEN, date(2026, 11, 15), back(9000))  # previous week
        for user_id, minutes in ((BEN, 20), (DORA, 30), (EVE, 30)):
            await session.execute(
                insert(Spotting).values(
                    run_id=own,
                    user_id=user_id,
                    guild_id=CLUB,
                    ran_on=week[0],
                    distance_m=0,
                    duration_ms=minutes * 60_000,
                )
            )
    return database


async def read(database: Database, on: date = MONDAY) -> Digest | None:
    return await digests.digest(database, CLUB, CHANNEL, on, NOW)


async def test_it_holds_what_the_boards_hold_and_nobody_who_hides_or_left(club: Database) -> None:
    with RecordedStatements(club) as statements:
        found = await read(club)
    assert len(statements) == 6
    assert found is not None
    assert (found.first, found.last, found.runs, found.members) == (date(2026, 11, 16), date(2026, 11, 22), 4, 3)
    assert found.sums == {B: (7000, 3_000_000), F: (1000, 300_000)}
    assert found.boards[B] == (
        Placed(1, "Ann", 3500, 1_200_000), Placed(1, "Ben", 3500, 600_000), Placed(3, "Cleo", 0, 1_200_000),
    )  # fmt: skip
    assert found.boards[F] == (Placed(1, "Ann", 1000, 300_000),)
    assert found.newcomers == ("Cleo",)
    assert found.spotters == (("Ben", 1_200_000),)
    assert len(found.weeks) == 12
    assert found.unseen == ()
    later = await digests.digest(club, CLUB, CHANNEL, MONDAY, NOW + timedelta(days=30))
    assert later is not None
    assert later.unseen == (ANN, BEN, CLEO)


async def test_a_week_without_a_run_has_none_and_neither_has_another_channel(club: Database) -> None:
    assert await read(club, date(2026, 10, 5)) is None
    await digests.choose_channel(club, CLUB, CHANNEL + 1, NOW)
    assert await read(club) is None
    await digests.stop(club, CLUB)
    assert await digests.digest(club, CLUB, CHANNEL + 1, MONDAY, NOW) is None


async def test_it_comes_on_the_clubs_day_and_hour_and_moves_with_them(club: Database) -> None:
    kind = Rule(StoredKind.NUDGE_DIGEST, timedelta(days=2), digests.due, digests.hours, NudgeAudience.CLUBS)
    async with club.write() as session:  # another club in the same zone, with a different hour
        await session.execute(
            insert(Guild).values(
                guild_id=CLUB + 1,
                name="Other",
                zone="Europe/Berlin",
                digest_channel_id=50,
                digest_hour=18,
                created_at=NOW,
            )
        )
    engine = Engine(club, NOW - timedelta(days=1), {StoredKind.NUDGE_DIGEST: kind})
    await engine.start()
    await engine.until(NOW + timedelta(days=2))
    async with club.read() as session:
        rows = (await session.scalars(select(Delivery).order_by(Delivery.delivery_id))).all()
    assert [(row.channel_id, row.payload, f"{row.due_at:%a %H:%M}") for row in rows] == [
        (CHANNEL, {"on": "2026-11-23", "first": "2026-11-16"}, "Mon 08:00"),
        (50, {"on": "2026-11-23", "first": "2026-11-16"}, "Mon 17:00"),
    ]
    await digests.set_when(club, CLUB, engine.now, weekday=5, hour=20)
    await engine.until(NOW + timedelta(days=6))
    assert len(engine.sent) == 2  # this week's digest has been sent
    await engine.until(NOW + timedelta(days=13))
    assert [f"{at:%a %d %H:%M}" for _, _, at in engine.sent][2:] == ["Mon 30 17:00", "Sat 05 19:00"]


async def told(database: Database) -> list[tuple[str, str, str]]:
    """Return (first day, day after the last, state) of every digest of the club, ordered by due time."""
    async with database.read() as session:
        rows = (
            await session.scalars(select(Delivery).where(Delivery.guild_id == CLUB).order_by(Delivery.due_at))
        ).all()
    return [(row.payload["first"][5:], row.payload["on"][5:], row.state) for row in rows]


@pytest.mark.parametrize(
    ("moves", "spans"),
    [
        # To an earlier weekday after this week's digest: the next digest covers the longer span.
        ([(1, 5, 20)], [("11-16", "11-23"), ("11-23", "12-05"), ("12-05", "12-12")]),
        ([(1, 6, 20)], [("11-16", "11-23"), ("11-23", "12-06"), ("12-06", "12-13")]),
        # From Saturday to Monday, two days later.
        ([(1, 5, 20), (13, 0, 9)], [("11-16", "11-23"), ("11-23", "12-05"), ("12-05", "12-07"), ("12-07", "12-14")]),
        # To a later day, and to another hour of the same day.
        ([(6, 3, 9)], [("11-16", "11-23"), ("11-23", "12-03"), ("12-03", "12-10")]),
        ([(1, 0, 18)], [("11-16", "11-23"), ("11-23", "11-30"), ("11-30", "12-07"), ("12-07", "12-14")]),
    ],
)
async def test_a_digest_that_is_moved_loses_no_day_and_tells_none_twice(
    club: Database, moves: list[tuple[int, int, int]], spans: list[tuple[str, str]]
) -> None:
    kind = Rule(StoredKind.NUDGE_DIGEST, timedelta(days=2), digests.due, digests.hours, NudgeAudience.CLUBS)
    engine = Engine(club, NOW - timedelta(days=1), {StoredKind.NUDGE_DIGEST: kind})
    await engine.start()
    for days, weekday, hour in moves:
        await engine.until(NOW + timedelta(days=days))
        await digests.set_when(club, CLUB, engine.now, weekday=weekday, hour=hour)
    await engine.until(NOW + timedelta(days=21, hours=12))
    assert [(first, on) for first, on, _ in await told(club)] == spans


async def test_another_channel_on_the_same_day_does_not_tell_the_same_days_again(club: Database) -> None:
    kind = Rule(StoredKind.NUDGE_DIGEST, timedelta(days=2), digests.due, digests.hours, NudgeAudience.CLUBS)
    engine = Engine(club, NOW - timedelta(days=1), {StoredKind.NUDGE_DIGEST: kind})
    await engine.start()
    await engine.until(NOW + timedelta(hours=1))
    await digests.choose_channel(club, CLUB, CHANNEL + 1, engine.now)
    await digests.set_when(club, CLUB, engine.now, hour=18)
    await engine.until(NOW + timedelta(days=1))
    assert len(await told(club)) == 1
    await engine.until(NOW + timedelta(days=8))
    assert [(first, on) for first, on, _ in await told(club)] == [("11-16", "11-23"), ("11-23", "11-30")]


@pytest.mark.parametrize(
    ("state", "first"), [("sent", "11-23"), ("failed", "11-16"), ("dropped", "11-16"), ("waiting", "11-23")]
)
async def test_days_of_a_digest_that_was_not_posted_are_told_by_the_next(
    club: Database, state: str, first: str
) -> None:
    kind = Rule(StoredKind.NUDGE_DIGEST, timedelta(days=2), digests.due, digests.hours, NudgeAudience.CLUBS)
    engine = Engine(club, NOW - timedelta(days=8), {StoredKind.NUDGE_DIGEST: kind})
    await engine.start()
    await engine.until(NOW + timedelta(hours=1))
    async with club.write() as session:
        await session.execute(update(Delivery).values(state="sent"))
        await session.execute(update(Delivery).where(Delivery.due_at == NOW).values(state=state))
    await engine.until(NOW + timedelta(days=8))
    assert (await told(club))[-1][:2] == (first, "11-30")


async def test_after_a_break_a_digest_is_of_its_week(club: Database) -> None:
    on = date(2026, 11, 30)
    assert digests.first_day(on, None) == digests.first_day(on, date(2026, 11, 15)) == date(2026, 11, 23)
    assert digests.first_day(on, date(2026, 11, 16)) == date(2026, 11, 16)
    longer = await digests.digest(club, CLUB, CHANNEL, MONDAY, NOW, date(2026, 11, 9))
    assert longer is not None
    assert (longer.first, longer.runs, longer.boards[B][0].distance_m) == (date(2026, 11, 9), 5, 12_500)
    quiet = await digests.digest(club, CLUB, CHANNEL, date(2026, 11, 15), NOW, date(2026, 11, 3))
    assert quiet is None
    trimmed = await digests.digest(club, CLUB, CHANNEL, date(2026, 11, 16), NOW, date(2026, 11, 3))
    assert trimmed is not None
    assert (trimmed.first, trimmed.runs) == (date(2026, 11, 9), 1), "nothing was run before"


async def test_an_hour_that_was_over_when_it_was_set_is_waited_for_a_week(club: Database) -> None:
    kind = Rule(StoredKind.NUDGE_DIGEST, timedelta(days=2), digests.due, digests.hours, NudgeAudience.CLUBS)
    await digests.stop(club, CLUB)
    engine = Engine(club, NOW - timedelta(hours=20), {StoredKind.NUDGE_DIGEST: kind})
    await engine.start()
    await engine.until(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))  # Monday 10:30 in Berlin
    await digests.choose_channel(club, CLUB, CHANNEL, engine.now)
    await engine.until(engine.now + timedelta(days=6))
    assert engine.sent == []
    await engine.until(engine.now + timedelta(days=1))
    assert [f"{at:%a %d %H:%M}" for _, _, at in engine.sent] == ["Mon 30 08:00"]


async def test_what_is_set_is_kept_and_nonsense_refused(club: Database) -> None:
    held = (await clubs.club_settings(club, CLUB)).digest
    assert held == digests.DigestSettings(CHANNEL, 0, 9, False)
    await digests.set_instead(club, CLUB, NOW, on=True)
    assert (await clubs.club_settings(club, CLUB)).club.digest_instead
    await digests.choose_channel(club, CLUB, None, NOW)
    assert not (await clubs.club_settings(club, CLUB)).club.digest_instead  # applies only while a digest is set
    for values in ({"weekday": 7}, {"hour": 24}, {}):
        with pytest.raises(BadInput):
            await digests.set_when(club, CLUB, NOW, **values)


@pytest.mark.parametrize("office", [None, 77])
async def test_organisers_hear_of_one_that_could_not_be_posted(club: Database, office: int | None) -> None:
    async with club.write() as session:
        await session.execute(update(Guild).values(organisers_channel_id=office))
        await session.execute(update(Member).where(Member.user_id == BEN).values(organiser=True))
        await digests.tell_lost(session, CLUB, CHANNEL, "1", NOW)
        await digests.tell_lost(session, CLUB, CHANNEL + 1, "2", NOW)  # the digest has moved to another channel
    async with club.read() as session:
        (row,) = (await session.scalars(select(Delivery))).all()
    assert (row.channel_id, row.user_id) == ((77, 0) if office else (0, BEN))
