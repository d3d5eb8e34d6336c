"""Read and write badges. None of the functions commits.

Every logged run reads and writes the counts of its runner, so those statements are built once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import BigInteger, ColumnElement, Row, and_, bindparam, case, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import UNREAD, InsertOnConflict, locks_rows
from db.models import BadgeCount, EarnedBadge, Member, Run, Spotting, StretchRow, User

AT_ONCE = 500
"""Runs of one result, so that a member with thousands does not hold the event loop."""
_COUNTS = select(
    BadgeCount.guild_id, BadgeCount.last_started_at, BadgeCount.last_run_id, BadgeCount.counts, BadgeCount.rules
).where(BadgeCount.user_id == bindparam("user_id", type_=BigInteger))
_COUNTS_HELD = _COUNTS.with_for_update()
_HOLD_USER = select(User.user_id).where(User.user_id == bindparam("user_id", type_=BigInteger))
_PUT_COUNTS = InsertOnConflict(
    BadgeCount,
    lambda new: new.on_conflict_do_update(
        index_elements=["user_id", "guild_id"],
        set_={name: new.excluded[name] for name in ("last_started_at", "last_run_id", "counts", "rules")},
    ),
)
_PUT_EARNED = InsertOnConflict(
    EarnedBadge,
    lambda new: new.on_conflict_do_update(
        index_elements=["user_id", "guild_id", "badge", "level"],
        set_={name: new.excluded[name] for name in ("run_id", "earned_at")},
    ),
)
_OF_RUN = select(EarnedBadge.badge, func.max(EarnedBadge.level)).where(
    EarnedBadge.run_id == bindparam("run_id", type_=BigInteger),
    EarnedBadge.user_id == bindparam("user_id", type_=BigInteger),
    EarnedBadge.guild_id == bindparam("guild_id", type_=BigInteger),
).group_by(EarnedBadge.badge)  # fmt: skip


class CountsRow(NamedTuple):
    """What was counted of a member: own, or in a club; see `BadgeCount`."""

    guild_id: int
    last_started_at: datetime
    last_run_id: int
    counts: dict[str, list[int]]
    rules: str


class OwnRunRow(NamedTuple):
    """A run with the sums of its parts; `met_at` is when the bot first met its spotter."""

    run_id: int
    guild_id: int | None
    counted: bool
    started_at: datetime
    zone: str
    ran_on: date
    surface: str | None
    effort: int | None
    note: str | None
    extras: list[str]
    doubtful: bool
    spotter_id: int | None
    spotter_state: str | None
    met_at: datetime | None
    backward_m: int
    backward_ms: int
    forward_m: int
    forward_ms: int


class SpottedRow(NamedTuple):
    """A run on which a member faced forward, and its runner; `met_at` is when the bot first met them."""

    run_id: int
    guild_id: int
    started_at: datetime
    duration_ms: int
    runner_id: int
    met_at: datetime | None


class EarnedRow(NamedTuple):
    """A level of a badge that a person earned, own or in a club, and the run that reached it."""

    guild_id: int
    badge: str
    level: int
    run_id: int
    earned_at: datetime


class LatestRow(NamedTuple):
    """A badge's level that a member of a club has earned."""

    badge: str
    level: int
    earned_at: datetime
    user_id: int
    display_name: str | None


async def counts_of(session: AsyncSession, user_id: int, *, held: bool = False) -> dict[int, CountsRow]:
    """Return a person's counts by club, locked if `held`."""
    rows = await session.execute(_COUNTS_HELD if held else _COUNTS, {"user_id": user_id})
    return {row.guild_id: CountsRow(*row) for row in rows}


async def hold_user(session: AsyncSession, user_id: int) -> bool:
    """Lock a person, so that their badges are counted in one transaction at a time; return whether they are known."""
    statement = _HOLD_USER.with_for_update(key_share=True) if locks_rows(session) else _HOLD_USER
    return await session.scalar(statement, {"user_id": user_id}) is not None


def _sum(column: Any, direction: str) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((StretchRow.direction == direction, column), else_=0)), 0)


