"""Overlapping runs: two runs of a member at the same time, such as from a watch and a phone. The member chooses.

An imported run has no direction and counts nowhere before the member has chosen; for a run that counts already, the
question follows as soon as it does. Two typed runs are not compared: many members type runs without a time of day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.imported_runs import LONGEST_APART, Span, overlap
from bot.domain.runs.runs import Direction
from bot.errors import Conflict, NotFound
from bot.services.runs import run_changes
from bot.services.runs.runs import RunView, content_of, view_of
from db import models
from db.engine import Database
from db.queries.runs import imports as queries
from db.queries.runs import runs as run_queries

IMPORTED = ("fit", "gpx", "tcx", "csv")
BESIDE = "beside"
"""Key in a recording's totals: ids of overlapping runs that both count."""
MOST_BESIDE = 20
"""Most ids kept under `BESIDE`."""


@dataclass(frozen=True, slots=True)
class Twins:
    """Two overlapping runs of one runner: the one in question, and the existing one."""

    run: RunView
    there: RunView


def span_of(started_at: datetime, distance_m: int | None, duration_ms: int, totals: Mapping[str, Any] | None) -> Span:
    """Return the time of a run. The recorded end is used while the run has its recorded duration."""
    as_recorded = totals is not None and totals.get("duration_ms") == duration_ms
    return Span(started_at, distance_m, duration_ms, totals.get("elapsed_ms") if totals and as_recorded else None)


async def twins_of(session: AsyncSession, run: models.Run) -> Twins | None:
    """Return the run with an overlapping run that is earlier or has directions; None if there is none."""
    if run.deleted_at is not None:
        return None
    margin = max(LONGEST_APART, timedelta(milliseconds=run.duration_ms))
    rows = await queries.runs_between(session, run.user_id, run.started_at - margin, run.started_at + margin)
    own = next((row for row in rows if row[0] == run.run_id), None)
    if own is None:
        return None
    mine, beside = span_of(own[1], own[2], own[3], own[5]), _beside(own[5])
    for row in reversed(rows):  # oldest first
        other_id, source, totals = row[0], row[4], row[5]
        if other_id == run.run_id or other_id in beside or run.run_id in _beside(totals):
            continue
        if (run.source in IMPORTED or source in IMPORTED) and overlap(mine, span_of(row[1], row[2], row[3], totals)):
            there = await session.get(models.Run, other_id)
            stretches = await run_queries.stretches_of(session, [run.run_id, other_id])
            if there is not None and (other_id < run.run_id or _told(stretches[other_id])):
                views = [
                    await view_of(session, one, content_of(one, stretches[one.run_id]), own=True, runner="")
                    for one in (run, there)
                ]
                return Twins(*views)
    return None


def _beside(totals: Mapping[str, Any] | None) -> list[int]:
    found: list[int] = (totals or {}).get(BESIDE, [])
    return found


def _told(stretches: list[models.StretchRow]) -> bool:
    return all(stretch.direction != Direction.UNTOLD for stretch in stretches)


async def twins(database: Database, run_id: int, user_id: int) -> Twins | None:
    """Run `twins_of` for a member's own run by id; None for somebody else's run."""
    async with database.read() as session:
        run = await session.get(models.Run, run_id)
        return await twins_of(session, run) if run is not None and run.user_id == user_id else None


async def keep_one(
    database: Database, kept_id: int, dropped_id: int, user_id: int, *, interaction_id: int, now: datetime
) -> RunView:
    """Treat two runs as one: delete `dropped_id` and keep `kept_id`. This can be undone.

    Returns:
        The deleted run.

    Raises:
        NotFound: `dropped_id` is not this runner's, or already deleted.
        Conflict: `kept_id` was deleted meanwhile.
    """
    async with database.read() as session:
        kept = await session.get(models.Run, kept_id)
    if kept is None or kept.user_id != user_id or kept.deleted_at is not None or kept_id == dropped_id:
        raise Conflict("imports.twins.gone")
    return await run_changes.delete_run(database, dropped_id, user_id, interaction_id=interaction_id, now=now)


async def keep_both(database: Database, run_id: int, there_id: int, user_id: int) -> None:
    """Treat two overlapping runs as two: both count, and the question is not asked again.

    Raises:
        NotFound: one of them is not this runner's.
    """
    async with database.write() as session:
        for one, other in ((run_id, there_id), (there_id, run_id)):
            run = await run_queries.owned_run(session, one, user_id)
            if run is None:
                raise NotFound("runs.not_found")
            recorded = await queries.recorded(session, one)
            if recorded is not None and other not in _beside(recorded[2]):
                beside = [*_beside(recorded[2]), other][-MOST_BESIDE:]
                await queries.keep_totals(session, one, {**recorded[2], BESIDE: beside})
