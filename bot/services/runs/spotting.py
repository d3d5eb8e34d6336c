"""Spotter credits: who gets them, and how they follow changes of their runs.

For a typed run, the named spotter who has agreed is credited with the backward part. For an outing, each spotter is
credited with their own logged run (`credit`); runs from outings credit no named spotter, so that nobody is credited
twice. A credit counts while its run counts on the club's boards.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import CreditFacts
from bot.domain.runs.runs import Direction, RunContent, SpotterState
from bot.services.projections import run_projections
from db import models
from db.queries.runs import spotting as queries

OUTING = "outing"
"""Source of a run that was logged from an outing's draft."""

Credit = tuple[date, int, int]
"""Local date, metres, milliseconds."""


async def credit(session: AsyncSession, run: models.Run, distance_m: int, duration_ms: int) -> None:
    """Credit the runner of an outing's run with their part as a spotter.

    Args:
        session: database session that logged the run, after it was written.
        run: the spotter's own run.
        distance_m: metres as a spotter; 0 if unknown.
        duration_ms: milliseconds as a spotter.
    """
    assert run.guild_id is not None
    facts = CreditFacts(run.run_id, run.user_id, run.guild_id, run.ran_on, distance_m, duration_ms)
    await _write(session, facts)
    if run.counted:
        await run_projections.apply(session, None, facts)


async def follow(
    session: AsyncSession,
    run: models.Run,
    old: RunContent | None,
    content: RunContent,
    *,
    counted_before: bool,
) -> None:
    """Update a run's credits after a change, and the projections of their holders.

    Args:
        session: database session that changed the run, after it was written and before its own projections are applied.
        run: current row.
        old: previous content, None for a new run.
        content: current content.
        counted_before: whether it counted before the change.
    """
    nobody = content.spotter_id is None and (old is None or old.spotter_id is None)
    if run.guild_id is None or (nobody and run.source != OUTING):
        return
    before: dict[int, Credit] = {
        user_id: (ran_on, distance_m, duration_ms)
        for user_id, ran_on, distance_m, duration_ms in await queries.credits_of(session, run.run_id)
    }
    after = _due(run, content, before)
    if run.source == OUTING and old is not None and old.stretches != content.stretches and after:
        # The runner corrected it: the forward part is what they ran as a spotter.
        after = {run.user_id: (content.ran_on, *await faced_forward(session, run.run_id, content))}
    for spotter_id in after.keys() - before.keys():
        if await queries.is_known(session, spotter_id):
            await queries.add_member(session, spotter_id, run.guild_id, content.spotter_name or "", run.created_at)
        else:
            del after[spotter_id]
    if not before and not after:
        return
    await queries.hold_members(session, run.guild_id, sorted({run.user_id, *before, *after}))
    for user_id in sorted(before.keys() | after.keys()):
        had, new = before.get(user_id), after.get(user_id)
        if new is None:
            await queries.drop_credit(session, run.run_id, user_id)
        elif new != had:
            await _write(session, CreditFacts(run.run_id, user_id, run.guild_id, *new))
        stood, stands = (
            CreditFacts(run.run_id, user_id, run.guild_id, *share) if share is not None and counts else None
            for share, counts in ((had, counted_before), (new, run.counted))
        )
        await run_projections.apply(session, stood, stands)


async def _write(session: AsyncSession, facts: CreditFacts) -> None:
    await queries.write_credit(
        session,
        run_id=facts.run_id,
        user_id=facts.user_id,
        guild_id=facts.guild_id,
        ran_on=facts.ran_on,
        distance_m=facts.distance_m,
        duration_ms=facts.duration_ms,
    )


async def faced_forward(session: AsyncSession, run_id: int, content: RunContent) -> tuple[int, int]:
    """Return metres and milliseconds as a spotter in an outing's run that its runner corrected.

    Limited to the longest possible time of the outing: anything beyond was not run as a spotter.
    """
    _, distance_m, duration_ms = _share(content, Direction.FORWARD)
    longest_ms = await queries.longest_ms(session, run_id)
    if longest_ms is not None and duration_ms > longest_ms:
        distance_m, duration_ms = round(distance_m * longest_ms / duration_ms), longest_ms
    return distance_m, duration_ms


def _due(run: models.Run, content: RunContent, before: dict[int, Credit]) -> dict[int, Credit]:
    """Return who is to be credited, and with what."""
    if run.source == OUTING:
        if run.user_id not in before:
            return {}
        return {run.user_id: (content.ran_on, *before[run.user_id][1:])}
    if content.spotter_state is not SpotterState.AGREED or content.spotter_id in (None, run.user_id):
        return {}
    assert content.spotter_id is not None
    share = _share(content, Direction.BACKWARD)
    return {content.spotter_id: share} if share[2] else {}


def _share(content: RunContent, direction: Direction) -> Credit:
    mine = [s for s in content.stretches if s.direction is direction]
    return content.ran_on, sum(s.distance_m or 0 for s in mine), sum(s.duration_ms for s in mine)
