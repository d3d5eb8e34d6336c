"""Read and write best efforts. None of the functions commits.

A best is the first row of an index range, so that bests over all distances and directions are one statement with one
index probe each, however many runs there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.runs.personal_bests import LISTED_M
from db.base import UtcDateTime
from db.dialect import UNREAD
from db.models import BestEffort, Member, Recording, Run, StretchRow


class BestRow(NamedTuple):
    """A best: `measured` as in `domain.runs.personal_bests.Measured`; club or None, and whether it counts there."""

    direction: str
    listed_m: int
    distance_m: int
    duration_ms: int
    ran_on: date
    run_id: int
    measured: str
    escorted: bool
    guild_id: int | None
    counted: bool


class RecordRow(NamedTuple):
    """A club's record, and its holder."""

    direction: str
    listed_m: int
    duration_ms: int
    ran_on: date
    measured: str
    escorted: bool
    user_id: int
    display_name: str | None


_INSERT = insert(BestEffort.__table__)  # type: ignore[arg-type]
_RECORDED = select(Recording.laps, Recording.segments).where(
    Recording.run_id == bindparam("run_id"), Recording.segments.is_not(None)
)

_WANTED = union_all(
    *(
        select(literal(direction).label("direction"), literal(listed).label("listed_m"))
        for direction in ("backward", "forward")
        for listed in LISTED_M
    )
).cte("wanted")
_BEST, _OTHER = aliased(BestEffort, name="best"), aliased(BestEffort, name="other")
_ORDER = (_OTHER.duration_ms, _OTHER.started_at, _OTHER.run_id)
_GUILD = _OTHER.guild_id == bindparam("guild_id", type_=BigInteger)
_USER = _OTHER.user_id == bindparam("user_id", type_=BigInteger)