_OWN_RUNS = (
    select(
        Run.run_id, Run.guild_id, Run.counted, Run.started_at, Run.zone, Run.ran_on, Run.surface, Run.effort, Run.note,
        Run.extras, Run.doubtful, Run.spotter_id, Run.spotter_state, User.created_at.label("met_at"),
        _sum(func.coalesce(StretchRow.distance_m, 0), "backward"), _sum(StretchRow.duration_ms, "backward"),
        _sum(func.coalesce(StretchRow.distance_m, 0), "forward"), _sum(StretchRow.duration_ms, "forward"),
    )
    .join(StretchRow, StretchRow.run_id == Run.run_id)
    .outerjoin(User, User.user_id == Run.spotter_id)
    .where(
        Run.user_id == bindparam("user_id", type_=BigInteger),
        Run.deleted_at.is_(None),
        Run.review.in_(("none", "agreed")),
    )
    .group_by(Run.run_id, User.user_id)
    .having(func.sum(case((StretchRow.direction == "untold", 1), else_=0)) == 0)
    .where(Run.run_id > bindparam("after", type_=BigInteger))
    .order_by(Run.run_id)
    .limit(AT_ONCE)
)  # fmt: skip
_SPOTTED = (
    select(
        Run.run_id, Spotting.guild_id, Run.started_at, Spotting.duration_ms, Run.user_id,
        User.created_at.label("met_at"),
    )
    .join(Run, Run.run_id == Spotting.run_id)
    .join(User, User.user_id == Run.user_id)
    .where(Spotting.user_id == bindparam("user_id", type_=BigInteger), Run.counted)
)  # fmt: skip
_NAMED = and_(Run.source == "outing", Run.spotter_state == "agreed", Run.counted)
_NAMED_IN = (
    select(Run.run_id, Run.guild_id, Run.started_at, Run.user_id, User.created_at.label("met_at"))
    .join(User, User.user_id == Run.user_id)
    .where(
        Run.spotter_id == bindparam("user_id", type_=BigInteger),
        Run.user_id != bindparam("without", type_=BigInteger),
        _NAMED,
    )
)


async def own_runs(session: AsyncSession, user_id: int) -> list[OwnRunRow]:
    """Return a person's runs of known direction that are neither deleted nor held or rejected in review."""
    found: list[OwnRunRow] = []
    while True:
        after = found[-1].run_id if found else 0
        rows = await session.execute(_OWN_RUNS, {"user_id": user_id, "after": after})
        portion = [OwnRunRow(*row[:14], *map(int, row[14:])) for row in cast("Iterable[tuple[Any, ...]]", rows)]
        found += portion
        if len(portion) < AT_ONCE:
            return found


async def spotted(session: AsyncSession, user_id: int, without: int) -> list[SpottedRow]:
    """Return the runs on which a person faced forward: those credited to them, and others' runs from outings.

    An outing's credit belongs to the spotter's own run, which names nobody, so the others' runs tell for whom it was;
    they have no time here.

    Args:
        session: the transaction.
        user_id: the spotter.
        without: a person whose runs are about to be deleted, or 0.
    """
    found = [SpottedRow(*row) for row in await session.execute(_SPOTTED, {"user_id": user_id})]
    for row in await session.execute(_NAMED_IN, {"user_id": user_id, "without": without}):
        found.append(SpottedRow(row.run_id, row.guild_id, row.started_at, 0, row.user_id, row.met_at))
    return found


async def spotters_named_by(session: AsyncSession, user_id: int) -> Sequence[Row[int, int]]:
    """Return (spotter, club) of those whom a person's runs from outings name, once each."""
    rows = await session.execute(
        select(Run.spotter_id, Run.guild_id).where(Run.user_id == user_id, _NAMED).distinct().order_by(Run.spotter_id)
    )
    return cast("Sequence[Row[int, int]]", rows.all())


