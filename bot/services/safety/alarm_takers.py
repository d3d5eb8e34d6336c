"""Who takes care of an alarm about an outing: I'm on it.

It changes nothing of the alarm, which is repeated until it is resolved: whoever is on it may fail too. It is stored in
the payloads of the alarm's messages, so that each of them says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OUT, OutingState
from bot.errors import Conflict, NotFound
from bot.services.members import people
from bot.services.outings import overdue_timers, sent_letters
from bot.services.outings.outings import OutingView, pressed_before, read
from db.engine import Database
from db.queries.safety import alerts as queries

TAKER, TAKEN_AT = "on_it", "on_it_at"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who is on it, and since when; `user_id` is 0 once they were erased."""

    user_id: int
    since: datetime


def taker_in(payload: Mapping[str, Any]) -> Taker | None:
    """Return who is on the alarm that a message was sent for."""
    if TAKEN_AT not in payload:
        return None
    return Taker(int(payload.get(TAKER) or 0), datetime.fromtimestamp(int(payload[TAKEN_AT]), UTC))


async def taken(session: AsyncSession, outing: OutingView) -> dict[str, object]:
    """Return what a further message of the same alarm keeps of who is on it."""
    for _, payload in reversed(await _letters(session, outing)):
        if TAKEN_AT in payload:
            return {TAKER: payload.get(TAKER), TAKEN_AT: payload[TAKEN_AT]}
    return {}


async def take(
    database: Database, outing_id: int, user_id: int, *, organises: int | None, interaction_id: int, now: datetime
) -> OutingView:
    """Record that an organiser takes care of an alarm, and show it to all the others.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        user_id: organiser of its club.
        organises: club that this user organises, or None.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: the outing does not exist, or this user does not organise its club.
        Conflict: the alarm is over, or somebody else is on it.
    """
    async with database.urgent.write() as session:
        outing = await read(session, outing_id, hold=True)
        letters = await _letters(session, outing) if outing.due_back_at is not None else []
        if organises != outing.guild_id or not letters:
            raise NotFound("partners.not_open")
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        if outing.state not in OUT or (outing.state is not OutingState.OVERDUE and outing.help_at is None):
            raise Conflict("alerts.resolve.over")
        known = next((one for _, payload in letters if (one := taker_in(payload)) is not None), None)
        if known is not None:
            if known.user_id == user_id:
                return outing
            raise Conflict("alerts.quiet.taken_already", name=await people.name_in(session, known.user_id, organises))
        for delivery_id, payload in letters:
            given = {**payload, TAKER: user_id, TAKEN_AT: int(now.timestamp())}
            await queries.write_answer(session, delivery_id, given)
        await overdue_timers.tell_alarmed(
            session, outing, [StoredKind.ALERT_ORGANISERS], user_id, "on_it", now, directly=True
        )
        await sent_letters.refresh_alarms(session, outing_id, now)
        return outing


async def _letters(session: AsyncSession, outing: OutingView) -> list[tuple[int, dict[str, Any]]]:
    """Return (id, payload) of the messages to organisers about the current return, oldest first."""
    beginning = f"{outing.outing_id}:{overdue_timers.return_of(outing)}"
    return await queries.letters_beginning(session, StoredKind.ALERT_ORGANISERS, beginning)
