"""Taking a person out of what others go on with: outings, messages on their way, a drawn round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages import payload_redaction
from bot.domain.outings.outing_rules import BEFORE, OUT, Presence
from bot.errors import Conflict
from bot.services.outings.outing_signup import drop
from bot.services.outings.outings import read, redraw
from bot.services.outings.waiting_list import ask_who_is_free, offer_places
from bot.services.reminders.reminder_firing import KINDS
from db.engine import Database
from db.models import Delivery, Due
from db.queries.privacy import erasure as queries
from db.queries.reminders import reminders as reminder_queries


@dataclass(frozen=True, slots=True)
class Found:
    """Messages that may name a person: `rows`, and any of an id above `newest`."""

    newest: int
    rows: frozenset[int]


async def leave_outings(session: AsyncSession, user_id: int, now: datetime) -> None:
    """Take a person out of every outing; those ended keep the others, those to come go on without this one.

    Raises:
        Conflict: out with a partner, or somebody of the same outing is. Whoever was there last may be the only one
            who knows where; the database would not let a spotter vanish either.
    """
    for _, _, presence in await queries.hold_outings(session, user_id, OUT):
        if presence == Presence.IN:
            raise Conflict("privacy.erase.out")
    shown = await queries.shown_in(session, user_id)
    for outing_id, _, _ in await queries.hold_outings(session, user_id, BEFORE):
        await _step_out(session, outing_id, user_id, now)
    await queries.clear_words(session, user_id)
    await queries.take_out_of_all(session, user_id)
    for outing_id in shown:
        await redraw(session, await read(session, outing_id), now)


async def _step_out(session: AsyncSession, outing_id: int, user_id: int, now: datetime) -> None:
    """Leave an outing that has not begun, as by Can't come; what is told of it names nobody."""
    outing = await read(session, outing_id)
    me = outing.who(user_id)
    if me is not None and me.presence is Presence.IN:
        await drop(session, outing, user_id, now, event=f"erased {now.timestamp():.6f}")
        return
    await queries.take_out(session, outing_id, user_id)
    after = await offer_places(session, await read(session, outing_id), now)  # one may have been kept for this person
    await ask_who_is_free(session, after, now)
    await redraw(session, after, now)


async def stop_reminders(session: AsyncSession, user_id: int) -> None:
    """Take back what is due of a person's reminders, by whomever it was put off, and hold them until they are gone."""
    for row in await reminder_queries.hold_those(session, KINDS, reminder_queries.by_person(user_id)):
        await reminder_queries.drop_due(session, KINDS, row.reminder_id)


async def find_messages(database: Database, user_id: int) -> Found:
    """Look through all messages ever sent, without keeping anybody from writing meanwhile.

    500,000 of them take 0.7 s on SQLite, half of what a writer waits for a lock at most.
    """
    async with database.read() as session:
        newest = await queries.newest_message(session)
        return Found(newest, frozenset(row[0] for row in await queries.queued_about(session, Delivery, user_id)))


async def forget_in_queues(session: AsyncSession, user_id: int, found: Found) -> None:
    """Take a person out of what is due, of messages on their way or sent, and of drawn rounds.

    What is about the person goes as a whole (`bot.domain.messages.payload_redaction`); of what only mentions them the
    rest stays.
    """
    messages = await queries.queued_about(session, Delivery, user_id, above=found.newest, besides=found.rows)
    for table, rows in ((Due, await queries.queued_about(session, Due, user_id)), (Delivery, messages)):
        for row_id, occurrence, payload in rows:
            if str(user_id) in occurrence.split(":") or payload_redaction.is_about(payload, user_id):
                await queries.drop_queued(session, table, row_id)
            elif (rest := payload_redaction.without(payload, user_id)) != payload:
                await queries.write_payload(session, table, row_id, rest)
    for round_id, proposal in await queries.proposals_about(session, user_id):
        await queries.write_proposal(session, round_id, payload_redaction.without(proposal, user_id))
