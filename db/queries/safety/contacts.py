"""Queries for safety contacts. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.outings.outing_rules import BEFORE, OUT
from db.dialect import upsert
from db.models import Companion, Contact, Member, Outing, Tie
from db.queries.members import people


async def own_contacts(session: AsyncSession, user_id: int, *, hold: bool = False) -> Sequence[Contact]:
    """Return a person's contacts in order, removed ones first; locked for update if `hold`."""
    if hold:
        await people.hold(session, [user_id])
    statement = select(Contact).where(Contact.user_id == user_id).order_by(Contact.position, Contact.asked_at)
    rows = await session.scalars(
        (statement.with_for_update() if hold else statement).execution_options(populate_existing=True)
    )
    return rows.all()


async def write_contact(session: AsyncSession, **values: object) -> None:
    """Insert or reset a contact who is asked to accept."""
    statement = upsert(session, Contact).values(answered_at=None, dropped_at=None, **values)
    anew = {name: statement.excluded[name] for name in values if name not in ("user_id", "contact_id")}
    anew |= {"answered_at": None, "dropped_at": None}
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "contact_id"], set_=anew))


async def delete_contact(session: AsyncSession, user_id: int, contact_id: int) -> None:
    """Delete a contact."""
    await session.execute(delete(Contact).where(Contact.user_id == user_id, Contact.contact_id == contact_id))


async def set_contact(session: AsyncSession, user_id: int, contact_id: int, **values: object) -> None:
    """Update columns of a contact."""
    await session.execute(
        update(Contact).where(Contact.user_id == user_id, Contact.contact_id == contact_id).values(**values)
    )


async def going_out_together(session: AsyncSession, user_id: int, other_id: int) -> datetime | None:
    """Return the start of the first current or future outing that two people share, or None."""
    mine, theirs = aliased(Companion), aliased(Companion)
    found: datetime | None = await session.scalar(
        select(func.min(Outing.starts_at))
        .join(mine, mine.outing_id == Outing.outing_id)
        .join(theirs, theirs.outing_id == Outing.outing_id)
        .where(
            mine.user_id == user_id,
            theirs.user_id == other_id,
            mine.presence == "in",
            theirs.presence == "in",
            Outing.state.in_([*BEFORE, *OUT]),
        )
    )
    return found


async def left_without(session: AsyncSession, contact_id: int) -> Sequence[Row[int, int | None]]:
    """Return (user id, club) of the people for whom somebody is an accepted contact."""
    rows = await session.execute(
        select(Contact.user_id, Contact.guild_id).where(
            Contact.contact_id == contact_id, Contact.state == "accepted", Contact.dropped_at.is_(None)
        )
    )
    return rows.all()


async def contact_row(session: AsyncSession, user_id: int, contact_id: int) -> Contact | None:
    """Return a contact of a person, locked for update."""
    found: Contact | None = await session.scalar(
        select(Contact).where(Contact.user_id == user_id, Contact.contact_id == contact_id).with_for_update()
    )
    return found


async def answer_contact(session: AsyncSession, user_id: int, contact_id: int, state: str, now: datetime) -> bool:
    """Record a contact's answer; return False if it is no longer awaited. A removed contact can still decline."""
    asked = () if state == "declined" else (Contact.dropped_at.is_(None),)
    changed = await session.scalar(
        update(Contact)
        .where(Contact.user_id == user_id, Contact.contact_id == contact_id, *asked)
        .values(state=state, answered_at=now)
        .returning(Contact.user_id)
    )
    return changed is not None


async def named_by(session: AsyncSession, contact_id: int, limit: int) -> list[tuple[int, str]]:
    """Return (user id, last seen name) of the people for whom somebody is an accepted contact."""
    rows = await session.execute(
        select(Contact.user_id, func.coalesce(func.max(Member.display_name), "?"))
        .outerjoin(
            Member,
            and_(
                Member.user_id == Contact.user_id, or_(Contact.guild_id.is_(None), Member.guild_id == Contact.guild_id)
            ),
        )
        .where(Contact.contact_id == contact_id, Contact.state == "accepted")
        .group_by(Contact.user_id)
        .order_by(Contact.user_id)
        .limit(limit)
    )
    return [(user_id, name) for user_id, name in rows]


async def blocked_among(session: AsyncSession, user_id: int, others: Collection[int]) -> set[int]:
    """Return those of some people whom a person has blocked."""
    mine = select(Tie.other_id).where(Tie.kind == "block", Tie.user_id == user_id, Tie.other_id.in_(others))
    return set(await session.scalars(mine))


async def share_a_club(session: AsyncSession, user_id: int, other_id: int) -> bool:
    """Whether two people share a club that neither is known to have left."""
    other = aliased(Member)
    found = await session.scalar(
        select(Member.guild_id)
        .join(other, other.guild_id == Member.guild_id)
        .where(Member.user_id == user_id, other.user_id == other_id, Member.left_at.is_(None), other.left_at.is_(None))
        .limit(1)
    )
    return found is not None
