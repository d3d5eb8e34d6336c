"""A member over simulated time: jobs, quiet hours and the daily limit as the pump applies them, without Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.runs.runs import Direction, Stretch
from bot.domain.when.local_hours import Hour
from bot.services.habits import streaks
from bot.services.nudges import nudging
from bot.services.nudges.nudging import Rule
from db.engine import Database
from db.models import Delivery, Due, Guild, Member, User
from tests.builders.runs import CLUB, write_run

WEEK = Rule("nudge.week", streaks.DANGER_USEFUL_FOR, streaks.in_danger, streaks.danger_hours)
RESERVE = Rule("nudge.reserve", timedelta(days=3), streaks.reserve_used, Hour(12, weekday=0))
BACK = Rule("nudge.back", timedelta(days=3), streaks.quiet_for_two_weeks, Hour(17))
RULES = {rule.name: rule for rule in (WEEK, BACK)}


async def meet(database: Database, user_id: int, zone: str | None, now: datetime, guild_id: int = CLUB) -> None:
    """Create a member with this club as their home club."""
    async with database.write() as session:
        if await session.get(Guild, guild_id) is None:
            await session.execute(insert(Guild).values(guild_id=guild_id, name="Krebsgang", created_at=now))
        await session.execute(insert(User).values(user_id=user_id, zone=zone, home_guild_id=guild_id, created_at=now))
        await session.execute(
            insert(Member).values(guild_id=guild_id, user_id=user_id, display_name=f"m{user_id}", seen_at=now)
        )


async def run_on(database: Database, user_id: int, *days: date, direction: Direction = Direction.BACKWARD) -> None:
    """Write a run on each of these days."""
    async with database.write() as session:
        for day in days:
            await write_run(session, user_id, day, [Stretch(direction, 2000, 900_000)])


async def spend_reserves(database: Database, user_id: int, before: date) -> None:
    """Write the runs of two weeks more than a year before: the weeks missed after them used both reserves."""
    await run_on(database, user_id, before - timedelta(weeks=60), before - timedelta(weeks=61))


@dataclass
class Engine:
    """Does what the pump does with nudges: runs due jobs, holds, drops and sends messages."""

    database: Database
    now: datetime
    rules: dict[str, Rule] = field(default_factory=lambda: dict(RULES))
    sent: list[tuple[str, int, datetime]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    async def start(self) -> None:
        await nudging.begin(self.database, self.rules.values(), self.now)

    async def until(self, end: datetime) -> None:
        """Advance the clock from one due job or message to the next."""
        while (at := await self._next()) is not None and at <= end:
            self.now = max(self.now, at)
            await self.turn()
        self.now = end

    async def turn(self) -> None:
        while await self._fire():
            pass
        await self._send()

    async def _next(self) -> datetime | None:
        async with self.database.read() as session:
            due = await session.scalar(select(Due.fire_at).order_by(Due.fire_at).limit(1))
            waiting = await session.scalar(
                select(Delivery.next_try_at).where(Delivery.state == "waiting").order_by(Delivery.next_try_at).limit(1)
            )
        return min((at for at in (due, waiting) if at is not None), default=None)

    async def _fire(self) -> bool:
        async with self.database.write() as session:
            row = await session.scalar(select(Due).where(Due.fire_at <= self.now).order_by(Due.fire_at).limit(1))
            if row is None:
                return False
            kind, occurrence, meant_at, payload = row.kind, row.occurrence, row.meant_at, row.payload
            await session.delete(row)
            await session.flush()
            if kind == StoredKind.NUDGE_TICK:
                await nudging.tick(session, self.rules[occurrence], payload, self.now)
            else:
                await nudging.wake(session, int(payload["delivery_id"]), meant_at, self.now)
        return True

    async def _send(self) -> None:
        async with self.database.read() as session:
            rows: Sequence[Delivery] = (
                await session.scalars(
                    select(Delivery)
                    .where(Delivery.state == "waiting", Delivery.next_try_at <= self.now)
                    .order_by(Delivery.priority, Delivery.due_at, Delivery.delivery_id)
                )
            ).all()
        for row in rows:
            rule = self.rules[row.kind]
            async with self.database.read() as session:
                at = await nudging.sent_from(session, rule, row.user_id, row.payload, row.due_at, self.now)
            if at is not None and at > self.now:
                await self._settle(row, state="waiting", next_try_at=at)
            elif at is None or self.now - row.due_at > rule.useful_for or not await self._still(row):
                self.dropped.append(row.kind)
                await self._settle(row, state="dropped")
            else:
                self.sent.append((row.kind, row.user_id, self.now))
                await self._settle(row, state="sent", sent_at=self.now)

    async def _still(self, row: Delivery) -> bool:
        """Whether the message still makes sense, as `draw` would decide."""
        if row.kind == "nudge.week":
            monday = date.fromisoformat(row.payload["monday"])
            async with self.database.read() as session:
                zone = await nudging.queries.zone_of(session, row.user_id)
            return await streaks.danger(self.database, row.user_id, monday, zone, self.now) is not None
        if row.kind == "nudge.back":
            return await streaks.still_quiet(self.database, row.user_id, date.fromisoformat(row.payload["ran_on"]))
        return True

    async def _settle(self, row: Delivery, **values: Any) -> None:
        async with self.database.write() as session:
            await session.execute(update(Delivery).where(Delivery.delivery_id == row.delivery_id).values(**values))
