"""Safety contacts: whom a member wants told when they do not come home, in order; each must accept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from bot.domain.messages.stored_kinds import StoredKind
from bot.errors import BadInput, Conflict, NotFound
from bot.services.messages import questions
from bot.services.messages.deliveries import Destination, OutboundMessage, post
from db import models
from db.engine import Database
from db.queries.safety import contacts as queries

ASKED = StoredKind.CONTACT_ASK
"""Kind of the message that asks somebody to be a contact."""
ASKED_A_DAY = 5
"""Contacts a member may ask in a day; removing and adding one again counts as another question."""
MOST = 3
"""Contacts of a member; as many as sports watches with incident detection allow."""
OF_SHOWN = 25
"""Most members listed whose contact one is: the limit of a Discord select menu."""
UNANSWERED = timedelta(days=7)
"""Time before an unanswered question may be repeated."""
AFTER_A_NO = timedelta(days=30)
"""Time before somebody who declined may be asked again."""


class ContactState(StrEnum):
    """Answer of a contact."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class OwnContact:
    """A member's contact. `name` is as typed, unescaped.

    Attributes:
        user_id: Discord user id.
        name: name given by the member.
        position: place in the order, from 1.
        state: their answer.
        blocked: the member has blocked them, so that they are told nothing whatever they answered.
    """

    user_id: int
    name: str
    position: int
    state: ContactState
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Contacts:
    """A member's contacts in order, and those whose contact they have agreed to be: (user id, name)."""

    mine: tuple[OwnContact, ...]
    of: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Result of adding a contact.

    Attributes:
        contacts: contacts after the change.
        again_at: None if the contact is asked now; else the earliest time for another question, because an earlier one
            is still open.
    """

    contacts: Contacts
    again_at: datetime | None


async def contacts_of(database: Database, user_id: int) -> Contacts:
    """Return a member's contacts, and the members whose contact they are."""
    async with database.read() as session:
        return await _read(session, user_id)


async def is_asked(database: Database, user_id: int, contact_id: int) -> bool:
    """Whether a member's question to a contact is open."""
    async with database.read() as session:
        mine = await queries.own_contacts(session, user_id)
    return any(c.contact_id == contact_id and c.dropped_at is None and c.state == ContactState.ASKED for c in mine)


async def name_contact(
    database: Database, user_id: int, contact_id: int, name: str, guild_id: int | None, now: datetime
) -> Named:
    """Add a contact after those already named, and ask them, unless they were asked recently.

    If a block separates the two, no question is sent and the member is not told: it just stays unanswered.

    Raises:
        BadInput: the member themselves.
        Conflict: they go out together, the contact has already accepted, was asked within a week or declined within a
            month, or a limit on contacts or on questions a day is reached.
    """
    if user_id == contact_id:
        raise BadInput("alerts.contact.self")
    async with database.urgent.write() as session:
        kept = await _held(session, user_id, now)
        mine = [c for c in kept if c.dropped_at is None]
        known = next((c for c in kept if c.contact_id == contact_id), None)
        again_at = None if known is None else _again_at(known)
        if known is not None and known.dropped_at is None and known.state == ContactState.ACCEPTED:
            raise Conflict("alerts.contact.named", name=name)
        too_early = again_at is not None and now < again_at
        if known is not None and too_early and known.state == ContactState.DECLINED:
            raise Conflict("alerts.contact.later", name=name, at=again_at)
        if known in mine and too_early:
            raise Conflict("alerts.contact.waits", name=name, at=again_at)
        together_at = await queries.going_out_together(session, user_id, contact_id)
        if together_at is not None:
            raise Conflict("alerts.contact.partner", name=name, at=together_at)
        if known not in mine and len(mine) >= MOST:
            raise Conflict("alerts.contact.full", count=MOST)
        position = known.position if known is not None and known in mine else len(mine) + 1
        if known is not None and too_early:  # removed and added again: the open question stands
            await queries.set_contact(session, user_id, contact_id, position=position, dropped_at=None)
            return Named(await _read(session, user_id), again_at)
        await queries.write_contact(
            session,
            user_id=user_id,
            contact_id=contact_id,
            contact_name=name[:120],
            position=position,
            state=ContactState.ASKED.value,
            guild_id=guild_id,
            asked_at=now,
        )
        letter = OutboundMessage(
            ASKED,
            f"{user_id}:{now.timestamp():.0f}",
            Priority.ASKED,
            Destination.DM,
            due_at=now,
            user_id=contact_id,
            guild_id=guild_id,
            payload={"about_user_id": user_id},
        )
        if not await questions.put(session, letter, user_id, now, most=ASKED_A_DAY):
            raise Conflict("alerts.contact.spent", count=ASKED_A_DAY)
        return Named(await _read(session, user_id), None)


