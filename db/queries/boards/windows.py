"""Queries for the periods of a club's boards that are not of the calendar. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, delete, exists, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import locks_rows, upsert
from db.models import BoardWindow, Guild, Member, Run, Spotting, Standing

_WINDOWS = select(BoardWindow).where(BoardWindow.guild_id == bindparam("guild_id")).order_by(BoardWindow.starts_on)
_KEEP = select(Guild.guild_id).where(Guild.guild_id == bindparam("guild_id")).with_for_update(read=True)
_CHANGE = select(Guild.guild_id).where(Guild.guild_id == bindparam("guild_id")).with_for_update(key_share=True)


async def keep(session: AsyncSession, guild_id: int) -> None:
    """Keep the club's windows from being changed by others until the transaction ends. Call it before any other lock.

    Otherwise a run that is being logged while a window moves could be counted neither here nor there.
    """
    if locks_rows(session):
        await session.execute(_KEEP, {"guild_id": guild_id})


async def hold(session: AsyncSession, guild_id: int) -> None:
    """Lock the club's windows in order to change them; waits until all runs that are being written are there."""
    if locks_rows(session):
        await session.execute(_CHANGE, {"guild_id": guild_id})


async def windows(session: AsyncSession, guild_id: int) -> Sequence[BoardWindow]:
    """Return a club's windows by their first day."""
    found = await session.scalars(_WINDOWS, {"guild_id": guild_id}, execution_options={"populate_existing": True})
    return found.all()


async def window(session: AsyncSession, guild_id: int, kind: str) -> BoardWindow | None:
    """Return a club's window of a kind; for seasons the first."""
    return await session.scalar(
        select(BoardWindow).where(BoardWindow.guild_id == guild_id, BoardWindow.kind == kind).limit(1)
    )


async def season(session: AsyncSession, guild_id: int, window_id: int) -> BoardWindow | None:
    """Return a season of a club by id."""
    return await session.scalar(
        select(BoardWindow).where(
            BoardWindow.window_id == window_id, BoardWindow.guild_id == guild_id, BoardWindow.kind == "season"
        )
    )


async def put(session: AsyncSession, guild_id: int, kind: str, starts_on: date, ends_on: date) -> None:
    """Insert a rolling window, or move it to new dates."""
    moved = update(BoardWindow).where(BoardWindow.guild_id == guild_id, BoardWindow.kind == kind)
    if (await session.execute(moved.values(starts_on=starts_on, ends_on=ends_on))).rowcount:  # type: ignore[attr-defined]
        return
    values = {"guild_id": guild_id, "kind": kind, "starts_on": starts_on, "ends_on": ends_on, "name": ""}
    await session.execute(upsert(session, BoardWindow).values(**values, complete=True).on_conflict_do_nothing())


async def drop(session: AsyncSession, window_id: int) -> None:
    """Delete a window."""
    await session.execute(delete(BoardWindow).where(BoardWindow.window_id == window_id))


async def drop_standings(session: AsyncSession, guild_id: int, kind: str, starts_on: date) -> None:
    """Delete the rows of a period of all members."""
    await session.execute(
        delete(Standing).where(
            Standing.guild_id == guild_id,
            Standing.direction.in_(("all", "backward", "forward", "spotting")),
            Standing.period == kind,
            Standing.starts_on == starts_on,
        )
    )


async def active_members(
    session: AsyncSession, guild_id: int, mondays: Sequence[date], days: Sequence[tuple[date, date]]
) -> Sequence[int]:
    """Return the members of a club with a counted run or a credit on one of `days`.

    Args:
        session: session to use.
        guild_id: id of the club.
        mondays: of all weeks that contain one of the days; the rows of these weeks give the candidates in a range scan,
            so that `runs` needs no index by club and day.
        days: first and last days.
    """
    candidates = union(
        *(
            select(Standing.user_id).where(
                Standing.guild_id == guild_id,
                Standing.direction == direction,
                Standing.period == "week",
                Standing.starts_on.in_(mondays),
            )
            for direction in ("all", "spotting")
        )
    ).subquery()
    ran = exists().where(
        Run.guild_id == guild_id,
        Run.user_id == candidates.c.user_id,
        or_(*(Run.ran_on.between(first, last) for first, last in days)),
    )
    spotted = exists().where(
        Spotting.guild_id == guild_id,
        Spotting.user_id == candidates.c.user_id,
        or_(*(Spotting.ran_on.between(first, last) for first, last in days)),
    )
    found = await session.scalars(select(candidates.c.user_id).where(or_(ran, spotted)))
    return found.all()


async def hold_members(session: AsyncSession, guild_id: int, user_ids: Sequence[int]) -> dict[int, bool]:
    """Lock members in a fixed order; return for each whether they are unranked."""
    rows = await session.execute(
        select(Member.user_id, or_(Member.hidden, Member.left_at.is_not(None)))
        .where(Member.guild_id == guild_id, Member.user_id.in_(user_ids))
        .order_by(Member.user_id)
        .with_for_update()
    )
    return {user_id: bool(hidden) for user_id, hidden in rows}


async def members_after(session: AsyncSession, guild_id: int, after: int, most: int) -> Sequence[int]:
    """Return the ids of at most `most` members of a club that follow `after`."""
    found = await session.scalars(
        select(Member.user_id)
        .where(Member.guild_id == guild_id, Member.user_id > after)
        .order_by(Member.user_id)
        .limit(most)
    )
    return found.all()
