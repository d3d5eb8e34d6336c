"""What was tried before the organisers are told, and what contacts answer who were alarmed."""

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
"""States of a message that its recipient can have read; of `closed` a channel says that it waits."""


@dataclass(frozen=True, slots=True)
class AlarmedContact:
    """A contact who was alarmed. `name` is as typed: escape it.

    Attributes:
        name: the contact's, as named.
        about: whose contact.
        how: "reached" or "cannot" where answered, else "told", "waits" (on its way), "unreached", or "with" (is out
            with them, and so not told).
    """

    name: str
    about: int
    how: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried for those who are out.

    Attributes:
        asked: for each, whether the question if they are home has arrived.
        contacts: who was told, in order; then who is out with them.
    """

    asked: Mapping[int, bool]
    contacts: tuple[AlarmedContact, ...]


@dataclass(frozen=True, slots=True)
class AlarmedContacts:
    """Somebody's contacts on one outing.

    Attributes:
        told: whether any of them would be told.
        along: those who go along, who are not told while both are out.
    """

    told: bool
    along: tuple[CompanionView, ...]


async def tried(database: Database, outing: OutingView) -> Tried:
    """What was tried before the organisers are told, as far as it is known now."""
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
    """Whether somebody was really asked whether they are home."""
    async with database.read() as session:
        asks = await queries.newest_asks(session, StoredKind.ALERT_ASK, outing_id)
    return user_id in asks and asks[user_id].sent_at is not None


async def contacts_on(database: Database, outing: OutingView, user_id: int) -> AlarmedContacts:
    """Who of those who accepted being somebody's contact would be told on an outing, and who goes along."""
    async with database.read() as session:
        ids = [c.contact_id for c in await queries.accepted_contacts(session, [user_id])]
    along = [one for one in outing.inside if one.user_id in ids and outing.goes_along(one.user_id)]
    return AlarmedContacts(len(ids) > len(along), tuple(along))


async def name_of_contact(database: Database, about_user_id: int, contact_id: int) -> str:
    """A contact's name as whoever named them knows it; "?" where they are none any more. As typed: escape it."""
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
    """Take a contact's answer, which the organisers read: those alarmed already at once, the others with their alarm.

    Where every contact who was told can not, the organisers are told now.

    Args:
        database: where.
        outing_id: of which outing.
        about_user_id: who is looked for.
        contact_id: who answers.
        how: `REACHED` or `CANNOT`.
        interaction_id: the key of this press.
        now: when.

    Raises:
        NotFound: this person was not alarmed about that one.
        Conflict: nobody is looked for any more, or not that one.
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
