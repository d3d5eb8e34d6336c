"""A club whose members have reminders, with a clock set by the test and due jobs run as the pump does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.when.schedule import In, Schedule
from bot.domain.when.snoozes import Snooze
from bot.services.members.people import Person, Seen, meet
from bot.services.messages import outbox
from bot.services.reminders import reminder_answers, reminder_firing, reminders
from bot.services.reminders.reminder_answers import DoneSaid, ReminderPresser
from bot.services.reminders.reminder_firing import KINDS, Fired
from bot.services.reminders.reminder_views import InChannel, Keeper, ReminderView, ReminderWanted
from db.engine import Database
from db.models import Delivery, Due, Reminder, User

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""
CLUB, CHANNEL, OTHER_CLUB = 900, 901, 950
ADA, BEN, OLGA = 11, 12, 13
NAMES = {ADA: "Ada", BEN: "Ben", OLGA: "Olga"}
FIRE = {StoredKind.REMIND: reminder_firing.fire, StoredKind.REMIND_AGAIN: reminder_firing.fire_again}


@dataclass
class Reminded:
    """A club and its members; every command is a separate interaction.

    Attributes:
        database: the database under test.
        now: current instant, advanced by `until`.
    """

    database: Database
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1000))

    async def person(self, user_id: int = ADA, guild_id: int | None = CLUB, *, zone: str | None = None) -> Person:
        seen = Seen(user_id, NAMES[user_id], "en-GB", guild_id, "Club", "en-GB", manages_guild=user_id == OLGA)
        person = await meet(self.database, seen, self.now)
        if zone is not None:
            async with self.database.write() as session:
                await session.execute(update(User).where(User.user_id == user_id).values(zone=zone))
            person = await meet(self.database, seen, self.now)
        return person

    async def ask(
        self, schedule: Schedule | None = None, by: int = ADA, *, what: str = "calf raises",
        other: Schedule | None = None, club: InChannel | None = None, guild_id: int | None = CLUB,
        limit: int = 50, interaction_id: int | None = None,
    ) -> ReminderView:  # fmt: skip
        person = await self.person(by, guild_id)
        asked = ReminderWanted(
            what, schedule or In(self.now + timedelta(minutes=20)), () if other is None else (other,)
        )
        assert person.club or not club
        return await reminders.ask(
            self.database, person, asked, zone=person.reader.zone, channel_id=CHANNEL if guild_id else None,
            club=club, limit=limit, interaction_id=interaction_id or next(self.numbers), now=self.now,
        )  # fmt: skip

    async def until(self, at: datetime) -> None:
        """Advance the clock, running each due job at its instant."""
        while True:
            async with self.database.read() as session:
                due_at = await session.scalar(select(func.min(Due.fire_at)).where(Due.kind.in_(KINDS)))
            if due_at is None or due_at > at:
                break
            self.now = max(self.now, due_at)
            await self.fire()
        self.now = max(self.now, at)

    async def fire(self) -> None:
        """Run all due jobs, in one batch."""
        while True:
            async with self.database.write() as session:
                taken = await outbox.take_due(session, KINDS, self.now, KINDS, 200, set())
                if not taken:
                    return
                fired = [Fired(one.subject_id or 0, one.meant_at, one.user_id, one.payload) for one in taken]
                await FIRE[taken[0].kind](session, fired, self.now)

    async def letters(self) -> list[tuple[str, str, int, datetime]]:
        """Return (kind, destination, user or channel, due instant) of every stored message."""
        async with self.database.read() as session:
            rows = await session.scalars(select(Delivery).order_by(Delivery.delivery_id))
            return [(row.kind, row.destination, row.user_id or row.channel_id, row.due_at) for row in rows]

    async def due(self, kind: str = StoredKind.REMIND) -> list[tuple[int | None, datetime]]:
        """Return (reminder, instant) of the jobs of a kind."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(Due.subject_id, Due.fire_at).where(Due.kind == kind).order_by(Due.fire_at)
            )
            return [(reminder_id, fire_at) for reminder_id, fire_at in rows]

    async def state(self, view: ReminderView) -> tuple[str, str | None, datetime | None]:
        async with self.database.read() as session:
            row = await session.get_one(Reminder, view.reminder_id)
            return row.state, row.trouble, row.kept_at

    async def done(self, view: ReminderView, at: datetime, by: int = ADA, channel: int | None = None) -> DoneSaid:
        return await reminder_answers.done(self.database, view.reminder_id, at, ReminderPresser(by, channel), self.now)

    async def resume(self, view: ReminderView, by: int = ADA, **options: Any) -> ReminderView:
        return await reminders.resume(self.database, Keeper(by), view.reminder_id, self.now, **options)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """Return an instant in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def put_off(
    club: Reminded, view: ReminderView, at: object, how: Snooze, by: int = ADA, channel: int | None = None
) -> reminder_answers.Snoozed:
    return await reminder_answers.snooze(
        club.database,
        view.reminder_id,
        at,
        ReminderPresser(by, channel),
        how,
        zone="UTC",
        now=club.now,  # type: ignore[arg-type]
    )
