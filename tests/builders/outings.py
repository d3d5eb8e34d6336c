"""A club whose members call for partners, for tests of calls."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.domain.outings.call_terms import Wanted
from bot.domain.outings.outing_rules import OutingState, Wish
from bot.domain.runs.runs import Surface
from bot.errors import MemberError
from bot.services.members.people import Person, Seen, meet
from bot.services.outings import outing_signup, partner_calls
from bot.services.outings.outing_signup import Answer
from bot.services.outings.outings import OutingView, outing_of
from bot.services.outings.partner_calls import CallRequest, Who
from bot.services.outings.waiting_list import Presser
from db.engine import Database
from db.models import Availability, Delivery, Due, Guild, MeetingPoint, Member, Tie, User

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""
START = NOW + timedelta(days=2, hours=6)
CLUB, CHANNEL = 900, 901
ADA, BEN, CEM, DORA, EVE = 11, 12, 13, 14, 15
NAMES = {ADA: "Ada", BEN: "Ben", CEM: "Cem", DORA: "Dora", EVE: "Eve"}


async def refused(error: type[MemberError], key: str, doing: Awaitable[Any]) -> MemberError:
    """Assert that a call raises this error with this key, and return the error."""
    with pytest.raises(error) as raised:
        await doing
    assert raised.value.key == key
    return raised.value


@dataclass
class Town:
    """A club and its members; every press is a separate interaction.

    Attributes:
        database: the database under test.
        now: current instant, set by the test.
    """

    database: Database
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1000))

    async def person(self, user_id: int, guild_id: int | None = CLUB) -> Person:
        return await meet(self.database, Seen(user_id, NAMES[user_id], "en-GB", guild_id, "Club", "en-GB"), self.now)

    async def call(
        self,
        by: int = ADA,
        wish: Wish = Wish.BACKWARD,
        *,
        at: datetime = START,
        minutes: int = 40,
        who: Who = Who.EVERYONE,
        place: str = "Stadium",
        surface: Surface | None = Surface.ROAD,
        interaction_id: int | None = None,
    ) -> OutingView:
        asked = CallRequest(
            place, Wanted(at, None, minutes * 60_000, None), wish, who, surface, "by the old oak", CHANNEL
        )
        number = interaction_id or next(self.numbers)
        return await partner_calls.call(
            self.database, await self.person(by), asked, interaction_id=number, now=self.now
        )

    async def join(self, who: int, outing: OutingView, wish: Wish = Wish.SPOTTER, **options: Any) -> Answer:
        return await self._press(outing_signup.join, who, outing, wish, **options)

    async def wait(self, who: int, outing: OutingView, wish: Wish = Wish.SPOTTER) -> Answer:
        return await self._press(outing_signup.wait, who, outing, wish)

    async def take(self, who: int, outing: OutingView) -> Answer:
        return await self._press(outing_signup.take, who, outing)

    async def confirm(self, who: int, outing: OutingView, **options: Any) -> Answer:
        return await self._press(outing_signup.confirm, who, outing, **options)

    async def leave(self, who: int, outing: OutingView, **options: Any) -> Answer:
        return await self._press(outing_signup.leave, who, outing, **options)

    async def _press(
        self, service: Any, who: int, outing: OutingView, *more: Any, interaction_id: int | None = None,
        guild_id: int | None = CLUB, role_ids: frozenset[int] = frozenset(), database: Database | None = None,
    ) -> Answer:  # fmt: skip
        if guild_id is not None:
            await self.person(who)
        answer: Answer = await service(
            database or self.database, Presser(who, guild_id, role_ids), outing.outing_id, *more,
            interaction_id=interaction_id or next(self.numbers), now=self.now,
        )  # fmt: skip
        return answer

    async def change(self, who: int, outing: OutingView, **changed: Any) -> OutingView:
        given = {"starts_at": None, "place": None, "seen_terms": outing.terms} | changed
        return await partner_calls.change(
            self.database, Presser(who, CLUB), outing.outing_id, **given,
            interaction_id=next(self.numbers), now=self.now,
        )  # fmt: skip

    async def cancel(self, who: int, outing: OutingView) -> OutingView:
        number = next(self.numbers)
        return await partner_calls.cancel(
            self.database, Presser(who, CLUB), outing.outing_id, interaction_id=number, now=self.now
        )

    async def agreed(self, **options: Any) -> OutingView:
        """Create an outing with Ada backward and Ben as spotter, both confirmed."""
        outing = await self.call(**options)
        await self.join(BEN, outing)
        confirmed = (await self.confirm(BEN, outing)).outing
        assert confirmed.state is OutingState.CONFIRMED
        return confirmed

    async def again(self, outing: OutingView) -> OutingView:
        return await outing_of(self.database, outing.outing_id)

    async def tie(self, user_id: int, other_id: int, kind: str = "block") -> None:
        for one in (user_id, other_id):
            await self.person(one)
        async with self.database.write() as session:
            await session.execute(
                insert(Tie).values(user_id=user_id, other_id=other_id, kind=kind, other_name="x", since=NOW)
            )

    async def club_sets(self, **values: Any) -> None:
        await self.person(ADA)
        async with self.database.write() as session:
            await session.execute(update(Guild).where(Guild.guild_id == CLUB).values(**values))

    async def user_sets(self, user_id: int, **values: Any) -> None:
        await self.person(user_id)
        async with self.database.write() as session:
            await session.execute(update(User).where(User.user_id == user_id).values(**values))

    async def member_sets(self, user_id: int, **values: Any) -> None:
        await self.person(user_id)
        async with self.database.write() as session:
            await session.execute(update(Member).where(Member.user_id == user_id).values(**values))

    async def meeting_point(self, name: str, detail: str | None = None, surface: str | None = None) -> None:
        await self.person(ADA)
        async with self.database.write() as session:
            await session.execute(insert(MeetingPoint).values(guild_id=CLUB, name=name, detail=detail, surface=surface))

    async def free(self, user_id: int, windows: list[list[int]], **values: Any) -> None:
        await self.person(user_id)
        given = {"places": [], "wishes": [], "changed_at": NOW} | values
        async with self.database.write() as session:
            await session.execute(insert(Availability).values(guild_id=CLUB, user_id=user_id, windows=windows, **given))

    async def letters(self, kind: str) -> list[int]:
        """Return the recipients of stored messages of a kind, in order."""
        async with self.database.read() as session:
            found = await session.scalars(
                select(Delivery.user_id).where(Delivery.kind == kind).order_by(Delivery.delivery_id)
            )
            return list(found)

    async def due(self, kind: str) -> list[tuple[int | None, datetime]]:
        """Return (user, instant) of the jobs of a kind."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(Due.user_id, Due.fire_at).where(Due.kind == kind).order_by(Due.fire_at, Due.user_id)
            )
            return [(user_id, fire_at) for user_id, fire_at in rows]

    async def count(self, table: type) -> int:
        async with self.database.read() as session:
            return int(await session.scalar(select(func.count()).select_from(table)) or 0)
