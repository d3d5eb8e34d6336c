"""Delete the data of a club that the bot has left, in portions. None of the functions commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.stored_kinds import StoredKind
from db.models import (
    Availability,
    BadgeRole,
    BadgeRoleGrant,
    BoardWindow,
    Challenge,
    Contact,
    Delivery,
    Guild,
    LiveBoard,
    MeetingPoint,
    Member,
    Outing,
    Reminder,
    Round,
    Run,
    RunCard,
    Spotting,
    User,
)
from db.queries.messages import jobs


async def reconcile(session: AsyncSession, owners: Mapping[int, int | None], now: datetime) -> None:
    """Update which known clubs the bot is in and their owners; mark missed removals of the bot."""
    for guild_id, left_at, owner_id in await session.execute(select(Guild.guild_id, Guild.left_at, Guild.owner_id)):
        here = guild_id in owners
        at, owner = (None, owners[guild_id] or owner_id) if here else (left_at or now, owner_id)
        if (at, owner) != (left_at, owner_id):
            await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(left_at=at, owner_id=owner))


async def set_owner(session: AsyncSession, guild_id: int, owner_id: int | None) -> None:
    """Update the owner of a club's server."""
    await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(owner_id=owner_id))


async def come_back(session: AsyncSession, guild_id: int) -> None:
    """Mark that the bot is in a club."""
    await session.execute(update(Guild).where(Guild.guild_id == guild_id).values(left_at=None))


async def gone_before(session: AsyncSession, before: datetime) -> int | None:
    """Lock and return the club that the bot left first, if that was at or before an instant."""
    found: int | None = await session.scalar(
        select(Guild.guild_id).where(Guild.left_at <= before).order_by(Guild.left_at).limit(1).with_for_update()
    )
    return found


async def drop_runs(session: AsyncSession, guild_id: int, most: int) -> tuple[int, set[int]]:
    """Remove some runs from the club and its boards; the runners keep them.

    Returns:
        Their number, and their runners and spotters, who are few because runs are taken by runner.
    """
    rows = await session.execute(
        select(Run.run_id, Run.user_id, Run.spotter_id)
        .where(Run.guild_id == guild_id)
        .order_by(Run.user_id, Run.ran_on)
        .limit(most)
    )
    found = rows.all()
    run_ids = [row.run_id for row in found]
    await session.execute(delete(RunCard).where(RunCard.run_id.in_(run_ids)))
    spotters = await session.scalars(
        delete(Spotting).where(Spotting.run_id.in_(run_ids), Spotting.guild_id == guild_id).returning(Spotting.user_id)
    )
    touched = {row.user_id for row in found} | set(spotters)
    touched |= {row.spotter_id for row in found if row.spotter_id is not None}
    await session.execute(update(Run).where(Run.run_id.in_(run_ids)).values(guild_id=None, counted=False))
    return len(run_ids), touched


async def some_members(session: AsyncSession, guild_id: int, most: int) -> Sequence[Row[int, bool]]:
    """Return (user_id, ranked) of some members whose memberships are to be deleted."""
    rows = await session.execute(
        select(Member.user_id, and_(Member.left_at.is_(None), ~Member.hidden))
        .where(Member.guild_id == guild_id)
        .order_by(Member.user_id)
        .limit(most)
    )
    return rows.all()


async def drop_members(session: AsyncSession, guild_id: int, user_ids: Collection[int]) -> None:
    """Delete memberships and their data."""
    for table in (Spotting, Availability, Member):
        await session.execute(delete(table).where(table.guild_id == guild_id, table.user_id.in_(user_ids)))
    home = update(User).where(User.user_id.in_(user_ids), User.home_guild_id == guild_id)
    await session.execute(home.values(home_guild_id=None, zone_told=False))


async def drop_outings(session: AsyncSession, guild_id: int, ended: Collection[str], most: int, now: datetime) -> int:
    """Delete some outings, unfinished ones after cancelling them; return their number."""
    outing_ids = await _some(session, Outing.outing_id, Outing.guild_id == guild_id, most)
    await session.execute(
        update(Outing)
        .where(Outing.outing_id.in_(outing_ids), Outing.state.not_in(ended))
        .values(state="cancelled", ended_at=now)
    )
    await session.execute(delete(Outing).where(Outing.outing_id.in_(outing_ids)))
    return len(outing_ids)


async def drop_messages(session: AsyncSession, guild_id: int, most: int) -> int:
    """Delete some sent and unsent messages about the club; return their number."""
    delivery_ids = await _some(session, Delivery.delivery_id, Delivery.guild_id == guild_id, most)
    await session.execute(delete(Delivery).where(Delivery.delivery_id.in_(delivery_ids)))
    return len(delivery_ids)


async def reminders_of(session: AsyncSession, guild_id: int) -> Sequence[int]:
    """Return the club's own reminders, and detach members' personal reminders from the club."""
    own = update(Reminder).where(Reminder.guild_id == guild_id, Reminder.audience != "club")
    await session.execute(own.values(guild_id=None, channel_id=None))
    return (await session.scalars(select(Reminder.reminder_id).where(Reminder.guild_id == guild_id))).all()


async def drop_club(session: AsyncSession, guild_id: int) -> None:
    """Delete the club and its remaining data."""
    for table in (
        Reminder,
        Round,
        MeetingPoint,
        Spotting,
        Availability,
        BoardWindow,
        BadgeRole,
        BadgeRoleGrant,
        LiveBoard,
        Challenge,
    ):
        await session.execute(delete(table).where(table.guild_id == guild_id))
    await jobs.delete_due(session, [StoredKind.BOARD_ROLL, StoredKind.BOARD_LIVE], guild_id)
    await session.execute(update(Contact).where(Contact.guild_id == guild_id).values(guild_id=None))
    await session.execute(update(User).where(User.home_guild_id == guild_id).values(home_guild_id=None))
    await session.execute(delete(Guild).where(Guild.guild_id == guild_id))


async def _some(session: AsyncSession, column: Any, where: Any, most: int) -> Sequence[int]:
    return (await session.scalars(select(column).where(where).order_by(column).limit(most))).all()
