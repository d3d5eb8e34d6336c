"""The kinds of messages and jobs about an outing before its start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from bot.context import BotClient
from bot.delivery.message_kinds import DeliveryFailure, DueJob, Kind, Recipient, RenderContext, RenderedMessage, Session
from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import NotFound
from bot.interactions.nudge_kinds import Nudge, NudgeContent
from bot.localizer import Localizer
from bot.services.clubs import clubs
from bot.services.members import people
from bot.services.outings import (
    check_in,
    club_limits,
    outing_cards,
    outing_signup,
    outing_transitions,
    partner_calls,
    waiting_list,
)
from bot.services.outings.outings import OutingView, outing_of
from bot.services.outings.sent_letters import BEFORE_START
from bot.services.safety import contact_answers
from cogs.outings import outing_letters_view as letters
from cogs.outings.outing_card_view import public_card
from cogs.outings.sent_edits import before_start_edited

Draw = Callable[[BotClient, RenderContext], Awaitable[RenderedMessage | None]]


# ── rendering ──


async def _outing(client: BotClient, outgoing: RenderContext) -> OutingView | None:
    try:
        return await outing_of(client.app.database, outgoing.subject_id or 0)
    except NotFound:
        return None


async def draw_card(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the public card, in the club's language."""
    outing = await _outing(client, outgoing)
    if outing is None:
        return None
    reader = await people.reader_for(client.app.database, None, outing.guild_id)
    words, details, view = public_card(outing, reader)
    return RenderedMessage(words, view, details)


def _left(told: int | list[int] | None) -> list[int]:
    """Return the ids of those who have left; 0 stands for an erased user."""
    return [told] if isinstance(told, int) else told or []


