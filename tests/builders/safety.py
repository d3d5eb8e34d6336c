"""A club whose members are out together: `Town` with the presses of an outing under way and of alarms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from bot.domain.messages.stored_kinds import StoredKind
from bot.services.outings import (
    check_in,
    corrections,
    no_shows,
    outing_lifecycle,
    outing_signup,
    partner_calls,
)
from bot.services.outings.outings import OutingView
from bot.services.safety import alerts, escalation, quiet_alarms
from db.models import Contact, Delivery, Due
from tests.builders.outings import ADA, BEN, CLUB, NAMES, Town


class Outside(Town):
    """Presses of those who are out, and the clock."""

    discord_answers = True

    async def check_in(
        self, who: int, outing: OutingView, present: Collection[int] = (ADA, BEN), interaction_id: int | None = None
    ) -> OutingView:
        return await check_in.check_in(
            self.database, outing.outing_id, who, present,
            interaction_id=interaction_id or next(self.numbers), now=self.now,
        )  # fmt: skip

    async def out(self, **options: Any) -> OutingView:
        """Create an outing with Ada and Ben, both checked in."""
        outing = await self.agreed(**options)
        self.now = outing.starts_at
        return await self.check_in(ADA, outing)

    async def swap(self, who: int, outing: OutingView) -> OutingView:
        return await outing_lifecycle.swap(
            self.database, outing.outing_id, who, interaction_id=next(self.numbers), now=self.now
        )

    async def extend(self, who: int, outing: OutingView, minutes: int) -> OutingView:
        number = next(self.numbers)
        return await outing_lifecycle.extend(
            self.database, outing.outing_id, who, minutes, interaction_id=number, now=self.now
        )

    async def home(self, who: int, outing: OutingView, *, both: bool = False) -> OutingView:
        number = next(self.numbers)
        return await outing_lifecycle.home(
            self.database, outing.outing_id, who, both=both, interaction_id=number, now=self.now
        )

    async def still_out(self, who: int, outing: OutingView) -> OutingView:
        number = next(self.numbers)
        return await corrections.still_out(self.database, outing.outing_id, who, interaction_id=number, now=self.now)

    async def not_there(self, who: int, outing: OutingView) -> OutingView:
        number = next(self.numbers)
        return await corrections.not_there(self.database, outing.outing_id, who, interaction_id=number, now=self.now)

    async def there(self, who: int, outing: OutingView) -> OutingView:
        number = next(self.numbers)
        return await corrections.there_after_all(
            self.database, outing.outing_id, who, interaction_id=number, now=self.now
        )

    async def help(self, who: int, outing: OutingView) -> OutingView:
        number = next(self.numbers)
        return await alerts.need_help(self.database, outing.outing_id, who, interaction_id=number, now=self.now)

    async def unsafe(self, who: int, outing: OutingView) -> OutingView:
        number = next(self.numbers)
        after, _ = await alerts.feel_unsafe(self.database, outing.outing_id, who, interaction_id=number, now=self.now)
        return after

    async def resolve(
        self, who: int, outing: OutingView, word: str = "All well", organises: int | None = None
    ) -> OutingView:
        return await alerts.resolve(
            self.database, outing.outing_id, who, word, organises=organises,
            interaction_id=next(self.numbers), now=self.now,
        )  # fmt: skip

    async def contact(self, of: int, who: int, position: int = 1, state: str = "accepted") -> None:
        await self.person(of)
        async with self.database.write() as session:
            await session.execute(
                insert(Contact).values(
                    user_id=of, contact_id=who, contact_name=NAMES.get(who, "X"), position=position, state=state,
                    guild_id=CLUB, asked_at=self.now,
                )
            )  # fmt: skip

    async def until(self, at: datetime) -> list[tuple[datetime, str, int | None]]:
        """Advance the clock, running due jobs of the outing and the escalation in order. Return the jobs run."""
        done = []
        while True:
            await self.asked()
            async with self.database.write() as session:
                due = await session.scalar(
                    select(Due).where(Due.fire_at <= at, Due.kind.in_(_FIRES)).order_by(Due.fire_at, Due.due_id)
                )
                if due is None:
                    break
                self.now = max(self.now, due.fire_at)
                await session.execute(delete(Due).where(Due.due_id == due.due_id))
                assert due.subject_id is not None
                await _FIRES[due.kind](session, due, self.now)
                done.append((self.now, due.kind, due.payload.get("rung")))
        self.now = max(self.now, at)
        return done

    async def asked(self) -> None:
        """Mark the questions whether somebody is home as delivered, unless the test says otherwise."""
        if not self.discord_answers:
            return
        async with self.database.write() as session:
            waiting = update(Delivery).where(Delivery.kind == "alert.ask", Delivery.state == "waiting")
            await session.execute(waiting.values(state="sent", sent_at=self.now))

    async def said(self, *kinds: str) -> list[tuple[str, int, int]]:
        """Return (kind, person, channel) of the stored messages in order, without the card."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(Delivery.kind, Delivery.user_id, Delivery.channel_id)
                .where(Delivery.kind != "outing.card")
                .order_by(Delivery.delivery_id)
            )
            return [(kind, user, channel) for kind, user, channel in rows if not kinds or kind in kinds]


async def _escalate(session: Any, due: Due, now: datetime) -> None:
    help_for = due.payload.get("help_user_id")
    step = int(due.payload["rung"])
    await escalation.escalate(session, due.subject_id or 0, step, now, meant_at=due.meant_at, help_for=help_for)


async def _sound_again(session: Any, due: Due, now: datetime) -> None:
    await quiet_alarms.sound_again(session, int(due.payload["alarm_id"]), now)


async def _half(session: Any, due: Due, now: datetime) -> None:
    await outing_lifecycle.call_half_time(session, due.subject_id or 0, now)


async def _unstarted(session: Any, due: Due, now: datetime) -> None:
    await no_shows.ask(session, due.subject_id or 0, now)


async def _remind(session: Any, due: Due, now: datetime) -> None:
    await outing_lifecycle.remind(session, due.kind, due.subject_id or 0, due.user_id, now)


async def _lapse(session: Any, due: Due, now: datetime) -> None:
    await partner_calls.lapse(session, due.subject_id or 0, now)


async def _offer_ends(session: Any, due: Due, now: datetime) -> None:
    await outing_signup.end_offer(session, due.subject_id or 0, due.user_id or 0, now)


_FIRES = {
    StoredKind.OUTING_LAPSE: _lapse,
    StoredKind.OUTING_OFFER_ENDS: _offer_ends,
    StoredKind.OUTING_OVERDUE: _escalate,
    StoredKind.ALERT_UNSAFE: _sound_again,
    StoredKind.OUTING_HELP: _escalate,
    StoredKind.OUTING_HALF: _half,
    StoredKind.OUTING_UNSTARTED: _unstarted,
    **dict.fromkeys(outing_lifecycle.REMINDERS, _remind),
}
MINUTE = timedelta(minutes=1)
