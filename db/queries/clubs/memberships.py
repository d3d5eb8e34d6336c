"""Who has left a club, and what is home then. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Companion, Guild, Member, Outing, Run, User


async def next_club(session: AsyncSession, user_id: int, but: int) -> int | None:
    """The club a person was last seen in, `but` that one, that they have not left and the bot is still in."""
    guild_id: int | None = await session.scalar(
        select(Member.guild_id)
        .join(Guild, Guild.guild_id == Member.guild_id)
        .where(Member.user_id == user_id, Member.guild_id != but, Member.left_at.is_(None), Guild.left_at.is_(None))
        .order_by(Member.seen_at.desc(), Member.guild_id)
        .limit(1)
    )
    return guild_id


async def places_in(session: AsyncSession, guild_id: int, user_id: int, states: Collection[str]) -> Sequence[int]:
    """A club's outings in some states in which a person has a place, or waits for one."""
    rows = await session.scalars(
        select(Outing.outing_id)
        .join(Companion, Companion.outing_id == Outing.outing_id)
        .where(
            Outing.guild_id == guild_id,
            Outing.state.in_(states),
            Companion.user_id == user_id,
            Companion.presence != "left",
        )
        .order_by(Outing.outing_id)
    )
    return rows.all()


async def move_home(session: AsyncSession, user_id: int, old: int, new: int | None) -> None:
    """Give a person whose home club is `old` another, or none.

    The zone assumed for them may be another one then, so that the next card which assumes one says so again.
    """
    await session.execute(
        update(User)
        .where(User.user_id == user_id, User.home_guild_id == old)
        .values(home_guild_id=new, zone_told=False)
    )


async def mark_seen(session: AsyncSession, guild_id: int, user_id: int, seen_at: datetime, **held: object) -> None:
    """Note when a club was last known to hold a member, and what else of them was learned then."""
    await session.execute(
        update(Member).where(Member.guild_id == guild_id, Member.user_id == user_id).values(seen_at=seen_at, **held)
    )


async def left_since_last_run(session: AsyncSession, user_id: int) -> str | None:
    """The name of the club a person was last found to have left, if they have logged nothing since."""
    logged = select(Run.run_id).where(Run.user_id == user_id, Run.created_at >= Member.left_at)
    name: str | None = await session.scalar(
        select(Guild.name)
        .join(Member, Member.guild_id == Guild.guild_id)
        .where(Member.user_id == user_id, Member.left_at.is_not(None), ~logged.exists())
        .order_by(Member.left_at.desc())
        .limit(1)
    )
    return name


async def members_of(session: AsyncSession, guild_id: int) -> Sequence[int]:
    """Everybody ever seen in a club."""
    return (await session.scalars(select(Member.user_id).where(Member.guild_id == guild_id))).all()


async def hide(session: AsyncSession, guild_id: int, user_id: int, hidden: bool) -> bool:
    """Write the wish to be hidden; answers whether it was another one, of a member who is there."""
    changed = await session.execute(
        update(Member)
        .where(Member.guild_id == guild_id, Member.user_id == user_id, Member.hidden.is_not(hidden))
        .values(hidden=hidden)
        .returning(Member.left_at)
    )
    row = changed.first()
    return row is not None and row.left_at is None


async def mark_left(session: AsyncSession, guild_id: int, user_id: int, left_at: datetime | None) -> bool:
    """Write that the member left, or with None that they are back; answers whether that is news, of one not hidden."""
    known = Member.left_at.is_(None) if left_at is None else Member.left_at.is_not(None)
    values = {"left_at": left_at} if left_at is None else {"left_at": left_at, "organiser": False}
    changed = await session.execute(
        update(Member)
        .where(Member.guild_id == guild_id, Member.user_id == user_id, ~known)
        .values(values)
        .returning(Member.hidden)
    )
    row = changed.first()
    return row is not None and not row.hidden
