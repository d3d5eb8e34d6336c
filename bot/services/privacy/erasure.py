"""Erasure of a member from data that others still use: outings, queued messages, drawn rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages import payload_redaction
from bot.domain.outings.outing_rules import BEFORE, OUT, Presence
from bot.errors import Conflict
from bot.services.outings.outing_signup import drop
from bot.services.outings.outings import read, redraw
from bot.services.outings.waiting_list import ask_who_is_free, offer_places
from bot.services.reminders.reminder_firing import KINDS
from db.engine import Database
from db.personal_data import JsonContent
from db.queries.privacy import erased_rows
from db.queries.privacy import erasure as queries
from db.queries.privacy.erased_rows import FoundMessages
from db.queries.reminders import reminders as reminder_queries


async def leave_outings(session: AsyncSession, user_id: int, now: datetime) -> None:
    """Remove a member from every outing; ended ones keep the others, future ones continue without the member.

    Raises:
        Conflict: they are in an outing that is under way. Whoever was there last may be the only one who knows where
            they are; the database would not let a spotter vanish either.
    """
    for _, _, presence in await queries.hold_outings(session, user_id, OUT):
        if presence == Presence.IN:
            raise Conflict("privacy.erase.out")
    shown = await queries.shown_in(session, user_id)
    for outing_id, _, _ in await queries.hold_outings(session, user_id, BEFORE):
        await _step_out(session, outing_id, user_id, now)
    for outing_id in shown:
        await redraw(session, await read(session, outing_id), now)


async def _step_out(session: AsyncSession, outing_id: int, user_id: int, now: datetime) -> None:
    """Leave an outing that has not begun, as Can't come does; the messages about it name nobody."""
    outing = await read(session, outing_id)
    me = outing.who(user_id)
    if me is not None and me.presence is Presence.IN:
        await drop(session, outing, user_id, now, event=f"erased {now.timestamp():.6f}")
        return
    await queries.take_out(session, outing_id, user_id)
    after = await offer_places(session, await read(session, outing_id), now)  # offers the place kept for this member
    await ask_who_is_free(session, after, now)
    await redraw(session, after, now)


async def stop_reminders(session: AsyncSession, user_id: int) -> None:
    """Cancel the jobs of a member's reminders, including snoozes by others, and lock the reminders for deletion."""
    for row in await reminder_queries.hold_those(session, KINDS, reminder_queries.by_person(user_id)):
        await reminder_queries.drop_due(session, KINDS, row.reminder_id)


async def find_messages(database: Database, user_id: int) -> FoundMessages:
    """Search all messages ever sent, without blocking writers.

    500,000 messages take 0.7 s on SQLite, half of the longest time that a writer waits for a lock.
    """
    async with database.read() as session:
        return await erased_rows.find_messages(session, user_id)


async def forget_in_text(session: AsyncSession, user_id: int, found: FoundMessages) -> None:
    """Remove a member from JSON columns and id keys that declare people: jobs, messages, revisions, rounds.

    A row about the member as a whole is deleted; a row that only mentions them is redacted
    (`bot.domain.messages.payload_redaction`).
    """
    for table in erased_rows.with_people_in_text():
        content = erased_rows.json_of(table)
        for row in await erased_rows.hold_mentioning(session, table, user_id, found):
            keyed = any(str(user_id) in row[name].split(":") for name in erased_rows.ids_of(table))
            if keyed or any(said.row_goes and _is_about(row[name], user_id) for name, said in content.items()):
                await erased_rows.delete_row(session, table, row)
                continue
            rest = {name: _without(row[name], user_id, said) for name, said in content.items()}
            if changed := {name: rest[name] for name in rest if rest[name] != row[name]}:
                await erased_rows.write_json(session, table, row, changed)


def _is_about(content: Any, user_id: int) -> bool:
    return isinstance(content, dict) and payload_redaction.is_about(content, user_id)


def _without(content: Any, user_id: int, said: JsonContent) -> Any:
    if said.keys:
        return payload_redaction.cleared(content, user_id, said.keys)
    return payload_redaction.without(content, user_id)
