"""Candidates of a round's draw: trust and blocks, history, and free time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, update

from bot.domain.partners.availability import week_of
from bot.domain.rounds.match_scoring import Candidate
from db.engine import Database
from db.models import NoShow, User
from tests.builders.rounds import ADA, BEN, CEM, EVENING, MATCH, MONDAY, NOTICE, NOW, Circle

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


async def the_candidates(circle: Circle) -> dict[int, Candidate]:
    await circle.sets()
    circle.now = NOTICE
    await circle.announce()
    circle.now = MATCH
    await circle.begin()
    return {c.user_id: c for c in (await circle.hat()).candidates}


async def test_ties_and_history(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    await circle.tie(ADA, BEN)
    await circle.tie(CEM, ADA, "trust")
    await circle.outing(NOW - 20 * DAYS, ADA, CEM)
    await circle.outing(NOW - 5 * DAYS, CEM, ADA)
    await circle.outing(NOW - 6 * DAYS, ADA, CEM)
    await circle.outing(NOW - 4 * DAYS, ADA, BEN, state="cancelled")
    await circle.outing(NOW - 100 * DAYS, BEN, CEM)
    found = await the_candidates(circle)
    assert (found[ADA].blocked, found[BEN].blocked, found[CEM].blocked) == ({BEN}, {ADA}, set())
    assert (found[CEM].trusts, found[ADA].trusts) == ({ADA}, set())
    assert (found[ADA].met, found[BEN].met, found[CEM].met) == ({CEM: 1}, {}, {ADA: 1})
    assert (found[ADA].faced_backward, found[ADA].faced_forward) == (2, 1)
    assert (found[CEM].faced_backward, found[CEM].faced_forward) == (1, 2)


async def test_no_shows_of_a_month_count(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    for number, ago in enumerate((10, 25, 40)):
        outing_id = await circle.outing(NOW - ago * DAYS + number * HOURS, ADA, BEN, state="no_show")
        async with database.write() as session:
            missed_on = (NOW - ago * DAYS).date()
            await session.execute(insert(NoShow).values(outing_id=outing_id, user_id=ADA, missed_on=missed_on))
    found = await the_candidates(circle)
    assert (found[ADA].no_shows, found[BEN].no_shows) == (2, 0)


def slots(*hours: tuple[float, float]) -> int:
    """Return the slot mask of these spans, in hours since Monday 0:00."""
    mask = 0
    for first, end in hours:
        mask |= (1 << int(end * 4)) - (1 << int(first * 4))
    return mask


async def test_time_is_in_each_ones_own_zone(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    async with database.write() as session:
        await session.execute(update(User).where(User.user_id == BEN).values(zone="America/New_York"))
    found = await the_candidates(circle)
    assert (found[ADA].mask, found[BEN].mask) == (slots((42, 44)), slots((47, 49)))


async def test_time_that_is_taken_or_paused_is_not_there(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM)
    week = week_of(MONDAY, "UTC").start
    await circle.changes(ADA, windows=[[1, 17 * 60, 21 * 60]])
    await circle.changes(BEN, windows=[*EVENING, [3, 600, 720]], paused_until=MONDAY + 2 * DAYS)
    await circle.outing(week + 42 * HOURS, ADA, CEM, state="filled")
    found = await the_candidates(circle)
    # an outing of 45 minutes plus 11:15 of reserve, rounded to quarter-hour slots
    assert found[ADA].mask == slots((41, 42), (43, 45))
    assert found[BEN].mask == slots((82, 84))


async def test_time_that_is_too_near_is_not_there(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await circle.changes(ADA, windows=[[0, 0, 1440], [1, 0, 1440]])
    await circle.sets()
    circle.now = NOTICE
    await circle.announce()
    circle.now = week_of(MONDAY, "UTC").start + 6 * HOURS
    await circle.begin()
    (ada, _) = (await circle.hat()).candidates
    assert ada.mask == slots((18, 48))


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(*args: Any) -> None:
        said.append(args[2])

    event.listen(database.reader.sync_engine, "before_cursor_execute", note)
    yield said
    event.remove(database.reader.sync_engine, "before_cursor_execute", note)


async def test_the_number_of_questions_does_not_grow_with_the_club(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    await the_candidates(circle)
    with counted(database) as few:
        await circle.hat()
    for user_id in range(100, 140):
        await circle.join(user_id)
        await circle.says(user_id)
        await circle.outing(NOW - DAYS, user_id, ADA)
    with counted(database) as many:
        assert len((await circle.hat()).candidates) == 42
    assert len(many) == len(few) < 20
