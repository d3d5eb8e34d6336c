"""Quiet alarms: repeated until a recipient takes them, and never visible to the other members of the outing.

To the outing, a quiet alarm is the shortest extension and nothing else (`alerts.feel_unsafe`). Messages, return,
remaining minutes and answer are those of Extend because Extend produces them. Everything else about the alarm is stored
and sent here, to nobody in the outing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.safety.escalation_steps import Recipients, pause_after, step_number
from bot.domain.text.free_text import is_blank
from bot.errors import BadInput, Conflict, NotFound
from bot.services.members import people
from bot.services.members.people import club_of
from bot.services.messages.deliveries import Job, post, schedule_job
from bot.services.messages.edits import edit_sent
from bot.services.outings.outings import OutingView, pressed_before, read
from bot.services.outings.overdue_timers import BY_DM, alarm_letter
from bot.services.outings.quiet_alarm_updates import QuietAlarm, remind, tell, view
from db import models
from db.engine import Database
from db.queries.members import organisers as organiser_queries
from db.queries.safety import alerts as alert_queries
from db.queries.safety import quiet_alarms as queries

log = logging.getLogger(__name__)

REPEAT = timedelta(minutes=5)
"""Repeat interval: a third of the escalation's, because the member who pressed is with the person they fear."""
REPEAT_LATER = pause_after(step_number(Recipients.ORGANISERS))
TAKEN_FOR = timedelta(hours=1)
"""Time after I'm on it until that recipient is asked to close the alarm; after as long again it repeats for all."""
SOON_ROUNDS = 6
"""Rounds at the short interval, half an hour in total; later ones follow the escalation's interval."""
WIDEN_AFTER = 3
"""Unanswered rounds after which it is also sent to each recipient alone, and the member who pressed is told."""
WORD_LIMIT = 300


async def raise_alarm(session: AsyncSession, outing: OutingView, user_id: int, now: datetime) -> None:
    """Send a member's quiet alarm, for the first time or again, and schedule its repeat."""
    row = await queries.open_alarm(session, outing.outing_id, user_id)
    rounds = 1 if row is None else row.rounds + 1
    if row is not None:
        await queries.set_alarm(session, row.alarm_id, taken_by_user_id=None, taken_at=None, rounds=rounds)
        alarm_id = row.alarm_id
    else:
        alarm_id = await queries.insert_alarm(session, outing.outing_id, user_id, now)
    await _sound(session, outing, alarm_id, user_id, rounds, now)


async def sound_again(session: AsyncSession, alarm_id: int, now: datetime) -> None:
    """Repeat a quiet alarm. A recipient who has taken it is reminded first, and gets as long again to close it."""
    row = await queries.alarm(session, alarm_id)
    if row is None:
        return
    outing = await read(session, row.outing_id, hold=True)
    row = await queries.alarm(session, alarm_id)
    if row is None or row.closed_at is not None:
        return
    if row.taken_by_user_id is not None and row.taken_at is not None:
        if now < row.taken_at + 2 * TAKEN_FOR:
            await remind(session, outing, view(row), now)
            await _plan(session, outing, alarm_id, row.user_id, max(now, row.taken_at) + TAKEN_FOR)
            return
        await queries.set_alarm(session, alarm_id, taken_by_user_id=None, taken_at=None)
        rounds = max(row.rounds, WIDEN_AFTER + 1) + 1  # everybody at once, without telling the member
    else:
        rounds = row.rounds + 1
    await queries.set_alarm(session, alarm_id, rounds=rounds)
    await _sound(session, outing, alarm_id, row.user_id, rounds, now, again=True)
    if rounds == WIDEN_AFTER + 1 and not await queries.was_written(session, StoredKind.ALERT_UNHEARD, alarm_id):
        payload = {"how": "unanswered"}
        await post(
            session,
            [alarm_letter(StoredKind.ALERT_UNHEARD, f"{alarm_id}:{rounds}", outing, now, payload, user_id=row.user_id)],
            now,
        )


