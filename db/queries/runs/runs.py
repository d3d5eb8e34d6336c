"""Queries for runs and their stretches. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Integer, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.dialect import UNREAD, InsertOnConflict
from db.models import Member, Revision, Run, RunCard, Standing, StretchRow

# Statements of every logged run are built once: building a statement and its cache key costs as much as executing it.
_INSERT_RUN = InsertOnConflict(
    Run,
    lambda new: new.on_conflict_do_nothing(index_elements=["interaction_id", "ordinal"]).returning(new.table.c.run_id),
)
_INSERT_STRETCH = insert(StretchRow.__table__)  # type: ignore[arg-type]
_INSERT_REVISION = InsertOnConflict(
    Revision,
    lambda new: new.on_conflict_do_nothing(index_elements=["interaction_id", "run_id"]).returning(new.table.c.revision),
)
_INSERT_FIRST_REVISION = insert(Revision.__table__)  # type: ignore[arg-type]
_INSERT_CARD = InsertOnConflict(RunCard, lambda new: new.on_conflict_do_nothing(index_elements=["message_id"]))
_REVISION_NOW = select(Run.revision).where(Run.run_id == bindparam("run_id"))
_CLUB_WEEK = select(Standing.direction, Standing.distance_m, Standing.duration_ms).where(
    Standing.guild_id == bindparam("guild_id"),
    Standing.user_id == bindparam("user_id"),
    Standing.period == "week",
    Standing.starts_on == bindparam("monday"),
    Standing.direction.in_(("backward", "forward")),
)
_NEWEST = (
    select(Run.run_id)
    .where(Run.user_id == bindparam("user_id"), Run.deleted_at.is_(None))
    .order_by(Run.ran_on.desc(), Run.run_id.desc())
    .limit(bindparam("limit", type_=Integer))
    .subquery()
)
_RECENT_DIRECTIONS = (
    select(StretchRow.direction)
    .join(_NEWEST, _NEWEST.c.run_id == StretchRow.run_id)
    .where(StretchRow.direction != "untold")
)


async def owned_run(session: AsyncSession, run_id: int, user_id: int) -> Run | None:
    """Return a runner's own run, also if deleted, locked for update, or None."""
    found: Run | None = await session.scalar(
        select(Run).where(Run.run_id == run_id, Run.user_id == user_id).with_for_update()
    )
    return found


async def run_of_interaction(session: AsyncSession, interaction_id: int, user_id: int) -> Run | None:
    """Return the first run that an interaction of its runner logged, locked for update."""
    return await _for_update(session, Run.interaction_id == interaction_id, Run.ordinal == 0, Run.user_id == user_id)


async def run_of_spotter(session: AsyncSession, run_id: int, spotter_id: int) -> Run | None:
    """Return a run that names this spotter and is not deleted, locked for update."""
    return await _for_update(session, Run.run_id == run_id, Run.spotter_id == spotter_id, Run.deleted_at.is_(None))


async def run_of_club(session: AsyncSession, run_id: int, guild_id: int) -> Run | None:
    """Return a run that is shared with this club and not deleted, locked for update."""
    shared = Run.sharing == "club"
    return await _for_update(session, Run.run_id == run_id, Run.guild_id == guild_id, shared, Run.deleted_at.is_(None))


async def _for_update(session: AsyncSession, *conditions: ColumnElement[bool]) -> Run | None:
    found: Run | None = await session.scalar(select(Run).where(*conditions).with_for_update())
    return found


async def stretches_of(session: AsyncSession, run_ids: Sequence[int]) -> dict[int, list[StretchRow]]:
    """Return the stretches of several runs, in order, by run."""
    found: dict[int, list[StretchRow]] = {run_id: [] for run_id in run_ids}
    rows = await session.scalars(
        select(StretchRow).where(StretchRow.run_id.in_(run_ids)).order_by(StretchRow.run_id, StretchRow.position)
    )
    for stretch in rows:
        found[stretch.run_id].append(stretch)
    return found


async def insert_run(session: AsyncSession, values: dict[str, object]) -> int | None:
    """Insert a run; return None if its interaction has already inserted it."""
    run_id: int | None = await session.scalar(_INSERT_RUN.on(session), values)
    return run_id


async def replace_stretches(
    session: AsyncSession, run_id: int, rows: Sequence[dict[str, object]], *, fresh: bool
) -> None:
    """Replace the stretches of a run; there are none to delete if `fresh`."""
    if not fresh:
        await session.execute(delete(StretchRow).where(StretchRow.run_id == run_id))
    await session.execute(
        _INSERT_STRETCH,
        [{"run_id": run_id, "position": position, **row} for position, row in enumerate(rows)],
        execution_options=UNREAD,
    )


async def insert_first_revision(session: AsyncSession, values: dict[str, object]) -> None:
    """Insert the revision of a run that was just inserted."""
    await session.execute(_INSERT_FIRST_REVISION, values, execution_options=UNREAD)


