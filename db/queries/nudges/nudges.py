"""Queries for nudges: recipients, choices, goals, pauses and repairs. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, bindparam, case, cast, delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clubs.club_defaults import DEFAULT_ZONE
from db.dialect import upsert, week_of
from db.models import Delivery, Due, Guild, Member, NudgeChoice, Pause, Repair, Run, StretchRow, User, WeeklyGoal

_ZONE = func.coalesce(User.zone, Guild.zone, DEFAULT_ZONE)
"""A member's zone: their own, else their home club's."""


# -- recipients ----------------------------------------------------------------------------------------------------


async def members_in(
    session: AsyncSession, zones: Collection[str], kind: str, after: int, limit: int, *, default: bool
) -> Sequence[Row[int, int, str]]:
    """Return (person, home club, zone) of those in some zones who want a kind of nudges, by id, after `after`.

    Only people who are known to be in their home club, and clubs that have the bot.
    """
    wanted: ColumnElement[bool] = func.coalesce(NudgeChoice.wanted, default)
    rows = await session.execute(
        select(User.user_id, Guild.guild_id, _ZONE)
        .join(Guild, (Guild.guild_id == User.home_guild_id) & Guild.left_at.is_(None))
        .join(
            Member,
            (Member.guild_id == Guild.guild_id) & (Member.user_id == User.user_id) & Member.left_at.is_(None),
        )
        .outerjoin(NudgeChoice, (NudgeChoice.user_id == User.user_id) & (NudgeChoice.kind == kind))
        .where(User.user_id > after, _ZONE.in_(zones), wanted)
        .order_by(User.user_id)
        .limit(limit)
    )
    return rows.all()


async def clubs_in(
    session: AsyncSession, zones: Collection[str], after: int, limit: int
) -> Sequence[Row[int, int, str]]:
    """Return (club, club, zone) of clubs in some zones that have the bot, by id, after `after`."""
    zone = func.coalesce(Guild.zone, DEFAULT_ZONE)
    rows = await session.execute(
        select(Guild.guild_id, Guild.guild_id, zone)
        .where(Guild.guild_id > after, Guild.left_at.is_(None), zone.in_(zones))
        .order_by(Guild.guild_id)
        .limit(limit)
    )
    return rows.all()


_ZONES = union(select(User.zone).where(User.zone.is_not(None)), select(Guild.zone).where(Guild.zone.is_not(None)))


async def zones_in_use(session: AsyncSession) -> set[str]:
    """Return the zones of all people and clubs, and the default."""
    return {DEFAULT_ZONE, *(zone for zone in await session.scalars(_ZONES) if zone is not None)}


async def zone_of(session: AsyncSession, user_id: int) -> str:
    """Return a member's zone."""
    found: str | None = await session.scalar(
        select(_ZONE)
        .select_from(User)
        .outerjoin(Guild, (Guild.guild_id == User.home_guild_id) & Guild.left_at.is_(None))
        .where(User.user_id == user_id)
    )
    return found or DEFAULT_ZONE


async def is_at_home(session: AsyncSession, user_id: int) -> bool:
    """Whether a person and the bot are both known to be in the person's home club."""
    found = await session.scalar(
        select(User.user_id)
        .join(Guild, (Guild.guild_id == User.home_guild_id) & Guild.left_at.is_(None))
        .join(Member, (Member.guild_id == Guild.guild_id) & (Member.user_id == User.user_id) & Member.left_at.is_(None))
        .where(User.user_id == user_id)
    )
    return found is not None


async def planned(session: AsyncSession, kind: str) -> dict[str, datetime]:
    """Return when each occurrence of a kind of jobs is due."""
    rows = await session.execute(_PLANNED, {"of": kind})
    return {row.occurrence: row.fire_at for row in rows}


_PLANNED = select(Due.occurrence, Due.fire_at).where(Due.kind == bindparam("of"))


async def hasten(session: AsyncSession, kind: str, now: datetime, *, beyond: datetime) -> None:
    """Make all jobs of a kind that are due after `beyond` due now."""
    await session.execute(update(Due).where(Due.kind == kind, Due.fire_at > beyond).values(fire_at=now, meant_at=now))


async def begin_anew(session: AsyncSession, kind: str, occurrence: str, now: datetime, payload: Any) -> None:
    """Make a job due now, with a new payload."""
    planned = update(Due).where(Due.kind == kind, Due.occurrence == occurrence)
    await session.execute(planned.values(fire_at=now, meant_at=now, payload=payload))


# -- choices -------------------------------------------------------------------------------------------------------


async def choices_of(session: AsyncSession, user_id: int) -> dict[str, bool]:
    """Return whether a person wants nudges, by kind, where they have chosen."""
    rows = await session.execute(select(NudgeChoice.kind, NudgeChoice.wanted).where(NudgeChoice.user_id == user_id))
    return {row.kind: row.wanted for row in rows}


async def put_choice(session: AsyncSession, user_id: int, kind: str, *, wanted: bool) -> None:
    """Store whether a person wants a kind of nudges."""
    await _put(session, NudgeChoice, ("user_id", "kind"), user_id=user_id, kind=kind, wanted=wanted)


