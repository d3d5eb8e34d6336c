"""Outings created by a confirmed round, also with concurrent changes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.domain.outings.call_terms import Wanted
from bot.domain.outings.outing_rules import Wish, is_filled
from bot.domain.partners.availability import week_of
from bot.services.members.people import Seen, meet
from bot.services.outings import outing_signup, partner_calls
from bot.services.outings.partner_calls import CallRequest
from bot.services.outings.waiting_list import Presser
from bot.services.partners import meeting_points
from bot.services.rounds import round_draws
from db.engine import Database
from db.models import Companion
from tests.builders.rounds import ADA, BEN, CEM, CLUB, MONDAY, OLGA, Circle

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


async def test_who_calls_at_the_moment_of_the_match_is_in_one_outing_then(
    database: Database, database_url: str
) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    row = await circle.drawn()
    seen = Seen(ADA, "Ada", "en-GB", CLUB, "Club", "en-GB")
    ada = await meet(database, seen, circle.now)
    at = week_of(MONDAY, "UTC").start + DAYS + 18 * HOURS
    wish = CallRequest("Park", Wanted(at, None, 40 * 60_000, None), Wish.BACKWARD)
    other = Database.open(database_url)
    try:
        await asyncio.gather(
            round_draws.confirm(database, row.round_id, OLGA, row.seed, circle.now),
            partner_calls.call(other, ada, wish, interaction_id=10**17, now=circle.now),
            return_exceptions=True,
        )
    finally:
        await other.close()
    async with database.read() as session:
        inside = await session.scalars(select(Companion.outing_id).where(Companion.user_id == ADA))
        assert len(list(inside)) == 1


async def test_without_a_channel_an_outing_has_no_card_and_nobody_is_bothered_with_that(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, partners_channel_id=None)
    await circle.drawn()
    await circle.by_itself()
    ((outing, _),) = await circle.outings()
    for number, who in enumerate((ADA, BEN)):
        presser = Presser(who, CLUB)
        await outing_signup.confirm(database, presser, outing.outing_id, interaction_id=number, now=circle.now)
    assert list(await circle.letters("outing.confirmed")) == [ADA, BEN]
    assert await circle.letters("outing.card") == {}


async def test_a_place_renamed_after_the_draw_is_met_at_by_its_new_name(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN)
    track = await meeting_points.add(database, CLUB, "Track", "track", "gate 4", circle.now)
    for who in (ADA, BEN):
        await circle.changes(who, places=["Track"])
    await circle.drawn()
    await meeting_points.change(database, CLUB, track.point_id, "Arena", "grass", "gate 3", circle.now)
    row = await circle.round()
    assert row is not None
    assert [one.place for one in (await round_draws.seen(database, row.round_id)).outings] == ["Arena"]
    await circle.by_itself()
    ((outing, _),) = await circle.outings()
    assert (outing.place, outing.detail, outing.surface) == ("Arena", "gate 3", "grass")


async def test_a_limit_lowered_after_the_draw_holds_for_what_is_made_of_it(database: Database) -> None:
    circle = await Circle.gather(database, ADA, BEN, CEM, backward_per_spotter=2)
    await circle.drawn()
    await circle.sets(backward_per_spotter=1)
    await circle.by_itself()
    ((outing, wishes),) = await circle.outings()
    assert (outing.state, outing.backward_per_spotter) == ("filled", 1)
    assert is_filled([Wish(wish) for wish in wishes.values()], 1, solo=False)
