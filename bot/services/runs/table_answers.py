"""What a runner says about an imported table as a whole: all runs in one direction, or taken back.

Both work in slices, since an import can have thousands of runs. A repeated press goes on with the runs that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.imported_runs import Span, overlap
from bot.domain.runs.runs import Direction, Review
from bot.errors import Conflict
from bot.services.runs.bulk_changes import change_many
from bot.services.runs.revisions import RunState
from bot.services.runs.runs import content_of
from bot.services.runs.table_imports import owned
from db import models
from db.engine import Database
from db.queries.runs import runs as run_queries
from db.queries.runs import table_imports as queries

SLICE_RUNS = 500
"""Runs changed in one transaction."""
MOST_AT_ONCE = 20
"""Runs at one time that a run is compared with; nobody has more."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice did.

    Attributes:
        last: id of its last run, None after the last slice.
        changed: number of changed runs.
        overlapping: runs left as they are, because they overlap another run of the runner.
        shown: changed runs that a public message shows.
    """

    last: int | None
    changed: int
    overlapping: int = 0
    shown: tuple[int, ...] = ()


async def tell_slice(
    database: Database,
    import_id: int,
    user_id: int,
    direction: Direction,
    *,
    after: int,
    interaction_id: int,
    now: datetime,
) -> Slice:
    """Set the direction of the next runs of an import that have none; from then on they count.

    Args:
        database: database to write to.
        import_id: id of the import.
        user_id: runner.
        direction: of all of them.
        after: id of the last run of the previous slice, 0 at the beginning.
        interaction_id: idempotency key of the change.
        now: current time.

    Raises:
        NotFound: the import is not theirs, or does not exist.
        Conflict: it is not done.
    """
    async with database.write() as session:
        row = await owned(session, import_id, user_id)
        if row.state != "done":
            raise Conflict("tables.not_done")
        runs = await queries.runs_of_import(session, row, after=after, limit=SLICE_RUNS, untold=True)
        overlapping = await _overlapping(session, user_id, runs)
        changes = []
        for run, state in await _states(session, runs):
            if run.run_id in overlapping:
                continue
            told = tuple(
                replace(one, direction=direction) if one.direction is Direction.UNTOLD else one
                for one in state.content.stretches
            )
            changes.append((run, state, replace(state, content=replace(state.content, stretches=told))))
        await change_many(session, changes, "told", interaction_id, now)
        return Slice(runs[-1].run_id if runs else None, len(changes), len(overlapping))


async def undo_slice(
    database: Database, import_id: int, user_id: int, *, after: int, interaction_id: int, now: datetime
) -> Slice:
    """Delete the next runs of an import. A run that was edited since is deleted too; each can be brought back.

    Raises:
        NotFound: the import is not theirs, or does not exist.
        Conflict: it has not begun, or was taken back.
    """
    async with database.write() as session:
        row = await owned(session, import_id, user_id)
        if row.state not in ("running", "done"):
            raise Conflict("tables.undone" if row.state == "undone" else "tables.not_done")
        if row.state == "running":  # nothing is imported any more while runs are taken back
            row.state, row.content = "done", None
        runs = await queries.runs_of_import(session, row, after=after, limit=SLICE_RUNS, untold=False)
        changes = [(run, state, replace(state, deleted=True)) for run, state in await _states(session, runs)]
        await change_many(session, changes, "deleted", interaction_id, now)
        if not runs:
            row.state, row.changed_at = "undone", now
        shown = await queries.with_cards(session, [run.run_id for run in runs])
        return Slice(runs[-1].run_id if runs else None, len(changes), shown=tuple(shown))


async def _states(session: AsyncSession, runs: Sequence[models.Run]) -> list[tuple[models.Run, RunState]]:
    stretches = await run_queries.stretches_of(session, [run.run_id for run in runs])
    return [(run, RunState(content_of(run, stretches[run.run_id]), Review(run.review), False)) for run in runs]


async def _overlapping(session: AsyncSession, user_id: int, runs: Sequence[models.Run]) -> set[int]:
    """Return those runs that share most of their time with another run; the runner decides about each of them."""
    if not runs:
        return set()
    margin = timedelta(days=2)
    first, last = min(run.ran_on for run in runs) - margin, max(run.ran_on for run in runs) + margin
    others = sorted(await queries.times_of(session, user_id, first, last), key=lambda row: row.started_at)
    mine = {run.run_id for run in runs}
    found = set()
    open_: list[tuple[int, Span]] = []
    for run_id, started_at, distance_m, duration_ms in others:
        span = Span(started_at, distance_m, duration_ms)
        open_ = [(other_id, other) for other_id, other in open_ if other.started_at + other.lasted > started_at]
        for other_id, other in open_:
            if overlap(other, span):
                found |= {run_id, other_id} & mine
        open_ = [*open_[-MOST_AT_ONCE:], (run_id, span)]
    return found
