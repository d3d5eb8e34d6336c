"""What members and clubs have set. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Guild, Member, Run, Stretch, User


async def user_row(session: AsyncSession, user_id: int) -> User | None:
    """A person's settings."""
    return await session.get(User, user_id)


async def guild_row(session: AsyncSession, guild_id: int, *, hold: bool = False) -> Guild | None:
    """A club's settings, held against other writers where `hold`."""
    return await session.get(Guild, guild_id, with_for_update=hold, populate_existing=hold)


async def set_user(session: AsyncSession, user_id: int, **values: object) -> None:
    """Write columns of a person."""
    await session.execute(update(User).where(User.user_id == user_id).values(**values))


async def set_guild(session: AsyncSession, guild_id: int, **values: object) -> None:
    """Write columns of a club."""
    await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(**values))


async def clubs_of(session: AsyncSession, user_id: int) -> Sequence[Row[int, str, bool]]:
    """(guild_id, name, hidden) of the clubs a person was seen in, in which both still are, by name."""
    rows = await session.execute(
        select(Guild.guild_id, Guild.name, Member.hidden)
        .join(Member, Member.guild_id == Guild.guild_id)
        .where(Member.user_id == user_id, Member.left_at.is_(None), Guild.left_at.is_(None))
        .order_by(Guild.name, Guild.guild_id)
    )
    return rows.all()


async def mark_left(session: AsyncSession, guild_id: int, left_at: datetime) -> None:
    """Note that the bot was removed from a club."""
    await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(left_at=left_at))


def _held(guild_id: int) -> list[ColumnElement[bool]]:
    left = select(Member.user_id).where(
        Member.guild_id == guild_id, Member.user_id == Run.user_id, Member.left_at.is_not(None)
    )
    return [
        Run.guild_id == guild_id,
        Run.review == "held",
        Run.deleted_at.is_(None),
        Run.sharing == "club",
        ~left.exists(),
    ]


async def held_runs(session: AsyncSession, guild_id: int) -> Sequence[Run]:
    """A club's runs that wait for an organiser, oldest first; only those shared with it, of who is still there."""
    rows = await session.scalars(select(Run).where(*_held(guild_id)).order_by(Run.run_id))
    return rows.all()


async def count_held(session: AsyncSession, guild_id: int) -> int:
    """How many runs of a club wait for an organiser."""
    counted: int | None = await session.scalar(select(func.count()).select_from(Run).where(*_held(guild_id)))
    return counted or 0


async def run_counts(session: AsyncSession, user_id: int) -> tuple[int, int, int, date | None]:
    """A runner's runs, those whose direction is untold, those from a file, and the day of the newest."""
    untold = select(Stretch.run_id).where(Stretch.run_id == Run.run_id, Stretch.direction == "untold").exists()
    row = await session.execute(
        select(
            func.count(),
            func.count().filter(untold),
            func.count().filter(Run.source != "typed"),
            func.max(Run.ran_on),
        )
        .select_from(Run)
        .where(Run.user_id == user_id, Run.deleted_at.is_(None))
    )
    runs, untold_runs, imported, newest = row.one()
    return int(runs), int(untold_runs), int(imported), newest