async def take(
    database: Database,
    outing_id: int,
    alarm_id: int,
    user_id: int,
    *,
    organises: int | None,
    interaction_id: int,
    now: datetime,
) -> QuietAlarm:
    """Take a quiet alarm: it stops repeating, and all other recipients are told.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        alarm_id: id of the alarm.
        user_id: organiser, or a contact who was told; nobody in the outing.
        organises: club that this user organises, or None.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: it does not exist, or this user may not know of it.
        Conflict: somebody else has taken it, or it is closed.
    """
    async with database.urgent.write() as session:
        outing, alarm = await _known(session, outing_id, alarm_id, user_id, organises)
        if await pressed_before(session, interaction_id, outing_id, now) or alarm.taken_by == user_id:
            return alarm
        if alarm.closed_at is not None:
            raise Conflict("alerts.quiet.over")
        if alarm.taken_by is not None:
            name = await people.name_in(session, alarm.taken_by, outing.guild_id)
            raise Conflict("alerts.quiet.taken_already", name=name)
        await queries.set_alarm(session, alarm_id, taken_by_user_id=user_id, taken_at=now)
        await _plan(session, outing, alarm_id, alarm.user_id, now + TAKEN_FOR)
        await tell(session, outing, alarm, "taken", user_id, now)
        await _edit(session, outing_id, alarm.user_id, now, newest=True)
        return await _read(session, alarm_id)


async def close(
    database: Database,
    outing_id: int,
    alarm_id: int,
    user_id: int,
    word: str,
    *,
    organises: int | None,
    interaction_id: int,
    now: datetime,
) -> QuietAlarm:
    """Close a quiet alarm with a note that the other recipients read, and nobody in the outing.

    Args: as for `take`, and
        word: what happened.

    Raises:
        NotFound, Conflict: as `take`.
        BadInput: the note is blank.
    """
    word = word.strip()[:WORD_LIMIT]
    if is_blank(word):
        raise BadInput("alerts.resolve.empty")
    async with database.urgent.write() as session:
        outing, alarm = await _known(session, outing_id, alarm_id, user_id, organises)
        if await pressed_before(session, interaction_id, outing_id, now):
            return alarm
        if alarm.closed_at is not None:
            raise Conflict("alerts.quiet.over")
        await queries.set_alarm(session, alarm_id, closed_by_user_id=user_id, closed_at=now, resolution=word)
        await tell(session, outing, alarm, "closed", user_id, now)
        await _edit(session, outing_id, alarm.user_id, now, newest=False)
        return await _read(session, alarm_id)


async def alarm_of(database: Database, payload: Mapping[str, Any]) -> QuietAlarm | None:
    """Return the alarm that a message is about, or None if it was erased."""
    async with database.read() as session:
        row = await queries.alarm(session, int(payload["alarm_id"]))
        return None if row is None else view(row)


async def send_to_each(
    database: Database, outing_id: int | None, kind: str, occurrence: str, now: datetime, payload: Mapping[str, Any]
) -> None:
    """Send each recipient by direct message what cannot be said in the organisers' channel."""
    if outing_id is None:
        return
    async with database.urgent.write() as session:
        await to_each_in(session, outing_id, kind, occurrence, now, payload)


async def to_each_in(
    session: AsyncSession, outing_id: int, kind: str, occurrence: str, now: datetime, payload: Mapping[str, Any]
) -> None:
    """Run `send_to_each` within a transaction."""
    await _to_each(session, await read(session, outing_id), kind, occurrence, now, payload)


async def _to_each(
    session: AsyncSession,
    outing: OutingView,
    kind: str,
    occurrence: str,
    now: datetime,
    payload: Mapping[str, Any],
) -> None:
    """Send a message to the owner, every known organiser and, for the alarm itself, the member's contacts.

    Nobody in the outing gets it. If there is no recipient, the member who pressed is told.
    """
    about = int(payload["about_user_id"])
    told = dict.fromkeys(await organiser_queries.owner_and_organisers(session, outing.guild_id), payload)
    if kind == StoredKind.ALERT_UNSAFE:
        for contact in await alert_queries.accepted_contacts(session, [about]):
            told.setdefault(contact.contact_id, {**payload, "contact": True})
    besides = {c.user_id for c in outing.companions} | {payload.get("by_user_id")}
    letters = [
        alarm_letter(kind, occurrence.removesuffix(BY_DM) + BY_DM, outing, now, of, user_id=one)
        for one, of in told.items()
        if one not in besides
    ]
    await post(session, letters, now)
    if not letters and kind == StoredKind.ALERT_UNSAFE:
        await not_reached(session, outing.outing_id, occurrence, now, payload)


async def not_reached(
    session: AsyncSession, outing_id: int, occurrence: str, now: datetime, payload: Mapping[str, Any]
) -> None:
    """Handle an unreachable recipient: after the last one, tell the member who pressed, once for each press."""
    outing = await read(session, outing_id, hold=True)  # of two concurrent failures the second sees the first
    alarm = await queries.alarm(session, int(payload["alarm_id"]))
    if alarm is None or await queries.on_its_way(session, StoredKind.ALERT_UNSAFE, alarm.alarm_id):
        return
    if payload.get("again") and await queries.was_written(session, StoredKind.ALERT_UNHEARD, alarm.alarm_id):
        return
    # Do not log names: whoever runs the bot may be the partner.
    log.warning("quiet alarm of outing %d reached nobody; set organisers and a channel", outing_id)
    letter = alarm_letter(
        StoredKind.ALERT_UNHEARD, occurrence.removesuffix(BY_DM), outing, now, {"how": "unheard"}, user_id=alarm.user_id
    )
    await post(session, [letter], now)


