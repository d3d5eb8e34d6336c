"""Safety contacts: whom somebody wants told when they do not come home, in order; each has to accept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.delivery import Priority
from bot.errors import BadInput, Conflict, NotFound
from bot.services.deliveries import Destination, Letter, post
from db.engine import Database
from db.queries import contacts as queries
from db.queries import ties as tie_queries

ASKED = "contact.ask"
"""The kind that asks somebody to be a contact."""
MOST = 3
"""Contacts a member; as many as watches with incident detection take."""


class ContactState(StrEnum):
    """What a contact has answered."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class OwnContact:
    """Somebody named as a contact. `name` is as typed: escape it.

    Attributes:
        user_id: who.
        name: as named.
        position: in the order, from 1.
        state: what they have answered.
        blocked: one has blocked them oneself, so that they are told nothing whatever they answered.
    """

    user_id: int
    name: str
    position: int
    state: ContactState
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Contacts:
    """One's contacts in order, and those for whom one has accepted to be a contact: (user id, name)."""

    mine: tuple[OwnContact, ...]
    of: tuple[tuple[int, str], ...]


async def contacts_of(database: Database, user_id: int) -> Contacts:
    """One's own contacts, and whose contact one is."""
    async with database.read() as session:
        return await _read(session, user_id)


async def name_contact(
    database: Database, user_id: int, contact_id: int, name: str, guild_id: int | None, now: datetime
) -> Contacts:
    """Name somebody as a contact, after those already named; they are asked.

    Somebody whom a block keeps apart is not asked, and nobody is told why: it stays unanswered.

    Raises:
        BadInput: oneself.
        Conflict: named already, or as many as there can be.
    """
    if user_id == contact_id:
        raise BadInput("alerts.contact.self")
    async with database.write() as session:
        mine = await queries.own_contacts(session, user_id, hold=True)
        known = next((c for c in mine if c.contact_id == contact_id), None)
        if known is not None and known.state != ContactState.DECLINED:
            raise Conflict("alerts.contact.named", name=name)
        if known is None and len(mine) >= MOST:
            raise Conflict("alerts.contact.full", count=MOST)
        await queries.write_contact(
            session,
            user_id=user_id,
            contact_id=contact_id,
            contact_name=name[:120],
            position=known.position if known else len(mine) + 1,
            state=ContactState.ASKED.value,
            guild_id=guild_id,
            asked_at=now,
        )
        if not await tie_queries.blocked_with(session, user_id, [contact_id]):
            await post(
                session,
                [
                    Letter(
                        ASKED,
                        f"{user_id}:{now.timestamp():.0f}",
                        Priority.ASKED,
                        Destination.DM,
                        due_at=now,
                        user_id=contact_id,
                        guild_id=guild_id,
                        payload={"about_user_id": user_id},
                    )
                ],
                now,
            )
        return await _read(session, user_id)


async def drop_contact(database: Database, user_id: int, contact_id: int) -> Contacts:
    """Take somebody off one's contacts; the others move up.

    Raises:
        NotFound: not among them.
    """
    async with database.write() as session:
        mine = await queries.own_contacts(session, user_id, hold=True)
        if all(c.contact_id != contact_id for c in mine):
            raise NotFound("alerts.contact.unknown")
        await queries.delete_contact(session, user_id, contact_id)
        left = [c.contact_id for c in mine if c.contact_id != contact_id]
        for position, other in enumerate(left, 1):
            await queries.place_contact(session, user_id, other, position)
        return await _read(session, user_id)


async def answer(database: Database, user_id: int, contact_id: int, *, accept: bool) -> None:
    """Accept being somebody's contact, decline, or withdraw later.

    Raises:
        NotFound: one is not asked by them, or no more.
    """
    async with database.write() as session:
        state = ContactState.ACCEPTED if accept else ContactState.DECLINED
        if not await queries.answer_contact(session, user_id, contact_id, state.value):
            raise NotFound("alerts.contact.gone")


async def _read(session: AsyncSession, user_id: int) -> Contacts:
    mine, blocked = await queries.own_contacts(session, user_id), await queries.blocked_by(session, user_id)
    return Contacts(
        tuple(
            OwnContact(c.contact_id, c.contact_name, c.position, ContactState(c.state), c.contact_id in blocked)
            for c in mine
        ),
        tuple(await queries.named_by(session, user_id)),
    )