async def insert_revision(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert a numbered revision; return False if its interaction has already inserted it."""
    return await session.scalar(_INSERT_REVISION.on(session), values) is not None


async def update_run(session: AsyncSession, run_id: int, values: dict[str, object]) -> None:
    """Update columns of a run."""
    await session.execute(update(Run).where(Run.run_id == run_id).values(**values))


async def revision_row(session: AsyncSession, run_id: int, revision: int) -> Revision | None:
    """Return a numbered revision of a run."""
    return await session.get(Revision, (run_id, revision))


async def display_names(session: AsyncSession, guild_id: int | None, user_ids: Sequence[int]) -> dict[int, str]:
    """Return last seen names in a club."""
    if guild_id is None or not user_ids:
        return {}
    rows = await session.execute(
        select(Member.user_id, Member.display_name).where(Member.guild_id == guild_id, Member.user_id.in_(user_ids))
    )
    return {row.user_id: row.display_name for row in rows}


async def own_week(
    session: AsyncSession, user_id: int, monday: date, sunday: date
) -> Sequence[Row[str, int | None, int]]:
    """Return (direction, metres, milliseconds) of a runner's runs of known direction from `monday` to `sunday`."""
    rows = await session.execute(
        select(StretchRow.direction, func.sum(StretchRow.distance_m), func.sum(StretchRow.duration_ms))
        .join(Run, Run.run_id == StretchRow.run_id)
        .where(
            Run.user_id == user_id,
            Run.ran_on.between(monday, sunday),
            Run.deleted_at.is_(None),
            StretchRow.direction != "untold",
        )
        .group_by(StretchRow.direction)
    )
    return rows.all()


async def club_week(session: AsyncSession, guild_id: int, user_id: int, monday: date) -> Sequence[Row[str, int, int]]:
    """Return (direction, metres, milliseconds) of the runs a member shares with a club in the week of `monday`."""
    rows = await session.execute(_CLUB_WEEK, {"guild_id": guild_id, "user_id": user_id, "monday": monday})
    return rows.all()


def _mine(user_id: int, direction: str | None, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    conditions = [Run.user_id == user_id, Run.deleted_at.is_(None)]
    if since is not None:
        conditions.append(Run.ran_on >= since)
    if until is not None:
        conditions.append(Run.ran_on <= until)
    if direction is not None:
        held = select(StretchRow.run_id).where(StretchRow.run_id == Run.run_id, StretchRow.direction == direction)
        conditions.append(held.exists())
    return conditions


async def count_runs(
    session: AsyncSession, user_id: int, direction: str | None, since: date | None, until: date | None
) -> int:
    """Count a runner's runs."""
    counted: int | None = await session.scalar(
        select(func.count()).select_from(Run).where(*_mine(user_id, direction, since, until))
    )
    return counted or 0


async def runs_of(
    session: AsyncSession,
    user_id: int,
    *,
    direction: str | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[Run]:
    """Return a runner's runs, newest first."""
    rows = await session.scalars(
        select(Run)
        .where(*_mine(user_id, direction, since, until))
        .order_by(Run.ran_on.desc(), Run.started_at.desc(), Run.run_id.desc())
        .limit(limit)
        .offset(offset)
    )
    return rows.all()


async def recent_directions(session: AsyncSession, user_id: int, limit: int) -> Sequence[str]:
    """Return the directions of a runner's newest stretches of known direction, newest run first."""
    rows = await session.scalars(_RECENT_DIRECTIONS, {"user_id": user_id, "limit": limit})
    return rows.all()


async def cards_of(session: AsyncSession, run_id: int) -> Sequence[RunCard]:
    """Return the public messages that show a run."""
    rows = await session.scalars(select(RunCard).where(RunCard.run_id == run_id))
    return rows.all()


async def keep_card(session: AsyncSession, run_id: int, channel_id: int, message_id: int) -> int | None:
    """Store that a public message shows a run; return the run's revision, or None if it does not exist."""
    revision: int | None = await session.scalar(_REVISION_NOW, {"run_id": run_id})
    if revision is not None:
        await session.execute(
            _INSERT_CARD.on(session), {"message_id": message_id, "channel_id": channel_id, "run_id": run_id}
        )
    return revision


async def drop_card(session: AsyncSession, message_id: int) -> None:
    """Delete the record of a public message."""
    await session.execute(delete(RunCard).where(RunCard.message_id == message_id))


async def revision_of(session: AsyncSession, run_id: int, interaction_id: int) -> int | None:
    """Return the number of the revision that an interaction inserted, or None."""
    found: int | None = await session.scalar(
        select(Revision.revision).where(Revision.interaction_id == interaction_id, Revision.run_id == run_id)
    )
    return found


async def run_counts(session: AsyncSession, user_id: int) -> tuple[int, int, int, date | None]:
    """Return the counts of a runner's runs, of untold and of imported ones, and the day of the newest."""
    untold = select(StretchRow.run_id).where(StretchRow.run_id == Run.run_id, StretchRow.direction == "untold").exists()
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
