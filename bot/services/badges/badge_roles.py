"""Roles that clubs give for badges: the setting, and what is to be given or taken on Discord.

A change of badges writes what is wanted (`badge_role_grants`) in its own transaction. The cog does it afterwards, one
by one, and records it, so that a crash in between repeats what Discord ignores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.badges.badge_definitions import BadgeGroup, badges
from bot.errors import BadInput
from bot.services.projections.badge_counts import ROLES_DUE
from db.engine import Database
from db.queries.badges import badge_roles as queries
from db.queries.messages import jobs

WITH_ROLE = tuple(key for key, one in badges().items() if one.group in (BadgeGroup.UP, BadgeGroup.CARE))
"""Badges for which a club can give a role: those for turning up and care, as many as a menu holds."""
AT_ONCE = 50
"""Roles read at once."""


@dataclass(frozen=True, slots=True)
class WantedRole:
    """A role to give or take.

    Attributes:
        guild_id: the club.
        user_id: the member.
        badge: for which badge.
        role_id: the role.
        give: whether to give it, else to take it.
        needless: whether it is to be taken, but stays for another badge.
    """

    guild_id: int
    user_id: int
    badge: str
    role_id: int
    give: bool
    needless: bool


async def roles_of(database: Database, guild_id: int) -> Mapping[str, int]:
    """Return the roles of a club by badge."""
    async with database.read() as session:
        return await queries.roles_of(session, guild_id)


async def set_role(database: Database, guild_id: int, badge: str, role_id: int | None) -> None:
    """Set or remove the role of a badge; it is given to all who have the badge, and the former one taken.

    Raises:
        BadInput: no role can be given for this badge.
    """
    if badge not in WITH_ROLE:
        raise BadInput("settings.choice.unknown")
    async with database.write() as session:
        await queries.put_role(session, guild_id, badge, role_id)
        await queries.take(session, guild_id, [badge], keep=role_id)
        if role_id is not None:
            await queries.give(session, guild_id, badge, role_id, await queries.holders(session, guild_id, badge))
        await jobs.upsert_due(session, [ROLES_DUE])


async def wanted(database: Database) -> tuple[WantedRole, ...]:
    """Return some roles to give or take."""
    async with database.read() as session:
        found = []
        for row in await queries.pending(session, AT_ONCE):
            give = row.state == "give"
            key = (row.guild_id, row.user_id, row.role_id)
            needless = not give and await queries.is_held_otherwise(session, *key)
            found.append(WantedRole(row.guild_id, row.user_id, row.badge, row.role_id, give, needless))
        return tuple(found)


async def done(database: Database, role: WantedRole) -> None:
    """Record that a role was given or taken."""
    async with database.write() as session:
        state = "give" if role.give else "take"
        await queries.finish(session, role.guild_id, role.user_id, role.badge, role.role_id, state)


async def give_up(database: Database, role: WantedRole) -> None:
    """Record that a role cannot be given or taken: the member or the role is gone, or the bot may not."""
    async with database.write() as session:
        await queries.drop(session, role.guild_id, role.user_id, role.badge, role.role_id)