async def put_goal(session: AsyncSession, user_id: int, since_on: date, runs: int, counts: str) -> None:
    """Store a goal that applies from a Monday on."""
    await _put(
        session, WeeklyGoal, ("user_id", "since_on"), user_id=user_id, since_on=since_on, runs=runs, counts=counts
    )


async def goals_of(session: AsyncSession, user_ids: Collection[int]) -> Sequence[WeeklyGoal]:
    """Return the goals of some people, oldest first."""
    rows = await session.scalars(
        select(WeeklyGoal).where(WeeklyGoal.user_id.in_(user_ids)).order_by(WeeklyGoal.user_id, WeeklyGoal.since_on)
    )
    return rows.all()


async def pauses_of(session: AsyncSession, user_ids: Collection[int], since: date | None = None) -> Sequence[Pause]:
    """Return the pauses of some people, oldest first; with `since` only those that end after it."""
    late = () if since is None else (Pause.until_on > since,)
    rows = await session.scalars(
        select(Pause).where(Pause.user_id.in_(user_ids), *late).order_by(Pause.user_id, Pause.from_on)
    )
    return rows.all()


async def put_pause(session: AsyncSession, user_id: int, from_on: date, until_on: date, why: str) -> None:
    """Insert or update a pause."""
    key = ("user_id", "from_on")
    await _put(session, Pause, key, user_id=user_id, from_on=from_on, until_on=until_on, why=why)


async def drop_snoozed(session: AsyncSession, kind: str, user_id: int) -> None:
    """Delete the jobs of a person's own snoozed nudges, but not of a club's."""
    own = select(cast(Delivery.delivery_id, String)).where(Delivery.user_id == user_id)
    await session.execute(delete(Due).where(Due.kind == kind, Due.user_id == user_id, Due.occurrence.in_(own)))


async def end_pause(session: AsyncSession, user_id: int, today: date) -> None:
    """End the current pause today; delete it if it began today."""
    await session.execute(delete(Pause).where(Pause.user_id == user_id, Pause.from_on >= today))
    await session.execute(update(Pause).where(Pause.user_id == user_id, Pause.until_on > today).values(until_on=today))


async def repairs_of(session: AsyncSession, user_ids: Collection[int]) -> Sequence[Repair]:
    """Return the repairs of some people."""
    return (await session.scalars(select(Repair).where(Repair.user_id.in_(user_ids)))).all()


async def insert_repair(session: AsyncSession, user_id: int, month_on: date, monday: date) -> bool:
    """Insert a repair; return False if there is already one in that month."""
    statement = upsert(session, Repair).values(user_id=user_id, month_on=month_on, monday=monday)
    done = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["user_id", "month_on"]).returning(Repair.user_id)
    )
    return done is not None


# -- runs ----------------------------------------------------------------------------------------------------------


async def run_weeks(
    session: AsyncSession, user_ids: Collection[int], since: date | None = None
) -> Sequence[Row[int, date, int, int]]:
    """Return (person, Monday, runs, runs with a backward part) of each week with a run, in all clubs."""
    backward = case((StretchRow.direction == "backward", Run.run_id))
    late = () if since is None else (Run.ran_on >= since,)
    monday = week_of(Run.ran_on)
    rows = await session.execute(
        select(Run.user_id, monday, func.count(Run.run_id.distinct()), func.count(backward.distinct()))
        .join(StretchRow, StretchRow.run_id == Run.run_id)
        .where(Run.user_id.in_(user_ids), Run.deleted_at.is_(None), *late)
        .group_by(Run.user_id, monday)
    )
    return rows.all()


async def last_run_days(session: AsyncSession, user_ids: Collection[int]) -> dict[int, date]:
    """Return the day of each person's newest run."""
    rows = await session.execute(
        select(Run.user_id, func.max(Run.ran_on))
        .where(Run.user_id.in_(user_ids), Run.deleted_at.is_(None))
        .group_by(Run.user_id)
    )
    return {row[0]: row[1] for row in rows}


# -- sent nudges ---------------------------------------------------------------------------------------------------


async def count_sent(session: AsyncSession, user_id: int, priority: int, since: datetime) -> int:
    """Count the direct messages of a class sent to a person since an instant."""
    counted: int | None = await session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.user_id == user_id,
            Delivery.destination == "dm",
            Delivery.priority == priority,
            Delivery.state == "sent",
            Delivery.sent_at >= since,
        )
    )
    return counted or 0


async def own_delivery(
    session: AsyncSession, delivery_id: int, user_id: int, guild_id: int | None, kinds: Iterable[str]
) -> Delivery | None:
    """Return a message of some kinds to a person or to the channel of a club they organise, or None."""
    mine: ColumnElement[bool] = Delivery.user_id == user_id
    if guild_id is not None:
        mine |= (Delivery.user_id == 0) & (Delivery.guild_id == guild_id)
    found: Delivery | None = await session.scalar(
        select(Delivery).where(Delivery.delivery_id == delivery_id, Delivery.kind.in_(list(kinds)), mine)
    )
    return found


async def _put(session: AsyncSession, table: type[Any], key: Sequence[str], **values: object) -> None:
    statement = upsert(session, table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in key}
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))
