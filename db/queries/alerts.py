"""Who has been alarmed about an outing. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Contact, Delivery, Guild, Member, Tie


async def receivers(
    session: AsyncSession, kinds: Sequence[str], subject_id: int, about_user_id: int | None = None
) -> Sequence[Row[str, int, int]]:
    """(destination, user_id, channel_id) of everybody who was, or is about to be, sent a message of some kinds.

    A fallback is left out: whoever it is for is in the list by the direct message it stands for.

    Args:
        session: where.
        kinds: of the messages.
        subject_id: what they are about, and
        about_user_id: about whom of it, where not everybody's are meant.
    """
    about = Delivery.payload["about_user_id"].as_string() == str(about_user_id)
    rows = await session.execute(
        select(Delivery.destination, Delivery.user_id, Delivery.channel_id)
        .where(
            Delivery.kind.in_(kinds),
            Delivery.subject_id == subject_id,
            Delivery.state.not_in(("dropped", "failed")),
            Delivery.fallback_of.is_(None),
            *(() if about_user_id is None else (about,)),
        )
        .distinct()
        .order_by(Delivery.destination, Delivery.user_id, Delivery.channel_id)
    )
    return rows.all()


async def has_arrived(
    session: AsyncSession, kinds: Sequence[str], subject_id: int, user_id: int, channel_id: int
) -> bool:
    """Whether a message of some kinds about a subject was sent to a person or channel, or waits there behind Show."""
    found = exists().where(
        Delivery.kind.in_(kinds),
        Delivery.subject_id == subject_id,
        Delivery.user_id == user_id if user_id else Delivery.channel_id == channel_id,
        Delivery.state.in_(("sent", "closed")),
    )
    return bool(await session.scalar(select(found)))


async def callers_for_help(session: AsyncSession, kind: str, outing_id: int) -> set[int]:
    """Whose calls for help messages of a kind about an outing were."""
    caller = Delivery.payload["help_user_id"].as_string()
    rows = await session.scalars(
        select(caller).where(Delivery.kind == kind, Delivery.subject_id == outing_id, caller.is_not(None)).distinct()
    )
    return {int(user_id) for user_id in rows}


async def accepted_contacts(session: AsyncSession, user_ids: Sequence[int]) -> Sequence[Contact]:
    """Whom some people have named and who have accepted, person by person, each in the order named.

    Without those whom the person has blocked since.
    """
    blocked = exists().where(Tie.kind == "block", Tie.user_id == Contact.user_id, Tie.other_id == Contact.contact_id)
    rows = await session.scalars(
        select(Contact)
        .where(Contact.user_id.in_(user_ids), Contact.state == "accepted", ~blocked)
        .order_by(Contact.user_id, Contact.position)
    )
    return rows.all()


async def owner_and_organisers(session: AsyncSession, guild_id: int) -> list[int]:
    """The owner of a club, and its members last seen as organisers who have not left."""
    guild = await session.get(Guild, guild_id)
    rows = await session.scalars(
        select(Member.user_id)
        .where(Member.guild_id == guild_id, Member.organiser, Member.left_at.is_(None))
        .order_by(Member.user_id)
    )
    owner = [guild.owner_id] if guild is not None and guild.owner_id else []
    return list(dict.fromkeys([*owner, *rows]))
