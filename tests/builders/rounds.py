"""A club with a weekly round, for tests of rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.rounds.matching import Draw, draw_round
from bot.services.rounds import round_draws, rounds
from bot.services.rounds.round_draws import Hat
from db.engine import Database
from db.models import Availability, Companion, Delivery, Due, Guild, Member, Outing, Round, RoundPlace, Tie, User

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""
MATCH = datetime(2026, 11, 19, 18, tzinfo=UTC)
NOTICE = MATCH - timedelta(days=1)
MONDAY = date(2026, 11, 23)
CLUB, PARTNERS = 900, 902
ADA, BEN, CEM, DORA, OLGA = 11, 12, 13, 14, 19
EVENING = [[1, 18 * 60, 20 * 60]]  # Tuesdays


@dataclass
class Circle:
    """A club and the participants of its rounds; `now` is set by the test."""

    database: Database
    now: datetime = NOW

    @classmethod
    async def gather(cls, database: Database, *members: int, **club: Any) -> Circle:
        """Create a club with a round on Thursdays at 18:00 UTC, an organiser, and members available on Tuesdays."""
        async with database.write() as session:
            values = {"round_on": True, "partners_channel_id": PARTNERS, "zone": "UTC"} | club
            await session.execute(insert(Guild).values(guild_id=CLUB, name="Club", created_at=NOW, **values))
        circle = cls(database)
        await circle.join(OLGA, organiser=True)
        for user_id in members:
            await circle.join(user_id)
            await circle.says(user_id)
        return circle

    async def join(self, user_id: int, **member: Any) -> None:
        async with self.database.write() as session:
            await session.execute(insert(User).values(user_id=user_id, created_at=NOW))
            values = {"display_name": f"Member {user_id}", "seen_at": NOW} | member
            await session.execute(insert(Member).values(guild_id=CLUB, user_id=user_id, **values))

    async def says(self, user_id: int, **said: Any) -> None:
        values = {"windows": EVENING, "places": [], "wishes": ["backward", "spotter", "swap"], "changed_at": NOW} | said
        async with self.database.write() as session:
            await session.execute(insert(Availability).values(guild_id=CLUB, user_id=user_id, **values))

    async def changes(self, user_id: int, **said: Any) -> None:
        async with self.database.write() as session:
            await session.execute(update(Availability).where(Availability.user_id == user_id).values(**said))

    async def sets(self, **club: Any) -> None:
        """Change the club's settings, and reschedule its round."""
        async with self.database.write() as session:
            if club:
                await session.execute(update(Guild).where(Guild.guild_id == CLUB).values(**club))
            guild = await session.get(Guild, CLUB)
            assert guild is not None
            await rounds.plan_round(session, guild, self.now)

    async def tie(self, who: int, whom: int, kind: str = "block") -> None:
        async with self.database.write() as session:
            await session.execute(insert(Tie).values(user_id=who, other_id=whom, kind=kind, other_name="?", since=NOW))

    async def outing(self, at: datetime, *people: int, state: str = "home", roles: Sequence[str] = ()) -> int:
        """Create an outing of some people; the first runs backward throughout, unless `roles` assigns roles."""
        told = roles or ("backward", *("spotter" for _ in people[1:]))
        async with self.database.write() as session:
            outing_id = await session.scalar(
                insert(Outing)
                .values(
                    interaction_id=int(at.timestamp()) * 100 + people[0], guild_id=CLUB, state=state, starts_at=at,
                    zone="UTC", place="Park", backward_per_spotter=2, places=len(people), pace_s_per_km=480.0,
                    planned_ms=2_700_000, channel_id=PARTNERS, created_at=NOW,
                )
                .returning(Outing.outing_id)
            )  # fmt: skip
            for user_id, role in zip(people, told, strict=True):
                await session.execute(
                    insert(Companion).values(
                        outing_id=outing_id, user_id=user_id, wish=role, first_role=role, second_role=role,
                        presence="in", since=NOW,
                    )
                )  # fmt: skip
            return int(outing_id or 0)

    # ── jobs, run as the pump does ──

    async def announce(self) -> Round | None:
        """Run the job of the notice."""
        due = await self.due(StoredKind.ROUND_NOTICE)
        async with self.database.write() as session:
            await rounds.announce(session, CLUB, due.payload, due.fire_at, self.now)
        return await self.round()

    async def begin(self) -> None:
        """Run the job of the match."""
        due = await self.due(StoredKind.ROUND_MATCH)
        async with self.database.write() as session:
            await rounds.begin_match(session, due.payload["round_id"], self.now)

    async def hat(self) -> Hat:
        row = await self.round()
        assert row is not None
        found = await round_draws.hat(self.database, row.round_id, self.now)
        assert found is not None
        return found

    async def draw(self) -> Draw:
        """Return the draw, as the worker computes it."""
        found = await self.hat()
        draw = draw_round(found.candidates, found.backward_per_spotter, found.seed)
        await round_draws.drawn(self.database, found, draw, self.now)
        return draw

    async def by_itself(self) -> None:
        row = await self.round()
        assert row is not None
        async with self.database.write() as session:
            await round_draws.confirm_by_itself(session, row.round_id, self.now)

    async def drawn(self) -> Round:
        """Advance from now to a draw that waits for confirmation."""
        await self.sets()
        self.now = NOTICE
        await self.announce()
        self.now = MATCH
        await self.begin()
        await self.draw()
        row = await self.round()
        assert row is not None
        return row

    # ── stored state ──

    async def round(self) -> Round | None:
        async with self.database.read() as session:
            return (await session.scalars(select(Round).order_by(Round.monday.desc()))).first()

    async def due(self, kind: str) -> Due:
        async with self.database.read() as session:
            return (await session.scalars(select(Due).where(Due.kind == kind).order_by(Due.fire_at))).one()

    async def all_due(self) -> list[tuple[str, datetime]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Due).where(Due.kind.startswith("round.")).order_by(Due.fire_at))
            return [(row.kind, row.fire_at) for row in rows]

    async def letters(self, kind: str) -> dict[int, dict[str, Any]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Delivery).where(Delivery.kind == kind).order_by(Delivery.delivery_id))
            return {row.user_id: row.payload for row in rows}

    async def outings(self) -> list[tuple[Outing, dict[int, str]]]:
        async with self.database.read() as session:
            rows = list(await session.scalars(select(Outing).where(Outing.round_id.is_not(None))))
            found = []
            for row in rows:
                inside = await session.scalars(select(Companion).where(Companion.outing_id == row.outing_id))
                found.append((row, {c.user_id: c.wish for c in inside}))
            return found

    async def places(self) -> dict[int, tuple[str, str | None]]:
        async with self.database.read() as session:
            return {row.user_id: (row.state, row.reason) for row in await session.scalars(select(RoundPlace))}
