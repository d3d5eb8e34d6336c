"""Best efforts: what each run measured over the listed distances. A run projection, see `run_projections`.

Personal bests, the records of clubs, and what a run's card says about new bests are read from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.activity import Segment, Source
from bot.domain.runs.personal_bests import RecordedParts, efforts, is_eligible
from bot.domain.runs.run_facts import Facts, MemberKey, PersonFacts, RunFacts
from bot.domain.runs.runs import Direction, SpotterState, Stretch
from db.queries.records import best_efforts as queries


async def apply(session: AsyncSession, before: Facts | None, after: Facts | None) -> None:
    """Update the efforts of the changed run."""
    match after or before:
        case RunFacts() as run:
            parts = await _recorded(session, before, after)
            old, new = _of_run(before, parts), _of_run(after, parts)
            if old == new:
                return
            if old:
                await queries.drop_run(session, run.run_id)
            if new:
                await queries.add(session, new)
        case PersonFacts(user_id=user_id) if after is None:
            await queries.drop_user(session, user_id)


async def rebuild(session: AsyncSession, member: MemberKey) -> None:
    """Rebuild the efforts of a person's runs in a club and without a club."""
    await queries.drop_member(session, member.user_id, member.guild_id)
    found = await queries.eligible_runs(session, member.user_id, member.guild_id)
    stretches = {
        run_id: [Stretch(Direction(s.direction), s.distance_m, s.duration_ms, s.estimated) for s in rows]
        for run_id, rows in groupby(
            await queries.eligible_stretches(session, member.user_id, member.guild_id), key=lambda row: row.run_id
        )
    }
    rows = [
        row
        for run, laps, segments in found
        for row in _rows(
            stretches[run.run_id],
            _parts(laps, segments),
            run_id=run.run_id,
            user_id=run.user_id,
            guild_id=run.guild_id,
            counted=run.counted,
            started_at=run.started_at,
            ran_on=run.ran_on,
            escorted=run.spotter_state == SpotterState.AGREED,
        )
    ]
    if rows:
        await queries.add(session, rows)


def _of_run(run: Facts | None, parts: RecordedParts | None) -> list[dict[str, Any]]:
    """Return the rows of a run; none if it can set no bests."""
    if not isinstance(run, RunFacts) or not is_eligible(run.content, run.review, deleted=run.deleted):
        return []
    return _rows(
        run.content.stretches,
        parts,
        run_id=run.run_id,
        user_id=run.user_id,
        guild_id=run.guild_id,
        counted=run.counted,
        started_at=run.content.started_at,
        ran_on=run.content.ran_on,
        escorted=run.content.spotter_state is SpotterState.AGREED,
    )


def _rows(
    stretches: Sequence[Stretch],
    parts: RecordedParts | None,
    *,
    run_id: int,
    user_id: int,
    guild_id: int | None,
    counted: bool,
    started_at: datetime,
    ran_on: date,
    escorted: bool,
) -> list[dict[str, Any]]:
    return [
        {
            "run_id": run_id,
            "direction": direction.value,
            "listed_m": listed_m,
            "user_id": user_id,
            "guild_id": guild_id,
            "counted": counted,
            "started_at": started_at,
            "ran_on": ran_on,
            "distance_m": effort.distance_m,
            "duration_ms": effort.duration_ms,
            "measured": effort.measured.value,
            "escorted": escorted,
        }
        for (direction, listed_m), effort in efforts(stretches, parts).items()
    ]


async def _recorded(session: AsyncSession, before: Facts | None, after: Facts | None) -> RecordedParts | None:
    """Return the parts of an imported run's recording, if its directions are or were known; else nothing is read."""
    for run in (after, before):
        if isinstance(run, RunFacts) and run.source in tuple(Source) and run.content.told:
            found = await queries.recorded(session, run.run_id)
            return _parts(*found) if found is not None else None
    return None


def _parts(laps: list[dict[str, Any]] | None, segments: list[list[int]] | None) -> RecordedParts | None:
    if laps is None or segments is None:
        return None
    return RecordedParts(
        tuple((lap["distance_m"], lap["duration_ms"]) for lap in laps),
        tuple(Segment(*segment) for segment in segments),
    )
