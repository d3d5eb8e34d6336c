"""Alerts: their recipients, calls for help, quiet alarms (`quiet_alarms`), and how alarms end.

Alerts never go to a channel that other members of the club can read. They go to the organisers' channel, whose
permissions are checked when it is set and when an alert is rendered, or by direct message.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import EXTENSIONS_MIN, OUT, OutingState, Presence
from bot.domain.safety.escalation_steps import Recipients, pause_after, step_number
from bot.domain.text.free_text import is_blank
from bot.errors import BadInput, Conflict, MemberError, NotFound
from bot.services.members.people import Club, club_of
from bot.services.messages.deliveries import post
from bot.services.outings import overdue_timers, sent_letters, spotter_coverage
from bot.services.outings.outing_lifecycle import check_out, come_home, end, lengthen, watch_on
from bot.services.outings.outings import CompanionView, OutingView, pressed_before, read, redraw, tell
from bot.services.outings.overdue_timers import BY_DM, alarm_letter
from bot.services.safety import alarm_takers, quiet_alarms
from db import models
from db.engine import Database
from db.queries.members import organisers as organiser_queries
from db.queries.outings import outings as outing_queries
from db.queries.safety import alerts as queries

log = logging.getLogger(__name__)

WORD_LIMIT = 300


async def club_for(database: Database, guild_id: int) -> Club:
    """Return a club's settings, for the emergency number and roles in an alert.

    Raises:
        NotFound: the club is unknown.
    """
    async with database.read() as session:
        club = club_of(await session.get(models.Guild, guild_id))
    if club is None:
        raise NotFound("partners.not_open")
    return club


async def anybody_was_alarmed(database: Database, outing_id: int) -> bool:
    """Whether anybody who is not out was alarmed about an outing."""
    async with database.read() as session:
        return bool(await queries.receivers(session, overdue_timers.ALARMS, outing_id))


async def has_read_of_it(database: Database, outing_id: int, user_id: int, channel_id: int) -> bool:
    """Whether an alarm about an outing has reached a user or a channel."""
    async with database.read() as session:
        return await queries.has_arrived(session, overdue_timers.ALARMS, outing_id, user_id, channel_id)


async def is_contact(database: Database, user_id: int, contact_id: int) -> bool:
    """Whether a user is an accepted contact of a member, and neither has withdrawn."""
    async with database.read() as session:
        return any(c.contact_id == contact_id for c in await queries.accepted_contacts(session, [user_id]))


async def calls_for_help(database: Database, outing_id: int, user_id: int) -> bool:
    """Whether a member's call for help is active."""
    async with database.read() as session:
        return user_id in await overdue_timers.callers_for_help(session, outing_id)


