"""Many runs in one transaction: insert them, or change them, with their revisions and projections.

The rows are the same as those of `revisions`, but written by one statement for all, because an import of twenty
thousand runs would otherwise take minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.runs.run_facts import MemberKey
from bot.domain.runs.runs import Review, RunContent, counts
from bot.services.members.people import Person
from bot.services.projections import run_projections
from bot.services.runs.holding import RunsBeside, counted_run, reason_to_hold
from bot.services.runs.revisions import RunState, change, columns_of, kept, review_after, stretch_rows
from bot.services.runs.runs import facts_of
from db import models
from db.queries.runs import table_imports as queries

REBUILT_FROM = 50
"""Runs of known direction from which rebuilding the member's projections is faster than applying each run."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to insert: its content, its ordinal, and its recording without `run_id` and `user_id`."""

    content: RunContent
    ordinal: int
    recording: dict[str, Any]


async def insert_many(
    session: AsyncSession, person: Person, runs: Sequence[NewRun], *, interaction_id: int, now: datetime, source: str
) -> None:
    """Insert runs that do not exist, each with its first revision and its recording."""
    if not runs:
        return
    rows: list[dict[str, Any]] = []
    others = await _others(session, person.user_id, person.guild_id, [run.content for run in runs])
    for run in runs:
        held_for = await reason_to_hold(session, run.content, source, person.user_id, person.guild_id, others=others)
        review = Review.NONE if held_for is None else Review.HELD
        counted = person.guild_id is not None and counts(run.content, review, deleted=False)
        if counted:
            others.add(-run.ordinal, counted_run(run.content, source))
        rows.append(
            {
                "interaction_id": interaction_id,
                "ordinal": run.ordinal,
                "user_id": person.user_id,
                "guild_id": person.guild_id,
                "source": source,
                "review": review.value,
                "held_for": held_for,
                "counted": counted,
                "revision": 1,
                "created_at": now,
                "deleted_at": None,
                **columns_of(run.content),
            }
        )
    ids = await queries.insert_runs(session, rows)
    await queries.insert_parts(
        session,
        _stretches([(ids[run.ordinal], run.content) for run in runs]),
        [_revision(ids[run.ordinal], 1, interaction_id, "logged", None, now) for run in runs],
        [{"run_id": ids[run.ordinal], "user_id": person.user_id, **run.recording} for run in runs],
    )
    told = [(models.Run(run_id=ids[run.ordinal], **row), run.content) for run, row in zip(runs, rows, strict=True)]
    if sum(content.told for _, content in told) >= REBUILT_FROM:
        await run_projections.rebuild(session, MemberKey(person.user_id, person.guild_id))
        return
    for one, content in told:
        await run_projections.apply(session, None, facts_of(one, content))


async def change_many(
    session: AsyncSession,
    changes: Sequence[tuple[models.Run, RunState, RunState]],
    kind: str,
    interaction_id: int,
    now: datetime,
) -> None:
    """Write a change of each run, from its old to its new state, which may differ in directions and deletion."""
    rows: list[dict[str, Any]] = []
    revisions: list[dict[str, Any]] = []
    plain: list[models.Run] = []
    redirected: list[tuple[int, RunContent]] = []
    others: dict[tuple[int, int | None], RunsBeside] = {}
    for key in {(run.user_id, run.guild_id) for run, _, _ in changes}:
        new_contents = [new.content for run, _, new in changes if (run.user_id, run.guild_id) == key]
        others[key] = await _others(session, *key, new_contents)
    for run, old, new in changes:
        if old.content.spotter_id is not None:  # a spotter's credits follow
            await change(session, run, old, new, kind, interaction_id, now)
            continue
        beside = others[run.user_id, run.guild_id]
        review, held_for = await review_after(session, run, old, new, beside)
        counted = run.guild_id is not None and counts(new.content, review, deleted=new.deleted)
        if counted:
            beside.add(run.run_id, counted_run(new.content, run.source))
        deleted_at = (run.deleted_at or now) if new.deleted else None
        revisions.append(_revision(run.run_id, run.revision + 1, interaction_id, kind, kept(old), now))
        rows.append(
            {
                "key": run.run_id,
                "review": review.value,
                "held_for": held_for,
                "counted": counted,
                "revision": run.revision + 1,
                "deleted_at": deleted_at,
            }
        )
        plain.append(run)
        if new.content.stretches != old.content.stretches:
            redirected.append((run.run_id, new.content))
    if not plain:
        return
    if redirected:
        await queries.drop_stretches(session, [run_id for run_id, _ in redirected])
    await queries.insert_parts(session, _stretches(redirected), revisions)
    await queries.change_runs(session, rows)
    await session.flush()
    for one in list(session):  # what was loaded before is out of date, and projections read runs through the session
        if isinstance(one, models.Run | models.StretchRow):
            session.expunge(one)
    for user_id, guild_id in {(run.user_id, run.guild_id) for run in plain}:
        await run_projections.rebuild(session, MemberKey(user_id, guild_id))


async def _others(
    session: AsyncSession, user_id: int, guild_id: int | None, contents: Sequence[RunContent]
) -> RunsBeside:
    """Return the runs that some runs are compared with; none if none of those can count."""
    days = [content.ran_on for content in contents if counts(content, Review.NONE, deleted=False)]
    if guild_id is None or not days:
        return RunsBeside()
    return await RunsBeside.around(session, user_id, guild_id, days)


def _stretches(runs: Sequence[tuple[int, RunContent]]) -> list[dict[str, Any]]:
    return [
        {"run_id": run_id, "position": position, **row}
        for run_id, content in runs
        for position, row in enumerate(stretch_rows(content))
    ]


def _revision(
    run_id: int, revision: int, interaction_id: int, kind: str, before: dict[str, Any] | None, now: datetime
) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "revision": revision,
        "interaction_id": interaction_id,
        "kind": kind,
        "undoes": None,
        "before": before,
        "changed_at": now,
    }
