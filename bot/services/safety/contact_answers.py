"""Contact answers: which notices were tried before the organisers are told, and what alarmed contacts reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from bot.domain.outings.outing_rules import OUT
from bot.domain.safety.escalation_steps import Recipients, step_number
from bot.errors import Conflict, NotFound
from bot.services.outings import overdue_timers
from bot.services.outings.outings import CompanionView, OutingView, pressed_before, read
from db.engine import Database
from db.queries.safety import alerts as queries
from db.queries.safety.alerts import ContactLetter

REACHED, CANNOT = "reached", "cannot"
ARRIVED = ("sent", "closed")
"""States of a message that its recipient can have read; for `closed`, a notice in a channel points to it."""


@dataclass(frozen=True, slots=True)
class AlarmedContact:
    """A contact who was alarmed. `name` is as typed, unescaped.

    Attributes:
        name: name given by the member who chose the contact.
        about: member whose contact they are.
        how: "reached" or "cannot" if answered, else "told", "waits" (on its way), "unreached", or "with" (out with the
            member, and therefore not told).
    """

    name: str
    about: int
    how: str


@dataclass(frozen=True, slots=True)
class Tried:
    """Notices tried for those who are out.

    Attributes:
        asked: for each, whether the question whether they are home has arrived.
        contacts: contacts who were told, in order; then those who are out with them.
    """

    asked: Mapping[int, bool]
    contacts: tuple[AlarmedContact, ...]


@dataclass(frozen=True, slots=True)
class AlarmedContacts:
    """A member's contacts with respect to one outing.

    Attributes:
        told: whether any of them would be told.
        along: those in the outing, who are not told while both are out.
    """

    told: bool
    along: tuple[CompanionView, ...]


async def tried(database: Database, outing: OutingView) -> Tried:
    """Return the notices tried before the organisers are told, as far as known now."""
    since = overdue_timers.help_of(outing) if outing.help_at is not None else overdue_timers.return_of(outing)
    async with database.read() as session:
        asks = await queries.newest_asks(session, StoredKind.ALERT_ASK, outing.outing_id)
        letters = await queries.contact_letters(session, StoredKind.ALERT_CONTACT, f"{outing.outing_id}:{since}")
        about = [c.user_id for c in outing.inside]
        names = {(c.contact_id, c.user_id): c.contact_name for c in await queries.accepted_contacts(session, about)}
    told = {
        (one.user_id, one.about): AlarmedContact(names[one.user_id, one.about], one.about, _how(one))
        for one in letters
        if (one.user_id, one.about) in names
    }
    along = [
        AlarmedContact(name, of, "with")
        for (who, of), name in names.items()
        if (who, of) not in told and outing.goes_along(who)
    ]
    return Tried(
        {c.user_id: c.user_id in asks and asks[c.user_id].sent_at is not None for c in outing.out},
        (*told.values(), *along),
    )


async def was_asked(database: Database, outing_id: int, user_id: int) -> bool:
    """Whether the question whether they are home was sent to a member."""
    async with database.read() as session:
        asks = await queries.newest_asks(session, StoredKind.ALERT_ASK, outing_id)
    return user_id in asks and asks[user_id].sent_at is not None


async def contacts_on(database: Database, outing: OutingView, user_id: int) -> AlarmedContacts:
    """Return whether a member's contacts would be told about an outing, and which of them are in it."""
    async with database.read() as session:
        ids = [c.contact_id for c in await queries.accepted_contacts(session, [user_id])]
    along = [one for one in outing.inside if one.user_id in ids and outing.goes_along(one.user_id)]
    return AlarmedContacts(len(ids) > len(along), tuple(along))


async def name_of_contact(database: Database, about_user_id: int, contact_id: int) -> str:
    """Return a contact's name as typed, unescaped; "?" if they are no contact any more."""
    async with database.read() as session:
        named = await queries.accepted_contacts(session, [about_user_id])
    return next((one.contact_name for one in named if one.contact_id == contact_id), "?")


async def answer(
    database: Database,
    outing_id: int,
    about_user_id: int,
    contact_id: int,
    how: str,
    *,
    interaction_id: int,
    now: datetime,
) -> OutingView:
    """Record a contact's answer and pass it on to organisers who were alarmed; others see it in their alarm.

    If every contact who was told cannot help, the organisers are told now.

    Args:
        database: database to write to.
        outing_id: id of the outing.
        about_user_id: member who is missing.
        contact_id: contact who answers.
        how: `REACHED` or `CANNOT`.
        interaction_id: idempotency key of the press.
        now: current time.

    Raises:
        NotFound: the contact was not alarmed about this member.
        Conflict: nobody is missing any more, or not this member.
    """
    async with database.urgent.write() as session:
        outing = await read(session, outing_id, hold=True)
        letters = await queries.contact_letters(session, StoredKind.ALERT_CONTACT, str(outing_id))
        mine = [one for one in letters if (one.user_id, one.about) == (contact_id, about_user_id)]
        about = outing.who(about_user_id)
        if not mine or about is None:
            raise NotFound("partners.not_open")
        if outing.state not in OUT:
            raise Conflict("alerts.contact.over")
        if not about.out and outing.help_at is None:
            raise Conflict("alerts.contact.home_already", name=about.name)
        if await pressed_before(session, interaction_id, outing_id, now) or mine[-1].payload.get("answer") == how:
            return outing
        await queries.write_answer(session, mine[-1].delivery_id, {**mine[-1].payload, "answer": how})
        more = {"about_user_id": about_user_id}
        await overdue_timers.tell_alarmed(
            session, outing, [StoredKind.ALERT_ORGANISERS], contact_id, f"contact_{how}", now, more=more
        )
        if how == CANNOT and outing.escalation_step == step_number(Recipients.CONTACTS) and outing.help_at is None:
            await _hasten(session, outing, now)
        return outing


async def _hasten(session: AsyncSession, outing: OutingView, now: datetime) -> None:
    since = f"{outing.outing_id}:{overdue_timers.return_of(outing)}"
    letters = await queries.contact_letters(session, StoredKind.ALERT_CONTACT, since)
    if all(_how(one) in (CANNOT, "unreached") for one in letters):
        await overdue_timers.watch_at(session, outing.outing_id, step_number(Recipients.ORGANISERS), now)


def _how(letter: ContactLetter) -> str:
    answered = letter.payload.get("answer")
    if answered in (REACHED, CANNOT):
        return str(answered)
    if letter.state in ARRIVED:
        return "told"
    return "unreached" if letter.state == "failed" else "waits"