async def put_counts(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace counts."""
    await session.execute(_PUT_COUNTS.on(session), rows, execution_options=UNREAD)


async def put_earned(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert earned levels, or move them to another run."""
    await session.execute(_PUT_EARNED.on(session), rows, execution_options=UNREAD)


async def earned_by(session: AsyncSession, user_id: int, guild_ids: Collection[int]) -> Sequence[EarnedRow]:
    """Return a person's levels, own or in clubs."""
    rows = await session.execute(
        select(
            EarnedBadge.guild_id, EarnedBadge.badge, EarnedBadge.level, EarnedBadge.run_id, EarnedBadge.earned_at
        ).where(EarnedBadge.user_id == user_id, EarnedBadge.guild_id.in_(list(guild_ids)))
    )
    return [EarnedRow(*row) for row in rows]


async def drop_earned(session: AsyncSession, user_id: int, keys: Iterable[tuple[int, str, int]]) -> None:
    """Delete a person's levels by (club, badge, level)."""
    keyed = tuple_(EarnedBadge.guild_id, EarnedBadge.badge, EarnedBadge.level)
    await session.execute(delete(EarnedBadge).where(EarnedBadge.user_id == user_id, keyed.in_(list(keys))))


async def drop_counts(session: AsyncSession, user_id: int, guild_ids: Collection[int]) -> None:
    """Delete a person's counts, own or in clubs."""
    await session.execute(
        delete(BadgeCount).where(BadgeCount.user_id == user_id, BadgeCount.guild_id.in_(list(guild_ids)))
    )


async def drop_member(session: AsyncSession, user_id: int, guild_id: int) -> None:
    """Delete a member's badges in a club."""
    for table in (BadgeCount, EarnedBadge):
        await session.execute(delete(table).where(table.user_id == user_id, table.guild_id == guild_id))


async def drop_user(session: AsyncSession, user_id: int) -> None:
    """Delete a person's badges everywhere."""
    for table in (BadgeCount, EarnedBadge):
        await session.execute(delete(table).where(table.user_id == user_id))


async def of_run(session: AsyncSession, run_id: int, user_id: int, guild_id: int) -> dict[str, int]:
    """Return the badges that a person earned by a run, own or in a club, each with its highest level."""
    rows = await session.execute(_OF_RUN, {"run_id": run_id, "user_id": user_id, "guild_id": guild_id})
    return {row[0]: row[1] for row in rows}


async def latest(session: AsyncSession, guild_id: int, limit: int) -> list[LatestRow]:
    """Return the levels that members of a club earned last, without those who left or hide."""
    rows = await session.execute(
        select(EarnedBadge.badge, EarnedBadge.level, EarnedBadge.earned_at, EarnedBadge.user_id, Member.display_name)
        .join(Member, and_(Member.guild_id == EarnedBadge.guild_id, Member.user_id == EarnedBadge.user_id))
        .where(EarnedBadge.guild_id == guild_id, Member.left_at.is_(None), Member.hidden.is_(False))
        .order_by(EarnedBadge.earned_at.desc(), EarnedBadge.user_id, EarnedBadge.badge, EarnedBadge.level.desc())
        .limit(limit)
    )
    return [LatestRow(*row) for row in rows]


async def people_after(session: AsyncSession, user_id: int, rules: str, limit: int) -> Sequence[int]:
    """Return the next people by id, after one, whose badges were never counted, or by other rules."""
    counted = select(BadgeCount.user_id).where(BadgeCount.user_id == User.user_id)
    outdated = counted.where(BadgeCount.rules != rules)
    found = await session.scalars(
        select(User.user_id)
        .where(User.user_id > user_id, or_(~counted.exists(), outdated.exists()))
        .order_by(User.user_id)
        .limit(limit)
    )
    return found.all()


async def clubs_of(session: AsyncSession, user_id: int) -> Sequence[int]:
    """Return the clubs in which a person has runs, credits or badges."""
    found = set(await session.scalars(select(BadgeCount.guild_id).where(BadgeCount.user_id == user_id)))
    found |= set(await session.scalars(select(Spotting.guild_id).where(Spotting.user_id == user_id)))
    runs = await session.scalars(
        select(Run.guild_id).where(Run.user_id == user_id, Run.guild_id.is_not(None)).distinct()
    )
    named = await session.scalars(
        select(Run.guild_id).where(Run.spotter_id == user_id, Run.guild_id.is_not(None)).distinct()
    )
    return sorted(found | {one for one in (*runs, *named) if one is not None})