def _letter(draw: Callable[[OutingView, RenderContext, Localizer], letters.Letter | None]) -> Draw:
    """Return the renderer of a message to one person, in that person's language."""

    async def drawn(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
        outing = await _outing(client, outgoing)
        if outing is None:
            return None
        reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
        letter = draw(outing, outgoing, reader)
        return RenderedMessage(*letter) if letter is not None else None

    return drawn


async def draw_confirmed(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the message that everybody has confirmed, with the club's emergency number."""
    outing = await _outing(client, outgoing)
    if outing is None:
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    club = (await clubs.club_settings(client.app.database, outing.guild_id)).club
    contacts = await contact_answers.contacts_on(client.app.database, outing, outgoing.user_id)
    startable = client.app.clock() >= outing.starts_at - check_in.EARLIEST_CHECK_IN
    whole = bool(outgoing.payload.get("whole", True))
    first = not await check_in.has_been_out(client.app.database, outgoing.user_id)
    letter = letters.confirmed(
        outing, outgoing.user_id, reader, club, contacts, whole=whole, startable=startable, first=first
    )
    return RenderedMessage(*letter) if letter is not None else None


async def draw_filled(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the request to confirm."""
    outing = await _outing(client, outgoing)
    if outing is None:
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    first = not await check_in.has_been_out(client.app.database, outgoing.user_id)
    matched = bool(outgoing.payload.get("matched"))
    letter = letters.filled(outing, outgoing.user_id, reader, matched=matched, first=first)
    return RenderedMessage(*letter) if letter is not None else None


async def draw_limits(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the message that the club's limits, and with them the outing, have changed."""
    outing = await _outing(client, outgoing)
    if outing is None:
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    club = (await clubs.club_settings(client.app.database, outing.guild_id)).club
    letter = letters.limited(outing, outgoing.user_id, reader, club)
    return RenderedMessage(*letter) if letter is not None else None


async def draw_unposted(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the message that the card could not be posted."""
    outing = await _outing(client, outgoing)
    if outing is None:
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    club = (await clubs.club_settings(client.app.database, outing.guild_id)).club
    return RenderedMessage(*letters.unposted(outing, reader, club, organiser=bool(outgoing.payload.get("organiser"))))


async def draw_offer(client: BotClient, outgoing: RenderContext) -> RenderedMessage | None:
    """Render the offer of a place; None if a block or a lost role excludes the person by now."""
    outing = await _outing(client, outgoing)
    if outing is None or not await waiting_list.may_answer(client.app.database, outing, outgoing.user_id):
        return None
    reader = await people.reader_for(client.app.database, outgoing.user_id, outgoing.guild_id)
    letter = letters.offer(outing, outgoing.user_id, reader)
    return RenderedMessage(*letter) if letter is not None else None


async def say_wanted(client: BotClient, outgoing: RenderContext, reader: Localizer) -> NudgeContent | None:
    """Render the question to a member who is free; None if a block or the club's roles exclude them by now."""
    outing = await _outing(client, outgoing)
    if outing is None or not await waiting_list.may_answer(client.app.database, outing, outgoing.user_id):
        return None
    letter = letters.wanted(outing, outgoing.user_id, reader)
    return NudgeContent(*letter) if letter is not None else None


# ── jobs ──


async def card_sent(
    session: Session, outgoing: RenderContext, channel_id: int, message_id: int, _now: datetime
) -> None:
    """Record where the card is."""
    await outing_cards.card_sent(session, outgoing.subject_id or 0, channel_id, message_id)


async def card_failed(session: Session, outgoing: RenderContext, failure: DeliveryFailure, now: datetime) -> None:
    """Post the card again if it was deleted, or tell those who can fix the problem."""
    gone = failure is DeliveryFailure.GONE and outgoing.message_id is not None
    await outing_cards.card_failed(session, outgoing.subject_id or 0, outgoing.channel_id, now, card_gone=gone)


async def end_offer(session: Session, due: DueJob, now: datetime) -> None:
    """End an offer whose time to answer is over."""
    await outing_signup.end_offer(session, due.subject_id or 0, due.user_id or 0, now)


async def lapse(session: Session, due: DueJob, now: datetime) -> None:
    """Let an outing lapse that is not agreed half an hour after its start."""
    await partner_calls.lapse(session, due.subject_id or 0, now)


async def check_limits(session: Session, due: DueJob, now: datetime) -> None:
    """Apply the club's current limits."""
    await club_limits.check(session, due.subject_id or 0, now)


async def purge(session: Session, due: DueJob, _now: datetime) -> None:
    """Delete the exact meeting spot."""
    await partner_calls.purge(session, due.subject_id or 0)


def _told(name: str, draw: Draw, **options: Any) -> Kind:
    return Kind(name, Priority.ASKED, draw=draw, to=Recipient.MEMBER, **options)


def _replacing(name: str, draw: Draw) -> Kind:
    """Return a kind of message that replaces the earlier ones about the outing, and is replaced by a later one."""
    return _told(name, draw, replaces=BEFORE_START, edited=before_start_edited)


NUDGES = (
    Nudge(
        StoredKind.OUTING_WANTED, "nudges.name.wanted", timedelta(hours=6), say_wanted, to=Recipient.MEMBER,
        edited=before_start_edited,
    ),
)  # fmt: skip

KINDS = (
    Kind(
        StoredKind.OUTING_CARD, Priority.ASKED, draw=draw_card, sent=card_sent, failed=card_failed, to=Recipient.ANYBODY
    ),
    _replacing(StoredKind.OUTING_FILLED, draw_filled),
    _replacing(StoredKind.OUTING_CONFIRMED, draw_confirmed),
    _replacing(
        StoredKind.OUTING_REOPENED,
        _letter(
            lambda outing, to, reader: letters.reopened(
                outing,
                to.user_id,
                reader,
                _left(to.payload.get("left")),
                outing_transitions.LeaveReason(to.payload.get("why", outing_transitions.LeaveReason.CANNOT)),
                agreed=bool(to.payload.get("agreed")),
            )
        ),
    ),
    _replacing(
        StoredKind.OUTING_CHANGED,
        _letter(lambda outing, to, reader: letters.changed(outing, to.user_id, reader)),
    ),
    _told(
        StoredKind.OUTING_CANCELLED,
        _letter(lambda outing, to, reader: letters.cancelled(outing, reader, lapsed=bool(to.payload.get("lapsed")))),
        replaces=BEFORE_START,
    ),
    _replacing(StoredKind.OUTING_OFFER, draw_offer),
    _told(StoredKind.OUTING_UNPOSTED, draw_unposted, fallback=False),
    Kind(
        StoredKind.OUTING_LIMITS,
        Priority.SAFETY,
        fire=check_limits,
        draw=draw_limits,
        to=Recipient.MEMBER,
        replaces=BEFORE_START,
        edited=before_start_edited,
    ),
    Kind(StoredKind.OUTING_OFFER_ENDS, Priority.ASKED, fire=end_offer),
    Kind(StoredKind.OUTING_LAPSE, Priority.ASKED, fire=lapse),
    Kind(StoredKind.OUTING_PURGE, Priority.NUDGE, fire=purge),
)
