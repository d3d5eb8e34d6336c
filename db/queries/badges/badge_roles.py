"""Queries for the roles that clubs give for badges. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import upsert
from db.models import BadgeRole, BadgeRoleGrant, EarnedBadge


async def roles_of(session: AsyncSession, guild_id: int) -> dict[str, int]:
    """Return the roles of a club by badge."""
    rows = await session.execute(select(BadgeRole.badge, BadgeRole.role_id).where(BadgeRole.guild_id == guild_id))
    return {row.badge: row.role_id for row in rows}


async def put_role(session: AsyncSession, guild_id: int, badge: str, role_id: int | None) -> None:
    """Set the role of a badge, or remove it."""
    await session.execute(delete(BadgeRole).where(BadgeRole.guild_id == guild_id, BadgeRole.badge == badge))
    if role_id is not None:
        await session.execute(insert(BadgeRole).values(guild_id=guild_id, badge=badge, role_id=role_id))


async def holders(session: AsyncSession, guild_id: int, badge: str) -> Sequence[int]:
    """Return the members who have a badge in a club."""
    found = await session.scalars(
        select(EarnedBadge.user_id)
        .where(EarnedBadge.guild_id == guild_id, EarnedBadge.badge == badge, EarnedBadge.level == 1)
        .order_by(EarnedBadge.user_id)
    )
    return found.all()


async def give(session: AsyncSession, guild_id: int, badge: str, role_id: int, user_ids: Collection[int]) -> None:
    """Have a role given to members; nothing changes for those who have it."""
    if not user_ids:
        return
    rows = [
        {"guild_id": guild_id, "user_id": user_id, "badge": badge, "role_id": role_id, "state": "give"}
        for user_id in user_ids
    ]
    statement = upsert(session, BadgeRoleGrant).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["guild_id", "user_id", "badge", "role_id"],
            set_={"state": "give"},
            where=BadgeRoleGrant.state == "take",
        )
    )


async def take(
    session: AsyncSession, guild_id: int, badges: Collection[str], user_id: int | None = None, keep: int | None = None
) -> None:
    """Have the roles of badges taken, of one member or of all, except a role to keep."""
    statement = update(BadgeRoleGrant).where(BadgeRoleGrant.guild_id == guild_id, BadgeRoleGrant.badge.in_(badges))
    if user_id is not None:
        statement = statement.where(BadgeRoleGrant.user_id == user_id)
    if keep is not None:
        statement = statement.where(BadgeRoleGrant.role_id != keep)
    await session.execute(statement.values(state="take"))


async def pending(session: AsyncSession, limit: int) -> Sequence[BadgeRoleGrant]:
    """Return some roles to give or take."""
    found = await session.scalars(
        select(BadgeRoleGrant)
        .where(BadgeRoleGrant.state.in_(("give", "take")))
        .order_by(BadgeRoleGrant.guild_id, BadgeRoleGrant.user_id)
        .limit(limit)
    )
    return found.all()


async def is_held_otherwise(session: AsyncSession, guild_id: int, user_id: int, role_id: int) -> bool:
    """Whether a member has or is to get a role for any badge."""
    found = await session.scalar(
        select(BadgeRoleGrant.badge)
        .where(
            BadgeRoleGrant.guild_id == guild_id,
            BadgeRoleGrant.user_id == user_id,
            BadgeRoleGrant.role_id == role_id,
            BadgeRoleGrant.state != "take",
        )
        .limit(1)
    )
    return found is not None


async def finish(session: AsyncSession, guild_id: int, user_id: int, badge: str, role_id: int, state: str) -> None:
    """Record that a role was given or taken, unless the opposite is wanted meanwhile."""
    where = (
        BadgeRoleGrant.guild_id == guild_id,
        BadgeRoleGrant.user_id == user_id,
        BadgeRoleGrant.badge == badge,
        BadgeRoleGrant.role_id == role_id,
        BadgeRoleGrant.state == state,
    )
    if state == "give":
        await session.execute(update(BadgeRoleGrant).where(*where).values(state="given"))
    else:
        await session.execute(delete(BadgeRoleGrant).where(*where))


async def drop(session: AsyncSession, guild_id: int, user_id: int, badge: str, role_id: int) -> None:
    """Forget a role that cannot be given or taken."""
    await session.execute(
        delete(BadgeRoleGrant).where(
            BadgeRoleGrant.guild_id == guild_id,
            BadgeRoleGrant.user_id == user_id,
            BadgeRoleGrant.badge == badge,
            BadgeRoleGrant.role_id == role_id,
        )
    )