async def unheard(database: Database, outing_id: int, user_id: int, *, at_press: bool = False) -> bool:
    """Whether to say that a member's quiet alarm has reached nobody.

    Args:
        database: database to read.
        outing_id: id of the outing.
        user_id: member whose alarm it is.
        at_press: only if the current press has no recipients, or an earlier failure could not be reported either.
    """
    async with database.read() as session:
        row = await queries.open_alarm(session, outing_id, user_id)
        if row is None:
            return False
        return await queries.was_written(
            session, StoredKind.ALERT_UNHEARD, row.alarm_id, rounds=row.rounds if at_press else None
        )


async def _sound(
    session: AsyncSession,
    outing: OutingView,
    alarm_id: int,
    user_id: int,
    rounds: int,
    now: datetime,
    *,
    again: bool = False,
) -> None:
    await _edit(session, outing.outing_id, user_id, now, newest=True)
    club = club_of(await session.get(models.Guild, outing.guild_id))
    occurrence, payload = f"{alarm_id}:{rounds}", {"about_user_id": user_id, "alarm_id": alarm_id, "again": again}
    channel_id = None if club is None else club.organisers_channel_id
    if channel_id is not None:
        await post(
            session,
            [alarm_letter(StoredKind.ALERT_UNSAFE, occurrence, outing, now, payload, channel_id=channel_id)],
            now,
        )
        # Contacts who were alarmed earlier would otherwise take the extension for good news.
        inside = {c.user_id for c in outing.companions}
        as_contact = {**payload, "contact": True}
        alarmed = await alert_queries.receivers(session, [StoredKind.ALERT_CONTACT], outing.outing_id, user_id)
        await post(
            session,
            [
                alarm_letter(StoredKind.ALERT_UNSAFE, occurrence + BY_DM, outing, now, as_contact, user_id=contact_id)
                for _, contact_id, _ in alarmed
                if contact_id and contact_id not in inside
            ],
            now,
        )
    if channel_id is None or rounds > WIDEN_AFTER:
        await _to_each(session, outing, StoredKind.ALERT_UNSAFE, occurrence, now, payload)
    again_at = now + (REPEAT if rounds <= SOON_ROUNDS else REPEAT_LATER)
    await _plan(session, outing, alarm_id, user_id, again_at)


async def _edit(session: AsyncSession, outing_id: int, user_id: int, now: datetime, *, newest: bool) -> None:
    """Edit the messages of a member's quiet alarm that were sent: it is repeated, taken or closed."""
    await edit_sent(
        session,
        [StoredKind.ALERT_UNSAFE],
        outing_id,
        now,
        edit=StoredKind.ALERT_UNSAFE_EDIT,
        about_user_id=user_id,
        newest=newest,
    )


async def _plan(session: AsyncSession, outing: OutingView, alarm_id: int, user_id: int, at: datetime) -> None:
    """Schedule the next check of an alarm, in place of the scheduled one."""
    step = Job(
        StoredKind.ALERT_UNSAFE, str(alarm_id), at, Priority.SAFETY, outing.outing_id, user_id, {"alarm_id": alarm_id}
    )
    await schedule_job(session, [step])


async def _known(
    session: AsyncSession, outing_id: int, alarm_id: int, user_id: int, organises: int | None
) -> tuple[OutingView, QuietAlarm]:
    """Return a quiet alarm and its outing, locked, for a user who may answer it; for all others it does not exist."""
    outing = await read(session, outing_id, hold=True)
    row = await queries.alarm(session, alarm_id)
    if row is None or row.outing_id != outing_id or outing.who(user_id) is not None:
        raise NotFound("partners.not_open")
    if organises != outing.guild_id:
        contacts = [c.contact_id for c in await alert_queries.accepted_contacts(session, [row.user_id])]
        if user_id not in contacts or not await queries.was_sent_to(
            session, StoredKind.ALERT_UNSAFE, alarm_id, user_id
        ):
            raise NotFound("partners.not_open")
    return outing, view(row)


async def _read(session: AsyncSession, alarm_id: int) -> QuietAlarm:
    row = await queries.alarm(session, alarm_id)
    assert row is not None
    return view(row)
