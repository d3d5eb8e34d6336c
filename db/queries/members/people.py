"""Members as stored: who they are, what was last seen of them, and locks on them. None of the functions commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import InsertOnConflict
from db.models import Guild, Member, User


async def hold(session: AsyncSession, user_ids: Collection[int]) -> None:
    """Lock people by id until the transaction ends; lock an outing before its people.

    FOR NO KEY UPDATE is used because FOR UPDATE would also block all inserts with a foreign key to them.
    """
    people = select(User.user_id).where(User.user_id.in_(user_ids)).order_by(User.user_id)
    await session.execute(people.with_for_update(key_share=True))


def _known(guild: Any, *, only_present: bool) -> Select[User, Member | None, Guild | None]:
    present = (Guild.left_at.is_(None), Member.left_at.is_(None)) if only_present else ()
    return (
        select(User, Member, Guild)
        .select_from(User)
        .outerjoin(Member, (Member.guild_id == guild) & (Member.user_id == User.user_id))
        .outerjoin(Guild, and_(Guild.guild_id == guild, *present))
        .where(User.user_id == bindparam("user_id"))
    )


# Every interaction runs one of these; built once, because building one costs more than executing it.
_AT_HOME = _known(User.home_guild_id, only_present=True)
_IN_CLUB = _known(bindparam("guild_id"), only_present=False)


async def person_rows(
    session: AsyncSession, user_id: int, guild_id: int | None
) -> tuple[User | None, Member | None, Guild | None]:
    """Return the person, the membership and the club (in a DM the home club, unless left), in one statement."""
    if guild_id is None:
        found = await session.execute(_AT_HOME, {"user_id": user_id})
    else:
        found = await session.execute(_IN_CLUB, {"user_id": user_id, "guild_id": guild_id})
    row = found.one_or_none()
    if row is not None:
        return row[0], row[1], row[2]
    return None, None, await session.get(Guild, guild_id) if guild_id is not None else None


async def display_name(session: AsyncSession, user_id: int, guild_id: int | None) -> str | None:
    """Return a member's name as last seen in the club, else in any."""
    name: str | None = await session.scalar(
        select(Member.display_name)
        .where(Member.user_id == user_id)
        .order_by((Member.guild_id == guild_id).desc(), Member.seen_at.desc())
        .limit(1)
    )
    return name


_UPSERT_USER = InsertOnConflict(
    User,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["user_id"],
        set_={
            "locale": insert.excluded.locale,
            "home_guild_id": func.coalesce(User.home_guild_id, insert.excluded.home_guild_id),
        },
    ),
)


@lru_cache(maxsize=16)
def _upsert(table: type[Any], key: tuple[str, ...], seen: frozenset[str]) -> InsertOnConflict:
    """Build once per set of columns that are updated."""
    return InsertOnConflict(
        table,
        lambda insert: insert.on_conflict_do_update(
            index_elements=key, set_={name: insert.excluded[name] for name in sorted(seen)}
        ),
    )


async def upsert_user(session: AsyncSession, user_id: int, guild_id: int | None, locale: str, now: datetime) -> None:
    """Store a person's locale. The first club they use the bot in is their home club until they choose another."""
    given = {"user_id": user_id, "locale": locale, "zone_told": False, "home_guild_id": guild_id, "created_at": now}
    await session.execute(_UPSERT_USER.on(session), given)


async def upsert_guild(session: AsyncSession, guild_id: int, seen: Mapping[str, Any], now: datetime) -> None:
    """Store what was seen of a club; its settings are not changed."""
    statement = _upsert(Guild, ("guild_id",), frozenset(seen)).on(session)
    await session.execute(statement, {"guild_id": guild_id, "created_at": now, **seen})


async def upsert_member(session: AsyncSession, guild_id: int, user_id: int, seen: Mapping[str, Any]) -> None:
    """Store what was seen of a member of a club; their settings are not changed."""
    statement = _upsert(Member, ("guild_id", "user_id"), frozenset(seen)).on(session)
    await session.execute(statement, {"guild_id": guild_id, "user_id": user_id, "hidden": False, **seen})


async def mark_zone_told(session: AsyncSession, user_id: int) -> None:
    """Store that a card has told a person which zone was assumed for them."""
    await session.execute(update(User).where(User.user_id == user_id).values(zone_told=True))
