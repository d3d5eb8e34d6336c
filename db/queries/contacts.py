"""Safety contacts. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import Contact, Member, Tie, User


async def own_contacts(session: AsyncSession, user_id: int, *, hold: bool = False) -> Sequence[Contact]:
    """Somebody's contacts in order; with `hold` nobody else changes them until the transaction ends."""
    if hold:
        await session.execute(select(User.user_id).where(User.user_id == user_id).with_for_update())
    rows = await session.scalars(
        select(Contact)
        .where(Contact.user_id == user_id)
        .order_by(Contact.position, Contact.asked_at)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def write_contact(session: AsyncSession, **values: object) -> None:
    """Write a contact, or ask one anew who had declined."""
    statement = upsert(session, Contact).values(**values)
    anew = {name: statement.excluded[name] for name in ("contact_name", "state", "guild_id", "asked_at")}
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "contact_id"], set_=anew))


async def delete_contact(session: AsyncSession, user_id: int, contact_id: int) -> None:
    """Take a contact off somebody's list."""
    await session.execute(delete(Contact).where(Contact.user_id == user_id, Contact.contact_id == contact_id))


async def place_contact(session: AsyncSession, user_id: int, contact_id: int, position: int) -> None:
    """Give a contact its place in the order."""
    await session.execute(
        update(Contact).where(Contact.user_id == user_id, Contact.contact_id == contact_id).values(position=position)
    )


async def answer_contact(session: AsyncSession, user_id: int, contact_id: int, state: str) -> bool:
    """Note what a contact has answered; False when it is not asked any more."""
    changed = await session.scalar(
        update(Contact)
        .where(Contact.user_id == user_id, Contact.contact_id == contact_id)
        .values(state=state)
        .returning(Contact.user_id)
    )
    return changed is not None


async def named_by(session: AsyncSession, contact_id: int) -> list[tuple[int, str]]:
    """(user id, name as last seen) of those whose contact somebody has accepted to be."""
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
    )
    return [(user_id, name) for user_id, name in rows]


async def blocked_by(session: AsyncSession, user_id: int) -> set[int]:
    """Whom somebody has blocked."""
    return set(await session.scalars(select(Tie.other_id).where(Tie.kind == "block", Tie.user_id == user_id)))