async def need_help(
    database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime
) -> OutingView:
    """Call for help: tell the organisers and the contacts at once, the organisers again until it is resolved.

    Calls are independent: each member's call is repeated by itself, and a member's resolution ends only their own.

    Raises:
        NotFound: not in it.
        Conflict: not under way.
    """
    async with database.urgent.write() as session:
        outing, me = await _place_in(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        if outing.state not in OUT or me.checked_in_at is None:
            raise Conflict("course.say.not_out")
        step = max(outing.escalation_step + 1, step_number(Recipients.ORGANISERS))
        anew = user_id not in await overdue_timers.callers_for_help(session, outing_id)
        await outing_queries.move(
            session, outing_id, OUT, state=OutingState.OVERDUE.value, rung=step, help_at=outing.help_at or now
        )
        outing = await read(session, outing_id)
        await alarm_contacts(session, outing, [user_id], now, help_for=user_id, anew=anew)
        await alarm_organisers(session, outing, step, now, help_for=user_id)
        await overdue_timers.repeat_call(session, outing_id, user_id, step + 1, now + pause_after(step))
        await sent_letters.refresh(session, outing, now, [StoredKind.OUTING_OUT])
        await redraw(session, outing, now)
        return outing


async def feel_unsafe(
    database: Database, outing_id: int, user_id: int, *, interaction_id: int, now: datetime
) -> tuple[OutingView, MemberError | None]:
    """Raise a quiet alarm: to the outing it is the shortest extension. It is raised even where Extend is refused.

    Returns:
        The outing after the change, and the error with which Extend was refused, if any; it is then the answer.

    Raises:
        NotFound: not in it.
        Conflict: not under way.
    """
    async with database.urgent.write() as session:
        outing, me = await _place_in(session, outing_id, user_id)
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing, None
        refused: MemberError | None = None
        try:
            check_out(outing, user_id)
            outing = await lengthen(session, outing, user_id, EXTENSIONS_MIN[0], now)
        except Conflict as error:
            if outing.state not in OUT or me.checked_in_at is None:
                raise
            refused = error  # also for a member who is home: somebody else may have pressed it
        await quiet_alarms.raise_alarm(session, outing, user_id, now)
        return outing, refused


async def resolve(
    database: Database,
    outing_id: int,
    user_id: int,
    word: str,
    *,
    organises: int | None,
    interaction_id: int,
    now: datetime,
) -> OutingView:
    """Resolve an alarm. An organiser ends all alarms of the outing; a member of it ends only their own.

    Only those who were alarmed read the note, and nobody in the outing: it may be about one of them. A member of the
    outing speaks for themselves: their call for help ends and they count as home. They cannot resolve for another
    member, who may be the one who needs help. The others' calls and timers continue until each has resolved their own
    or an organiser resolves all. The note is passed on to those who were alarmed.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        user_id: organiser, or a member of the outing who was out, once it is overdue.
        word: what happened.
        organises: club that this user organises, or None.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: neither in it nor an organiser of its club.
        BadInput: the note is blank.
        Conflict: already resolved, or not overdue and the user is no organiser.
    """
    word = word.strip()[:WORD_LIMIT]
    if is_blank(word):
        raise BadInput("alerts.resolve.empty")
    async with database.urgent.write() as session:
        outing = await read(session, outing_id, hold=True)
        me = outing.who(user_id)
        if (me is None or me.checked_in_at is None) and organises != outing.guild_id:
            raise NotFound("partners.not_open")
        if await pressed_before(session, interaction_id, outing_id, now):
            return outing
        if outing.state not in OUT:
            raise Conflict("alerts.resolve.over")
        if outing.state is not OutingState.OVERDUE and organises != outing.guild_id:
            raise Conflict("alerts.resolve.not_yet")
        if organises != outing.guild_id:
            going_on = await _speak_for_oneself(session, outing, user_id, word, interaction_id, now)
            if going_on is not None:
                await sent_letters.refresh(session, going_on, now)
                await redraw(session, going_on, now)
                return going_on
            outing = await read(session, outing_id)
        still_out = outing.out
        await spotter_coverage.allow(session, outing, now)  # for each row; nobody is out at the end
        for companion in still_out:
            await outing_queries.set_companion(session, outing_id, companion.user_id, home_at=now, draft="offered")
        await end(session, outing, OutingState.RESOLVED, now, resolution=word, resolved_by=user_id)
        outing = await read(session, outing_id)
        await overdue_timers.answered(session, outing, user_id, "resolved", now)
        others = [c.user_id for c in outing.inside if c.user_id != user_id]
        await tell(
            session, outing, StoredKind.ALERT_CLEAR, others, now, occurrence="resolved", priority=Priority.SAFETY,
            payload={"by_user_id": user_id, "how": "ended"},
        )  # fmt: skip
        await tell(session, outing, StoredKind.OUTING_DRAFT, [c.user_id for c in still_out], now, occurrence="resolved")
        await sent_letters.refresh(session, outing, now)
        await redraw(session, outing, now)
        return outing


async def _speak_for_oneself(
    session: AsyncSession, outing: OutingView, user_id: int, word: str, interaction_id: int, now: datetime
) -> OutingView | None:
    """End a member's own part of the alarms; return the outing that continues, or None if no alarm remains."""
    calls = await overdue_timers.callers_for_help(session, outing.outing_id)
    others_call = calls - {user_id}
    if others_call and user_id not in calls:
        await overdue_timers.tell_alarmed(
            session, outing, overdue_timers.ALARMS, user_id, "word", now, more={"word": word}
        )
        return outing
    others_out = [c for c in outing.out if c.user_id != user_id]
    if not others_call and not others_out:
        return None
    if any(c.user_id == user_id for c in outing.out):
        outing = await come_home(session, outing, user_id, now, event=str(interaction_id))
    how = "help_over" if user_id in calls else "word_waits"
    if user_id in calls:
        await overdue_timers.end_call(session, outing.outing_id, user_id)
        if not others_call:
            await watch_on(session, outing, now, [state.value for state in OUT])
            outing = await read(session, outing.outing_id)
    await overdue_timers.tell_alarmed(session, outing, overdue_timers.ALARMS, user_id, how, now, more={"word": word})
    return outing


async def by_direct_message(
    session: AsyncSession,
    outing_id: int,
    kind: str,
    occurrence: str,
    now: datetime,
    payload: Mapping[str, object],
) -> None:
    """Tell the owner and every known organiser by direct message what cannot be said in their channel."""
    outing = await read(session, outing_id)
    letters = [
        alarm_letter(kind, occurrence + BY_DM, outing, now, payload, user_id=one)
        for one in await organiser_queries.owner_and_organisers(session, outing.guild_id)
    ]
    if not letters:
        log.error("alarm of outing %d (%s) has no recipients; set organisers and a channel", outing_id, kind)
    await post(session, letters, now)


async def _place_in(session: AsyncSession, outing_id: int, user_id: int) -> tuple[OutingView, CompanionView]:
    """Return an outing, locked, and a member's place in it; raise `NotFound` alike if either does not exist."""
    outing = await read(session, outing_id, hold=True)
    me = outing.who(user_id)
    if me is None or me.presence is not Presence.IN:
        raise NotFound("partners.not_open")
    return outing, me


async def move_to_direct_messages(
    database: Database,
    outing_id: int | None,
    kind: str,
    occurrence: str,
    now: datetime,
    payload: Mapping[str, object],
) -> None:
    """Run `by_direct_message` in its own transaction, when others turn out to be able to read the channel."""
    if outing_id is None:
        return
    async with database.urgent.write() as session:
        await by_direct_message(session, outing_id, kind, occurrence, now, payload)


async def alarm_contacts(
    session: AsyncSession,
    outing: OutingView,
    user_ids: Sequence[int],
    now: datetime,
    *,
    help_for: int | None = None,
    anew: bool = False,
) -> None:
    """Tell the contacts of some members, in order, except those already told about this return or call.

    With `anew` they are told again: the member had ended a call while another's was active, and calls once more. A
    contact who is out in the same outing is not told: they are asked themselves.
    """
    about = f"{outing.outing_id}:{overdue_timers.help_of(outing) if help_for else overdue_timers.return_of(outing)}"
    told = {(one.user_id, one.about) for one in await queries.contact_letters(session, StoredKind.ALERT_CONTACT, about)}
    await post(
        session,
        [
            alarm_letter(
                StoredKind.ALERT_CONTACT, f"{about}:{c.user_id}:{now.timestamp():.0f}", outing, now,
                user_id=c.contact_id, payload={"about_user_id": c.user_id, "help": help_for is not None},
            )
            for c in await queries.accepted_contacts(session, user_ids)
            if (anew or (c.contact_id, c.user_id) not in told) and not outing.goes_along(c.contact_id)
        ],
        now,
    )  # fmt: skip


async def alarm_organisers(
    session: AsyncSession, outing: OutingView, step: int, now: datetime, *, help_for: int | None = None
) -> None:
    """Tell the organisers in their channel, or each by direct message."""
    club = club_of(await session.get(models.Guild, outing.guild_id))
    caller = f":{help_for}" if help_for else ""  # two calls can be repeated in the same second
    occurrence = f"{outing.outing_id}:{overdue_timers.return_of(outing)}:{step}:{now.timestamp():.0f}{caller}"
    payload: Mapping[str, object] = {
        "rung": step,
        **({"help_user_id": help_for} if help_for else {}),
        **await alarm_takers.taken(session, outing),
    }
    await sent_letters.refresh_alarms(session, outing.outing_id, now)
    if club is not None and club.organisers_channel_id:
        to = club.organisers_channel_id
        await post(
            session, [alarm_letter(StoredKind.ALERT_ORGANISERS, occurrence, outing, now, payload, channel_id=to)], now
        )
    else:
        await by_direct_message(session, outing.outing_id, StoredKind.ALERT_ORGANISERS, occurrence, now, payload)