def _joined(columns: Sequence[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the best among the efforts that meet the conditions, for each direction and listed distance."""
    first = (
        select(_OTHER.run_id)
        .where(*conditions, _OTHER.direction == _WANTED.c.direction, _OTHER.listed_m == _WANTED.c.listed_m)
        .order_by(*_ORDER)
        .limit(1)
        .correlate(_WANTED)
        .scalar_subquery()
    )
    same = and_(_BEST.direction == _WANTED.c.direction, _BEST.listed_m == _WANTED.c.listed_m, _BEST.run_id == first)
    found: Select[Any] = select(*columns).select_from(_WANTED).join(_BEST, same)
    return found.order_by(_BEST.direction, _BEST.listed_m)


_RANKED = (
    select(Member.user_id)
    .where(
        Member.guild_id == _OTHER.guild_id,
        Member.user_id == _OTHER.user_id,
        Member.left_at.is_(None),
        Member.hidden.is_(False),
    )
    .correlate(_OTHER)
    .exists()
)
_COUNTED: ColumnElement[bool] = _OTHER.counted.is_(True)
_OF_PERSON = [getattr(_BEST, name) for name in BestRow._fields]
_BESTS_OF_PERSON = _joined(_OF_PERSON, _USER)
_BESTS_OF_MEMBER = _joined(_OF_PERSON, _USER, _GUILD, _COUNTED)
_OF_CLUB = [*(getattr(_BEST, name) for name in RecordRow._fields[:-1]), Member.display_name]
_RECORDS_OF_CLUB = _joined(_OF_CLUB, _GUILD, _COUNTED, _RANKED).join(
    Member, and_(Member.guild_id == _BEST.guild_id, Member.user_id == _BEST.user_id)
)
_STARTED, _RUN = bindparam("started_at", type_=UtcDateTime), bindparam("run_id", type_=BigInteger)
_BESTS_BEFORE = _joined(
    _OF_PERSON, _USER, or_(_OTHER.started_at < _STARTED, and_(_OTHER.started_at == _STARTED, _OTHER.run_id < _RUN))
)
_OF_RUN: Select[Any] = select(*_OF_PERSON).where(_BEST.run_id == _RUN)


async def bests_of(session: AsyncSession, user_id: int, guild_id: int | None) -> list[BestRow]:
    """Return a person's bests by direction and distance: of all runs, or of those that count on one club's boards."""
    statement = _BESTS_OF_PERSON if guild_id is None else _BESTS_OF_MEMBER
    parameters = {"user_id": user_id} if guild_id is None else {"user_id": user_id, "guild_id": guild_id}
    return [BestRow(*row) for row in await session.execute(statement, parameters)]


async def records_of(session: AsyncSession, guild_id: int) -> list[RecordRow]:
    """Return the bests among the members of a club who are present and not hidden, by direction and distance."""
    return [RecordRow(*row) for row in await session.execute(_RECORDS_OF_CLUB, {"guild_id": guild_id})]


async def bests_before(session: AsyncSession, user_id: int, started_at: datetime, run_id: int) -> list[BestRow]:
    """Return a person's bests among the runs that began before one, by direction and distance."""
    parameters = {"user_id": user_id, "started_at": started_at, "run_id": run_id}
    return [BestRow(*row) for row in await session.execute(_BESTS_BEFORE, parameters)]


async def efforts_of_run(session: AsyncSession, run_id: int) -> list[BestRow]:
    """Return the efforts of a run."""
    return [BestRow(*row) for row in await session.execute(_OF_RUN, {"run_id": run_id})]


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the efforts of runs that have none yet."""
    await session.execute(_INSERT, rows, execution_options=UNREAD)


async def drop_run(session: AsyncSession, run_id: int) -> None:
    """Delete the efforts of a run."""
    await session.execute(delete(BestEffort).where(BestEffort.run_id == run_id))


async def drop_member(session: AsyncSession, user_id: int, guild_id: int | None) -> None:
    """Delete the efforts of a person's runs in a club and without a club."""
    await session.execute(
        delete(BestEffort).where(BestEffort.user_id == user_id, _within(BestEffort.guild_id, guild_id))
    )


async def drop_user(session: AsyncSession, user_id: int) -> None:
    """Delete the efforts of a person's runs."""
    await session.execute(delete(BestEffort).where(BestEffort.user_id == user_id))


async def recorded(session: AsyncSession, run_id: int) -> tuple[list[dict[str, Any]], list[list[int]]] | None:
    """Return laps and segments of an imported run, or None if there are none."""
    row = (await session.execute(_RECORDED, {"run_id": run_id})).one_or_none()
    return cast("tuple[list[dict[str, Any]], list[list[int]]] | None", row if row is None else (row[0], row[1]))


async def eligible_runs(
    session: AsyncSession, user_id: int, guild_id: int | None
) -> Sequence[Row[Run, list[dict[str, Any]] | None, list[list[int]] | None]]:
    """Return a person's runs, in a club and without a club, that can set bests; with laps and segments of the file."""
    rows = await session.execute(
        select(Run, Recording.laps, Recording.segments)
        .outerjoin(Recording, and_(Recording.run_id == Run.run_id, Recording.segments.is_not(None)))
        .where(*_eligible(user_id, guild_id))
    )
    return cast("Sequence[Row[Run, list[dict[str, Any]] | None, list[list[int]] | None]]", rows.all())


async def eligible_stretches(session: AsyncSession, user_id: int, guild_id: int | None) -> Sequence[StretchRow]:
    """Return the stretches of the same runs, each run's in order."""
    rows = await session.scalars(
        select(StretchRow)
        .join(Run, Run.run_id == StretchRow.run_id)
        .where(*_eligible(user_id, guild_id))
        .order_by(StretchRow.run_id, StretchRow.position)
    )
    return rows.all()


def _eligible(user_id: int, guild_id: int | None) -> list[ColumnElement[bool]]:
    stretch = aliased(StretchRow)  # another one than that of the statement
    untold = select(stretch.run_id).where(stretch.run_id == Run.run_id, stretch.direction == "untold")
    return [
        Run.user_id == user_id,
        _within(Run.guild_id, guild_id),
        Run.deleted_at.is_(None),
        Run.doubtful.is_(False),
        Run.review.in_(("none", "agreed")),
        ~untold.exists(),
    ]


def _within(column: Any, guild_id: int | None) -> ColumnElement[bool]:
    """Restrict to a club's rows and those without a club."""
    found: ColumnElement[bool] = column.is_(None) if guild_id is None else or_(column.is_(None), column == guild_id)
    return found