async def share_a_club(database: Database, user_id: int, other_id: int) -> bool:
    """Whether two people were last seen in a common club that neither has left."""
    async with database.read() as session:
        return await queries.share_a_club(session, user_id, other_id)


async def drop_contact(database: Database, user_id: int, contact_id: int, now: datetime) -> Contacts:
    """Remove a contact; those after them move up. The question is remembered until it may be asked again.

    Raises:
        NotFound: not a contact of this member.
    """
    async with database.urgent.write() as session:
        mine = [c for c in await _held(session, user_id, now) if c.dropped_at is None]
        gone = next((c for c in mine if c.contact_id == contact_id), None)
        if gone is None:
            raise NotFound("alerts.contact.unknown")
        if gone.state == ContactState.ACCEPTED:
            await queries.delete_contact(session, user_id, contact_id)
        else:
            await queries.set_contact(session, user_id, contact_id, position=0, dropped_at=now)
        for position, other in enumerate((c.contact_id for c in mine if c is not gone), 1):
            await queries.set_contact(session, user_id, other, position=position)
        return await _read(session, user_id)


async def answer(database: Database, user_id: int, contact_id: int, *, accept: bool, now: datetime) -> None:
    """Accept or decline being a member's contact, or withdraw later; the member is told of a withdrawal.

    Raises:
        NotFound: not asked by them, or no longer.
    """
    async with database.urgent.write() as session:
        state = ContactState.ACCEPTED if accept else ContactState.DECLINED
        before = await queries.contact_row(session, user_id, contact_id)
        withdraws = before is not None and before.state == ContactState.ACCEPTED and before.dropped_at is None
        if not await queries.answer_contact(session, user_id, contact_id, state.value, now):
            raise NotFound("alerts.contact.gone")
        if before is not None and withdraws and not accept:
            await post(session, [_gone(user_id, before.guild_id, now, contact_id)], now)


async def withdraw_everywhere(session: AsyncSession, contact_id: int, now: datetime) -> None:
    """Tell the members whose contact erases their data; the messages name nobody."""
    rows = await queries.left_without(session, contact_id)
    await post(session, [_gone(row.user_id, row.guild_id, now) for row in rows], now)


def _gone(user_id: int, guild_id: int | None, now: datetime, contact_id: int | None = None) -> OutboundMessage:
    return OutboundMessage(
        StoredKind.CONTACT_GONE,
        f"{user_id}:{now.timestamp():.6f}",
        Priority.ASKED,
        Destination.DM,
        due_at=now,
        user_id=user_id,
        guild_id=guild_id,
        payload={} if contact_id is None else {"about_user_id": contact_id},
    )


def _again_at(contact: models.Contact) -> datetime:
    """Return when somebody who has not accepted may be asked again."""
    if contact.state == ContactState.DECLINED:
        return (contact.answered_at or contact.asked_at) + AFTER_A_NO
    return contact.asked_at + UNANSWERED


async def _held(session: AsyncSession, user_id: int, now: datetime) -> list[models.Contact]:
    """Return a member's contacts, locked; delete removed contacts who may be asked again."""
    kept = []
    for contact in await queries.own_contacts(session, user_id, hold=True):
        if contact.dropped_at is not None and now >= _again_at(contact):
            await queries.delete_contact(session, user_id, contact.contact_id)
        else:
            kept.append(contact)
    return kept


async def _read(session: AsyncSession, user_id: int) -> Contacts:
    mine = await queries.own_contacts(session, user_id)
    blocked = await queries.blocked_among(session, user_id, [c.contact_id for c in mine])
    return Contacts(
        tuple(
            OwnContact(c.contact_id, c.contact_name, c.position, ContactState(c.state), c.contact_id in blocked)
            for c in mine
            if c.dropped_at is None
        ),
        tuple(await queries.named_by(session, user_id, OF_SHOWN)),
    )
